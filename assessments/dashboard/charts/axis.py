"""Where a value stands on a drawing."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

#: The drawing, in its own units; what shows it scales it.
WIDTH = 760.0
LEFT, RIGHT = 40.0, 748.0


@dataclass(frozen=True, slots=True)
class Axis:
    """A straight scale: ``low`` is drawn at ``start``, ``high`` at ``end``; a single value in the middle."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """The coordinate of a value, to a tenth."""
        if self.high == self.low:
            return round((self.start + self.end) / 2, 1)
        share = (value - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis with its words."""

    at: float
    words: str


def time_axis(moments: Sequence[dt.datetime], *, inset: float) -> Axis:
    """From the first moment to the last, with room at both ends."""
    seconds = [moment.timestamp() for moment in moments]
    return Axis(min(seconds), max(seconds), LEFT + inset, RIGHT - inset)


def day_ticks(moments: Sequence[dt.datetime], axis: Axis, zone: dt.tzinfo, *, most: int) -> tuple[Tick, ...]:
    """Days that were drawn, at most so many and never so close that their words touch."""
    apart = (RIGHT - LEFT) / most
    found: list[Tick] = []
    for moment in moments:
        at = axis.at(moment.timestamp())
        if not found or at - found[-1].at >= apart:
            local = moment.astimezone(zone)
            found.append(Tick(at, f"{local.day} {local:%b %y}"))
    return tuple(found)
