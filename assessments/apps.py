"""Django's registration of the app."""

from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    """Assessments, follow-ups and escalations."""

    name = "assessments"
    verbose_name = "Assessments"
