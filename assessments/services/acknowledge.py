"""A person answers an escalation: acknowledge, resolve, reopen."""

import uuid
from datetime import datetime

from assessments.models import Escalation, EscalationEvent
from clinics.actor import NamedClinician
from clinics.models import Clinic
from clinics.tenancy import clinic_scope
from patients.services import PatientErasedError

State = Escalation.State
Kind = EscalationEvent.Kind


class EscalationNotFoundError(Exception):
    """No such escalation in this clinic."""


class WrongStateError(Exception):
    """The escalation isn't in the state this step needs; ``state`` is the one it is in."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


def acknowledge(*, clinic: Clinic, escalation_id: uuid.UUID, by: NamedClinician, now: datetime) -> Escalation:
    """A named clinician takes it on; the messages stop. Doing it twice changes nothing."""
    with clinic_scope(clinic.id):
        escalation = _lock(clinic, escalation_id)
        if escalation.state == State.OPEN:
            escalation.state = State.ACKNOWLEDGED
            escalation.acknowledged_at = now
            escalation.acknowledged_by = by.member
            escalation.next_attempt_at = escalation.claim_token = escalation.leased_until = None
            escalation.save()
            _remember(escalation, Kind.ACKNOWLEDGED, by, now)
    return escalation


def resolve(
    *, clinic: Clinic, escalation_id: uuid.UUID, by: NamedClinician, outcome: str, now: datetime
) -> Escalation:
    """Close it with what came of it; only after somebody acknowledged. Raises ``WrongStateError``."""
    with clinic_scope(clinic.id):
        escalation = _lock(clinic, escalation_id)
        if escalation.state != State.ACKNOWLEDGED:
            raise WrongStateError(escalation.state)
        escalation.state = State.RESOLVED
        escalation.resolved_at = now
        escalation.resolved_by = by.member
        escalation.outcome = outcome
        escalation.save()
        _remember(escalation, Kind.RESOLVED, by, now, outcome)
    return escalation


def reopen(
    *, clinic: Clinic, escalation_id: uuid.UUID, by: NamedClinician, reason: str, now: datetime
) -> Escalation:
    """Start the messages again at once; raises ``WrongStateError`` when it is open already.

    Raises ``PatientErasedError`` too: there is nobody left to call about.
    """
    with clinic_scope(clinic.id):
        escalation = _lock(clinic, escalation_id)
        if escalation.patient.erased_at is not None:
            raise PatientErasedError
        if escalation.state == State.OPEN:
            raise WrongStateError(escalation.state)
        escalation.state = State.OPEN
        escalation.next_attempt_at = now
        escalation.acknowledged_at = escalation.acknowledged_by = None
        escalation.resolved_at = escalation.resolved_by = None
        escalation.outcome = ""
        escalation.save()
        _remember(escalation, Kind.REOPENED, by, now, reason)
    return escalation


def _lock(clinic: Clinic, escalation_id: uuid.UUID) -> Escalation:
    escalation = clinic.escalations.select_for_update().filter(id=escalation_id).first()
    if escalation is None:
        raise EscalationNotFoundError
    return escalation


def _remember(escalation: Escalation, kind: str, by: NamedClinician, now: datetime, note: str = "") -> None:
    """What people did outlives the columns that a reopening clears."""
    escalation.events.create(
        clinic_id=escalation.clinic_id, kind=kind, at=now, member=by.member, client=by.through, note=note
    )
