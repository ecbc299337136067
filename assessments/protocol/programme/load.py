"""How much running a run and a week may hold (F.4). Distances in km."""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Cap:
    """A limit in km with its reason; ``km`` is None where what it rests on isn't known."""

    km: float | None
    reason: str
    sources: tuple[str, ...]

    def as_dict(self) -> dict[str, object]:
        """The cap as JSON-ready data."""
        return {"km": self.km, "reason": self.reason, "sources": list(self.sources)}


def run_cap(longest_run_30d_km: float | None) -> Cap:
    """The longest next run; nothing known means nothing allowed beyond the planned session."""
    km = None if longest_run_30d_km is None else round(longest_run_30d_km * RUN_OVER_LONGEST, 2)
    return Cap(km, "At most a tenth more than the longest run of the last 30 days.", ("B23",))


def week_cap(previous_week_km: float | None, *, week: int, last_7_days_green: bool) -> Cap:
    """The most a week may hold; ``week`` counts from 1, ``previous_week_km`` is what was really run.

    Without green checks for seven days the week before isn't exceeded; every fourth week is lighter.
    """
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
