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


#: The smallest group whose number is shown. Nobody is in a group of none: zero is shown.
SMALLEST_SHOWN = 5


def small(count: int) -> bool:
    """Whether a group is too small to be shown."""
    return 0 < count < SMALLEST_SHOWN


def kept_back(parts: Mapping[str, int]) -> frozenset[str]:
    """The parts of a whole that is itself shown (or small) that must not be.

    Small ones, and the next larger ones for as long as subtracting what is shown from the whole would give a
    small group away.
    """
    by_size = sorted((count, name) for name, count in parts.items() if count)
    hidden = {name for count, name in by_size if small(count)}
    if small(sum(parts.values())):
        return frozenset(parts)
    for _, name in by_size:
        left = sum(parts[one] for one in hidden)
        if not hidden or (len(hidden) > 1 and not small(left)):
            break
        hidden.add(name)
    return frozenset(hidden)
