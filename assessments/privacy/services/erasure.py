"""A runner is forgotten: what was decided stays explainable, and is nobody's any more (docs/adr/0009)."""

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Q

from assessments.escalations.models import Escalation
from assessments.exports.models import Export
from assessments.exports.services.exports import let_no_export_be_written, take_away_results
from assessments.follow_ups.models import CancelledBecause
from assessments.follow_ups.services.schedule import cancel_pending
from assessments.programmes.services.draft_and_release import end_current
from assessments.programmes.services.shoes import forget_names
from backend.platform.refusals import Refusal
from backend.platform.storage.tenancy import all_clinic_ids, clinic_scope
from clinics.access_log.services import log_access
from clinics.identity.clinicians import Actor
from clinics.identity.models import Clinic
from patients.models import Erasure, ErasureReason, Patient
from patients.services import PatientNotFoundError

#: Escalations in these states call nobody and are in nobody's hands.
ENDED = (Escalation.State.RESOLVED, Escalation.State.SUPERSEDED)

#: Why rows of a kind stay. ``record``: a past decision must be explainable, and what is left names nobody.
#: ``audit``: who read and changed what must be provable; ids only. ``staff``: about the clinic's own people.
KEPT_BECAUSE = {
    "patient": "record",
    "patient_history": "audit",
    "assessment": "record",
    "override": "record",
    "letter": "record",
    "card_feedback": "record",
    "escalation": "record",
    "escalation_history": "audit",
    "escalation_event": "audit",
    "follow_up": "record",
    "shoe": "record",
    "delivery": "staff",
    "access_log": "audit",
}


class LegalHoldError(Refusal):
    """The record is under a legal hold; the words say why and until when."""

    code = "legal_hold"

    def __init__(self, hold: dict[str, Any]) -> None:
        super().__init__(
            f"The whole record is kept until {hold['until']} ({hold['reason']}); nothing was erased."
        )


class StillCalledForError(Refusal):
    """An escalation of the patient isn't resolved: it must never vanish with them."""

    code = "escalation_unresolved"


def erase_patient(
    *,
    clinic: Clinic,
    actor: Actor,
    patient_id: uuid.UUID,
    reason: ErasureReason,
    request_id: str,
    action: str,
    now: dt.datetime,
) -> Erasure:
    """Pseudonymise a patient everywhere, in one transaction; a second time returns the first report.

    Their pending follow-ups are cancelled, and exports that may name them end. Raises
    ``PatientNotFoundError``, ``LegalHoldError`` or ``StillCalledForError``; then nothing is changed.
    """
    with clinic_scope(clinic.id):
        let_no_export_be_written(clinic)
        patient = clinic.patients.select_for_update().filter(id=patient_id).first()
        if patient is None:
            raise PatientNotFoundError
        if patient.erased_at is not None:
            return clinic.erasures.get(patient=patient)
        _refuse(clinic, patient, now)
        own = clinic.follow_ups.filter(patient=patient)
        cancel_pending(own, because=CancelledBecause.ERASED, now=now)
        end_current(clinic, patient.id, now=now)
        clinic.check_in_links.filter(follow_up__patient=patient).delete()
        erasure = clinic.erasures.create(
            patient=patient,
            reason=reason,
            erased_at=now,
            client=actor.client,
            user=actor.user,
            records=_records(clinic, patient, now),
        )
        log_access(
            clinic=clinic,
            actor=actor,
            patients=[patient.id],
            action=action,
            purpose="",
            request_id=request_id,
            now=now,
        )
    return erasure


def _refuse(clinic: Clinic, patient: Patient, now: dt.datetime) -> None:
    hold = patient.legal_hold
    if hold and patient.is_held_on(now.astimezone(clinic.zone).date()):
        raise LegalHoldError(hold)
    escalations = list(clinic.escalations.select_for_update().filter(patient=patient).only("state"))
    if any(escalation.state not in ENDED for escalation in escalations):
        raise StillCalledForError


