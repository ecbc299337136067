"""Erasures outlive a backup: what was erased since it was made is erased again."""

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from assessments.services.erase import LegalHoldError, StillCalledForError, erase_patient
from backend.platform.storage.tenancy import all_clinic_ids, clinic_scope
from clinics.identity.clinicians import Actor
from clinics.identity.models import Clinic
from patients.models import ErasureReason


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
