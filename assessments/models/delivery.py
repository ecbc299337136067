"""One message to one person."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from assessments.follow_ups.models import FollowUp
from assessments.models.escalation import Escalation
from backend.platform.storage.columns import Identified, Timestamped
from clinics.identity.models import Clinic


class DeliveryChannel(models.TextChoices):
    """By what a message goes; the address is a mailbox, or the id of one of the clinic's services."""

    EMAIL = "email", "E-mail"
    ON_CALL_SERVICE = "on_call_service", "On-call service"


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
    channel = models.CharField(max_length=20, choices=DeliveryChannel.choices, default=DeliveryChannel.EMAIL)
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
