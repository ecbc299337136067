"""Django's registration of the app."""

from django.apps import AppConfig


class ClinicsConfig(AppConfig):
    """Clinics, their people and their software."""

    name = "clinics"
    verbose_name = "Clinic"
