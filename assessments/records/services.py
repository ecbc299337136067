"""What holds for a runner now, and the latest version of a record, which alone may be changed."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import F, Prefetch, QuerySet

from assessments.protocol.compiled import RUN_STATUS
from assessments.protocol.vocabulary import (
    AdjustLevel,
    Decision,
    InsufficiencyKind,
    RunStatus,
    Urgency,
    rank,
    urgency_rank,
)
from assessments.records.models import Assessment, Override
from backend.platform.refusals import NotFound, Refusal
from clinics.identity.models import Clinic
from patients.services import lock_patient

#: The version of the protocol that called running modified before the gate of its adjustment was passed.
BEFORE_GATES = "2026.1"
GATED = (AdjustLevel.MAJOR, AdjustLevel.GRADED_RETURN)


@dataclass(frozen=True, slots=True)
class Effective:
    """A decision with its urgency; ``kind`` tells the two ranks of insufficient information apart.

    ``level`` is how much is adjusted. ``running`` is what the protocol permits until the gate of that level
    is passed; a clinician's decision in its place has none.
    """

    decision: Decision
    urgency: Urgency
    kind: InsufficiencyKind | None = None
    level: AdjustLevel | None = None
    running: RunStatus | None = None

    @property
    def rank(self) -> int:
        """Caution, 0 (continue) to 7 (emergency)."""
        return rank(self.decision, self.kind)

    @property
    def urgency_rank(self) -> int:
        """Order of the urgency, 0 (none) to 5 (emergency now)."""
        return urgency_rank(self.urgency)

    @property
    def run_status(self) -> RunStatus:
        """What the runner may do until the next decision."""
        return self.running or RUN_STATUS[self.rank]

    def as_dict(self) -> dict[str, str]:
        """The ``effective`` of an assessment's document."""
        return {
            "decision": self.decision.value,
            "urgency": self.urgency.value,
            "run_status": self.run_status.value,
        }


def effective_decision(assessment: Assessment, overrides: Iterable[Override]) -> Effective:
    """Return what holds: the latest override, else the evaluation.

    An override carried over from a superseded assessment only ever adds caution to the new evaluation.
    """
    evaluated = evaluated_decision(assessment)
    latest = max(overrides, key=lambda override: (override.created_at, override.id), default=None)
    if latest is None:
        return evaluated
    overridden = Effective(Decision(latest.decision), Urgency(latest.urgency))
    if latest.carried_from_id is None:
        return overridden
    decided = max(evaluated, overridden, key=lambda effective: effective.rank)
    urgency = max(evaluated.urgency, overridden.urgency, key=urgency_rank)
    return replace(decided, urgency=urgency)


def evaluated_decision(assessment: Assessment) -> Effective:
    """Return what the protocol said."""
    kind = assessment.evaluation["insufficiency_kind"]
    level = assessment.evaluation["adjust_level"]
    running = RunStatus(assessment.evaluation["run_status"])
    if level in GATED and assessment.protocol_version == BEFORE_GATES:
        running = RunStatus.NO_RUNNING
    return Effective(
        Decision(assessment.decision),
        Urgency(assessment.urgency),
        InsufficiencyKind(kind) if kind else None,
        AdjustLevel(level) if level else None,
        running,
    )


class AssessmentNotFoundError(NotFound):
    """No such assessment in this clinic."""


class SupersededError(Refusal):
    """An amendment has taken its place; ``by`` is its id."""

    spoken = "The answers were corrected meanwhile; this is the assessment that counts."

    def __init__(self, by: uuid.UUID) -> None:
        super().__init__(f"Superseded by {by}; that is the one to change.")
        self.by = by


def with_versions(assessments: QuerySet[Assessment]) -> QuerySet[Assessment]:
    """Rows with ``superseded_by_id`` and their overrides, each with the person: one more statement."""
    overrides = Prefetch("overrides", Override.objects.select_related("member__user"))
    return assessments.annotate(superseded_by_id=F("superseded_by__id")).prefetch_related(overrides)


def questions_of(attested: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the questions whose long-standing answers a clinician stands behind."""
    return [one["question"] for one in attested]


def lock_latest(clinic: Clinic, assessment_id: uuid.UUID) -> Assessment:
    """Return the assessment with its runner locked, so that changes to one record take turns.

    Raises ``AssessmentNotFoundError``, ``SupersededError``, or ``PatientNotFoundError`` when the runner is
    archived.
    """
    patient_id = clinic.assessments.filter(id=assessment_id).values_list("patient_id", flat=True).first()
    if patient_id is None:
        raise AssessmentNotFoundError
    lock_patient(clinic, patient_id)
    assessment = clinic.assessments.select_related("superseded_by").get(id=assessment_id)
    if newer := getattr(assessment, "superseded_by", None):
        raise SupersededError(newer.id)
    return assessment
