"""A decision that a person must see."""

from django.db import models
from django.db.models import Q

from assessments.models.assessment import Assessment
from assessments.models.due_work import DueWork
from clinics.models import ApiClient, Clinic, User
from patients.models import Patient


class Urgency(models.TextChoices):
    """How soon somebody must act, most urgent last (the protocol's order)."""

    ROUTINE = "routine", "Routine"
    WITHIN_2_WEEKS = "within_2_weeks", "Within two weeks"
    COMPLETE_SCREEN_NOW = "complete_screen_now", "Complete the screen now"
    SAME_DAY = "same_day", "Same day"
    EMERGENCY_NOW = "emergency_now", "Emergency now"


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

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="escalations")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="escalations")
    assessment = models.OneToOneField(Assessment, on_delete=models.PROTECT, related_name="escalation")
    urgency = models.CharField(max_length=30, choices=Urgency.choices)
    urgency_rank = models.PositiveSmallIntegerField(help_text="The protocol's rank of the urgency, for sorting.")
    state = models.CharField(max_length=20, choices=State.choices, default=State.OPEN)
    opened_at = models.DateTimeField()
    acknowledge_by = models.DateTimeField()
    policy = models.JSONField()
    round = models.PositiveIntegerField(default=0)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.CharField(max_length=200, blank=True, help_text="The named clinician.")
    acknowledged_by_client = models.ForeignKey(
        ApiClient, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    acknowledged_by_user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.CharField(max_length=200, blank=True, help_text="The named clinician.")
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
                condition=Q(state="open") | ~Q(acknowledged_by="") & Q(acknowledged_at__isnull=False),
            ),
            models.CheckConstraint(
                name="resolved_with_outcome_by_somebody",
                condition=~Q(state="resolved") | ~Q(outcome="") & ~Q(resolved_by=""),
            ),
            models.CheckConstraint(
                name="open_escalation_is_never_idle", condition=~Q(state="open") | Q(next_attempt_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"Escalation {self.id}"
