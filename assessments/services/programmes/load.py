"""The running of each week since the release, in km and in minutes, against its cap (F.4)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from assessments.models import Programme
from assessments.protocol.programme import Amount, Cap, Phase, Reaction, gap_ended, week_cap
from assessments.protocol.programme.load import (
    LIGHT_WEEK_EVERY,
    MINUTES_AFTER_THE_TABLE,
    NOTHING_KNOWN,
    SHARE_AFTER_A_GAP,
)
from assessments.services.programmes.past import Past, Ran, past_of

WEEK = timedelta(days=7)
#: Less than this isn't worth a run.
SHORTEST_RUN = Amount(km=2.0, minutes=12.0)
NOTHING_DONE = Amount(0.0, 0.0)
#: How often somebody runs of whom that isn't known.
RUNS_PER_WEEK = 3
#: Who began in one of these came to building through the walk-run table, and counts in minutes.
AHEAD_OF_BUILDING = frozenset({Phase.CALM, Phase.RESTORE, Phase.GRADED_RETURN})


@dataclass(frozen=True, slots=True)
class Week:
    """One week; ``km``, ``minutes`` and ``within`` are None where those of a run aren't known.

    ``used`` counts a run of which that isn't known as its session. ``runs_allowed`` are those of a week.
    """

    number: int
    starts_at: datetime
    runs: int
    km: float | None
    cap: Cap
    minutes: float | None = None
    used: Amount = NOTHING_DONE
    runs_allowed: int = RUNS_PER_WEEK

    @property
    def ends_at(self) -> datetime:
        """When the next one begins."""
        return self.starts_at + WEEK

    @property
    def lighter(self) -> bool:
        """Whether it is one of the lighter weeks, in which a session is lighter, too."""
        return self.number % LIGHT_WEEK_EVERY == 0

    @property
    def left(self) -> Amount:
        """What of the cap is left, in each unit that has one."""
        caps = (self.cap.km, self.cap.minutes)
        return Amount(
            *(
                None if cap is None else max(cap - (used or 0.0), 0.0)
                for cap, used in zip(caps, self.used, strict=True)
            )
        )

    @property
    def full(self) -> bool:
        """Whether its runs are done, or too little is left for one; its first run is as short as its cap."""
        too_little = any(
            left is not None and shortest is not None and left < shortest
            for left, shortest in zip(self.left, SHORTEST_RUN, strict=True)
        )
        return self.runs >= self.runs_allowed or (self.runs > 0 and too_little)

    @property
    def within_km(self) -> bool | None:
        """Whether the distance that was run is within the cap."""
        return _within(self.km, self.cap.km)

    @property
    def within(self) -> bool | None:
        """Whether what was run is within the cap, in every unit that is known."""
        known = {self.within_km, _within(self.minutes, self.cap.minutes)} - {None}
        return all(known) if known else None


def _within(done: float | None, cap: float | None) -> bool | None:
    return None if done is None or cap is None else done <= cap


def weeks_of(programme: Programme, *, now: datetime, past: Past | None = None) -> list[Week]:
    """Return the weeks since the release, the running one last; weeks begin when the programme began.

    A cap rests on the last week in which there was a run, after a lighter week on the one before that. After
    a week without a run it grows by nothing, and after two weeks without one it is half. ``past`` if it is
    read already.
    """
    began = programme.released_at
    if began is None:
        return []
    past = past or past_of(programme)
    runs = [run for run in past.runs if run.own]
    others = [at for at, reaction in past.reactions if reaction is not Reaction.GREEN]
    plan, allowed = _plan(programme), _runs_allowed(programme)
    weeks: list[Week] = []
    before, told = NOTHING_KNOWN, True
    while (starts := began + len(weeks) * WEEK) <= now:
        done = [run for run in runs if starts <= run.at < starts + WEEK]
        last = max((run.at for run in runs if run.at < starts), default=None)
        green = told and not any(starts - WEEK <= at < starts for at in others)
        cap = _cap(before, last, starts, number=len(weeks) + 1, green=green, plan=plan)
        km = _total([run.km for run in done])
        minutes = _total([run.minutes for run in done])
        week = Week(len(weeks) + 1, starts, len(done), km, cap, minutes, _used(done), allowed)
        weeks.append(week)
        if not week.lighter or before == NOTHING_KNOWN:
            before = _last_known(done, before)
        told = all(run.km is not None or run.minutes is not None for run in done)
    return weeks


def _plan(programme: Programme) -> Amount:
    """A week's runs at the length of the first session, in the unit in which that is known."""
    start, runs = programme.content["start"], _runs_allowed(programme)
    if start["run_km"]:
        return Amount(km=start["run_km"] * runs)
    if start["phase"]["phase"] in AHEAD_OF_BUILDING:
        return Amount(minutes=MINUTES_AFTER_THE_TABLE * runs)
    return NOTHING_KNOWN


def _runs_allowed(programme: Programme) -> int:
    """The runs of a week: as many as were usual, whole ones; at least one."""
    usual = programme.assessment.answers.get("runs_per_week")
    return RUNS_PER_WEEK if usual is None else max(math.floor(usual), 1)


def _total(figures: Sequence[float | None]) -> float | None:
    """The sum, where every one is known."""
    return None if None in figures else round(sum(figure or 0.0 for figure in figures), 2)


def _used(done: Sequence[Ran]) -> Amount:
    """What a week's runs have used: a run of which that isn't known counts as its session."""
    km = sum(run.km if run.km is not None else run.planned_km or 0.0 for run in done)
    minutes = sum(run.minutes if run.minutes is not None else run.planned_minutes or 0.0 for run in done)
    return Amount(round(km, 2), round(minutes, 2))


def _last_known(done: Sequence[Ran], before: Amount) -> Amount:
    """What the next week's cap rests on, in each unit of which something is known."""
    used = _used(done)
    return Amount(used.km or before.km, used.minutes or before.minutes)


def _cap(
    before: Amount, last: datetime | None, starts: datetime, *, number: int, green: bool, plan: Amount
) -> Cap:
    if before != NOTHING_KNOWN and gap_ended(last, now=starts):
        half = [None if figure is None else round(figure * SHARE_AFTER_A_GAP, 2) for figure in before]
        reason = "Half of the last week with a run: two weeks have passed without one."
        return Cap(half[0], reason, ("B24",), half[1])
    ran_last_week = last is not None and last >= starts - WEEK
    return week_cap(before, week=number, last_7_days_green=green and ran_last_week, plan=plan)
