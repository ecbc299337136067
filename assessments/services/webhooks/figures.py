"""How webhooks stand in all clinics together: numbers for monitors."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection

from assessments.services.recent import RECENT, first_id_at
from assessments.webhooks.models import WebhookAttempt
from assessments.webhooks.services.circuit import RETRIED_FOR

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
