"""What a criterion is: a condition, and what it contributes when it is met."""

from __future__ import annotations

from dataclasses import dataclass

from assessments.protocol.conditions import Condition, Context
from assessments.protocol.vocabulary import (
    AdjustLevel,
    Decision,
    InsufficiencyKind,
    Urgency,
    rank,
    urgency_rank,
)


@dataclass(frozen=True, slots=True)
class Criterion:
    """One row of the decision table. Without a `decision` it contributes its urgency alone.

    `sources` are statement ids (EH-, HH-, AA-), evidence ids (B01 …), or one of
    "author-judgement", "safety-principle" and "scope".
    """

    id: str
    title: str
    condition: Condition
    decision: Decision | None
    urgency: Urgency
    rationale: str
    sources: tuple[str, ...]
    insufficiency_kind: InsufficiencyKind | None = None
    adjust_level: AdjustLevel | None = None

    @property
    def rank(self) -> int:
        """Caution of the decision it contributes; 0 when it contributes none."""
        return rank(self.decision, self.insufficiency_kind) if self.decision else 0

    @property
    def urgency_rank(self) -> int:
        """Order of the urgency it contributes."""
        return urgency_rank(self.urgency)

    def as_json(self) -> dict[str, object]:
        """The criterion as plain data, parameters by name."""
        return {
            "id": self.id,
            "title": self.title,
            "condition": self.condition.as_json(),
            "decision": self.decision,
            "insufficiency_kind": self.insufficiency_kind,
            "urgency": self.urgency,
            "adjust_level": self.adjust_level,
            "rationale": self.rationale,
            "sources": list(self.sources),
        }

    def statement(self, context: Context) -> str:
        """The whole condition in words, parameter values filled in."""
        return self.condition.sentence(context)
