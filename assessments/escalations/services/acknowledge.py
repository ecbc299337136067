"""A person answers an escalation: acknowledge, resolve, reopen."""

import uuid
from datetime import datetime

from django.db import transaction

from assessments.escalations.models import Escalation, EscalationEvent, Outcome
from assessments.escalations.services.escalate import call_anew, nudge_escalations, present, remember
from assessments.escalations.services.referral_chasers import answer_chasers, chase_again
from assessments.protocol.urgencies import meaning_of
from assessments.webhooks.models import EventType
from assessments.webhooks.services.emit import emit
from backend.platform.refusals import Invalid, NotFound, Refusal
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.clinicians import NamedClinician, who_did
from clinics.identity.models import Clinic
from patients.services import PatientErasedError

State = Escalation.State
Kind = EscalationEvent.Kind


class EscalationNotFoundError(NotFound):
    """No such escalation in this clinic."""


class WrongStateError(Refusal):
    """The escalation isn't in the state this step needs; the words say which it is in, and by whom."""

    def __init__(self, held: Escalation) -> None:
        super().__init__(f"The escalation is {held.state}. {last_step(held)}".strip())


class SupersededEscalationError(Refusal):
    """A later one has taken its place; ``by`` is the id of the one to act on."""

    spoken = "A later one has taken its place."

    def __init__(self, by: uuid.UUID) -> None:
        super().__init__(f"Superseded by {by}; that is the one to act on.")
        self.by = by


class TakenByAnotherError(Refusal):
    """Another clinician has taken it on; the words say who, since when and whether it is resolved."""

    def __init__(self, held: Escalation) -> None:
        done = f"; it is resolved since: {last_step(held)}" if held.state == State.RESOLVED else "."
        super().__init__(f"{_taken_on(held)}{done}")


class OutcomeRefusedError(Invalid):
    """This doesn't close an escalation so urgent; ``allowed`` does."""

    pointer, fault, telling = "/outcome_code", "not_enough", True
    spoken = "So urgent a case needs one of these."

    def __init__(self, allowed: frozenset[str]) -> None:
        super().__init__(f"So urgent a case needs more. One of: {', '.join(sorted(allowed))}.")


def last_step(held: Escalation) -> str:
    """Say who brought an escalation into its state, and when; empty where no person did."""
    clinic = held.clinic
    match held.state:
        case State.RESOLVED:
            return f"{who_did('resolved it', held.resolved_by, at=held.resolved_at, clinic=clinic)}."
        case State.ACKNOWLEDGED:
            return f"{_taken_on(held)}."
        case State.OPEN:
            calls = held.events.filter(kind__in=[Kind.REOPENED, Kind.RAISED]).select_related("member__user")
            last = calls.order_by("-at", "-id").first()
            return f"{who_did('reopened it', last.member, at=last.at, clinic=clinic)}." if last else ""
    return ""


def _taken_on(held: Escalation) -> str:
    return who_did("took it on", held.acknowledged_by, at=held.acknowledged_at, clinic=held.clinic)


def acknowledge(*, clinic: Clinic, escalation_id: uuid.UUID, by: NamedClinician, now: datetime) -> Escalation:
    """A named clinician takes it on; the messages stop. Doing it twice changes nothing.

    Raises ``TakenByAnotherError`` when somebody else has it, and ``SupersededEscalationError`` when a later
    one calls in its place: whoever gets an answer is the one who acts.
    """
    with clinic_scope(clinic.id):
        escalation = _lock(clinic, escalation_id)
        if escalation.state == State.OPEN:
            escalation.state = State.ACKNOWLEDGED
            escalation.acknowledged_at = now
            escalation.acknowledged_by = by.member
            escalation.next_attempt_at = escalation.claim_token = escalation.leased_until = None
            escalation.save()
            remember(escalation, Kind.ACKNOWLEDGED, by=by, now=now)
            emit(clinic, (EventType.ESCALATION_ACKNOWLEDGED, escalation.id), now=now)
        elif escalation.acknowledged_by_id != by.member.id:
            raise TakenByAnotherError(escalation)
    return escalation


def resolve(
    *,
    clinic: Clinic,
    escalation_id: uuid.UUID,
    by: NamedClinician,
    code: Outcome,
    outcome: str,
    now: datetime,
) -> Escalation:
    """Close it with what came of it, as a code and in words; only after somebody acknowledged.

    The chasers that this answers are closed with it.

    Raises ``WrongStateError``, ``OutcomeRefusedError`` or ``SupersededEscalationError``.
    """
    with clinic_scope(clinic.id):
        escalation = _lock(clinic, escalation_id)
        if escalation.state != State.ACKNOWLEDGED:
            raise WrongStateError(escalation)
        allowed = meaning_of(escalation.urgency).closed_by
        if allowed is not None and code not in allowed:
            raise OutcomeRefusedError(allowed)
        escalation.state = State.RESOLVED
        escalation.resolved_at = now
        escalation.resolved_by = by.member
        escalation.outcome_code, escalation.outcome = code.value, outcome
        escalation.save()
        remember(escalation, Kind.RESOLVED, by=by, now=now, note=outcome)
        emit(clinic, (EventType.ESCALATION_RESOLVED, escalation.id), now=now)
        answer_chasers(escalation, code=code, by=by, now=now)
    return escalation


def reopen(
    *, clinic: Clinic, escalation_id: uuid.UUID, by: NamedClinician, reason: str, now: datetime
) -> Escalation:
    """Start the messages again at once, with a deadline of its own.

    Raises ``WrongStateError`` when it is open already, ``SupersededEscalationError``, and
    ``PatientErasedError``: there is nobody left to call about.
    """
    with clinic_scope(clinic.id):
        escalation = _lock(clinic, escalation_id)
        if escalation.patient.erased_at is not None:
            raise PatientErasedError
        if escalation.state == State.OPEN:
            raise WrongStateError(escalation)
        call_again(escalation, by=by, reason=reason, now=now)
    return escalation


def call_again(escalation: Escalation, *, by: NamedClinician, reason: str, now: datetime) -> None:
    """Open an escalation again, chase its referral again and nudge a worker. Call it with the row locked."""
    call_anew(escalation, by=by, now=now)
    escalation.save()
    remember(escalation, Kind.REOPENED, by=by, now=now, note=reason)
    chase_again(escalation, now=now)
    transaction.on_commit(nudge_escalations, robust=True)


def _lock(clinic: Clinic, escalation_id: uuid.UUID) -> Escalation:
    own = clinic.escalations.select_for_update(of=("self",)).select_related("clinic")
    escalation = own.filter(id=escalation_id).first()
    if escalation is None:
        raise EscalationNotFoundError
    if escalation.state == State.SUPERSEDED:
        raise SupersededEscalationError(present(escalation).id)
    return escalation
