"""A record must be kept for a while, whatever its patient asks for."""

import datetime as dt

from patients.models import HoldReason, Patient
from patients.services.errors import PatientErasedError


def hold_record(*, patient: Patient, reason: HoldReason, until: dt.date) -> None:
    """Forbid erasing the patient up to a day of the clinic's calendar, in place of any hold before.

    Call it with the row locked. Raises ``PatientErasedError``.
    """
    _store(patient, reason, until)


def release_record(*, patient: Patient) -> None:
    """End the hold, if there is one. Call it with the row locked. Raises ``PatientErasedError``."""
    _store(patient, "", None)


def _store(patient: Patient, reason: str, until: dt.date | None) -> None:
    if patient.erased_at is not None:
        raise PatientErasedError
    if (patient.legal_hold_reason, patient.legal_hold_until) == (reason, until):
        return
    patient.legal_hold_reason, patient.legal_hold_until = reason, until
    patient.save(update_fields=["legal_hold_reason", "legal_hold_until", "updated_at"])
