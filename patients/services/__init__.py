"""What can be done about a patient."""

from patients.services.archiving import archiving
from patients.services.change_patient import change_patient
from patients.services.errors import (
    ArchiveReasonMissingError,
    ExternalIdTakenError,
    PatientErasedError,
    StillWaitingError,
)
from patients.services.hold_record import hold_record, release_record
from patients.services.register_patient import find_or_register_patient, register_patient
from patients.services.search_patients import search_patients

__all__ = [
    "ArchiveReasonMissingError",
    "ExternalIdTakenError",
    "PatientErasedError",
    "StillWaitingError",
    "archiving",
    "change_patient",
    "find_or_register_patient",
    "hold_record",
    "register_patient",
    "release_record",
    "search_patients",
]
