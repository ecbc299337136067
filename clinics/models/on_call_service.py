"""A service that pages a clinic's people."""

from django.db import models

from backend.platform.storage.columns import Timestamped
from backend.platform.storage.history import recorded
from clinics.identity.models import Clinic

#: The protocol's urgencies that call for somebody; a test in ``assessments`` compares them.
URGENCIES = ("emergency_now", "same_day", "complete_screen_now", "within_2_weeks", "routine")


def only_emergencies() -> list[str]:
    """What a service is told when the clinic says nothing else."""
    return [URGENCIES[0]]


@recorded(values_for="clinic:read", leaving_out=("sealed_url", "sealed_key", "ending"))
class OnCallService(Timestamped):
    """Told about escalations of the urgencies it serves, beside the people of the ladder.

    Its address and the key that signs its messages are stored encrypted and never shown again.
    """

    class Kind(models.TextChoices):
        """How it is spoken to."""

        APPRISE = "apprise", "On-call service (Apprise)"
        WEBHOOK = "webhook", "Signed webhook"

    class TestResult(models.TextChoices):
        """What came of the last test message."""

        SENT = "sent", "Sent"
        FAILED = "failed", "Failed for the moment"
        REFUSED = "refused", "Refused for good"

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="on_call_services")
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    schema = models.CharField(max_length=30, help_text="What stands before :// in its address.")
    ending = models.CharField(max_length=4, blank=True, help_text="The address's last characters.")
    sealed_url = models.TextField()
    sealed_key = models.TextField(blank=True)
    urgencies = models.JSONField(default=only_emergencies)
    enabled = models.BooleanField(default=True)
    tested_at = models.DateTimeField(null=True, blank=True)
    test_result = models.CharField(max_length=20, choices=TestResult.choices, blank=True)
    test_reason = models.CharField(max_length=200, blank=True)
    test_latency_ms = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        verbose_name = "on-call service"
        indexes = [models.Index(fields=["clinic", "updated_at", "id"], name="on_call_service_changes")]

    def __str__(self) -> str:
        return self.name

    @property
    def last_test(self) -> "OnCallService | None":
        """What holds the last test's result, if this address was ever tried."""
        return self if self.tested_at else None
