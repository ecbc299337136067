"""The tenant: one physiotherapy practice."""

import datetime as dt
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.db import models

from backend.platform.storage.columns import Timestamped
from backend.platform.storage.history import recorded


def validate_time_zone(name: str) -> None:
    """Refuse a name the IANA time zone database doesn't hold."""
    if name not in available_timezones():
        raise ValidationError("Not a time zone of the IANA database, such as Europe/London.")


@recorded(values_for="clinic:read")
class Clinic(Timestamped):
    """A practice with its working hours and its emergency pathway.

    The pathway (number, destination, who is on call) must be complete before an assessment is recorded: an
    emergency that has nowhere to go is worse than a refused request.
    """

    name = models.CharField(max_length=200)
    time_zone = models.CharField(max_length=64, default="Europe/London", validators=[validate_time_zone])
    working_day_ends_at = models.TimeField(default=dt.time(18, 0))
    emergency_number = models.CharField(
        max_length=40, blank=True, help_text="The number to ring for an ambulance, e.g. 999 or 112."
    )
    emergency_destination = models.CharField(
        max_length=200, blank=True, help_text="Where an emergency is sent: department and hospital."
    )
    on_call = models.ForeignKey(
        "clinics.Membership",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="The clinician who receives escalations.",
    )
    lead = models.ForeignKey(
        "clinics.Membership",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="The clinical lead, told when the on-call clinician doesn't answer.",
    )
    require_one_time_codes = models.BooleanField(
        default=False, help_text="Whoever signs in must have set up an authenticator."
    )

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """The clinic's own time zone."""
        return ZoneInfo(self.time_zone)

    @property
    def missing_from_pathway(self) -> list[str]:
        """The names of the settings without which an emergency has nowhere to go."""
        pathway = {
            "emergency_number": self.emergency_number,
            "emergency_destination": self.emergency_destination,
            "on_call": self.on_call_id or self._has_rota,
        }
        return [name for name, value in pathway.items() if not value]

    @property
    def _has_rota(self) -> bool:
        """Asked only when nobody is on call always: one statement."""
        plan = getattr(self, "on_call_plan", None)
        return plan is not None and bool(plan.shifts)
