"""One message to one person."""

from django.db import models
from django.db.models import Q

from assessments.models.escalation import Escalation
from assessments.models.follow_up import FollowUp
from clinics.models import Clinic, Timestamped


class Delivery(Timestamped):
    """Committed as ``sending`` before the message leaves; its id is the message id, kept across retries.

    A receiver that sees the same id twice knows that it is the same message: duplicates over losses.
    """

    class State(models.TextChoices):
        """The life of a delivery."""

        SENDING = "sending", "Sending"
        SENT = "sent", "Sent"
        FAILED = "failed", "Failed, to be tried again"

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="deliveries")
    escalation = models.ForeignKey(
        Escalation, null=True, blank=True, on_delete=models.PROTECT, related_name="deliveries"
    )
    follow_up = models.ForeignKey(
        FollowUp, null=True, blank=True, on_delete=models.PROTECT, related_name="deliveries"
    )
    round = models.PositiveIntegerField()
    channel = models.CharField(max_length=20, default="email")
    address = models.CharField(max_length=320)
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
