"""After how many days a share of the programmes had come to something.

Programmes that ended or still go on without it count for as long as they were watched: leaving them out would
make every clinic look faster than it is (Kaplan and Meier's estimate). Exact arithmetic, whole days.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

QUARTILES: Mapping[str, Fraction] = {
    "lower_quartile": Fraction(1, 4),
    "median": Fraction(1, 2),
    "upper_quartile": Fraction(3, 4),
}


class Fate(StrEnum):
    """What became of a programme in regard to one milestone."""

    REACHED = "reached"
    ENDED_BEFORE = "ended_before"
    STILL_GOING = "still_going"


@dataclass(frozen=True, slots=True)
class Watched:
    """So many programmes that came to this after so many days, day 0 being that of the release."""

    days: int
    fate: Fate
    count: int


def quartiles(watched: Iterable[Watched]) -> dict[str, int | None]:
    """The days by which a quarter, half and three quarters had reached it; None while fewer have.

    On one day those who reach it come before those who are watched no longer.
    """
    rows = list(watched)
    at_risk, without = sum(row.count for row in rows), Fraction(1)
    found: dict[str, int | None] = dict.fromkeys(QUARTILES)
    for day in sorted({row.days for row in rows}):
        today = [row for row in rows if row.days == day]
        reached = sum(row.count for row in today if row.fate is Fate.REACHED)
        without *= 1 - Fraction(reached, at_risk)
        for name, share in QUARTILES.items():
            if found[name] is None and 1 - without >= share:
                found[name] = day
        at_risk -= sum(row.count for row in today)
    return found
