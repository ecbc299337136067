"""Referrals that a clinician must see through, and what they report about them (F.7)."""

from collections.abc import Collection
from datetime import datetime

import structlog

from assessments.escalations.models import Escalation, Outcome
from assessments.escalations.services.deadlines import next_working_morning
from assessments.follow_ups.models import CHASERS, CancelledBecause, FollowUp, FollowUpKind, FollowUpResult
from assessments.follow_ups.services.schedule import NO_MORE_ATTEMPTS, cancel_pending
from assessments.protocol.follow_up import plan_chasers
from assessments.protocol.urgencies import asks_in_the_morning
from assessments.protocol.vocabulary import less_urgent
from assessments.webhooks.models import EventType
from assessments.webhooks.services.emit import emit
from clinics.identity.clinicians import NamedClinician

logger = structlog.get_logger(__name__)

State = FollowUp.State
Kind = FollowUpKind

#: The chasers that an outcome answers.
_CONFIRMED_BY: dict[str, frozenset[FollowUpKind]] = {
    Outcome.HANDED_OVER: frozenset({Kind.HANDOVER}),
    Outcome.BOOKED: frozenset({Kind.BOOKING, Kind.LETTER}),
    Outcome.ATTENDED: CHASERS - {Kind.OUTCOME},
}
#: The outcomes after which there is no referral to see through.
_ENDED_BY = frozenset({Outcome.EXCLUDED, Outcome.DECLINED})


def planned_chasers(
    escalation: Escalation, *, pending: Collection[str] = (), now: datetime
) -> tuple[FollowUp, ...]:
    """Return the chasers of an escalation that begins to call now, as unsaved rows.

    A kind that is ``pending`` already keeps its earlier deadline and gets no second row. None when planning
    fails: the escalation itself doesn't wait for it (S14).
    """
    try:
        planned = plan_chasers(
            urgency=escalation.urgency,
            called_at=now,
            acknowledge_by=escalation.acknowledge_by,
            next_morning=next_working_morning(clinic=escalation.clinic, now=now)
            if asks_in_the_morning(escalation.urgency)
            else None,
            zone=escalation.clinic.zone,
        )
    except Exception as exc:  # noqa: BLE001 - chasing is optional, the call is not
        logger.error("chasing_failed", escalation=str(escalation.id), kind=type(exc).__name__)
        planned = ()
    return tuple(
        FollowUp(
            clinic_id=escalation.clinic_id,
            patient_id=escalation.patient_id,
            assessment_id=escalation.assessment_id,
            kind=plan.kind,
            urgency=escalation.urgency,
            opens_at=plan.opens_at,
            due_at=plan.due_at,
            overdue_at=plan.overdue_at,
            next_attempt_at=max(plan.due_at, now),
        )
        for plan in planned
        if plan.kind not in pending
    )


def chase_again(escalation: Escalation, *, now: datetime) -> None:
    """Plan what is missing for an escalation that calls anew: what starts again is chased again."""
    clinic = escalation.clinic
    own = clinic.follow_ups.filter(patient_id=escalation.patient_id, state__in=FollowUp.PENDING)
    pending = own.exclude(urgency__in=["", *less_urgent(escalation.urgency)]).values_list("kind", flat=True)
    clinic.follow_ups.bulk_create(planned_chasers(escalation, pending=set(pending), now=now))


def answer_chasers(escalation: Escalation, *, code: Outcome, by: NamedClinician, now: datetime) -> None:
    """Close what the outcome of an escalation answers, so that nobody is asked what they have just said."""
    own = escalation.clinic.follow_ups.filter(patient_id=escalation.patient_id, urgency=escalation.urgency)
    if code in _ENDED_BY:
        cancel_pending(own, because=CancelledBecause.OUTCOME_KNOWN, now=now)
    elif code in _CONFIRMED_BY:
        pending = own.filter(state__in=FollowUp.PENDING, kind__in=_CONFIRMED_BY[code])
        answered = list(pending.select_for_update().values_list("id", flat=True))
        if answered:
            emit(escalation.clinic, *((EventType.FOLLOW_UP_ANSWERED, one) for one in answered), now=now)
        own.filter(id__in=answered).update(
            state=State.ANSWERED,
            answered_at=now,
            result=FollowUpResult.CONFIRMED,
            result_at=now,
            result_by=by.member,
            updated_at=now,
            **NO_MORE_ATTEMPTS,
        )
