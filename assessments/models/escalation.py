"""A decision that a person must see."""

from django.db import models
from django.db.models import Q

from assessments.models.assessment import Assessment
from assessments.models.due_work import LEASE_COLUMNS, DueWork
from assessments.protocol.vocabulary import Urgency
from clinics.history import recorded
from clinics.models import ApiClient, Clinic, Identified, Membership
from patients.models import Patient

#: The urgencies that somebody must see: all but "none".
ESCALATED_URGENCIES = [
    (urgency.value, urgency.value.replace("_", " ").capitalize())
    for urgency in Urgency
    if urgency is not Urgency.NONE
]


@recorded(leaving_out=LEASE_COLUMNS)
class Escalation(DueWork):
    """Repeats its messages until a named person acknowledges it.

    ``policy`` is the ladder as it stood when the escalation opened: later changes of the clinic's settings
    reach new escalations only. ``round`` counts the ladder's steps taken; each has its own deliveries.
    """

    class State(models.TextChoices):
        """The life of an escalation."""

        OPEN = "open", "Open"
        ACKNOWLEDGED = "acknowledged", "Acknowledged"
        RESOLVED = "resolved", "Resolved"

    PENDING = (State.OPEN,)
    CLAIM_FUNCTION = "claim_due_escalation"

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="escalations")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="escalations")
    assessment = models.OneToOneField(Assessment, on_delete=models.PROTECT, related_name="escalation")
    urgency = models.CharField(max_length=30, choices=ESCALATED_URGENCIES)
    urgency_rank = models.PositiveSmallIntegerField(
        help_text="The protocol's rank of the urgency, for sorting."
    )
    state = models.CharField(max_length=20, choices=State.choices, default=State.OPEN)
    opened_at = models.DateTimeField()
    acknowledge_by = models.DateTimeField()
    policy = models.JSONField()
    round = models.PositiveIntegerField(default=0)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    outcome = models.CharField(max_length=1000, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_attempt_at"], name="escalation_due", condition=Q(next_attempt_at__isnull=False)
            ),
            models.Index(fields=["clinic", "-urgency_rank", "opened_at"], name="escalation_worklist"),
            models.Index(fields=["clinic", "updated_at", "id"], name="escalation_changes"),
        ]
        constraints = [
            models.CheckConstraint(
                name="acknowledged_by_somebody",
                condition=Q(state="open") | Q(acknowledged_by__isnull=False, acknowledged_at__isnull=False),
            ),
            models.CheckConstraint(
                name="resolved_with_outcome_by_somebody",
                condition=~Q(state="resolved") | Q(resolved_by__isnull=False) & ~Q(outcome=""),
            ),
            models.CheckConstraint(
                name="open_escalation_is_never_idle",
                condition=~Q(state="open") | Q(next_attempt_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"Escalation {self.id}"


class EscalationEvent(Identified):
    """What a person did with an escalation, and through which software. Append-only."""

    class Kind(models.TextChoices):
        """What happened."""

        ACKNOWLEDGED = "acknowledged", "Acknowledged"
        RESOLVED = "resolved", "Resolved"
        REOPENED = "reopened", "Reopened"
        RAISED = "raised", "Raised by an override"

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="escalation_events")
    escalation = models.ForeignKey(Escalation, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    at = models.DateTimeField()
    member = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    client = models.ForeignKey(ApiClient, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=1000, blank=True)

    class Meta:
        indexes = [models.Index(fields=["escalation", "at"], name="escalation_history")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H:%M}"
