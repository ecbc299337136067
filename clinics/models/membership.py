"""Who works where, and as what."""

from django.conf import settings
from django.db import models

from clinics.history import recorded
from clinics.models.base import Timestamped
from clinics.models.clinic import Clinic


class Role(models.TextChoices):
    """What a person does in a clinic; ``clinics.permissions`` says what each may do."""

    ADMIN = "admin", "Clinic admin"
    CLINICIAN = "clinician", "Clinician"
    RECEPTION = "reception", "Reception"
    AUDITOR = "auditor", "Auditor"


@recorded()
class Membership(Timestamped):
    """One person's role in one clinic."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic", "user"], name="one_membership_per_person_and_clinic")
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"
