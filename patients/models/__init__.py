"""Patients."""

from patients.models.patient import Patient, SexAtBirth

__all__ = ["Patient", "SexAtBirth"]
