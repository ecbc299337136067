"""A state as the settings show it: in words, with a shape and a colour beside them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class State:
    """``look`` is one of good, waits, bad, off: a disc, a triangle, an octagon, a ring."""

    words: str
    look: str = "good"


def many(count: int, one: str, several: str = "") -> str:
    """A number with its noun: 1 member, 2 members, no members."""
    noun = one if count == 1 else several or f"{one}s"
    return f"{count or 'no'} {noun}"
