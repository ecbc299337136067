"""What follows from a criterion: running now, activity, the gate before running, and what is released.

The one table from which advice, gate, run permission and plan derive; each criterion names its row, and what
holds for a record is the most cautious of its met criteria, column by column.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple


class Running(StrEnum):
    """Running now, least to most cautious; ``UNTIL_SETTLED``: none until the pain was usual for a day."""

    WITHIN_LIMITS = "within_limits"
    MODIFIED = "modified"
    UNTIL_SETTLED = "until_settled"
    NONE = "none"


class Activity(StrEnum):
    """Activity beside running, least to most cautious."""

    NORMAL = "normal"
    LOW_IMPACT = "low_impact"
    NO_IMPACT = "no_impact"
    REST = "rest"


class Gate(StrEnum):
    """What must have been passed before anybody runs, least to most cautious."""

    NONE = "none"
    CALM_24H = "calm_24h"
    P1 = "p1"
    EXAMINATION = "examination"
    CLEARANCE = "clearance"
    NEW_ASSESSMENT = "new_assessment"
    REFERRAL_OUTCOME = "referral_outcome"


class Released(StrEnum):
    """How much of a programme is released, most to least."""

    PROGRAMME = "programme"
    REDUCED = "reduced"
    TEST_RUN = "test_run"
    GRADED = "graded"
    REHAB = "rehab"
    ACTIVITY_ONLY = "activity_only"
    WITHHELD = "withheld"
    REFERRAL_ONLY = "referral_only"


class Follows(NamedTuple):
    """One row; every column is ordered from the least to the most cautious."""

    running: Running
    activity: Activity
    gate: Gate
    released: Released

    @classmethod
    def of(cls, stored: Mapping[str, str]) -> Follows:
        """The row of stored words. Raises ValueError for words that the table doesn't have."""
        return cls(
            Running(stored["running"]),
            Activity(stored["activity"]),
            Gate(stored["gate"]),
            Released(stored["released"]),
        )

    def as_dict(self) -> dict[str, str]:
        """The row as JSON-ready data."""
        return {name: word.value for name, word in self._asdict().items()}


#: Gates that a named clinician opens, by examining and clearing.
CLEARED_BY_A_CLINICIAN = (Gate.EXAMINATION, Gate.CLEARANCE)
COLUMNS = (Running, Activity, Gate, Released)

REFERRED_AT_ONCE = Follows(
    Running.NONE, Activity.REST, Gate.REFERRAL_OUTCOME, Released.REFERRAL_ONLY
)  # an emergency, or seen the same day
REFERRED = Follows(Running.NONE, Activity.NO_IMPACT, Gate.REFERRAL_OUTCOME, Released.REFERRAL_ONLY)
FRACTURE_UNDER_TREATMENT = Follows(Running.NONE, Activity.REST, Gate.CLEARANCE, Released.WITHHELD)
CLEARED_FIRST = Follows(Running.NONE, Activity.NO_IMPACT, Gate.CLEARANCE, Released.ACTIVITY_ONLY)
CLEARED_FIRST_LOW_IMPACT = Follows(Running.NONE, Activity.LOW_IMPACT, Gate.CLEARANCE, Released.ACTIVITY_ONLY)
EXAMINED_FIRST = Follows(Running.NONE, Activity.NO_IMPACT, Gate.EXAMINATION, Released.ACTIVITY_ONLY)
EXAMINED_FIRST_LOW_IMPACT = Follows(
    Running.NONE, Activity.LOW_IMPACT, Gate.EXAMINATION, Released.ACTIVITY_ONLY
)
REHABILITATED = Follows(Running.NONE, Activity.LOW_IMPACT, Gate.P1, Released.REHAB)
SETTLED_FIRST = Follows(Running.UNTIL_SETTLED, Activity.LOW_IMPACT, Gate.CALM_24H, Released.TEST_RUN)
SETTLED = Follows(Running.MODIFIED, Activity.LOW_IMPACT, Gate.NONE, Released.TEST_RUN)
GRADED = Follows(Running.NONE, Activity.LOW_IMPACT, Gate.P1, Released.GRADED)
GRADED_AFTER_EXAMINATION = Follows(Running.NONE, Activity.LOW_IMPACT, Gate.EXAMINATION, Released.GRADED)
REDUCED = Follows(Running.MODIFIED, Activity.NORMAL, Gate.NONE, Released.REDUCED)
NOTHING_CHANGES = Follows(Running.WITHIN_LIMITS, Activity.NORMAL, Gate.NONE, Released.PROGRAMME)
ASKED_FIRST_AT_REST = Follows(Running.NONE, Activity.REST, Gate.NEW_ASSESSMENT, Released.WITHHELD)
ASKED_FIRST = Follows(Running.NONE, Activity.LOW_IMPACT, Gate.NEW_ASSESSMENT, Released.WITHHELD)


_ORDERS = tuple({word: place for place, word in enumerate(words)} for words in COLUMNS)


def most_cautious(rows: Sequence[Follows]) -> Follows:
    """The most cautious word of each column; at least one row is needed."""
    if len(rows) == 1:
        return rows[0]
    columns = zip(*rows, strict=True)
    return Follows(
        *[max(column, key=order.__getitem__) for column, order in zip(columns, _ORDERS, strict=True)]
    )
