"""The distance of each week against its cap: a bar for the week, a line across it for the cap."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from assessments.dashboard.charts.axis import LEFT, RIGHT, WIDTH, Axis, Tick

HEIGHT = 240.0
TOP, BOTTOM = 24.0, 196.0
#: Of a week's room, what its bar takes, and what its cap takes.
BAR, CAP = 0.56, 0.84
LEAST_TOP_KM = 5.0


@dataclass(frozen=True, slots=True)
class LoadWeek:
    """A week as it was counted; ``km`` and ``cap_km`` are None where they aren't known."""

    number: int
    starts_at: dt.datetime
    km: float | None
    cap_km: float | None
    within: bool | None


@dataclass(frozen=True, slots=True)
class Bar:
    """One week. Without ``height`` its distance isn't known; ``cap`` is the height of its line, if any."""

    x: float
    width: float
    middle: float
    y: float | None
    height: float | None
    cap: float | None
    cap_from: float
    cap_to: float
    over: bool
    label: str
    words: str


@dataclass(frozen=True, slots=True)
class LoadChart:
    """Everything that is drawn."""

    description: str
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    right: float = RIGHT
    top: float = TOP
    bottom: float = BOTTOM


def load_chart(weeks: Sequence[LoadWeek]) -> LoadChart | None:
    """Draw the weeks, oldest first; nothing without one."""
    if not weeks:
        return None
    top = _round_up(max([LEAST_TOP_KM, *(km for week in weeks for km in (week.km, week.cap_km) if km)]))
    up = Axis(0, top, BOTTOM, TOP)
    room = min((RIGHT - LEFT) / len(weeks), 120.0)
    return LoadChart(
        description=_description(weeks),
        bars=tuple(_bar(index, week, room, up) for index, week in enumerate(weeks)),
        ticks=tuple(Tick(up.at(top * step / 4), f"{top * step / 4:g}") for step in range(5)),
    )


def _bar(index: int, week: LoadWeek, room: float, up: Axis) -> Bar:
    middle = LEFT + room * (index + 0.5)
    y = None if week.km is None else up.at(week.km)
    return Bar(
        x=round(middle - room * BAR / 2, 1),
        width=round(room * BAR, 1),
        middle=round(middle, 1),
        y=y,
        height=None if y is None else round(BOTTOM - y, 1),
        cap=None if week.cap_km is None else up.at(week.cap_km),
        cap_from=round(middle - room * CAP / 2, 1),
        cap_to=round(middle + room * CAP / 2, 1),
        over=week.within is False,
        label=str(week.number),
        words=f"Week {week.number}: {said(week)}",
    )


def said(week: LoadWeek) -> str:
    """A week in words."""
    done = "distance not known" if week.km is None else f"{week.km:g} km"
    if week.cap_km is None:
        return f"{done}, no cap yet"
    held = {True: "within the cap of", False: "OVER the cap of", None: "the cap is"}[week.within]
    return f"{done}, {held} {week.cap_km:g} km"


def _round_up(km: float) -> float:
    """The next number whose quarters are easy to read."""
    step = next(step for step in (1, 2, 4, 10, 20, 40, 100, 200, 400, 1000, 4000, 10_000) if km <= step * 20)
    return float(-(-km // (step * 4)) * step * 4) if km > step * 4 else float(step * 4)


def _description(weeks: Sequence[LoadWeek]) -> str:
    over = [str(week.number) for week in weeks if week.within is False]
    unknown = sum(week.km is None for week in weeks)
    latest = weeks[-1]
    beyond = f"Over the cap: week {', '.join(over)}. " if over else "No week went over its cap. "
    unsaid = f"Distance not known in {unknown} weeks. " if unknown else ""
    return f"{len(weeks)} weeks. {beyond}{unsaid}The latest, week {latest.number}: {said(latest)}."
