"""How much running a run and a week may hold (F.4). Distances in km, times in minutes of running."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from assessments.protocol.programme.walk_run import LAST_STAGE, STAGES

#: A single run against the longest of the 30 days before it (B23).
RUN_OVER_LONGEST = 1.10
#: A week against the one before: a tenth, or one kilometre where that is more, and never above this (B24).
WEEK_OVER_WEEK = 1.10
WEEK_KM_MORE = 1.0
WEEK_NEVER_OVER = 1.30
#: Every fourth week is this much lighter, so that it ends between 20 and 30 % below.
LIGHT_WEEK_EVERY = 4
LIGHT_WEEK_SHARE = 0.75
#: Days without a run after which running starts again at a stage, or at half of what it was.
GAP_DAYS = 14
SHARE_AFTER_A_GAP = 0.5
#: The share of the usual distance, in percent, with which P3 begins after the table.
SHARE_AFTER_THE_TABLE = 50


#: What running without a break begins with where nothing at all is known of a run: walk-run stage 4.
MINUTES_NOTHING_KNOWN = STAGES[4].running_minutes
#: The last stage of the table, from which P3 is entered, in minutes of running.
MINUTES_AFTER_THE_TABLE = STAGES[LAST_STAGE].running_minutes


class Basis(StrEnum):
    """What a run's limit rests on, the first that is known."""

    LONGEST_30_DAYS = "longest_30_days"
    LAST_DONE = "last_done"
    ENTRY = "entry"
    PLAN = "plan"


class Known(NamedTuple):
    """What is known of a runner's runs in one unit: the longest of 30 days, the last one done, the session
    with which the programme began.
    """

    longest: float | None = None
    last_done: float | None = None
    first: float | None = None


@dataclass(frozen=True, slots=True)
class Cap:
    """A limit with its reason; a unit is None where its ground isn't known. A run's limit always has one."""

    km: float | None
    reason: str
    sources: tuple[str, ...]
    minutes: float | None = None
    basis: Basis | None = None

    def as_dict(self) -> dict[str, object]:
        """The cap as JSON-ready data."""
        return {
            "km": self.km,
            "minutes": self.minutes,
            "basis": self.basis,
            "reason": self.reason,
            "sources": list(self.sources),
        }


_REASONS = {
    Basis.LONGEST_30_DAYS: "At most a tenth more than the longest run of the last 30 days.",
    Basis.LAST_DONE: "No more than the last run: there is none in the last 30 days to go by.",
    Basis.ENTRY: "No more than the first session: no run is known to go by.",
    Basis.PLAN: "No more than a walk-run session: nothing is known of any run.",
}


def run_cap(km: Known, minutes: Known) -> Cap:
    """The longest next run. Each unit that is known bounds it, and where neither is, what was last done does,
    then the session it began with, then a walk-run session: there is no run without a limit.
    """
    for basis in (Basis.LONGEST_30_DAYS, Basis.LAST_DONE, Basis.ENTRY):
        grounds = (km[list(Basis).index(basis)], minutes[list(Basis).index(basis)])
        if any(ground is not None for ground in grounds):
            ratio = RUN_OVER_LONGEST if basis is Basis.LONGEST_30_DAYS else 1.0
            distance, time = (None if ground is None else ground * ratio for ground in grounds)
            return Cap(
                None if distance is None else round(distance, 2),
                _REASONS[basis],
                ("B23",),
                None if time is None else float(math.floor(round(time, 6))),
                basis,
            )
    return Cap(None, _REASONS[Basis.PLAN], ("B22", "B25"), MINUTES_NOTHING_KNOWN, Basis.PLAN)


def session_size(
    cap: Cap, *, share_percent: int, usual_km: float | None, last_km: float | None, from_the_table: bool
) -> tuple[float | None, float | None]:
    """The next run in km and in minutes, each where its limit is known; both hold where both are.

    A share of the usual distance, never beyond the limit; without a usual distance the size stays what it
    was. After the walk-run table the share counts from the half hour at its end.
    """
    km = None
    if cap.km is not None:
        stays = cap.km if last_km is None else last_km
        wanted = stays if usual_km is None else usual_km * share_percent / 100
        km = math.floor(round(min(wanted, cap.km) * 10, 6)) / 10
    minutes = cap.minutes
    if minutes is not None and from_the_table:
        wanted = MINUTES_AFTER_THE_TABLE * share_percent / SHARE_AFTER_THE_TABLE
        minutes = float(min(math.floor(round(wanted, 6)), minutes))
    return km, minutes


def week_cap(
    previous_week_km: float | None, *, week: int, last_7_days_green: bool, plan_km: float | None = None
) -> Cap:
    """The most a week may hold; ``week`` counts from 1, ``previous_week_km`` is what was really run.

    Where that isn't known the week holds its runs at the length of the first session, ``plan_km``. Without
    green checks for seven days the week before isn't exceeded; every fourth week is lighter.
    """
    if previous_week_km is None and plan_km is not None:
        return Cap(round(plan_km, 2), "A week's runs at the length of the first session.", ("B24",))
    if previous_week_km is None:
        return Cap(None, "The week before isn't known: no more than the planned sessions.", ("B24",))
    if week % LIGHT_WEEK_EVERY == 0:
        km = previous_week_km * LIGHT_WEEK_SHARE
        return Cap(round(km, 2), "Every fourth week is a quarter lighter.", ("author-judgement",))
    if not last_7_days_green:
        return Cap(
            round(previous_week_km, 2), "No more than last week: the last 7 days weren't all green.", ("B19",)
        )
    more = max(previous_week_km * WEEK_OVER_WEEK, previous_week_km + WEEK_KM_MORE)
    km = min(more, previous_week_km * WEEK_NEVER_OVER)
    return Cap(
        round(km, 2), "A tenth more than last week, or one km, and never above 30 % more.", ("B24", "EH-C3")
    )


def needs_new_start(days_since_last_run: int | None) -> bool:
    """Whether so long a gap sends the runner back to a stage, or to half the distance."""
    return days_since_last_run is not None and days_since_last_run >= GAP_DAYS
