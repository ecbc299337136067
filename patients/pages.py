"""Whose page a page is: the clinic's own runner."""

import uuid

from django.http import Http404

from clinics.identity.models import Membership
from patients.models import Patient


def own_patient(member: Membership, patient_id: uuid.UUID) -> Patient:
    """The clinic's own runner; another clinic's, an archived or an erased one doesn't exist (404)."""
    patient = member.clinic.patients.filter(id=patient_id, archived_at=None, erased_at=None).first()
    if patient is None:
        raise Http404
    patient.clinic = member.clinic
    return patient
