"""A receiver of a clinic's events."""

from django.db import models
from django.db.models import Q

from backend.platform.storage.columns import Timestamped
from backend.platform.storage.history import recorded
from clinics.identity.models import Clinic

#: What a worker notes again and again: no part of an endpoint's history.
CIRCUIT_COLUMNS = ("failures", "failing_since", "rests_until", "notice_due_at", "notice")


@recorded(values_for="webhooks:read", leaving_out=("sealed_keys", *CIRCUIT_COLUMNS))
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
