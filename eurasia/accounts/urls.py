from django.urls import path

from eurasia.accounts import views

app_name = "account"
urlpatterns = [
    path("", views.home, name="home"),
    path("language/", views.change_language, name="language"),
    path("signed-out/", views.signed_out, name="signed_out"),
]
