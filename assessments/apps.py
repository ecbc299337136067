"""Django's registration of the app."""

from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    """Assessments, follow-ups and escalations."""

    name = "assessments"
    verbose_name = "Assessments"

    def ready(self) -> None:
        """Add checks of Django, what archiving settles, whom the on-call plan needs, and channels."""
        from assessments.check_ins.services import settle_pending  # noqa: F401 - its receiver registers itself
        from assessments.escalations.channels import installed  # noqa: F401 - each channel registers itself
        from assessments.escalations.on_call.services.change import needs_member
        from assessments.fhir import codes  # noqa: F401 - its check needs the app registry
        from clinics.members.services.change_member import NEEDED_FOR

        NEEDED_FOR.append(needs_member)
