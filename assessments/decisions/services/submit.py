"""Record an assessment with everything it promises."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import connection, transaction

from assessments.decisions.services.attest import attestations
from assessments.decisions.services.take_over import Schedule, take_over_schedule
from assessments.escalations.models import Escalation
from assessments.escalations.services.escalate import (
    new_escalation,
    nudge_escalations,
    still_open_for_earlier,
    supersede_earlier,
)
from assessments.escalations.services.referral_chasers import planned_chasers
from assessments.follow_ups.models import FollowUp
from assessments.follow_ups.services.schedule import planned_follow_ups
from assessments.parameters.services.in_force import InForce
from assessments.programmes.services.react_to_check import react_to
from assessments.protocol import Evaluation, InvalidAnswers, Problem, evaluate
from assessments.protocol.vocabulary import Urgency
from assessments.records.models import Assessment
from assessments.records.services import questions_of
from assessments.webhooks.models import EventType
from assessments.webhooks.services.emit import emit
from backend.platform.refusals import Refusal
from backend.platform.storage.columns import new_id
from backend.platform.storage.insert_together import insert_together
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.clinicians import Actor
from clinics.identity.models import Clinic
from patients.models import Patient
from patients.services import PatientErasedError, PatientNotFoundError

# By hand: the ORM's own way to this row costs more than the database's (docs/benchmarks.md).
_LOCK_PATIENT = """
SELECT birth_date, erased_at, EXISTS (
    SELECT FROM assessments_programme programme
    WHERE programme.patient_id = patients_patient.id AND programme.state IN ('draft', 'released')
), EXISTS (
    SELECT FROM clinics_webhookendpoint endpoint
    WHERE endpoint.clinic_id = patients_patient.clinic_id AND endpoint.enabled
), (
    SELECT json_build_array(id, number, values) FROM assessments_parameterset
    WHERE clinic_id = patients_patient.clinic_id ORDER BY number DESC LIMIT 1
) FROM patients_patient
WHERE clinic_id = %s AND id = %s AND (archived_at IS NULL OR erased_at IS NOT NULL) FOR NO KEY UPDATE
"""


#: Said of answers that came before what they were given for.
TOO_EARLY = "Given before the follow-up opens: recorded and judged by itself, but no answer to the follow-up."


class PathwayIncompleteError(Refusal):
    """The clinic hasn't said where an emergency goes; ``missing`` names the settings."""

    code = "pathway_incomplete"

    def __init__(self, missing: list[str]) -> None:
        super().__init__(f"Missing from the clinic's settings: {', '.join(missing)}.")


@dataclass(frozen=True, slots=True)
class Submission:
    """What somebody hands in: answers as received, who gathered them and when.

    ``check`` is the follow-up that it answers. ``too_early``: it came before one opens, and answers none;
    ``run_check_stays``: nor does it replace that one, which is a programme's run's. ``attested`` are the
    findings that somebody ruled out together, screen by screen; ``attested_longstanding`` the long-standing
    answers that a clinician stands behind, with who and when; ``id`` the assessment's, when whoever hands it
    in has chosen one.
    """

    patient_id: uuid.UUID
    assessed_at: dt.datetime
    assessor_role: str
    answers: Mapping[str, object]
    absent_reasons: Mapping[str, str] = field(default_factory=dict)
    carried: Mapping[str, Any] = field(default_factory=dict)
    supersedes: Assessment | None = None
    reason: str = ""
    check: uuid.UUID | None = None
    too_early: bool = False
    run_check_stays: bool = False
    attested: Sequence[Mapping[str, Any]] = ()
    attested_longstanding: Sequence[Mapping[str, Any]] = ()
    id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """The rows that were written, and what was found of the runner."""

    assessment: Assessment
    escalation: Escalation | None
    follow_ups: tuple[FollowUp, ...]
    schedule: Schedule


@dataclass(frozen=True, slots=True)
class _Locked:
    """The runner, whether there is a programme that the assessment may move, whether an endpoint listens."""

    patient: Patient
    has_programme: bool
    somebody_listens: bool
    parameters: InForce


def submit_assessment(*, clinic: Clinic, actor: Actor, submission: Submission, now: dt.datetime) -> Recorded:
    """Evaluate and store an assessment, its escalation and its follow-ups in one transaction.

    Raises ``PathwayIncompleteError``, ``PatientNotFoundError``, ``PatientErasedError`` or ``InvalidAnswers``;
    then nothing is stored.
    The runner's earlier follow-ups are replaced by this assessment's: a newer decision has its own schedule.
    A referral that is no less urgent goes on being chased, whatever the newer decision.
    """
    if clinic.missing_from_pathway:
        raise PathwayIncompleteError(clinic.missing_from_pathway)
    with clinic_scope(clinic.id):
        locked = _lock(clinic, submission.patient_id)
        patient, parameters = locked.patient, locked.parameters
        answers, notices = with_age(submission, patient, clinic)
        _refuse_anonymous_clearance(answers)
        evaluation = evaluate(
            answers,
            parameters.usable,
            assessed_at=submission.assessed_at,
            zone=clinic.zone,
            assessor_role=submission.assessor_role,
            attested_longstanding=questions_of(submission.attested_longstanding),
        )
        notices += [asdict(notice) for notice in evaluation.notices]
        if submission.too_early:
            notices.append(_notice("before_the_check_opens", "pain_next_day_nrs", TOO_EARLY))
        assessment = _assessment(clinic, actor, submission, evaluation, notices, now)
        assessment.parameter_set_id = parameters.id
        place_in_time = (submission.supersedes or submission).assessed_at
        escalation = _escalation(clinic, actor, assessment, now)
        if escalation is not None:
            supersede_earlier(escalation, assessed_at=place_in_time, now=now)
        schedule = take_over_schedule(
            patient_id=patient.id,
            assessed_at=place_in_time,
            urgency=assessment.urgency,
            now=now,
            run_check_stays=submission.run_check_stays,
        )
        follow_ups = (
            planned_follow_ups(assessment, evaluation, now, run_check_stays=submission.run_check_stays)
            if schedule.latest
            else ()
        )
        if escalation is not None:
            follow_ups += planned_chasers(escalation, pending=schedule.chased, now=now)
        insert_together([row for row in (assessment, escalation, *follow_ups) if row is not None])
        if locked.somebody_listens:
            _emit(assessment, escalation, now)
        if locked.has_programme:
            react_to(assessment, evaluation, check=submission.check, now=now)
        if escalation is not None:
            transaction.on_commit(nudge_escalations, robust=True)
    return Recorded(assessment, escalation, follow_ups, schedule)


