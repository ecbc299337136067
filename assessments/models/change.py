"""What changed, in the order it was committed."""

from django.db import models

from clinics.identity.models import Clinic


class Change(models.Model):
    """One row of a clinic was created, changed or erased. It names the row and holds nothing of it.

    Triggers write it as the last step of a transaction, one transaction of a clinic at a time: whoever has
    read up to a position has missed nothing before it. The service itself can only read it.
    """

    class Kind(models.TextChoices):
        """What happened to the row."""

        CREATED = "created", "Created"
        UPDATED = "updated", "Updated"
        ERASED = "erased", "Erased"

    class Type(models.TextChoices):
        """What the row is."""

        PATIENT = "patient", "Patient"
        ASSESSMENT = "assessment", "Assessment"
        ESCALATION = "escalation", "Escalation"
        FOLLOW_UP = "follow_up", "Follow-up"
        PROGRAMME = "programme", "Programme"

    position = models.BigAutoField(primary_key=True)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="changes")
    type = models.CharField(max_length=20, choices=Type.choices)
    row_id = models.UUIDField()
    change = models.CharField(max_length=10, choices=Kind.choices)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["clinic", "position"], name="change_feed")]

    def __str__(self) -> str:
        return f"Change {self.position}"


class ForgottenChanges(models.Model):
    """How far a clinic's list of changes has been forgotten: up to ``position``, that one included."""

    clinic = models.OneToOneField(
        Clinic, primary_key=True, on_delete=models.PROTECT, related_name="forgotten_changes"
    )
    position = models.BigIntegerField()

    class Meta:
        verbose_name_plural = "forgotten changes"

    def __str__(self) -> str:
        return f"Forgotten up to {self.position}"
