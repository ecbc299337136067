"""From an assessment to a programme, and its release by a named clinician."""

import uuid
from datetime import datetime

from assessments.parameters.services.in_force import parameters_of
from assessments.programmes.models import Programme
from assessments.programmes.services.not_now import NotNowError
from assessments.programmes.services.position import Kind, lock_programme, note
from assessments.programmes.services.reminders import end_reminders
from assessments.protocol import evaluate
from assessments.protocol.programme import Programme as Plan
from assessments.protocol.programme import build_programme, usual_run_km
from assessments.protocol.programme.load import SHARE_AFTER_THE_TABLE
from assessments.records.models import Assessment
from assessments.records.services import lock_latest, questions_of
from assessments.records.what_follows import where_to_go
from assessments.webhooks.models import EventType
from assessments.webhooks.services.emit import emit
from backend.platform.refusals import Refusal
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.clinicians import NamedClinician
from clinics.identity.models import Clinic

CALLING = ("open", "acknowledged")
MUST_WAIT_FOR = ("emergency_now", "same_day", "complete_screen_now")


class NoPlanError(Refusal):
    """The decision allows no plan; the words say what is released instead."""

    spoken = "This decision allows no programme."

    def __init__(self, plan: Plan) -> None:
        super().__init__(f"{plan.decision} allows no plan: {plan.release.value}.")


def preview(assessment: Assessment) -> Plan:
    """Return what the programme of an assessment says, stored or not."""
    parameters = parameters_of(assessment).usable
    evaluation = evaluate(
        assessment.answers,
        parameters,
        assessed_at=assessment.assessed_at,
        zone=assessment.clinic.zone,
        assessor_role=assessment.assessor_role,
        attested_longstanding=questions_of(assessment.attested_longstanding),
    )
    return build_programme(
        evaluation,
        evaluation.answers,
        parameters=parameters,
        where_to_go=where_to_go(
            assessment.clinic, evaluation.urgency, (met.id for met in evaluation.criteria_met)
        ),
    )


def draft_programme(
    *, clinic: Clinic, assessment_id: uuid.UUID, by: NamedClinician, now: datetime
) -> Programme:
    """Draft the programme of a runner's latest assessment; one that was current ends.

    Raises what ``lock_latest`` raises, ``NotNowError`` when the runner has been assessed since ("not_latest")
    or a clinician decided otherwise ("overridden"), and ``NoPlanError``. The assessment's own programme is
    drafted once ("drafted_already"): a page that is older than its release doesn't end it.
    """
    with clinic_scope(clinic.id):
        assessment = lock_latest(clinic, assessment_id)
        later = clinic.assessments.filter(
            patient_id=assessment.patient_id, assessed_at__gt=assessment.assessed_at
        )
        if later.exists():
            raise NotNowError("not_latest")
        if assessment.overrides.exists():
            raise NotNowError("overridden")
        plan = preview(assessment)
        if plan.start is None:
            raise NoPlanError(plan)
        current = clinic.programmes.filter(assessment=assessment, state__in=Programme.CURRENT).first()
        if current is not None:
            raise NotNowError("drafted_already", current)
        earlier = end_current(clinic, assessment.patient_id, now=now, by=by)
        programme = clinic.programmes.create(
            patient_id=assessment.patient_id,
            assessment=assessment,
            takes_the_place_of=earlier,
            content=plan.as_dict(),
            clearance_needed=plan.clearance_needed,
            usual_run_km=usual_run_km(assessment.answers),
            phase=plan.start.phase.value,
            stage=plan.start.stage or 0,
            share_percent=plan.start.share_percent or SHARE_AFTER_THE_TABLE,
            settle_first=plan.start.pause_until_settled,
        )
        note(programme, Kind.DRAFTED, now=now, by=by)
    return programme


def end_current(
    clinic: Clinic, patient_id: uuid.UUID, *, now: datetime, by: NamedClinician | None = None
) -> Programme | None:
    """End the runner's current programme with its reminders, and return it, if there is one."""
    current = clinic.programmes.select_for_update().filter(patient_id=patient_id, state__in=Programme.CURRENT)
    programme = current.first()
    if programme is not None:
        programme.state, programme.ended_at = Programme.State.ENDED, now
        programme.save()
        end_reminders(programme, now=now)
        note(programme, Kind.ENDED, now=now, by=by)
    return programme


def release_programme(
    *, clinic: Clinic, programme_id: uuid.UUID, by: NamedClinician, now: datetime
) -> Programme:
    """A named clinician signs the programme off. Raises ``ProgrammeNotFoundError`` or ``NotNowError``.

    Not while an urgent escalation of the runner waits, and not on answers that the runner gave alone.
    """
    with clinic_scope(clinic.id):
        programme = lock_programme(clinic, programme_id)
        if programme.state != Programme.State.DRAFT:
            raise NotNowError("not_a_draft", programme)
        if programme.content["provisional"]:
            raise NotNowError("provisional")
        calling = clinic.escalations.filter(
            patient_id=programme.patient_id, state__in=CALLING, urgency__in=MUST_WAIT_FOR
        )
        if calling.exists():
            raise NotNowError("escalation_waits")
        programme.state = Programme.State.RELEASED
        programme.released_at, programme.released_by = now, by.member
        programme.save()
        note(programme, Kind.RELEASED, now=now, by=by)
        emit(clinic, (EventType.PROGRAMME_RELEASED, programme.id), now=now)
    return programme
