"""One runner's record as a page needs it: few statements, however long the record is."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, F, FilteredRelation, JSONField, Prefetch, Q, QuerySet, When
from django.db.models.fields.json import KeyTransform

from assessments.escalations.models import IN_SOMEBODYS_HANDS, Escalation
from assessments.follow_ups.models import FollowUp
from assessments.programmes.models import Programme
from assessments.programmes.services.run_history import Past
from assessments.programmes.services.run_permission import (
    Permission,
    RunPermission,
    run_permission,
    with_standing,
    within_programme,
)
from assessments.programmes.services.session import Session
from assessments.records.models import Assessment, Override
from assessments.records.services import Effective, effective_decision
from clinics.identity.models import Clinic
from clinics.identity.visibility import veiled, visible
from patients.models import Patient

_COLUMNS = (
    "clinic", "patient", "assessed_at", "created_at", "assessor_role", "decision", "urgency",
    "protocol_version", "escalation__clinic", "escalation__patient", "escalation__assessment",
    "escalation__urgency", "escalation__urgency_rank", "escalation__state", "escalation__opened_at",
    "escalation__called_since", "escalation__acknowledge_by", "escalation__acknowledged_at",
    "escalation__acknowledged_by__name", "escalation__acknowledged_by__user__first_name",
    "escalation__acknowledged_by__user__last_name", "escalation__acknowledged_by__user__username",
)  # fmt: skip


def runner_with_programme(clinic: Clinic, patient_id: uuid.UUID) -> tuple[Patient, Programme | None] | None:
    """The clinic's runner, archived ones too, with their current programme."""
    current = FilteredRelation("programmes", condition=Q(programmes__state__in=Programme.CURRENT))
    people = ("current__assessment", "current__released_by__user", "current__cleared_by__user")
    rows = clinic.patients.annotate(current=current).select_related(*people)
    patient = rows.filter(id=patient_id).first()
    if patient is None:
        return None
    patient.clinic = clinic
    programme: Programme | None = getattr(patient, "current", None)
    if programme is not None:
        programme.clinic, programme.patient = clinic, patient
    return patient, programme


def assessments_of(patient: Patient, questions: Sequence[str]) -> list[Assessment]:
    """The runner's assessments, newest first, each with its escalation, overrides and what came after it.

    Of the answers only those to ``questions`` are read, as attributes of these names; of the evaluations only
    the latest that nothing has superseded.
    """
    own = patient.clinic.assessments.filter(patient=patient)
    answers = {name: KeyTransform(name, "answers") for name in questions}
    rows = (
        with_standing(own)
        .annotate(superseded_by_id=F("superseded_by__id"), **answers)
        .annotate(latest_evaluation=_of_the_latest(own))
        .select_related("escalation__acknowledged_by__user")
        .only(*_COLUMNS)
        .prefetch_related(Prefetch("overrides", Override.objects.select_related("member__user")))
    )
    return list(rows.order_by("-assessed_at", "-created_at"))


def _of_the_latest(own: QuerySet[Assessment]) -> Case:
    latest = own.filter(superseded_by=None).order_by("-assessed_at", "-created_at").values("id")[:1]
    return Case(When(id=latest, then=F("evaluation")), default=None, output_field=JSONField())


def latest_of(assessments: Sequence[Assessment]) -> Assessment | None:
    """The one that decides, of the rows of ``assessments_of``, with its evaluation."""
    latest = next((row for row in assessments if row.superseded_by_id is None), None)  # type: ignore[attr-defined]
    if latest is not None:
        latest.evaluation = latest.latest_evaluation  # type: ignore[attr-defined]
    return latest


def at_work(assessments: Sequence[Assessment]) -> list[Escalation]:
    """Their escalations that are open or taken on, the most urgent and then the oldest first."""
    found = [row.escalation for row in assessments if getattr(row, "escalation", None)]
    waiting = [escalation for escalation in found if escalation.state in IN_SOMEBODYS_HANDS]
    return sorted(waiting, key=lambda escalation: (-escalation.urgency_rank, escalation.called_since))


def pending_of(patient: Patient, *, permissions: Collection[str]) -> list[FollowUp]:
    """What still waits for an answer and may be seen, soonest due first."""
    rows = patient.clinic.follow_ups.filter(patient=patient, state__in=FollowUp.PENDING)
    found = visible(rows, permissions).order_by("due_at", "id")
    return [veiled(row, permissions) for row in found]


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds of a runner now."""

    assessment: Assessment
    effective: Effective
    permission: RunPermission


def standing_of_runner(
    latest: Assessment,
    follow_ups: Sequence[FollowUp],
    programme: Programme | None,
    session: Session | None,
    past: Past | None,
    *,
    now: datetime,
) -> Standing:
    """The same as ``permission_of_runner`` says, from rows that are read already."""
    effective = effective_decision(latest, latest.overrides.all())
    found = run_permission(
        latest,
        effective=effective,
        replaced=latest.outdated,  # type: ignore[attr-defined]
        referral_open=latest.referral_open,  # type: ignore[attr-defined]
        follow_ups=[row for row in follow_ups if row.assessment_id == latest.id],
        now=now,
        archived=latest.runner_archived,  # type: ignore[attr-defined]
    )
    return Standing(latest, effective, within_programme(found, latest, programme, session, past))


PERMISSION_IN_WORDS = {
    Permission.HOLDS: "May run as the programme says",
    Permission.LAPSED: "No running: the check that a run needs wasn't answered in time",
    Permission.NOT_PERMITTED: "No running at present",
    Permission.REFERRAL_OPEN: "No running: a referral is open, or wasn't followed by a new assessment",
    Permission.REPLACED: "No running: a later assessment decides",
    Permission.NOT_ASSESSED: "Not assessed yet: no running",
}
