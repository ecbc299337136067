"""What happened lately in all clinics together: numbers by kind, for monitors.

Ids are in order of time (UUIDv7), so the primary keys find what is recent however much is stored.
"""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection

from assessments.webhooks.models import WebhookAttempt
from assessments.webhooks.services.circuit import RETRIED_FOR

#: How far back "recent" reaches.
RECENT = timedelta(days=1)
QUANTILES = (0.5, 0.9, 0.99)


@dataclass(frozen=True, slots=True)
class Acknowledgements:
    """How long escalations of one urgency waited for a person; ``seconds`` stand beside ``QUANTILES``."""

    urgency: str
    rows: int
    late: int
    seconds: tuple[float, ...]


def first_id_at(moment: datetime) -> uuid.UUID:
    """The lowest id (UUIDv7: milliseconds first) that a row made at a moment can have."""
    return uuid.UUID(int=int(moment.timestamp() * 1000) << 80)


def recent_deliveries(*, now: datetime) -> list[tuple[str, str, int]]:
    """Channel, state and number of the messages of the last day."""
    with connection.cursor() as cursor:
        statement = "SELECT channel, state, rows FROM recent_deliveries(%s) ORDER BY 1, 2"
        cursor.execute(statement, [first_id_at(now - RECENT)])
        return [(channel, state, rows) for channel, state, rows in cursor.fetchall()]


def recent_acknowledgements(*, now: datetime) -> list[Acknowledgements]:
    """Those of the last day, by urgency; ``late`` ones came after the deadline."""
    with connection.cursor() as cursor:
        statement = "SELECT urgency, rows, late, seconds FROM recent_acknowledgements(%s) ORDER BY 1"
        cursor.execute(statement, [first_id_at(now - RECENT)])
        return [
            Acknowledgements(urgency, rows, late, tuple(seconds))
            for urgency, rows, late, seconds in cursor.fetchall()
        ]


#: How long a message has been waiting, up to.
WAITED = ("minute", "hour", "day", "longer")
#: How an endpoint answers; ``off`` are those switched off, by the clinic or by a 410.
STANDINGS = ("well", "failing", "resting", "off")


@dataclass(frozen=True, slots=True)
class WebhookFigures:
    """Messages on their way by how long they have waited; tries, and messages given up, of the last day."""

    pending: dict[str, int] = field(default_factory=lambda: dict.fromkeys(WAITED, 0))
    tries: dict[str, int] = field(default_factory=lambda: dict.fromkeys(WebhookAttempt.Result.values, 0))
    given_up: dict[str, int] = field(default_factory=lambda: {"": 0})
    endpoints: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STANDINGS, 0))


def webhook_figures(*, now: datetime) -> WebhookFigures:
    """Count at one moment; one statement."""
    found = WebhookFigures()
    with connection.cursor() as cursor:
        statement = "SELECT figure, label, rows FROM webhook_figures(%s, %s, make_interval(secs => %s))"
        cursor.execute(statement, [now, first_id_at(now - RECENT), RETRIED_FOR.total_seconds()])
        for figure, label, rows in cursor.fetchall():
            getattr(found, figure)[label] = rows
    return found
