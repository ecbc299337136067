"""Work that PostgreSQL remembers until it is done."""

import uuid
from datetime import datetime
from typing import ClassVar

from django.db import models

from clinics.models import Clinic, Timestamped

#: What a worker writes again and again while it works: no part of a row's history.
LEASE_COLUMNS = (
    "next_attempt_at",
    "leased_until",
    "claim_token",
    "round_failing_since",
    "failures",
    "last_error",
    "round",
)


class DueWork(Timestamped):
    """A row that wants attention at ``next_attempt_at`` (UTC; null = nothing outstanding).

    Whoever claims it takes a short lease and a fresh ``claim_token``; results are stored only while the token
    is still theirs, so two workers at once are harmless and a dead one's lease simply runs out.

    A kind of work has a ``state``, the states in which it wants attention and the function of the schema's
    owner that claims its most pressing row of any clinic.
    """

    PENDING: ClassVar[tuple[str, ...]]
    CLAIM_FUNCTION: ClassVar[str]

    clinic: "models.ForeignKey[Clinic, Clinic]"
    clinic_id: uuid.UUID
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    claim_token = models.UUIDField(null=True, blank=True)
    round_failing_since = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(
        default=0, help_text="Attempts that failed since the last success."
    )
    last_error = models.CharField(max_length=200, blank=True)

    class Meta:
        abstract = True

    @property
    def look_again_by(self) -> datetime | None:
        """The moment at which it must be looked at again, however long the next step might wait."""
        return None
