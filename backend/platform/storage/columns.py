"""Columns that tables of ours have in common: an id, times, and work that falls due."""

import uuid
from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from uuid_utils.compat import uuid7


def new_id() -> uuid.UUID:
    """Return a UUIDv7: unguessable enough for a URL, and sorted by time for the index."""
    return uuid7()


class Identified(models.Model):
    """A row with a time-ordered UUID."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)

    class Meta:
        abstract = True


class Timestamped(Identified):
    """A row that knows when it was made and last changed (UTC)."""

    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


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

    clinic: models.ForeignKey[Any, Any]
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
