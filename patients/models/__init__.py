"""Patients."""

from patients.models.erasure import Erasure, ErasureReason
from patients.models.patient import HoldReason, Patient, SexAtBirth

__all__ = ["Erasure", "ErasureReason", "HoldReason", "Patient", "SexAtBirth"]
