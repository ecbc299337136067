"""The distance of each week since the release against its cap (F.4)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from assessments.models import Programme
from assessments.protocol.programme import Cap, Reaction, gap_ended, week_cap
from assessments.protocol.programme.load import SHARE_AFTER_A_GAP
from assessments.services.programmes.past import Past, past_of

WEEK = timedelta(days=7)
#: Less than this isn't worth a run.
SHORTEST_RUN_KM = 2.0
#: How often somebody runs of whom that isn't known.
RUNS_PER_WEEK = 3


@dataclass(frozen=True, slots=True)
class Week:
    """One week; ``km`` and ``within`` are None where a run's distance isn't known."""

    number: int
    starts_at: datetime
    runs: int
    km: float | None
    cap: Cap
    used_km: float = 0.0

    @property
    def ends_at(self) -> datetime:
        """When the next one begins."""
        return self.starts_at + WEEK

    @property
    def left_km(self) -> float | None:
        """What of the cap is left; a run whose distance isn't known has used what was planned."""
        return None if self.cap.km is None else max(self.cap.km - self.used_km, 0.0)

    @property
    def full(self) -> bool:
        """Whether too little is left for a run; the first run of a week is as short as its cap."""
        return self.runs > 0 and self.left_km is not None and self.left_km < SHORTEST_RUN_KM

    @property
    def within(self) -> bool | None:
        """Whether what was run is within the cap."""
        return None if self.cap.km is None or self.km is None else self.km <= self.cap.km


def weeks_of(programme: Programme, *, now: datetime, past: Past | None = None) -> list[Week]:
    """Return the weeks since the release, the running one last; weeks begin when the programme began.

    A cap rests on the last week in which there was a run. After a week without one it grows by nothing, and
    after two weeks without one it is half. ``past`` if it is read already.
    """
    began = programme.released_at
    if began is None:
        return []
    past = past or past_of(programme)
    runs = [(run.at, run.km, run.planned_km) for run in past.runs if run.own]
    others = [at for at, reaction in past.reactions if reaction is not Reaction.GREEN]
    weeks: list[Week] = []
    before: float | None = None
    while (starts := began + len(weeks) * WEEK) <= now:
        done = [(km, planned) for at, km, planned in runs if starts <= at < starts + WEEK]
        known = round(sum(km for km, _ in done if km is not None), 2)
        total = None if any(km is None for km, _ in done) else known
        used = round(sum(km if km is not None else planned or 0.0 for km, planned in done), 2)
        last = max((at for at, *_ in runs if at < starts), default=None)
        green = not any(starts - WEEK <= at < starts for at in others)
        number = len(weeks) + 1
        cap = _cap(before, last, starts, number=number, green=green, plan_km=_plan_km(programme))
        weeks.append(Week(len(weeks) + 1, starts, len(done), total, cap, used))
        before = known or before  # of a distance that isn't known nothing is taken for granted
    return weeks


def _plan_km(programme: Programme) -> float | None:
    """A week's runs at the length of the first session; None where that isn't known."""
    first, runs = programme.content["start"]["run_km"], programme.assessment.answers.get("runs_per_week")
    return first * max(runs or RUNS_PER_WEEK, 1) if first else None


def _cap(
    before: float | None,
    last: datetime | None,
    starts: datetime,
    *,
    number: int,
    green: bool,
    plan_km: float | None,
) -> Cap:
    if before is not None and gap_ended(last, now=starts):
        km = round(before * SHARE_AFTER_A_GAP, 2)
        return Cap(km, "Half of the last week with a run: two weeks have passed without one.", ("B24",))
    ran_last_week = last is not None and last >= starts - WEEK
    return week_cap(before, week=number, last_7_days_green=green and ran_last_week, plan_km=plan_km)
