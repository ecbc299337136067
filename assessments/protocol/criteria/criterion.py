"""What a criterion is: a condition, and what it contributes when it is met."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from assessments.protocol.conditions import Answers, Condition, Context
from assessments.protocol.follows import Follows
from assessments.protocol.vocabulary import (
    AdjustLevel,
    Decision,
    InsufficiencyKind,
    Urgency,
    rank,
    urgency_rank,
)


class Door(StrEnum):
    """Where an emergency goes."""

    EMERGENCY_DEPARTMENT = "emergency_department"
    MATERNITY = "maternity"
    AMBULANCE = "ambulance"


@dataclass(frozen=True, slots=True)
class Criterion:
    """One row of the decision table. Without a `decision` it contributes its urgency alone.

    `sources` are statement ids (EH-, HH-, AA-), evidence ids (B01 …), or one of
    "author-judgement", "safety-principle" and "scope". `follows` is what a runner who meets it may do, and
    `follows_when` another row for the records of which its condition is true. `figures` computes the
    numbers it rests on and what they call for, for pages and letters to print in words. `door` is where an
    emergency goes, and how (D.8).
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
    follows: Follows = field(kw_only=True)
    follows_when: tuple[Condition, Follows] | None = field(default=None, kw_only=True)
    figures: Callable[[Answers], Mapping[str, object]] | None = field(default=None, kw_only=True)
    door: Door = field(default=Door.EMERGENCY_DEPARTMENT, kw_only=True)

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
            "follows": self.follows.as_dict(),
            "follows_when": self.follows_when
            and {"condition": self.follows_when[0].as_json(), "follows": self.follows_when[1].as_dict()},
            "rationale": self.rationale,
            "sources": list(self.sources),
        }

    def follows_from(self, answers: Answers, context: Context) -> Follows:
        """The row that holds for a record that meets it."""
        if self.follows_when and self.follows_when[0].evaluate(answers, context) is True:
            return self.follows_when[1]
        return self.follows

    def statement(self, context: Context) -> str:
        """The whole condition in words, parameter values filled in."""
        return self.condition.sentence(context)
