from django.urls import path

from eurasia.accounts import sessions, views

app_name = "account"
urlpatterns = [
    path("", views.home, name="home"),
    path("language/", views.change_language, name="language"),
    path("data/", views.data, name="data"),
    path("data/file/", views.data_file, name="data_file"),
    path("delete/", views.delete, name="delete"),
    path("keep/", views.keep, name="keep"),
    path("sessions/<int:pk>/end/", sessions.end, name="end_session"),
    path("signed-out/", views.signed_out, name="signed_out"),
]
