"""What other systems are told of as it happens: events, who is to hear of each, and every try to say so."""

from django.db import models
from django.db.models import Q

from backend.platform.storage.columns import DueWork, Identified, Timestamped
from backend.platform.storage.history import recorded
from clinics.identity.models import Clinic

#: What a worker notes again and again: no part of an endpoint's history.
CIRCUIT_COLUMNS = ("failures", "failing_since", "rests_until", "notice_due_at", "notice")


@recorded(
    values_for="webhooks:read",
    leaving_out=("sealed_keys", *CIRCUIT_COLUMNS),
    table="clinics_webhookendpointhistory",
)
class WebhookEndpoint(Timestamped):
    """An https address that is told of the clinic's events, signed, as they happen.

    ``sealed_keys`` holds the keys that sign its messages, newest first: each encrypted, with the time until
    which it is good (``until``, null: until the next rotation).

    ``failures`` counts failed tries in a row over all of its messages; after some of them it rests until
    ``rests_until``, so that nobody waits for it. ``notice`` is what the clinic is, or was last, told about it
    by mail.
    """

    class Disabled(models.TextChoices):
        """Why it is told nothing."""

        BY_CLINIC = "by_clinic", "Switched off by the clinic"
        GONE = "gone", "Answered 410 Gone"

    class Notice(models.TextChoices):
        """What the clinic must hear."""

        GONE = "gone", "It answered 410 and was switched off"
        FAILING = "failing", "It has been failing for a day"

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="webhook_endpoints")
    url = models.CharField(max_length=2000)
    description = models.CharField(max_length=200, blank=True)
    events = models.JSONField(default=list, help_text="Types it is told of; empty: every one.")
    enabled = models.BooleanField(default=True)
    disabled_because = models.CharField(max_length=20, choices=Disabled.choices, blank=True)
    disabled_at = models.DateTimeField(null=True, blank=True)
    sealed_keys = models.JSONField(default=list)
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True, blank=True)
    rests_until = models.DateTimeField(null=True, blank=True)
    notice = models.CharField(max_length=20, choices=Notice.choices, blank=True)
    notice_due_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "clinics_webhookendpoint"
        indexes = [
            models.Index(fields=["clinic", "updated_at", "id"], name="webhook_endpoint_changes"),
            # What every event asks: does anybody listen?
            models.Index(fields=["clinic"], name="webhook_endpoint_listens", condition=Q(enabled=True)),
        ]
        constraints = [
            models.CheckConstraint(
                name="disabled_endpoint_says_why",
                condition=Q(enabled=True, disabled_because="")
                | Q(enabled=False, disabled_at__isnull=False) & ~Q(disabled_because=""),
            ),
        ]

    def __str__(self) -> str:
        return self.description or f"Endpoint {self.id}"


class EventType(models.TextChoices):
    """Everything that can be listened to."""

    ASSESSMENT_RECORDED = "assessment.recorded", "An assessment was recorded"
    ASSESSMENT_AMENDED = "assessment.amended", "An assessment took the place of an earlier one"
    ESCALATION_OPENED = "escalation.opened", "An escalation calls for somebody: new, raised or opened again"
    ESCALATION_ACKNOWLEDGED = "escalation.acknowledged", "A named clinician has taken an escalation on"
    ESCALATION_BREACHED = "escalation.breached", "An escalation's deadline passed unanswered"
    ESCALATION_RESOLVED = "escalation.resolved", "An escalation was closed with its outcome"
    FOLLOW_UP_DUE = "follow_up.due", "A follow-up fell due"
    FOLLOW_UP_OVERDUE = "follow_up.overdue", "A follow-up is overdue"
    FOLLOW_UP_ANSWERED = "follow_up.answered", "A follow-up was answered"
    PROGRAMME_RELEASED = "programme.released", "A clinician signed a programme off"
    PROGRAMME_ADVANCED = "programme.advanced", "A runner moved on within a programme"
    PROGRAMME_HELD = "programme.held", "A programme was paused"
    PROGRAMME_SUSPENDED = "programme.suspended", "An answer stopped or suspended a programme"
    CLEARANCE_RECORDED = "clearance.recorded", "A clinician cleared a runner to run"
    PING = "ping", "A test that the clinic asked for"


class WebhookEvent(Identified):
    """One thing that happened, written in the transaction in which it did. Its id is the message's id.

    It names the row it is about and holds nothing of it. Only what somebody listens to is written down.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="webhook_events")
    type = models.CharField(max_length=30, choices=EventType.choices)
    about = models.UUIDField(help_text="The id of the row that it is about.")
    at = models.DateTimeField(help_text="When it happened.")

    class Meta:
        indexes = [
            models.Index(fields=["clinic", "at"], name="webhook_event_age"),
            models.Index(fields=["about"], name="webhook_event_about"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.at:%Y-%m-%d %H:%M}"


class WebhookDelivery(DueWork):
    """An event on its way to one endpoint; tried again until the endpoint takes it or ``retry_until`` passes.

    ``failures`` counts the failed tries since it was last begun or asked for again, ``attempts`` all of them.
    """

    class State(models.TextChoices):
        """The life of a delivery."""

        PENDING = "pending", "To be sent"
        DELIVERED = "delivered", "Delivered"
        GIVEN_UP = "given_up", "Given up"

    PENDING = (State.PENDING,)
    CLAIM_FUNCTION = "claim_due_webhook"

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="webhook_deliveries")
    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries")
    event = models.ForeignKey(WebhookEvent, on_delete=models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=20, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveIntegerField(default=0)
    retry_until = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "webhook deliveries"
        indexes = [
            models.Index(
                fields=["next_attempt_at"], name="webhook_due", condition=Q(next_attempt_at__isnull=False)
            ),
            models.Index(
                fields=["endpoint", "next_attempt_at"],
                name="webhook_due_by_endpoint",
                condition=Q(next_attempt_at__isnull=False),
            ),
            models.Index(
                fields=["endpoint"], name="webhook_in_hand", condition=Q(leased_until__isnull=False)
            ),
            models.Index(fields=["endpoint", "updated_at", "id"], name="webhook_delivery_changes"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "event"], name="one_delivery_per_event_and_endpoint"),
            models.CheckConstraint(
                name="pending_delivery_is_never_idle",
                condition=Q(state="pending", next_attempt_at__isnull=False)
                | ~Q(state="pending") & Q(next_attempt_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"Delivery {self.id}"


class WebhookAttempt(Identified):
    """One try to hand an event over: what was said and answered, without secrets and without bodies.

    A worker that dies in the middle leaves none: the delivery is still pending and is tried again.
    """

    class Result(models.TextChoices):
        """What came of it."""

        DELIVERED = "delivered", "Delivered"
        FAILED = "failed", "Failed"

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="webhook_attempts")
    delivery = models.ForeignKey(WebhookDelivery, on_delete=models.CASCADE, related_name="tries")
    at = models.DateTimeField(help_text="When it was begun.")
    latency_ms = models.PositiveIntegerField(help_text="Until it was answered or given up.")
    result = models.CharField(max_length=20, choices=Result.choices)
    reason = models.CharField(max_length=200, blank=True, help_text="The kind of failure.")
    status = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Of HTTP; null: no answer.")
    request_headers = models.JSONField(default=list, help_text="[name, value] of each.")
    response_headers = models.JSONField(default=list, help_text="[name, value] of each.")

    class Meta:
        indexes = [models.Index(fields=["delivery", "at"], name="webhook_attempts")]

    def __str__(self) -> str:
        return f"{self.get_result_display()} {self.at:%Y-%m-%d %H:%M}"
