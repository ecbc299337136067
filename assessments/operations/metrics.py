"""The numbers of `/metrics`. They come from the database, so that every process gives the same ones."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from assessments.operations.services.counters import PASSES, REPAIRED
from assessments.operations.services.recent import (
    QUANTILES,
    recent_acknowledgements,
    recent_deliveries,
    webhook_figures,
)
from assessments.operations.services.status import OpenEscalations, Status, status

PREFIX = "return_to_run_"


class StatusCollector(Collector):
    """Everything as it was at one moment; labels are urgencies, kinds, channels and states, never ids."""

    def __init__(self, *, now: datetime) -> None:
        self._now = now

    def collect(self) -> Iterator[Metric]:
        """Ask the database; raises ``DatabaseError`` when it doesn't answer."""
        standing = status(now=self._now)
        yield _gauge("overdue", "1 when something is later than it may be.", [((), bool(standing.overdue()))])
        yield from _escalations(standing)
        yield from _work(standing)
        yield from _passes(standing)
        yield from self._recent()
        yield from self._webhooks()

    def _recent(self) -> Iterator[Metric]:
        yield _gauge(
            "deliveries_last_day",
            "Messages of the last day.",
            [((channel, state), rows) for channel, state, rows in recent_deliveries(now=self._now)],
            "channel",
            "state",
        )
        answered = recent_acknowledgements(now=self._now)
        yield _gauge(
            "acknowledgements_last_day",
            "Escalations acknowledged in the last day.",
            [((row.urgency,), row.rows) for row in answered],
            "urgency",
        )
        yield _gauge(
            "acknowledgements_late_last_day",
            "Those of them that came after their deadline.",
            [((row.urgency,), row.late) for row in answered],
            "urgency",
        )
        yield _gauge(
            "acknowledge_seconds",
            "From opening to acknowledgement, of those of the last day.",
            [
                ((row.urgency, str(quantile)), seconds)
                for row in answered
                for quantile, seconds in zip(QUANTILES, row.seconds, strict=True)
            ],
            "urgency",
            "quantile",
        )

    def _webhooks(self) -> Iterator[Metric]:
        found = webhook_figures(now=self._now)

        def by(label: str, name: str, meaning: str, counts: dict[str, int]) -> Metric:
            return _gauge(name, meaning, [((of,), rows) for of, rows in counts.items()], label)

        yield by("waited", "webhooks_pending", "On their way, by how long they have waited.", found.pending)
        yield by("result", "webhook_tries_last_day", "Tries of the last day.", found.tries)
        given_up = [((), rows) for rows in found.given_up.values()]
        yield _gauge("webhooks_given_up_last_day", "Given up in the last day.", given_up)
        yield by("state", "webhook_endpoints", "Endpoints by how they answer.", found.endpoints)


def _gauge(
    name: str, meaning: str, values: Sequence[tuple[tuple[str, ...], float]], *labels: str
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(PREFIX + name, meaning, labels=labels)
    for of, value in values:
        family.add_metric(of, float(value))
    return family


def _escalations(standing: Status) -> Iterator[Metric]:
    """What nobody has acknowledged, by urgency; an urgency without any has no line."""

    def by_urgency(name: str, meaning: str, value: Callable[[OpenEscalations], float]) -> Metric:
        rows = [((row.urgency,), value(row)) for row in standing.escalations]
        return _gauge(name, meaning, rows, "urgency")

    yield by_urgency("escalations_open", "Not acknowledged.", lambda row: row.open)
    yield by_urgency("escalations_past_deadline", "Open past their deadline.", lambda row: row.past_deadline)
    yield by_urgency("escalations_untold", "Open, due, and nobody was told.", lambda row: row.untold)
    since = standing.seconds_since
    yield by_urgency("escalation_oldest_seconds", "Age of the oldest.", lambda row: since(row.opened_at))
    yield by_urgency("escalation_backlog_seconds", "How late a message is.", lambda row: since(row.due_at))


def _work(standing: Status) -> Iterator[Metric]:
    due = [((kind,), float(work.rows)) for kind, work in standing.work.items()]
    yield _gauge("work_due", "Rows that are due and that no worker holds.", due, "kind")
    oldest = [((kind,), standing.seconds_since(work.oldest)) for kind, work in standing.work.items()]
    yield _gauge("work_backlog_seconds", "How long the oldest of them has been due.", oldest, "kind")


def _passes(standing: Status) -> Iterator[Metric]:
    ages = [((name.partition(":")[2],), age) for name in PASSES if (age := standing.age(name)) is not None]
    yield _gauge("pass_age_seconds", "Since the last pass or ping.", ages, "what")
    repairs = CounterMetricFamily(PREFIX + "repairs", "Rows the sweep has put right.", labels=["fault"])
    for name, tally in standing.tallies.items():
        if name.startswith(REPAIRED):
            repairs.add_metric([name.removeprefix(REPAIRED)], tally.total)
    yield repairs
