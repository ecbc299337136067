"""What an evaluation says, as values; `Evaluation.as_dict` is the JSON of the HTTP API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from assessments.protocol.conditions import Context
from assessments.protocol.criteria.criterion import Criterion
from assessments.protocol.filling import CriterionSentences, Told
from assessments.protocol.follows import Follows
from assessments.protocol.validation import Notice, ValidAnswers
from assessments.protocol.vocabulary import (
    AdjustLevel,
    Decision,
    InsufficiencyKind,
    PlanRelease,
    RunStatus,
    Urgency,
)


class Verdict(NamedTuple):
    """Decision, urgency and the ids of the met criteria, in table order: the fast path."""

    decision: Decision
    urgency: Urgency
    criteria: tuple[str, ...]


class CriterionText(NamedTuple):
    """What is the same whenever a criterion is met, with one set of parameters."""

    id: str
    title: str
    statement: str
    decision: Decision | None
    urgency: Urgency
    rationale: str
    sources: tuple[str, ...]
    sentences: CriterionSentences
    plain: Mapping[str, object]  # the JSON of a met criterion without its answers and texts

    @classmethod
    def of(cls, criterion: Criterion, context: Context) -> CriterionText:
        """The text of a criterion under one set of parameter values.

        Raises IncompleteTextsError where a reader's sentence is missing or can't be filled.
        """
        plain: dict[str, object] = {
            "id": criterion.id,
            "title": criterion.title,
            "texts": {},
            "decision": criterion.decision and criterion.decision.value,
            "urgency": criterion.urgency.value,
            "answers": {},
            "sources": [],
        }
        return cls(
            id=criterion.id,
            title=criterion.title,
            statement=criterion.statement(context),
            decision=criterion.decision,
            urgency=criterion.urgency,
            rationale=criterion.rationale,
            sources=criterion.sources,
            sentences=CriterionSentences(criterion, context),
            plain=plain,
        )


class CriterionMet(NamedTuple):
    """A met criterion with the known answers among the questions it reads."""

    text: CriterionText
    answers: Mapping[str, object]
    follows: Follows
    told: Told
    figures: Mapping[str, object] | None = None

    @property
    def id(self) -> str:
        """The criterion's id."""
        return self.text.id

    @property
    def texts(self) -> dict[str, str]:
        """What a clinician, the reader of a letter and the runner are told, filled for this record."""
        return self.text.sentences.filled(self.told, self.figures)

    def as_dict(self) -> dict[str, object]:
        """The met criterion as JSON-ready data."""
        return {
            **self.text.plain,
            "texts": dict(self.texts),
            "answers": dict(self.answers),
            "sources": list(self.text.sources),
        }


class Missing(NamedTuple):
    """An essential question that applies and is not answered."""

    question: str
    screen: str


class ContradictionFound(NamedTuple):
    """A contradiction between answers."""

    id: str
    statement: str


class Evaluation(NamedTuple):
    """One explained decision. `answers` are the validated ones it was made on."""

    protocol_version: str
    protocol_hash: str
    decision: Decision
    urgency: Urgency
    urgency_is_lower_bound: bool
    run_status: RunStatus
    adjust_level: AdjustLevel | None
    plan_release: PlanRelease
    follows: Follows
    insufficiency_kind: InsufficiencyKind | None
    screen_complete: bool
    provisional: bool
    criteria_met: tuple[CriterionMet, ...]
    missing: tuple[Missing, ...]
    contradictions: tuple[ContradictionFound, ...]
    next_questions: tuple[str, ...]
    not_assessed: tuple[str, ...]
    notices: tuple[Notice, ...]
    answers: ValidAnswers

    @property
    def figures(self) -> dict[str, Mapping[str, object]]:
        """The figures that met criteria rest on, by criterion: the count of RT-04 with what it calls for."""
        return {met.id: met.figures for met in self.criteria_met if met.figures}

    def as_dict(self) -> dict[str, object]:
        """The evaluation as JSON-ready data, exactly the keys of the HTTP API."""
        return {
            "protocol_version": self.protocol_version,
            "protocol_hash": self.protocol_hash,
            "decision": self.decision,
            "urgency": self.urgency,
            "urgency_is_lower_bound": self.urgency_is_lower_bound,
            "run_status": self.run_status,
            "adjust_level": self.adjust_level,
            "plan_release": self.plan_release,
            "follows": self.follows.as_dict(),
            "insufficiency_kind": self.insufficiency_kind,
            "screen_complete": self.screen_complete,
            "provisional": self.provisional,
            "criteria_met": [met.as_dict() for met in self.criteria_met],
            "missing": [{"question": name, "screen": screen} for name, screen in self.missing],
            "contradictions": [
                {"id": identifier, "statement": statement} for identifier, statement in self.contradictions
            ],
            "next_questions": list(self.next_questions),
            "not_assessed": list(self.not_assessed),
            "notices": [{"code": item.code, "question": item.question} for item in self.notices],
            "figures": {criterion: dict(figures) for criterion, figures in self.figures.items()},
        }
