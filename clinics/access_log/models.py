"""Who read which patient's data, when and why."""

from django.db import models

from backend.platform.storage.columns import Identified
from clinics.identity.models import ApiClient, Clinic, User


class AccessLogEntry(Identified):
    """One read of one patient's data. Append-only, and chained by hash within its clinic.

    ``hash`` is the SHA-256 of the entry's text, which begins with the hash of the entry before: whoever
    changes, removes or adds one breaks the chain behind it (``clinics.access_log.services.entry_hash``). The
    database writes both (``log_access``), so that entries of one clinic take turns.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="access_log")
    sequence = models.PositiveBigIntegerField(help_text="1 for the clinic's first entry, and no gaps.")
    at = models.DateTimeField()
    patient_id = models.UUIDField(help_text="No foreign key: the entry outlives whatever becomes of the row.")
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    client = models.ForeignKey(ApiClient, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=100, help_text="Method and name of the route.")
    purpose = models.CharField(max_length=200, blank=True, help_text="In the caller's words.")
    request_id = models.CharField(max_length=64)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name_plural = "access log entries"
        constraints = [
            models.UniqueConstraint(fields=["clinic", "sequence"], name="one_access_log_entry_per_place")
        ]
        indexes = [models.Index(fields=["clinic", "patient_id", "sequence"], name="access_log_of_patient")]

    def __str__(self) -> str:
        return f"Access {self.sequence}"


class AccessLogHead(models.Model):
    """The end of a clinic's chain: its lock, and what shows that the last entries were cut off."""

    clinic = models.OneToOneField(
        Clinic, primary_key=True, on_delete=models.PROTECT, related_name="access_log_head"
    )
    sequence = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"End of the access log at {self.sequence}"
