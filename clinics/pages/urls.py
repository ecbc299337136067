"""Routes of the dashboard's own pages, all under /admin/."""

from django.urls import path

from clinics.pages import one_time_codes
from clinics.pages.choose_clinic import choose_clinic
from clinics.pages.invitation import InvitationView

urlpatterns = [
    path("invitation/<str:sealed>/", InvitationView.as_view(), name="invitation"),
    path("one-time-codes/", one_time_codes.one_time_codes, name="one-time-codes"),
    path("one-time-codes/confirm/", one_time_codes.confirm, name="one-time-codes-confirm"),
    path("one-time-codes/remove/", one_time_codes.remove, name="one-time-codes-remove"),
    path("choose-clinic/", choose_clinic, name="choose-clinic"),
]
