from django.urls import path

from eurasia.membership import views

app_name = "membership"
urlpatterns = [
    path("subscribe/", views.subscribe, name="subscribe"),
    path("subscribe/<slug:slug>/", views.take_plan, name="take_plan"),
    path("account/subscriptions/<int:pk>/cancel/", views.cancel, name="cancel"),
    path("account/subscriptions/<int:pk>/resume/", views.resume, name="resume"),
]
