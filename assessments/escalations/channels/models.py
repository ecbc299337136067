"""Services that page a clinic's people, and each message with every try to deliver it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from assessments.escalations.channels.registry import channel_choices
from assessments.escalations.models import Escalation
from assessments.follow_ups.models import FollowUp
from assessments.protocol.vocabulary import Urgency
from backend.platform.storage.columns import Identified, Timestamped
from backend.platform.storage.history import recorded
from clinics.identity.models import Clinic

#: The urgencies that call for somebody, the most urgent first.
URGENCIES = tuple(urgency.value for urgency in reversed(Urgency) if urgency is not Urgency.NONE)


def only_emergencies() -> list[str]:
    """What a service is told when the clinic says nothing else."""
    return [URGENCIES[0]]


@recorded(
    values_for="clinic:read",
    leaving_out=("sealed_url", "sealed_key", "ending"),
    table="clinics_oncallservicehistory",
)
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
        db_table = "clinics_oncallservice"
        verbose_name = "on-call service"
        indexes = [models.Index(fields=["clinic", "updated_at", "id"], name="on_call_service_changes")]

    def __str__(self) -> str:
        return self.name

    @property
    def last_test(self) -> "OnCallService | None":
        """What holds the last test's result, if this address was ever tried."""
        return self if self.tested_at else None


class Delivery(Timestamped):
    """Committed as ``sending`` before the message leaves; its id is the message id, kept across retries.

    A receiver that sees the same id twice knows that it is the same message: duplicates over losses.
    """

    class State(models.TextChoices):
        """The life of a delivery."""

        SENDING = "sending", "Sending"
        SENT = "sent", "Sent"
        FAILED = "failed", "Failed, to be tried again"
        REFUSED = "refused", "Refused for good"

    #: What no further attempt in the round changes.
    FINAL: ClassVar[tuple[str, ...]] = (State.SENT, State.REFUSED)

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="deliveries")
    escalation = models.ForeignKey(
        Escalation, null=True, blank=True, on_delete=models.PROTECT, related_name="deliveries"
    )
    follow_up = models.ForeignKey(
        FollowUp, null=True, blank=True, on_delete=models.PROTECT, related_name="deliveries"
    )
    round = models.PositiveIntegerField()
    channel = models.CharField(max_length=20, choices=channel_choices, default="email")
    address = models.CharField(max_length=320)
    name = models.CharField(max_length=100, blank=True, help_text="The service's, as it was then.")
    state = models.CharField(max_length=20, choices=State.choices, default=State.SENDING)
    attempts = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.CheckConstraint(
                name="delivery_of_one_thing",
                condition=Q(escalation__isnull=False, follow_up__isnull=True)
                | Q(escalation__isnull=True, follow_up__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["escalation", "round", "channel", "address"], name="one_delivery_per_escalation_round"
            ),
            models.UniqueConstraint(
                fields=["follow_up", "round", "channel", "address"], name="one_delivery_per_follow_up_round"
            ),
        ]

    def __str__(self) -> str:
        return f"Delivery {self.id}"


class DeliveryAttempt(Identified):
    """One try to hand a message over, and what came of it. Append-only.

    A worker that dies in the middle leaves none: the delivery is then ``sending`` and is tried again.
    """

    class Result(models.TextChoices):
        """What came of it."""

        SENT = "sent", "Sent"
        FAILED = "failed", "Failed for the moment"
        REFUSED = "refused", "Refused for good"

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="delivery_attempts")
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="tries")
    at = models.DateTimeField(help_text="When it was begun.")
    latency_ms = models.PositiveIntegerField(help_text="Until it was accepted, refused or given up.")
    result = models.CharField(max_length=20, choices=Result.choices)
    reason = models.CharField(max_length=200, blank=True, help_text="The kind of failure.")

    class Meta:
        indexes = [models.Index(fields=["delivery", "at"], name="delivery_history")]

    def __str__(self) -> str:
        return f"{self.get_result_display()} {self.at:%Y-%m-%d %H:%M}"
