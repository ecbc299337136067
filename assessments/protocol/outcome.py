"""What a decision comes to, without its reasons, and which of two is the more cautious."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from assessments.protocol.vocabulary import (
    ADJUST_LEVELS,
    URGENCIES,
    AdjustLevel,
    Decision,
    InsufficiencyKind,
    Urgency,
    rank,
)


class Direction(StrEnum):
    """Which way a decision goes; the way that can hurt somebody stands first."""

    LESS_CAUTIOUS = "less_cautious"
    MORE_CAUTIOUS = "more_cautious"


class Outcome(NamedTuple):
    """What a runner is told: decision, urgency, and how much is adjusted when running is."""

    decision: Decision
    kind: InsufficiencyKind | None
    urgency: Urgency
    level: AdjustLevel | None

    @classmethod
    def of(cls, decision: str, kind: str | None, urgency: str, level: str | None) -> Outcome:
        """The outcome of stored words. Raises ValueError for words that the protocol doesn't have."""
        found = cls(
            Decision(decision),
            InsufficiencyKind(kind) if kind else None,
            Urgency(urgency),
            AdjustLevel(level) if level else None,
        )
        rank(found.decision, found.kind)
        return found

    @property
    def caution(self) -> tuple[int, int, int]:
        """Rank of the decision, of the urgency and of the adjustment: each higher is more cautious."""
        level = ADJUST_LEVELS.index(self.level) if self.level else 0
        return rank(self.decision, self.kind), URGENCIES.index(self.urgency), level

    def as_dict(self) -> dict[str, str | None]:
        """The outcome as JSON-ready data, in the words of an evaluation."""
        return {
            "decision": self.decision,
            "insufficiency_kind": self.kind,
            "urgency": self.urgency,
            "adjust_level": self.level,
        }

    def __str__(self) -> str:
        detail = self.kind or self.level
        return f"{self.decision}{f' ({detail})' if detail else ''}, {self.urgency}"


def direction(before: Outcome, after: Outcome) -> Direction | None:
    """Which way it went; less cautious when any part of it did, None when nothing changed.

    How much is adjusted counts only where both decisions adjust.
    """
    if before == after:
        return None
    was, now = before.caution, after.caution
    parts = 3 if before.decision == after.decision == Decision.ADJUST_RUNNING else 2
    fell = any(b > a for b, a in zip(was[:parts], now[:parts], strict=True))
    return Direction.LESS_CAUTIOUS if fell else Direction.MORE_CAUTIOUS