def _lock(clinic: Clinic, patient_id: uuid.UUID) -> _Locked:
    """The runner's row, locked, with what recording needs to know beside it."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_PATIENT, [clinic.id, patient_id])
        row = cursor.fetchone()
    if row is None:
        raise PatientNotFoundError
    if row[1] is not None:
        raise PatientErasedError
    patient = Patient(id=patient_id, clinic=clinic, birth_date=row[0])
    return _Locked(patient, bool(row[2]), bool(row[3]), InForce.of(row[4]))


def _emit(assessment: Assessment, escalation: Escalation | None, now: dt.datetime) -> None:
    kind = EventType.ASSESSMENT_AMENDED if assessment.supersedes_id else EventType.ASSESSMENT_RECORDED
    opened = [(EventType.ESCALATION_OPENED, escalation.id)] if escalation is not None else []
    emit(assessment.clinic, (kind, assessment.id), *opened, now=now)


def with_age(
    submission: Submission, patient: Patient, clinic: Clinic
) -> tuple[dict[str, object], list[dict[str, str]]]:
    """The answers with the age from the birth date, and what must be said about it."""
    answers = dict(submission.answers)
    known_age = patient.age_on(submission.assessed_at.astimezone(clinic.zone).date())
    if known_age is None:
        return answers, []
    given = None if "age_years" in submission.carried else answers.get("age_years")
    if given is None or given == "unknown":
        return answers | {"age_years": known_age}, [
            _notice("age_from_birth_date", "age_years", "Taken from the birth date.")
        ]
    if isinstance(given, int) and given != known_age:
        statement = (
            "The age given differs from the patient's birth date; check that this is the right patient."
        )
        return answers, [_notice("age_differs_from_birth_date", "age_years", statement)]
    return answers, []


def _notice(code: str, question: str, statement: str) -> dict[str, str]:
    return {"code": code, "question": question, "statement": statement}


def _refuse_anonymous_clearance(answers: Mapping[str, object]) -> None:
    """A recorded clearance names the clinician and the date, of a diagnosis as of an operation."""
    diagnoses = answers.get("diagnoses")
    given = [
        (f"/diagnoses/{i}", item) for i, item in enumerate(diagnoses if isinstance(diagnoses, list) else [])
    ]
    given.append(("/spinal_surgery_clearance", answers.get("spinal_surgery_clearance")))
    problems = [
        Problem(f"{place}/{key}", "required", "A clearance needs the clinician's name and the date.")
        for place, item in given
        if isinstance(item, dict) and item.get("clearance") == "yes"
        for key in ("cleared_by", "cleared_at")
        if not item.get(key)
    ]
    if problems:
        raise InvalidAnswers(problems)


def _assessment(
    clinic: Clinic,
    actor: Actor,
    submission: Submission,
    evaluation: Evaluation,
    notices: list[dict[str, str]],
    now: dt.datetime,
) -> Assessment:
    return Assessment(
        id=submission.id or new_id(),
        clinic=clinic,
        patient_id=submission.patient_id,
        assessed_at=submission.assessed_at,
        assessor_role=submission.assessor_role,
        recorded_by_client=actor.client,
        recorded_by_user=actor.user,
        answers=evaluation.answers,
        absent_reasons=dict(submission.absent_reasons),
        evaluation=evaluation.as_dict(),
        notices=notices,
        carried=dict(submission.carried),
        attested=list(submission.attested),
        attested_longstanding=attestations(
            evaluation.answers,
            role=submission.assessor_role,
            by=actor.user,
            before=submission.attested_longstanding,
            now=now,
        ),
        decision=evaluation.decision.value,
        urgency=evaluation.urgency.value,
        protocol_version=evaluation.protocol_version,
        protocol_hash=evaluation.protocol_hash,
        supersedes=submission.supersedes,
        amendment_reason=submission.reason,
        created_at=now,
        updated_at=now,
    )


def _escalation(clinic: Clinic, actor: Actor, assessment: Assessment, now: dt.datetime) -> Escalation | None:
    """The escalation of the urgency, unless a superseded assessment's still calls as urgently."""
    urgency = Urgency(assessment.urgency)
    if assessment.supersedes_id and still_open_for_earlier(
        clinic=clinic, assessment=assessment, urgency=urgency
    ):
        return None
    return new_escalation(clinic=clinic, assessor=actor.user, assessment=assessment, urgency=urgency, now=now)
