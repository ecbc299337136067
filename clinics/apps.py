"""Django's registration of the app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from backend.platform.storage.proofs import install_key


class ClinicsConfig(AppConfig):
    """Clinics, their people and their software."""

    name = "clinics"
    verbose_name = "Clinic"

    def ready(self) -> None:
        """Tell the schema generator how callers authenticate, and Django what to check."""
        from clinics import checks  # noqa: F401 - they need the app registry
        from clinics.api import openapi  # noqa: F401 - needs the app registry
        from clinics.identity import lockout  # noqa: F401 - they need the app registry

        post_migrate.connect(install_key, sender=self)
