"""Which numbers are kept back because they, or what is left when one subtracts, are about few people."""

from collections.abc import Mapping

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
