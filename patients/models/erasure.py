"""That a runner's data were erased, and what was kept."""

from django.db import models

from backend.platform.storage.columns import Identified
from clinics.identity.models import ApiClient, Clinic, User
from patients.models.patient import Patient


class ErasureReason(models.TextChoices):
    """Why a person's data are erased (GDPR, article 17)."""

    PATIENT_REQUEST = "patient_request", "The patient asked for it"
    CONSENT_WITHDRAWN = "consent_withdrawn", "Consent was withdrawn"
    NO_LONGER_NEEDED = "no_longer_needed", "The data are no longer needed"
    UNLAWFUL = "unlawful", "The data should not have been recorded"
    LEGAL_OBLIGATION = "legal_obligation", "A law or court demands it"


class Erasure(Identified):
    """One patient was erased. Append-only; holds ids, codes and numbers and nothing of the person.

    ``records`` is the report: ``{kind, pseudonymised, kept, kept_because}`` for each kind of record.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="erasures")
    patient = models.OneToOneField(Patient, on_delete=models.PROTECT, related_name="erasure")
    reason = models.CharField(max_length=20, choices=ErasureReason.choices)
    erased_at = models.DateTimeField()
    client = models.ForeignKey(ApiClient, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    records = models.JSONField()

    def __str__(self) -> str:
        return f"Erasure {self.id}"
