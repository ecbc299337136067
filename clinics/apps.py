"""Django's registration of the app."""

from django.apps import AppConfig


class ClinicsConfig(AppConfig):
    """Clinics, their people and their software."""

    name = "clinics"
    verbose_name = "Clinic"

    def ready(self) -> None:
        """Tell the schema generator how callers authenticate, and Django what to check."""
        from clinics import checks, lockout  # noqa: F401 - they need the app registry
        from clinics.api import schema  # noqa: F401 - needs the app registry
