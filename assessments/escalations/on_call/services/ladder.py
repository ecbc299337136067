"""The ladder of an urgency: whom each step tells after how long, and how often the last one repeats."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

#: Whom a step may tell. ``on_call`` is the first of those on call whom a message can reach.
ASSESSOR, ON_CALL, ALL_ON_CALL, LEAD, ALL_CLINICIANS = WHO = (
    "assessor",
    "on_call",
    "all_on_call",
    "lead",
    "all_clinicians",
)
EMERGENCY = "emergency_now"
#: There is always somebody of these: a gap in the rota falls to the lead, any clinician, the operator.
_NEVER_NOBODY = {ON_CALL, ALL_ON_CALL, ALL_CLINICIANS}
_HOUR, _DAY = 60, 24 * 60

#: The latest a step may come and the longest a repeat may wait, in minutes: the shortest time to acknowledge.
LATEST_MINUTES: Mapping[str, int] = {
    EMERGENCY: 15,
    "complete_screen_now": 4 * _HOUR,
    "same_day": 8 * _HOUR,
    "within_2_weeks": 2 * _DAY,
    "routine": 5 * _DAY,
}
#: An emergency's second step comes, and its messages repeat, at least this often.
EMERGENCY_MINUTES = 5


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


def _default(minutes: int, *second: str) -> Ladder:
    return Ladder((Step(0, (ASSESSOR, ON_CALL)), Step(minutes, second)), minutes)


DEFAULT_LADDERS: Mapping[str, Ladder] = {
    EMERGENCY: _default(EMERGENCY_MINUTES, ALL_ON_CALL, LEAD),
    "complete_screen_now": _default(30, LEAD),
    "same_day": _default(_HOUR, LEAD),
    "within_2_weeks": _default(_DAY, LEAD),
    "routine": _default(_DAY, LEAD),
}


def problems_of(urgency: str, ladder: Ladder) -> Iterator[tuple[str, str]]:
    """What makes a ladder unsafe: (pointer inside the ladder, sentence)."""
    latest = LATEST_MINUTES[urgency]
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
    if urgency == EMERGENCY:
        yield from _problems_of_emergency(ladder)
    elif ladder.repeat_minutes > latest:
        yield "/repeat_minutes", f"Must be at most {latest}: the time to acknowledge."


def _problems_of_emergency(ladder: Ladder) -> Iterator[tuple[str, str]]:
    if len(ladder.steps) == 1:
        yield "/steps", "An emergency needs a second step: the first may not answer."
    elif ladder.steps[1].after_minutes > EMERGENCY_MINUTES:
        yield "/steps/1/after_minutes", f"Must be at most {EMERGENCY_MINUTES} in an emergency."
    if ladder.repeat_minutes > EMERGENCY_MINUTES:
        yield "/repeat_minutes", f"Must be at most {EMERGENCY_MINUTES} in an emergency."
