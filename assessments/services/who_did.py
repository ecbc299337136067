"""What is told to the second person who takes a step: who took it, and when."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format

from clinics.identity.models import Clinic, Membership


def who_did(what: str, member: Membership | None, *, at: datetime | None, clinic: Clinic) -> str:
    """Say that a member took a step, at the clinic's time: "Maya Lind took it on at 10:12, 3 Nov"."""
    name = member.shown_name if member else "Another clinician"
    return f"{name} {what} at {date_format(timezone.localtime(at, clinic.zone), 'H:i, j M')}"
