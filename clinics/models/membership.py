"""Who works where, and as what."""

from django.conf import settings
from django.db import models

from backend.platform.storage.columns import Timestamped
from backend.platform.storage.history import recorded
from clinics.models.clinic import Clinic


class Role(models.TextChoices):
    """What a person does in a clinic; ``clinics.permissions`` says what each may do."""

    ADMIN = "admin", "Clinic admin"
    CLINICIAN = "clinician", "Clinician"
    RECEPTION = "reception", "Reception"
    AUDITOR = "auditor", "Auditor"


@recorded(values_for="members:read", leaving_out=("invitation_due_at",))
class Membership(Timestamped):
    """One person's role in one clinic."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    name = models.CharField(
        max_length=200, blank=True, help_text="What this clinic calls them; their account's name when empty."
    )
    active = models.BooleanField(default=True, help_text="Not once they have left; nothing is deleted.")
    accepted = models.BooleanField(
        default=True, help_text="Not yet between an invitation and its acceptance."
    )
    invitation_due_at = models.DateTimeField(
        null=True, blank=True, help_text="When a mail with the link is to be sent; empty when none is."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic", "user"], name="one_membership_per_person_and_clinic")
        ]
        indexes = [
            models.Index(
                fields=["clinic", "invitation_due_at"],
                name="membership_invitation_due",
                condition=models.Q(invitation_due_at__isnull=False),
            ),
            models.Index(fields=["clinic", "updated_at", "id"], name="membership_change_order"),
        ]

    def __str__(self) -> str:
        return f"{self.shown_name} ({self.get_role_display()})"

    @property
    def shown_name(self) -> str:
        """Their name in this clinic: what another one calls them is not this one's to know."""
        return self.name or str(self.user)
