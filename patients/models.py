"""The runner, and the erasure of one."""

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.db import models
from django.db.models import Q

from backend.platform.storage.columns import Identified, Timestamped
from backend.platform.storage.history import recorded
from clinics.identity.models import ApiClient, Clinic, User


class SexAtBirth(models.TextChoices):
    """Sex recorded at birth, as the question of the same name has it."""

    FEMALE = "female", "Female"
    MALE = "male", "Male"
    INTERSEX = "intersex", "Intersex"
    UNKNOWN = "unknown", "Unknown"


class HoldReason(models.TextChoices):
    """Why a record must be kept although the person wants it erased."""

    LEGAL_CLAIM = "legal_claim", "Legal claim"
    INVESTIGATION = "investigation", "Investigation or complaint"
    RETENTION_PERIOD = "retention_period", "Statutory retention period"


class ArchiveReason(models.TextChoices):
    """Why nobody works with a record any more."""

    DECEASED = "deceased", "Deceased"
    MOVED_AWAY = "moved_away", "Moved away"
    CARE_ENDED = "care_ended", "Care has ended"
    DUPLICATE = "duplicate", "Another record is the same person's"
    REGISTERED_IN_ERROR = "registered_in_error", "Registered in error"


#: What says who somebody is, and what erasure leaves of it: the names become "Erased" and "patient 1a2b3c4d".
#: The one list: the table's own check is made of it, and tests hold what the database does against it.
ERASED: Mapping[str, Any] = MappingProxyType(
    {
        "given_name": "Erased",
        "family_name": "patient ",  # and the last characters of the id
        "external_id": None,
        "birth_date": None,
        "sex_at_birth": SexAtBirth.UNKNOWN,
        "contact": {},
        "running_profile": {},
    }
)
_NAMES = ("given_name", "family_name")  # which the check leaves to the database's function
_NOTHING_LEFT = {
    f"{column}__isnull" if left is None else column: True if left is None else left
    for column, left in ERASED.items()
    if column not in _NAMES
}


@recorded(values_for="patients:read")
class Patient(Timestamped):
    """A runner of one clinic; archived, never deleted.

    An erased patient keeps the row under a pseudonym: only the database's function ``erase_patient`` makes
    one, and nothing changes it afterwards.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="patients")
    # Null, not "": several patients without one must not collide in the unique constraint.
    external_id = models.CharField(  # noqa: DJ001
        max_length=100, null=True, blank=True, help_text="The practice system's own id of this person."
    )
    given_name = models.CharField(max_length=100)
    family_name = models.CharField(max_length=100)
    birth_date = models.DateField(null=True, blank=True)
    sex_at_birth = models.CharField(max_length=10, choices=SexAtBirth.choices, default=SexAtBirth.UNKNOWN)
    contact = models.JSONField(default=dict, blank=True)
    running_profile = models.JSONField(default=dict, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    archive_reason = models.CharField(
        max_length=20, blank=True, default="", db_default="", choices=ArchiveReason.choices
    )
    erased_at = models.DateTimeField(null=True, blank=True)
    legal_hold_reason = models.CharField(
        max_length=20, blank=True, default="", db_default="", choices=HoldReason.choices
    )
    legal_hold_until = models.DateField(
        null=True, blank=True, help_text="The last day of the hold, by the clinic's calendar."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic", "external_id"], name="one_patient_per_external_id"),
            models.CheckConstraint(
                name="legal_hold_has_reason_and_end",
                condition=Q(legal_hold_reason="", legal_hold_until__isnull=True)
                | ~Q(legal_hold_reason="") & Q(legal_hold_until__isnull=False),
            ),
            models.CheckConstraint(
                name="archive_reason_is_of_an_archived_patient",
                condition=Q(archive_reason="") | Q(archived_at__isnull=False),
            ),
            models.CheckConstraint(
                name="erased_patient_is_nobody",
                condition=Q(erased_at__isnull=True) | Q(archived_at__isnull=False, **_NOTHING_LEFT),
            ),
        ]
        indexes = [
            models.Index(fields=["clinic", "updated_at", "id"], name="patient_changes"),
            # The dashboard's list. The search can't use one: below row-level security no index answers LIKE.
            models.Index(fields=["clinic", "family_name", "given_name", "id"], name="patient_by_name"),
        ]

    def __str__(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def gone(self) -> str:
        """Why nobody works with the record any more, in words; empty while somebody may."""
        if self.archived_at is None:
            return ""
        return self.get_archive_reason_display() if self.archive_reason else "Archived"

    @property
    def legal_hold(self) -> dict[str, Any] | None:
        """Why and until which day the record must not be erased; ``None`` without a hold."""
        if self.legal_hold_until is None:
            return None
        return {"reason": self.legal_hold_reason, "until": self.legal_hold_until}

    def is_held_on(self, day: dt.date) -> bool:
        """Whether a legal hold forbids erasing the record on a day of the clinic's calendar."""
        return self.legal_hold_until is not None and day <= self.legal_hold_until

    def age_on(self, day: dt.date) -> int | None:
        """Completed years on a day; ``None`` when the birth date isn't known or lies after it."""
        if self.birth_date is None or self.birth_date > day:
            return None
        had_birthday = (day.month, day.day) >= (self.birth_date.month, self.birth_date.day)
        return day.year - self.birth_date.year - (not had_birthday)


class ErasureReason(models.TextChoices):
    """Why a person's data are erased (GDPR, article 17)."""

    PATIENT_REQUEST = "patient_request", "The patient asked for it"
    CONSENT_WITHDRAWN = "consent_withdrawn", "Consent was withdrawn"
    NO_LONGER_NEEDED = "no_longer_needed", "The data are no longer needed"
    UNLAWFUL = "unlawful", "The data should not have been recorded"
    LEGAL_OBLIGATION = "legal_obligation", "A law or court demands it"


class Erasure(Identified):
    """One patient was erased. Append-only; holds ids, codes and numbers and nothing of the person.

    ``records`` is the report: ``{kind, pseudonymised, kept, kept_because}`` for each kind of record.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="erasures")
    patient = models.OneToOneField(Patient, on_delete=models.PROTECT, related_name="erasure")
    reason = models.CharField(max_length=20, choices=ErasureReason.choices)
    erased_at = models.DateTimeField()
    client = models.ForeignKey(ApiClient, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    records = models.JSONField()

    def __str__(self) -> str:
        return f"Erasure {self.id}"
