"""Open an escalation, make one more urgent than it was, or let a later one take its place."""

import uuid
from datetime import datetime

from django.db import transaction

from assessments.escalations.models import Escalation, EscalationEvent
from assessments.escalations.services.deadlines import acknowledge_by
from assessments.escalations.services.policy import freeze_policy
from assessments.escalations.services.referral_chasers import chase_again
from assessments.protocol.vocabulary import Urgency, urgency_rank
from assessments.records.models import Assessment
from assessments.webhooks.models import EventType
from assessments.webhooks.services.emit import emit
from backend.platform.broker import nudge
from clinics.identity.clinicians import NamedClinician
from clinics.identity.models import Clinic, User


def nudge_escalations() -> None:
    """Ask for a delivery pass now; a broker that doesn't answer is logged, not raised."""
    nudge("assessments.tasks.deliver_due_escalations")


State = Escalation.State
Kind = EscalationEvent.Kind


def new_escalation(
    *, clinic: Clinic, assessor: User | None, assessment: Assessment, urgency: Urgency, now: datetime
) -> Escalation | None:
    """Return the unsaved escalation of an urgency, due at once; every urgency but ``none`` has one."""
    if urgency == Urgency.NONE:
        return None
    return Escalation(
        clinic=clinic,
        patient_id=assessment.patient_id,
        assessment=assessment,
        urgency=urgency.value,
        urgency_rank=urgency_rank(urgency),
        opened_at=now,
        called_since=now,
        acknowledge_by=acknowledge_by(urgency=urgency, clinic=clinic, now=now),
        policy=freeze_policy(urgency=urgency, clinic=clinic, assessor=assessor, now=now),
        next_attempt_at=now,
    )


def supersede_earlier(escalation: Escalation, *, assessed_at: datetime, now: datetime) -> None:
    """Let an open escalation take the place of the runner's earlier open ones that are no more urgent.

    ``assessed_at`` is its assessment's place in time: what was found later is never closed by it. It inherits
    the earliest deadline, and the ladder where an equally urgent one had got to, so that reporting the same
    again puts nothing off. Call it with the runner's row locked, and save ``escalation`` afterwards.
    """
    earlier = escalation.clinic.escalations.select_for_update(of=("self",)).filter(
        patient_id=escalation.patient_id,
        state=State.OPEN,
        urgency_rank__lte=escalation.urgency_rank,
        assessment__assessed_at__lte=assessed_at,
    )
    for one in earlier.exclude(id=escalation.id):
        escalation.acknowledge_by = max(min(escalation.acknowledge_by, one.acknowledge_by), now)
        if one.urgency_rank == escalation.urgency_rank:
            escalation.called_since = min(escalation.called_since, one.called_since)
        one.state = State.SUPERSEDED
        one.superseded_by_id = escalation.id
        one.next_attempt_at = one.claim_token = one.leased_until = None
        one.save()
        one.events.create(clinic_id=one.clinic_id, kind=Kind.SUPERSEDED, at=now, note=str(escalation.id))


def present(escalation: Escalation) -> Escalation:
    """Return the escalation that calls or was answered in the place of this one; itself unless superseded."""
    while escalation.superseded_by is not None:
        escalation = escalation.superseded_by
    return escalation


def still_open_for_earlier(*, clinic: Clinic, assessment: Assessment, urgency: Urgency) -> bool:
    """True when an assessment that this one supersedes has a person called already, at least as urgently.

    Locks that escalation, so that it isn't acknowledged on the old answers while the new ones are written.
    """
    earlier: list[uuid.UUID] = []
    version = assessment.supersedes
    while version is not None:
        earlier.append(version.id)
        version = version.supersedes
    calling = clinic.escalations.select_for_update().filter(
        assessment_id__in=earlier, state=State.OPEN, urgency_rank__gte=urgency_rank(urgency)
    )
    return calling.first() is not None


def escalate_to(
    *, clinic: Clinic, assessment: Assessment, urgency: Urgency, by: NamedClinician, now: datetime
) -> None:
    """Make sure that somebody is called at least as urgently as an override says.

    Nothing happens while an escalation of that urgency waits or is in somebody's hands. One that is less
    urgent, or was resolved before this override, is raised and opened again; without any, one is opened.
    """
    own = clinic.escalations.select_for_update().filter(assessment=assessment).first()
    if own is not None and _calls_or_is_held(present(own), urgency):
        return
    if own is None:
        if still_open_for_earlier(clinic=clinic, assessment=assessment, urgency=urgency):
            return
        own = new_escalation(
            clinic=clinic, assessor=by.member.user, assessment=assessment, urgency=urgency, now=now
        )
        if own is None:
            return
        supersede_earlier(own, assessed_at=assessment.assessed_at, now=now)
        own.save(force_insert=True)
        emit(clinic, (EventType.ESCALATION_OPENED, own.id), now=now)
        chase_again(own, now=now)
    else:
        _raise(own, max(urgency, Urgency(own.urgency), key=urgency_rank), by, now)
    transaction.on_commit(nudge_escalations, robust=True)


def _calls_or_is_held(escalation: Escalation, urgency: Urgency) -> bool:
    return escalation.urgency_rank >= urgency_rank(urgency) and escalation.state != State.RESOLVED


def _raise(escalation: Escalation, urgency: Urgency, by: NamedClinician, now: datetime) -> None:
    """Call anew, more urgently; the deadline of one that is still open is never put off."""
    deadline = escalation.acknowledge_by if escalation.state == State.OPEN else None
    escalation.urgency, escalation.urgency_rank = urgency.value, urgency_rank(urgency)
    call_anew(escalation, by=by, now=now)
    if deadline is not None:
        escalation.acknowledge_by = max(min(escalation.acknowledge_by, deadline), now)
    supersede_earlier(escalation, assessed_at=escalation.assessment.assessed_at, now=now)
    escalation.save()
    remember(escalation, Kind.RAISED, by=by, now=now, note=urgency.value)
    chase_again(escalation, now=now)


def call_anew(escalation: Escalation, *, by: NamedClinician, now: datetime) -> None:
    """Open it with a ladder, a deadline and a round of its own; save it afterwards.

    A worker in the middle of an old round loses its claim, and whom that round has told is told again.
    """
    clinic = escalation.clinic
    escalation.state = State.OPEN
    escalation.called_since = escalation.next_attempt_at = now
    escalation.acknowledge_by = acknowledge_by(urgency=escalation.urgency, clinic=clinic, now=now)
    escalation.policy = freeze_policy(
        urgency=escalation.urgency, clinic=clinic, assessor=by.member.user, now=now
    )
    escalation.round += 1
    escalation.failures = 0
    escalation.claim_token = escalation.leased_until = escalation.round_failing_since = None
    escalation.notified_at = escalation.breached_at = None
    escalation.acknowledged_at = escalation.acknowledged_by = None
    escalation.resolved_at = escalation.resolved_by = None
    escalation.outcome_code = escalation.outcome = ""
    escalation.superseded_by = None
    emit(clinic, (EventType.ESCALATION_OPENED, escalation.id), now=now)


def remember(escalation: Escalation, kind: str, *, by: NamedClinician, now: datetime, note: str = "") -> None:
    """What people did outlives the columns that another calling clears."""
    escalation.events.create(
        clinic_id=escalation.clinic_id, kind=kind, at=now, member=by.member, client=by.through, note=note
    )
