"""What was shown to somebody in another system, and what they made of it."""

from django.db import models
from django.db.models import Q

from assessments.fhir.override_reasons import OverrideReason
from assessments.protocol.vocabulary import Decision, Urgency
from backend.platform.storage.columns import Identified
from clinics.identity.models import ApiClient, Clinic
from patients.models import Patient


class Card(Identified):
    """A card of CDS Hooks that was handed out; its id is the card's ``uuid``.

    Of the call's answers nothing is kept. ``patient`` is the clinic's runner whom the caller named by an
    identifier that we know; None: the card was about somebody who isn't on record here.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="cards")
    client = models.ForeignKey(ApiClient, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(
        Patient, null=True, blank=True, on_delete=models.PROTECT, related_name="cards"
    )
    service = models.CharField(max_length=40)
    decision = models.CharField(max_length=40, choices=[(word.value, word.value) for word in Decision])
    urgency = models.CharField(max_length=30, choices=[(word.value, word.value) for word in Urgency])
    protocol_version = models.CharField(max_length=20)
    suggestions = models.JSONField(default=list, help_text="The ids of its suggestions.")
    shown_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["clinic", "shown_at"], name="cards_by_age")]

    def __str__(self) -> str:
        return f"Card {self.id}"


class CardFeedback(Identified):
    """What somebody did with a card. Append-only; erasure empties the comment.

    ``comment`` is about a runner's health. Without a runner it could never be shown or erased, so that it
    isn't kept then.
    """

    class Outcome(models.TextChoices):
        """CDS Hooks' own words."""

        ACCEPTED = "accepted", "Accepted"
        OVERRIDDEN = "overridden", "Overridden"

    Reason = OverrideReason

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="card_feedback")
    card = models.ForeignKey(Card, on_delete=models.PROTECT, related_name="feedback")
    client = models.ForeignKey(ApiClient, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    suggestions = models.JSONField(default=list, help_text="The ids of those that were accepted.")
    reason = models.CharField(max_length=30, blank=True, choices=Reason.choices)
    comment = models.TextField(blank=True)
    outcome_at = models.DateTimeField(help_text="When it was done, as the other system says.")
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["card", "outcome", "outcome_at"], name="one_feedback_per_act"),
            models.CheckConstraint(
                name="a_reason_is_for_overriding",
                condition=Q(outcome="overridden", suggestions=[])
                | Q(outcome="accepted", reason="", comment=""),
            ),
        ]

    def __str__(self) -> str:
        return f"Feedback {self.id}"
