"""Patients."""

from patients.models.erasure import Erasure, ErasureReason
from patients.models.patient import ArchiveReason, HoldReason, Patient, SexAtBirth

__all__ = ["ArchiveReason", "Erasure", "ErasureReason", "HoldReason", "Patient", "SexAtBirth"]
