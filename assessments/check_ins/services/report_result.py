"""A named clinician reports how far a referral or a task has got."""

import uuid
from datetime import datetime

from assessments.check_ins.services.answer import FollowUpClosedError, FollowUpNotFoundError
from assessments.escalations.models import Escalation
from assessments.escalations.services.acknowledge import call_again
from assessments.escalations.services.escalate import present
from assessments.follow_ups.models import CHASERS, REPORTED, FollowUp, FollowUpResult
from assessments.follow_ups.services.state import next_step
from assessments.programmes.services.reminders import remind_again
from assessments.webhooks.models import EventType
from assessments.webhooks.services.emit import emit
from backend.platform.refusals import Refusal
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.clinicians import NamedClinician
from clinics.identity.models import Clinic

#: The results that end the chasing; the others tell how it stands and keep it going.
FINAL = frozenset({FollowUpResult.CONFIRMED, FollowUpResult.DECLINED})


class AnsweredByAssessmentError(Refusal):
    """A check or a review isn't reported on: its answers are an assessment."""

    words = "A check is answered by its response."


def report_result(
    *, clinic: Clinic, follow_up_id: uuid.UUID, result: FollowUpResult, by: NamedClinician, now: datetime
) -> FollowUp:
    """Store what a clinician says about a task or a chaser, in one transaction.

    ``confirmed`` closes it. ``declined`` closes it too, and the escalation of a referral calls again.
    ``not_yet`` and ``unknown`` are kept and the chasing goes on. Raises ``FollowUpNotFoundError``,
    ``FollowUpClosedError`` or ``AnsweredByAssessmentError``.
    """
    with clinic_scope(clinic.id):
        follow_up, escalation = _lock(clinic, follow_up_id)
        if follow_up.kind not in REPORTED:
            raise AnsweredByAssessmentError
        if follow_up.state not in FollowUp.PENDING:
            raise FollowUpClosedError(follow_up.state)
        follow_up.result, follow_up.result_at, follow_up.result_by = result.value, now, by.member
        follow_up.next_attempt_at = next_step(follow_up, now)
        follow_up.claim_token = follow_up.leased_until = None
        follow_up.round += 1
        if result in FINAL:
            follow_up.state = FollowUp.State.ANSWERED
            follow_up.answered_at = now
            follow_up.next_attempt_at = None
        follow_up.save()
        if result in FINAL:
            emit(clinic, (EventType.FOLLOW_UP_ANSWERED, follow_up.id), now=now)
        if result == FollowUpResult.CONFIRMED:
            remind_again(follow_up, now=now)
        if result == FollowUpResult.DECLINED and follow_up.kind in CHASERS and escalation is not None:
            _call_again(escalation, by, now)
    return follow_up


def _lock(clinic: Clinic, follow_up_id: uuid.UUID) -> tuple[FollowUp, Escalation | None]:
    """Lock the runner, the escalation and then the follow-up: the order in which an assessment does."""
    found = clinic.follow_ups.filter(id=follow_up_id).only("patient_id", "assessment_id").first()
    if found is None:
        raise FollowUpNotFoundError
    clinic.patients.select_for_update(no_key=True).get(id=found.patient_id)
    escalation = clinic.escalations.select_for_update().filter(assessment_id=found.assessment_id).first()
    return clinic.follow_ups.select_for_update().get(id=follow_up_id), escalation


def _call_again(escalation: Escalation, by: NamedClinician, now: datetime) -> None:
    """Whoever holds the referral must hear that it came to nothing; one that is open calls already."""
    current = present(escalation)
    if current.state != Escalation.State.OPEN:
        call_again(current, by=by, reason="The referral was declined.", now=now)
