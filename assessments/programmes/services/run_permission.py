"""Whether the permission to run still holds: one answer for every document that shows it."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from django.db.models import Exists, OuterRef, Q, QuerySet

from assessments.escalations.models import IN_SOMEBODYS_HANDS, REFERRALS, Escalation
from assessments.follow_ups.models import FollowUp, FollowUpKind
from assessments.programmes.models import Programme
from assessments.programmes.services.run_history import Past, past_of
from assessments.programmes.services.session import Session, session_of
from assessments.protocol.follows import Gate
from assessments.protocol.vocabulary import AdjustLevel, Decision, RunStatus
from assessments.records.models import Assessment
from assessments.records.services import Effective, effective_decision
from clinics.identity.models import Clinic
from patients.models import Patient

#: Gates of a run's check of which the programme says what they come to: a pause, or one answer still open.
JUDGED_BY_A_PROGRAMME = (Gate.CALM_24H, Gate.NEW_ASSESSMENT)
#: Gates that the phases of a programme lead through.
PASSED_IN_A_PROGRAMME = (Gate.P1, Gate.EXAMINATION, Gate.CLEARANCE)
GATES_OF_LEVELS = {
    AdjustLevel.MINOR: Gate.NONE,
    AdjustLevel.MAJOR: Gate.CALM_24H,
    AdjustLevel.GRADED_RETURN: Gate.P1,
}


class Permission(StrEnum):
    """What holds now. Only the first word permits a run."""

    HOLDS = "holds"
    LAPSED = "lapsed"
    NOT_PERMITTED = "not_permitted"
    REFERRAL_OPEN = "referral_open"
    REPLACED = "replaced"
    NOT_ASSESSED = "not_assessed"


@dataclass(frozen=True, slots=True)
class RunPermission:
    """What holds, on which assessment it rests, and until when it does without an answered check (UTC)."""

    state: Permission
    assessment: uuid.UUID | None = None
    run_status: RunStatus | None = None
    adjust_level: AdjustLevel | None = None
    lapses_at: datetime | None = None


def with_standing(assessments: QuerySet[Assessment]) -> QuerySet[Assessment]:
    """Rows with ``outdated`` (a later assessment decides), ``referral_open`` and ``runner_archived``.

    It takes no more statements.
    """
    same_runner = {"patient_id": OuterRef("patient_id")}
    later = Assessment.objects.filter(
        assessed_at__gt=OuterRef("assessed_at"), superseded_by__isnull=True, **same_runner
    )
    unsettled = Q(state__in=IN_SOMEBODYS_HANDS) | Q(resolved_at__gt=OuterRef("assessed_at"))
    referral = Escalation.objects.filter(unsettled, urgency__in=REFERRALS, **same_runner)
    archived = Patient.objects.filter(id=OuterRef("patient_id"), archived_at__isnull=False)
    return assessments.annotate(
        outdated=Exists(later), referral_open=Exists(referral), runner_archived=Exists(archived)
    )


def run_permission(
    assessment: Assessment,
    *,
    effective: Effective,
    replaced: bool,
    referral_open: bool,
    follow_ups: Iterable[FollowUp],
    now: datetime,
    archived: bool = False,
) -> RunPermission:
    """Return what an assessment permits now; nothing of a runner who is archived.

    Silence is unknown: a permission ends when its check isn't answered in time, and where no check is
    pending there is nothing to answer for it. The caution of an open referral is beyond any assessment's.
    """
    if replaced:
        return RunPermission(Permission.REPLACED, assessment.id)
    status, level = effective.run_status, effective.level
    if archived or status == RunStatus.NO_RUNNING:
        return RunPermission(Permission.NOT_PERMITTED, assessment.id, status, level)
    if referral_open:
        return RunPermission(Permission.REFERRAL_OPEN, assessment.id, status, level)
    lapses = [
        follow_up.permission_lapses_at
        for follow_up in follow_ups
        if follow_up.kind == FollowUpKind.CHECK_24_HOURS and follow_up.state in FollowUp.PENDING
    ]
    lapses_at = min((moment for moment in lapses if moment is not None), default=None)
    holds = lapses_at is not None and now < lapses_at
    state = Permission.HOLDS if holds else Permission.LAPSED
    return RunPermission(state, assessment.id, status, level, lapses_at)


def stored_permission(assessment: Assessment, *, now: datetime) -> RunPermission:
    """The same of a row of ``with_standing`` with its follow-ups and overrides."""
    names = ("outdated", "referral_open", "runner_archived")
    outdated, referral_open, archived = (getattr(assessment, name) for name in names)
    return run_permission(
        assessment,
        effective=effective_decision(assessment, assessment.overrides.all()),
        replaced=outdated or getattr(assessment, "superseded_by_id", None) is not None,
        referral_open=referral_open,
        follow_ups=assessment.follow_ups.all(),
        now=now,
        archived=archived,
    )


def permission_of_runner(*, clinic: Clinic, patient_id: uuid.UUID, now: datetime) -> RunPermission:
    """Return what holds for a runner: what their latest assessment permits now, and their programme too."""
    own = clinic.assessments.filter(patient_id=patient_id, superseded_by__isnull=True)
    latest = (
        with_standing(own)
        .prefetch_related("follow_ups", "overrides")
        .order_by("-assessed_at", "-created_at")
        .first()
    )
    if latest is None:
        return RunPermission(Permission.NOT_ASSESSED)
    found = stored_permission(latest, now=now)
    if found.state not in {Permission.HOLDS, Permission.NOT_PERMITTED}:
        return found
    programme = clinic.programmes.filter(patient_id=patient_id, state=Programme.State.RELEASED).first()
    if programme is None:
        return found
    past = past_of(programme)
    return within_programme(found, latest, programme, session_of(programme, now=now, past=past), past)


def within_programme(
    found: RunPermission,
    latest: Assessment,
    programme: Programme | None,
    session: Session | None,
    past: Past | None,
) -> RunPermission:
    """What is left of a permission beside the session of a released programme, if there is one.

    A programme that permits a run has led the runner through its gate; nothing else turns a "no" into a
    permission.
    """
    if programme is None or session is None or past is None:
        return found
    gated = found.state is Permission.NOT_PERMITTED and session.permitted
    if gated and _gate_passed(latest, programme, past):
        return replace(found, state=Permission.HOLDS, run_status=RunStatus.MODIFIED)
    if found.state is not Permission.HOLDS or session.permitted:
        return found
    return replace(found, state=Permission.NOT_PERMITTED)


def _gate_passed(latest: Assessment, programme: Programme, past: Past) -> bool:
    """Whether a programme that permits a run has passed the gate that an assessment asks for.

    Its own assessment's, or one no more cautious than that; a day as usual only where it judged this check.
    """
    barred = any(getattr(latest, name) for name in ("referral_open", "runner_archived"))  # of with_standing
    if barred or latest.overrides.all():
        return False
    if programme.assessment_id == latest.id:
        return True
    gate = gate_of(latest)
    if gate in JUDGED_BY_A_PROGRAMME:
        return any(run.own and run.answered_by == latest.id for run in past.runs)
    if gate not in PASSED_IN_A_PROGRAMME:
        return False
    gates = list(Gate)
    return gates.index(gate) <= gates.index(gate_of(programme.assessment))


def gate_of(assessment: Assessment) -> Gate:
    """What must have been passed before anybody runs, of records of earlier versions too."""
    stored = assessment.evaluation.get("follows")
    if stored is not None:
        return Gate(stored["gate"])
    if assessment.decision == Decision.STOP_RUNNING_CLEARANCE_REQUIRED:
        return Gate.CLEARANCE
    if assessment.decision == Decision.STOP_AND_REHAB:
        return Gate.P1
    return GATES_OF_LEVELS.get(assessment.evaluation["adjust_level"], Gate.NEW_ASSESSMENT)
