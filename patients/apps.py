"""Django's registration of the app."""

from django.apps import AppConfig


class PatientsConfig(AppConfig):
    """Runners and their running profiles."""

    name = "patients"
    verbose_name = "Patients"
