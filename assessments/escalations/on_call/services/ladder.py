"""The ladder of an urgency: whom each step tells after how long, and how often the last one repeats."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from assessments.protocol.urgencies import MEANINGS, meaning_of

#: Whom a step may tell. ``on_call`` is the first of those on call whom a message can reach.
ASSESSOR, ON_CALL, ALL_ON_CALL, LEAD, ALL_CLINICIANS = WHO = (
    "assessor",
    "on_call",
    "all_on_call",
    "lead",
    "all_clinicians",
)
#: There is always somebody of these: a gap in the rota falls to the lead, any clinician, the operator.
_NEVER_NOBODY = {ON_CALL, ALL_ON_CALL, ALL_CLINICIANS}


@dataclass(frozen=True, slots=True)
class Step:
    """``after_minutes`` from the opening, these are told as well as everybody told before."""

    after_minutes: int
    who: tuple[str, ...] = ()
    members: tuple[uuid.UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Ladder:
    """Steps in order of time; everybody told is told again every ``repeat_minutes`` until one answers."""

    steps: tuple[Step, ...]
    repeat_minutes: int


def default_ladder(urgency: str) -> Ladder:
    """The ladder of a clinic that has none of its own for an urgency."""
    meaning = meaning_of(urgency)
    minutes = _minutes(meaning.repeat)
    return Ladder((Step(0, (ASSESSOR, ON_CALL)), Step(minutes, meaning.second_step)), minutes)


def default_ladders() -> dict[str, Ladder]:
    """The default of each urgency that calls somebody."""
    return {urgency.value: default_ladder(urgency) for urgency in MEANINGS}


def latest_minutes(urgency: str) -> int:
    """The latest a step may come and the longest a repeat may wait: the shortest time to acknowledge."""
    return _minutes(meaning_of(urgency).acknowledge.shortest)


def _minutes(time: timedelta) -> int:
    return int(time / timedelta(minutes=1))


def problems_of(urgency: str, ladder: Ladder) -> Iterator[tuple[str, str]]:
    """What makes a ladder unsafe: (pointer inside the ladder, sentence)."""
    latest, bound = latest_minutes(urgency), meaning_of(urgency).no_slower_than
    before = -1
    for place, step in enumerate(ladder.steps):
        if not step.who and not step.members:
            yield f"/steps/{place}/who", "A step must tell somebody."
        if step.after_minutes <= before:
            yield f"/steps/{place}/after_minutes", "Each step comes later than the one before."
        if step.after_minutes > latest:
            yield f"/steps/{place}/after_minutes", f"Must be at most {latest}: the time to acknowledge."
        before = step.after_minutes
    first = ladder.steps[0]
    if first.after_minutes != 0:
        yield "/steps/0/after_minutes", "Must be 0: the first step comes at once."
    if not _NEVER_NOBODY.intersection(first.who):
        yield (
            "/steps/0/who",
            f"Must name one of {', '.join(sorted(_NEVER_NOBODY))}: never nobody.",
        )
    if bound is not None:
        yield from _problems_of_emergency(ladder, _minutes(bound))
    elif ladder.repeat_minutes > latest:
        yield "/repeat_minutes", f"Must be at most {latest}: the time to acknowledge."


def _problems_of_emergency(ladder: Ladder, bound: int) -> Iterator[tuple[str, str]]:
    if len(ladder.steps) == 1:
        yield "/steps", "An emergency needs a second step: the first may not answer."
    elif ladder.steps[1].after_minutes > bound:
        yield "/steps/1/after_minutes", f"Must be at most {bound} in an emergency."
    if ladder.repeat_minutes > bound:
        yield "/repeat_minutes", f"Must be at most {bound} in an emergency."
