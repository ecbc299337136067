"""How much running a run and a week may hold (F.4). Distances in km, times in minutes of running."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from assessments.protocol.programme.walk_run import LAST_STAGE, STAGES

#: A single run against the longest of the 30 days before it (B23).
RUN_OVER_LONGEST = 1.10
#: A week against the one before: a tenth, or one kilometre or seven minutes where that is more, and never
#: above this (B24).
WEEK_OVER_WEEK = 1.10
WEEK_KM_MORE = 1.0
WEEK_MINUTES_MORE = 7.0
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
    Basis.LAST_DONE: "No more than the last run: no longest one of the last 30 days is known.",
    Basis.ENTRY: "No more than the first session: no run is known to go by.",
    Basis.PLAN: "No more than a walk-run session: nothing is known of any run.",
}


_OF_A_RUN = (Basis.LONGEST_30_DAYS, Basis.LAST_DONE, Basis.ENTRY)


def run_cap(km: Known, minutes: Known) -> Cap:
    """The longest next run. Each unit is bounded by its own first ground that is known: the longest run, the
    last one done, the session it began with. Where none of both is, a walk-run session bounds it: there is no
    run without a limit, and what is known in one unit never lifts the limit in the other.
    """
    distance, of_km = _bound(km)
    time, of_minutes = _bound(minutes)
    bases = [basis for basis in _OF_A_RUN if basis in {of_km, of_minutes}]
    if not bases:
        return Cap(None, _REASONS[Basis.PLAN], ("B22", "B25"), MINUTES_NOTHING_KNOWN, Basis.PLAN)
    whole_minutes = None if time is None else float(math.floor(round(time, 6)))
    return Cap(_rounded(distance), _reason(of_km, of_minutes), ("B23",), whole_minutes, bases[0])


def _bound(known: Known) -> tuple[float | None, Basis | None]:
    """The limit of a run in one unit, and what it rests on."""
    for basis, ground in zip(_OF_A_RUN, known, strict=True):
        if ground is not None:
            return ground * (RUN_OVER_LONGEST if basis is Basis.LONGEST_30_DAYS else 1.0), basis
    return None, None


def _reason(of_km: Basis | None, of_minutes: Basis | None) -> str:
    """Why a run goes no further; said for each unit where they rest on different grounds."""
    if of_km is None or of_minutes is None or of_km is of_minutes:
        return next(_REASONS[basis] for basis in (of_km, of_minutes) if basis is not None)
    km, minutes = (_REASONS[basis] for basis in (of_km, of_minutes))
    return f"In km {km[0].lower()}{km[1:-1]}; in minutes {minutes[0].lower()}{minutes[1:]}"


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


class Amount(NamedTuple):
    """Running in each unit, where it is known."""

    km: float | None = None
    minutes: float | None = None


NOTHING_KNOWN = Amount()


def week_cap(
    previous: Amount,
    *,
    week: int,
    last_7_days_green: bool,
    plan: Amount = NOTHING_KNOWN,
) -> Cap:
    """The most a week may hold in each unit; ``week`` counts from 1, ``previous`` is what was really run.

    Where nothing is known of that, a week holds its runs at the length of the first session, ``plan``.
    Without green checks for seven days the week before isn't exceeded; every fourth week is lighter.
    """
    ground = plan if previous == NOTHING_KNOWN else previous
    if week % LIGHT_WEEK_EVERY == 0:
        least = Amount(*(None if figure is None else figure * LIGHT_WEEK_SHARE for figure in ground))
        return _of_a_week(least, "Every fourth week is a quarter lighter.", "author-judgement")
    if plan == ground == NOTHING_KNOWN:
        return _of_a_week(plan, "The week before isn't known: no more than the planned sessions.", "B24")
    if previous == NOTHING_KNOWN:
        return _of_a_week(plan, "A week's runs at the length of the first session.", "B24")
    if not last_7_days_green:
        return _of_a_week(ground, "No more than last week: the last 7 days weren't all green.", "B19")
    more = Amount(_more(ground.km, WEEK_KM_MORE), _more(ground.minutes, WEEK_MINUTES_MORE))
    words = "A tenth more than last week, or one km or 7 minutes, and never above 30 % more."
    return _of_a_week(more, words, "B24", "EH-C3")


def _more(previous: float | None, least: float) -> float | None:
    if previous is None:
        return None
    return min(max(previous * WEEK_OVER_WEEK, previous + least), previous * WEEK_NEVER_OVER)


def _rounded(figure: float | None) -> float | None:
    return None if figure is None else round(figure, 2)


def _of_a_week(most: Amount, reason: str, *sources: str) -> Cap:
    return Cap(_rounded(most.km), reason, sources, _rounded(most.minutes))


def needs_new_start(days_since_last_run: int | None) -> bool:
    """Whether so long a gap sends the runner back to a stage, or to half the distance."""
    return days_since_last_run is not None and days_since_last_run >= GAP_DAYS
