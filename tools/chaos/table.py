"""The result of a run in words and figures."""

from collections.abc import Sequence

from tools.chaos.judge import Line
from tools.chaos.run import Options, Outcome

HEADINGS = (
    "urgency",
    "promised",
    "notified",
    "by webhook",
    "acknowledged first",
    "lost",
    "p50 s",
    "p99 s",
    "duplicates",
    "in flight",
    "after ack",
)


def table(options: Options, outcome: Outcome) -> str:
    """Everything that is to be told about a run, as Markdown."""
    lines = outcome.report.lines
    rows = [HEADINGS, *(_cells(line) for line in [*lines, total(lines)])]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    padded = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in rows]
    drawn = [f"| {' | '.join(cells)} |" for cells in padded]
    drawn.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    faults = ", ".join(f"{kind} {count}" for kind, count in sorted(outcome.faults.items()))
    given = f"seed {options.seed}, {options.seconds / 60:g} minutes, {options.assessments} assessments"
    happened = f"{outcome.requests} requests, {outcome.restarts} restarts; faults: {faults}"
    kept = f"Every promise was kept {outcome.settled:.1f} s after the last fault."
    verdict = kept if outcome.report.kept else "PROMISES WERE BROKEN."
    return "\n".join([f"{given}, lease {options.lease:g} s", happened, verdict, "", *drawn])


def total(lines: Sequence[Line]) -> Line:
    """All urgencies together."""
    whole = Line("all")
    for line in lines:
        whole.promised += line.promised
        whole.notified += line.notified
        whole.webhooks += line.webhooks
        whole.acknowledged_first += line.acknowledged_first
        whole.lost += line.lost
        whole.latencies += line.latencies
        whole.duplicates += line.duplicates
        whole.in_flight += line.in_flight
        whole.after += line.after
    return whole


def percentile(values: Sequence[float], share: float) -> float:
    """The value that so large a share of the values doesn't exceed; 0 without any."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0


def _cells(line: Line) -> tuple[str, ...]:
    p50, p99 = (f"{percentile(line.latencies, share):.2f}" for share in (0.5, 0.99))
    counts = (line.duplicates, line.in_flight, line.after)
    return (
        line.urgency,
        str(line.promised),
        str(line.notified),
        str(line.webhooks),
        str(line.acknowledged_first),
        str(len(line.lost)),
        p50 if line.latencies else "-",
        p99 if line.latencies else "-",
        *map(str, counts),
    )
