"""The service's own logbook: what happened how often, and when last. It outlives every process."""

from datetime import datetime

from django.db import connection

from assessments.operations.models import Tally

#: A worker of the queue ``critical`` has worked through what was due.
CRITICAL = "pass:critical"
#: A worker of the queue ``webhooks`` has done so.
WEBHOOKS = "pass:webhooks"
#: The sweep has been through.
SWEEP = "pass:sweep"
#: The dead man's switch has heard from us.
HEARTBEAT = "pass:heartbeat"
PASSES = (CRITICAL, WEBHOOKS, SWEEP, HEARTBEAT)
#: The beginning of the names of repairs; the fault follows.
REPAIRED = "repaired:"

_NOTE = """
INSERT INTO assessments_tally AS kept (name, at, total) VALUES (%s, %s, %s)
ON CONFLICT (name) DO UPDATE
SET at = greatest(kept.at, excluded.at), total = kept.total + excluded.total
"""


def note(name: str, *, now: datetime, times: int = 1) -> None:
    """Write down that something has happened; several processes may do so at once."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, [name, now, times])


def tallies() -> dict[str, Tally]:
    """Return every line of the logbook by name."""
    return {tally.name: tally for tally in Tally.objects.all()}
