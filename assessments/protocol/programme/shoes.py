"""When shoes are looked at and when they are replaced (K2): the thresholds, each with its sources.

The evidence is weak, and shoes are never a cause on their own; nothing here changes a decision or a run.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from assessments.protocol.parameters import default_number

MONTHS_OF_A_YEAR = 12
_PHASE_IN = "Think of a new pair, and phase it in over two weeks."


class ShoeAdvice(StrEnum):
    """What is advised about a pair, from the least to the most."""

    KEEP = "keep"
    INSPECT = "inspect"
    REPLACE = "replace"


class ShoeSign(StrEnum):
    """What it is advised for."""

    DISTANCE = "distance"
    AGE = "age"
    WEAR = "wear"


@dataclass(frozen=True, slots=True)
class ShoeLimit:
    """One threshold, inclusive: so many km or months, or visible wear, which has no number."""

    advice: ShoeAdvice
    sign: ShoeSign
    value: int | None
    unit: str
    statement: str
    sources: tuple[str, ...]

    def as_dict(self) -> dict[str, object]:
        """The threshold as JSON-ready data."""
        return {
            "advice": self.advice,
            "sign": self.sign,
            "value": self.value,
            "unit": self.unit,
            "statement": self.statement,
            "sources": list(self.sources),
        }


def _by_distance(advice: ShoeAdvice, parameter: str, statement: str) -> ShoeLimit:
    sources = ("HH-F01", "AA-F01")
    return ShoeLimit(advice, ShoeSign.DISTANCE, int(default_number(parameter)), "km", statement, sources)


def _by_age(advice: ShoeAdvice, parameter: str, statement: str) -> ShoeLimit:
    return ShoeLimit(advice, ShoeSign.AGE, int(default_number(parameter)), "mo", statement, ("HH-F01",))


SHOE_LIMITS: tuple[ShoeLimit, ...] = (
    _by_distance(ShoeAdvice.INSPECT, "shoe_inspect_km", "Look at soles and heels from this distance on."),
    _by_age(ShoeAdvice.INSPECT, "shoe_inspect_months", "Look at soles and heels from this age on."),
    _by_distance(ShoeAdvice.REPLACE, "shoe_replace_km", _PHASE_IN),
    _by_age(ShoeAdvice.REPLACE, "shoe_replace_months", _PHASE_IN),
    ShoeLimit(
        ShoeAdvice.REPLACE,
        ShoeSign.WEAR,
        None,
        "",
        "Worn or badly fitting: a new pair, phased in over two weeks.",
        ("HH-F02", "AA-C3"),
    ),
)


def reached_limits(*, km: float, months: int, worn: bool) -> tuple[ShoeLimit, ...]:
    """Return the thresholds that a pair has reached, those of replacing last."""
    return tuple(_reached(km, months, worn))


def advice_of(reached: tuple[ShoeLimit, ...]) -> ShoeAdvice:
    """The most that any of the thresholds advises."""
    advised = {limit.advice for limit in reached}
    if ShoeAdvice.REPLACE in advised:
        return ShoeAdvice.REPLACE
    return ShoeAdvice.INSPECT if advised else ShoeAdvice.KEEP


def months_between(started_on: date, today: date) -> int:
    """Whole months of age; none for a pair that starts in the future."""
    months = (today.year - started_on.year) * MONTHS_OF_A_YEAR + today.month - started_on.month
    return max(months - (today.day < started_on.day), 0)


def _reached(km: float, months: int, worn: bool) -> Iterator[ShoeLimit]:
    measured = {ShoeSign.DISTANCE: km, ShoeSign.AGE: float(months)}
    for limit in SHOE_LIMITS:
        if limit.value is None:
            if worn:
                yield limit
        elif measured[limit.sign] >= limit.value:
            yield limit
