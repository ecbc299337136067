"""The walk-run table as pictures: where each piece of a session lies, for HTML and for paper."""

from collections.abc import Iterator
from typing import Any

from assessments.protocol.programme import STAGES, Stage
from assessments.protocol.programme.walk_run import CONDITIONS

LONGEST = max(stage.minutes for stage in STAGES)


def walk_run_table(current: int | None) -> dict[str, Any]:
    """Every stage with its pieces; ``current`` is where the runner stands."""
    return {
        "words": f"{CONDITIONS} Two good checks in a row lead to the next stage, never further.",
        "longest": LONGEST,
        "stages": [_stage(stage, current) for stage in STAGES],
    }


def _stage(stage: Stage, current: int | None) -> dict[str, Any]:
    return {
        "stage": stage.number,
        "words": stage.words,
        "current": stage.number == current,
        "description": description(stage),
        "running": f"{stage.running_minutes:g} min",
        "pieces": list(_pieces(stage)),
    }


def _pieces(stage: Stage) -> Iterator[dict[str, Any]]:
    """Runs and walks in turn, each with the minute it starts at."""
    at = 0.0
    for _ in range(stage.repetitions):
        for kind, minutes in (("run", stage.run_minutes), ("walk", stage.walk_minutes)):
            if minutes:
                yield {"kind": kind, "minutes": minutes, "at": at}
            at += minutes


def description(stage: Stage) -> str:
    """What the picture shows, for whoever doesn't see it."""
    run, walk = (_minutes(minutes) for minutes in (stage.run_minutes, stage.walk_minutes))
    if not stage.run_minutes:
        return f"Stage {stage.number}: {walk} of brisk walking, no running."
    if not stage.walk_minutes:
        return f"Stage {stage.number}: {run} of running without a break."
    return f"Stage {stage.number}: {stage.repetitions} times {run} of running, then {walk} of walking."


def _minutes(minutes: float) -> str:
    return f"{minutes:g} minute{'' if minutes == 1 else 's'}"
