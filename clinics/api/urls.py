"""Routes of the clinic's own settings."""

from django.urls import path

from clinics.api.access_log import AccessLogView
from clinics.api.clinic import ClinicView

urlpatterns = [
    path("clinic", ClinicView.as_view(), name="clinic"),
    path("clinic/access-log", AccessLogView.as_view(), name="access-log"),
]
