"""Routes of the dashboard's own pages, all under /admin/."""

from django.urls import path

from clinics.pages.choose_clinic import choose_clinic
from clinics.pages.invitation import InvitationView

urlpatterns = [
    path("invitation/<str:sealed>/", InvitationView.as_view(), name="invitation"),
    path("choose-clinic/", choose_clinic, name="choose-clinic"),
]
