"""The distance of each week since the release against its cap (F.4)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from assessments.models import Programme
from assessments.protocol.programme import Cap, Reaction, gap_ended, week_cap
from assessments.protocol.programme.load import SHARE_AFTER_A_GAP
from assessments.services.programmes.past import Past, past_of

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Week:
    """One week; ``km`` and ``within`` are None where a run's distance isn't known."""

    number: int
    starts_at: datetime
    runs: int
    km: float | None
    cap: Cap

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
    runs = [(run.at, run.km) for run in past.runs if run.own]
    others = [at for at, reaction in past.reactions if reaction is not Reaction.GREEN]
    weeks: list[Week] = []
    before: float | None = None
    while (starts := began + len(weeks) * WEEK) <= now:
        done = [km for at, km in runs if starts <= at < starts + WEEK]
        total = None if None in done else round(sum(km for km in done if km is not None), 2)
        last = max((at for at, _ in runs if at < starts), default=None)
        green = not any(starts - WEEK <= at < starts for at in others)
        cap = _cap(before, last, starts, number=len(weeks) + 1, green=green)
        weeks.append(Week(len(weeks) + 1, starts, len(done), total, cap))
        before = total if done else before
    return weeks


def _cap(before: float | None, last: datetime | None, starts: datetime, *, number: int, green: bool) -> Cap:
    if before is not None and gap_ended(last, now=starts):
        km = round(before * SHARE_AFTER_A_GAP, 2)
        return Cap(km, "Half of the last week with a run: two weeks have passed without one.", ("B24",))
    ran_last_week = last is not None and last >= starts - WEEK
    return week_cap(before, week=number, last_7_days_green=green and ran_last_week)
