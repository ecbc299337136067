"""Draft a referral letter, change it, issue it."""

import hashlib
import json
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from assessments.escalations.models import Escalation
from assessments.escalations.services.acknowledge import EscalationNotFoundError
from assessments.letters.content import letter_content
from assessments.letters.models import Letter
from assessments.records.what_follows import WhereToGo, met_of
from backend.platform.refusals import NotFound, Refusal
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.clinicians import NamedClinician
from clinics.identity.models import Clinic
from patients.services import PatientErasedError


class LetterNotFoundError(NotFound):
    """No such letter in this clinic."""


class IssuedError(Refusal):
    """It is issued: nothing about it changes any more."""

    spoken = "This letter was issued meanwhile; it doesn't change any more."


class ChangedMeanwhileError(Refusal):
    """The letter, or what was found, isn't what the person had before them."""


@dataclass(frozen=True, slots=True)
class Written:
    """The clinician's part of a letter."""

    recipient: str
    call_back: str
    words: str


def draft_letter(
    *, clinic: Clinic, escalation_id: uuid.UUID, to: Letter.To, by: NamedClinician, now: datetime
) -> Letter:
    """Begin a letter about an escalation, or return the draft there is for the same reader.

    Raises ``EscalationNotFoundError`` or ``PatientErasedError``.
    """
    with clinic_scope(clinic.id):
        own = clinic.escalations.select_for_update(of=("self",)).select_related("patient", "assessment")
        escalation = own.filter(id=escalation_id).first()
        if escalation is None:
            raise EscalationNotFoundError
        if escalation.patient.erased_at is not None:
            raise PatientErasedError
        started = clinic.letters.filter(escalation=escalation, to=to, state=Letter.State.DRAFT).first()
        if started is not None:
            return started
        department = _department(clinic, escalation) if to == Letter.To.EMERGENCY_DEPARTMENT else ""
        return clinic.letters.create(
            patient_id=escalation.patient_id,
            escalation=escalation,
            to=to,
            recipient=department,
            drafted_by=by.member,
            created_at=now,
        )


def _department(clinic: Clinic, escalation: Escalation) -> str:
    """Where the runner is sent first: the maternity unit for a warning sign in pregnancy."""
    places = WhereToGo.of(clinic, met_of(escalation.assessment.evaluation)).places
    return next((place.destination for place in places if place.destination), "")


def readable_letter(clinic: Clinic, letter_id: uuid.UUID) -> Letter:
    """The letter with everything its content is made of. Raises ``LetterNotFoundError``."""
    rows = clinic.letters.select_related(
        "escalation__assessment__patient",
        "escalation__acknowledged_by__user",
        "drafted_by__user",
        "issued_by__user",
        "patient",
    )
    letter = rows.filter(id=letter_id).first()
    if letter is None:
        raise LetterNotFoundError
    letter.clinic = letter.escalation.clinic = clinic
    return letter


def content_of(letter: Letter) -> dict[str, Any]:
    """The generated part: as it was issued, or as it is now. Times are the clinic's own."""
    if letter.state == Letter.State.ISSUED:
        issued: dict[str, Any] = letter.content
        return issued
    with timezone.override(letter.clinic.zone):
        return letter_content(letter.escalation)


def state_of(letter: Letter, content: dict[str, Any]) -> str:
    """A text that changes with the letter and with what it says of itself."""
    whole = json.dumps(
        [letter.state, letter.recipient, letter.call_back, letter.words, content], sort_keys=True
    )
    return hashlib.sha256(whole.encode()).hexdigest()


def write_letter(*, clinic: Clinic, letter_id: uuid.UUID, written: Written, seen: str) -> Letter:
    """Store the clinician's part of a draft.

    Raises ``LetterNotFoundError``, ``IssuedError`` or ``ChangedMeanwhileError``.
    """
    with clinic_scope(clinic.id):
        letter, _ = _draft(clinic, letter_id, seen)
        _write(letter, written)
        letter.save()
    return letter


def issue_letter(
    *, clinic: Clinic, letter_id: uuid.UUID, written: Written, seen: str, by: NamedClinician, now: datetime
) -> Letter:
    """Issue it as it was seen, in the name of a clinician. Raises as ``write_letter`` does."""
    with clinic_scope(clinic.id):
        letter, content = _draft(clinic, letter_id, seen)
        _write(letter, written)
        letter.content = content
        letter.state = Letter.State.ISSUED
        letter.issued_by, letter.issued_at = by.member, now
        letter.save()
    return letter


def _draft(clinic: Clinic, letter_id: uuid.UUID, seen: str) -> tuple[Letter, dict[str, Any]]:
    """The draft with its row locked, and its content, if both are what was seen."""
    if clinic.letters.select_for_update().filter(id=letter_id).first() is None:
        raise LetterNotFoundError
    letter = readable_letter(clinic, letter_id)
    if letter.state == Letter.State.ISSUED:
        raise IssuedError
    content = content_of(letter)
    if state_of(letter, content) != seen:
        raise ChangedMeanwhileError
    return letter, content


def _write(letter: Letter, written: Written) -> None:
    letter.recipient, letter.call_back, letter.words = written.recipient, written.call_back, written.words