def _forget_requests(clinic: Clinic, patient: Patient) -> int:
    """Delete the kept requests about programmes and shoes: a key is the sender's word. How many went."""
    made = clinic.answered_requests.filter(
        Q(reference__in=clinic.programmes.filter(patient=patient).values("id"))
        | Q(reference__in=clinic.runs.filter(programme__patient=patient).values("id"))
        | Q(reference__in=clinic.shoes.filter(patient=patient).values("id"))
    )
    return made.delete()[0]


def _records(clinic: Clinic, patient: Patient, now: dt.datetime) -> list[dict[str, Any]]:
    """Erase, and count: how many rows of each kind lost something, and how many stay."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, pseudonymised, kept FROM erase_patient(%s, %s)",
            [patient.id, now],
        )
        counted: list[tuple[str, int, int]] = cursor.fetchall()
        cursor.execute("SELECT 'letter', pseudonymised, kept FROM erase_letters(%s, %s)", [patient.id, now])
        counted += cursor.fetchall()
        cursor.execute(
            "SELECT 'card_feedback', pseudonymised, kept FROM erase_card_feedback(%s)", [patient.id]
        )
        counted += cursor.fetchall()
    clinic.cards.filter(patient=patient, feedback=None).delete()
    requests = _forget_requests(clinic, patient)
    counted = [(kind, n + requests if kind == "answered_request" else n, kept) for kind, n, kept in counted]
    deliveries = clinic.deliveries.filter(escalation__patient=patient) | clinic.deliveries.filter(
        follow_up__patient=patient
    )
    counted += [
        ("export", take_away_results(clinic=clinic, failure=Export.Failure.PATIENT_ERASED), 0),
        ("follow_up", 0, clinic.follow_ups.filter(patient=patient).count()),
        ("shoe", *forget_names(clinic, patient.id)),
        ("delivery", 0, deliveries.count()),
        ("access_log", 0, clinic.access_log.filter(patient_id=patient.id).count()),
    ]
    return [
        {
            "kind": kind,
            "pseudonymised": pseudonymised,
            "kept": kept,
            "kept_because": KEPT_BECAUSE.get(kind),
        }
        for kind, pseudonymised, kept in counted
    ]


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One erasure as it was printed."""

    clinic: uuid.UUID
    patient: uuid.UUID
    reason: ErasureReason


def erasure_ledger() -> Iterator[dict[str, str]]:
    """Every erasure of every clinic, oldest first within a clinic: ids, code and time."""
    for clinic_id in all_clinic_ids():
        with clinic_scope(clinic_id):
            erasures = list(Clinic.objects.get(id=clinic_id).erasures.order_by("erased_at", "id"))
        for erasure in erasures:
            yield {
                "clinic": str(clinic_id),
                "patient": str(erasure.patient_id),
                "reason": erasure.reason,
                "erased_at": erasure.erased_at.isoformat(),
            }


def reapply_erasure(entry: LedgerEntry, *, now: dt.datetime) -> str:
    """Erase a patient again whom a restored backup brought back.

    Returns ``erased``, or why not: ``erased_already``, ``not_there`` (the backup never knew them),
    ``held`` or ``still_called_for``, which a person must look into.
    """
    with clinic_scope(entry.clinic):
        clinic = Clinic.objects.filter(id=entry.clinic).first()
        patient = clinic.patients.filter(id=entry.patient).first() if clinic else None
        if clinic is None or patient is None:
            return "not_there"
        if patient.erased_at is not None:
            return "erased_already"
        try:
            erase_patient(
                clinic=clinic,
                actor=Actor(),
                patient_id=patient.id,
                reason=entry.reason,
                request_id="",
                action="reapply_erasures",
                now=now,
            )
        except LegalHoldError:
            return "held"
        except StillCalledForError:
            return "still_called_for"
    return "erased"
