"""Open an escalation, or make one more urgent than it was."""

import uuid
from datetime import datetime

from django.db import transaction

from assessments.models import Assessment, Escalation, EscalationEvent
from assessments.protocol.vocabulary import Urgency, urgency_rank
from assessments.services.deadlines import acknowledge_by
from assessments.services.nudge import nudge_escalations
from assessments.services.policy import freeze_policy
from clinics.actor import NamedClinician
from clinics.models import Clinic, User

State = Escalation.State


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
        acknowledge_by=acknowledge_by(urgency=urgency, clinic=clinic, now=now),
        policy=freeze_policy(urgency=urgency, clinic=clinic, assessor=assessor, now=now),
        next_attempt_at=now,
    )


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
    if own is not None and own.urgency_rank >= urgency_rank(urgency) and own.state != State.RESOLVED:
        return
    if own is None:
        if still_open_for_earlier(clinic=clinic, assessment=assessment, urgency=urgency):
            return
        own = new_escalation(
            clinic=clinic, assessor=by.member.user, assessment=assessment, urgency=urgency, now=now
        )
        if own is None:
            return
        own.save(force_insert=True)
    else:
        _raise(own, clinic, max(urgency, Urgency(own.urgency), key=urgency_rank), by, now)
    transaction.on_commit(nudge_escalations, robust=True)


def _raise(
    escalation: Escalation, clinic: Clinic, urgency: Urgency, by: NamedClinician, now: datetime
) -> None:
    """Start a round of its own at once; a worker in the middle of the old one loses its claim."""
    deadline = acknowledge_by(urgency=urgency, clinic=clinic, now=now)
    if escalation.state == State.OPEN:
        deadline = min(deadline, escalation.acknowledge_by)
    escalation.urgency, escalation.urgency_rank = urgency.value, urgency_rank(urgency)
    escalation.state = State.OPEN
    escalation.acknowledge_by = deadline
    escalation.policy = freeze_policy(urgency=urgency, clinic=clinic, assessor=by.member.user, now=now)
    escalation.round += 1
    escalation.next_attempt_at = now
    escalation.claim_token = escalation.leased_until = escalation.round_failing_since = None
    escalation.acknowledged_at = escalation.acknowledged_by = None
    escalation.resolved_at = escalation.resolved_by = None
    escalation.outcome = ""
    escalation.save()
    escalation.events.create(
        clinic_id=clinic.id,
        kind=EscalationEvent.Kind.RAISED,
        at=now,
        member=by.member,
        client=by.through,
        note=urgency.value,
    )
