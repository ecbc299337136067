"""How the service as a whole stands: what is open, what is late, who last did what.

Counts and ages over all clinics, for monitors. Nothing here names a clinic, a person or a finding.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.apps import apps
from django.conf import settings
from django.db import connection

from assessments.escalations.models import Escalation
from assessments.follow_ups.models import FollowUp
from assessments.operations.models import Tally
from assessments.operations.services.counters import CRITICAL, SWEEP, WEBHOOKS, tallies
from assessments.webhooks.models import WebhookDelivery
from backend.platform.storage.columns import DueWork

#: How late work may be before something is wrong; escalations have ``settings.OVERDUE_AFTER``.
FOLLOW_UPS_LATE_AFTER = timedelta(minutes=15)
OTHERS_LATE_AFTER = timedelta(hours=1)
#: A receiver that answers slowly makes its own webhooks late, no fault of the service: what counts is that
#: somebody works at them at all.
WEBHOOKS_STOPPED_AFTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class DueNow:
    """The rows of one kind that are due and that no worker holds."""

    rows: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class OpenEscalations:
    """The escalations of one urgency that nobody has acknowledged.

    ``untold``: nobody has been told in time, because no message went out. ``due_at`` is the earliest moment
    at which one of them wants (or wanted) its next message.
    """

    urgency: str
    open: int
    past_deadline: int
    untold: int
    opened_at: datetime
    acknowledge_by: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Status:
    """The service at the moment ``at``."""

    at: datetime
    work: dict[str, DueNow]
    late: dict[str, int]
    escalations: tuple[OpenEscalations, ...]
    tallies: dict[str, Tally]

    def age(self, name: str) -> float | None:
        """Seconds since something last happened; ``None`` when it never has."""
        tally = self.tallies.get(name)
        return None if tally is None else self.seconds_since(tally.at)

    def seconds_since(self, moment: datetime | None) -> float:
        """Seconds from a moment to this one; 0 for the future, and for nothing at all."""
        return 0.0 if moment is None else max((self.at - moment).total_seconds(), 0.0)

    def overdue(self) -> list[str]:
        """What is later than it may be, in short names; nothing when all is well."""
        return list(self._overdue())

    def _overdue(self) -> Iterator[str]:
        ours = (kind for kind in self.late if kind != kind_of(WebhookDelivery))
        yield from (f"{kind}_late" for kind in ours if self.late[kind])
        if any(row.untold for row in self.escalations):
            yield "escalation_untold"
        longest_ago = (
            (CRITICAL, settings.OVERDUE_AFTER),
            (WEBHOOKS, WEBHOOKS_STOPPED_AFTER),
            (SWEEP, _sweep_may_take()),
        )
        for name, longest in longest_ago:
            age = self.age(name)
            if age is None or age > longest.total_seconds():
                yield f"{name.partition(':')[2]}_stopped"


def _sweep_may_take() -> timedelta:
    """One sweep may be lost, and the next may take as long as escalations may be late."""
    interval: timedelta = settings.SWEEP_EVERY
    return 2 * interval + settings.OVERDUE_AFTER


def kinds_of_work() -> list[type[DueWork]]:
    """Every kind of row that wants attention at a time."""
    return [model for model in apps.get_models() if issubclass(model, DueWork)]


def kind_of(model: type[DueWork]) -> str:
    """The name of a kind of work."""
    return "_".join(str(model._meta.verbose_name).split())


def status(*, now: datetime) -> Status:
    """Look at every clinic's open escalations and due work at once."""
    models = kinds_of_work()
    work = _due(dict.fromkeys(models, now), now=now)
    return Status(now, work, _late(models, now), _open_escalations(now), tallies())


def watch(*, now: datetime) -> list[str]:
    """What a clinic must know is late: the same judgement, of escalations and follow-ups alone.

    Three statements; work that no patient waits for is the operator's to watch.
    """
    late = _late([Escalation, FollowUp], now)
    return Status(now, {}, late, _open_escalations(now), tallies()).overdue()


def _late(models: list[type[DueWork]], now: datetime) -> dict[str, int]:
    due = _due({model: now - _late_after(model) for model in models}, now=now)
    return {kind: found.rows for kind, found in due.items()}


def _late_after(model: type[DueWork]) -> timedelta:
    patience: timedelta = settings.OVERDUE_AFTER
    return {Escalation: patience, FollowUp: FOLLOW_UPS_LATE_AFTER}.get(model, OTHERS_LATE_AFTER)


def _due(by: dict[type[DueWork], datetime], *, now: datetime) -> dict[str, DueNow]:
    """What was due by a time, for each kind of work; one statement."""
    kinds = {model._meta.db_table: kind_of(model) for model in by}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT asked.kind, late.rows, late.oldest FROM unnest(%s::text[], %s::timestamptz[]) AS"
            " asked (kind, by), LATERAL late_work(asked.kind, asked.by, %s) AS late",
            [list(kinds), list(by.values()), now],
        )
        return {kinds[table]: DueNow(rows, oldest) for table, rows, oldest in cursor.fetchall()}


def _open_escalations(now: datetime) -> tuple[OpenEscalations, ...]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT urgency, open, past_deadline, untold, opened_at, acknowledge_by, due_at"
            " FROM open_escalations(%s, %s) ORDER BY urgency",
            [now, now - settings.OVERDUE_AFTER],
        )
        return tuple(OpenEscalations(*row) for row in cursor.fetchall())
