"""A question that a later day must answer."""

from django.db import models
from django.db.models import Q

from assessments.models.assessment import Assessment
from assessments.models.due_work import LEASE_COLUMNS, DueWork
from clinics.history import recorded
from clinics.models import Clinic
from patients.models import Patient


class FollowUpKind(models.TextChoices):
    """The follow-ups of the schedule (F.7)."""

    CHECK_24_HOURS = "check_24_hours", "24-hour check"
    DAY_7 = "day_7", "Day 7 review"
    DAY_14 = "day_14", "Day 14 review"
    DAY_28 = "day_28", "Day 28 of the episode"
    DAY_42 = "day_42", "Day 42 of the episode"


@recorded(leaving_out=LEASE_COLUMNS)
class FollowUp(DueWork):
    """A check or review with its window; silence is chased and never read as good news."""

    class State(models.TextChoices):
        """The life of a follow-up. ``lapsed``: the permission to run ended without an answer."""

        SCHEDULED = "scheduled", "Scheduled"
        DUE = "due", "Due"
        OVERDUE = "overdue", "Overdue"
        LAPSED = "lapsed", "Permission lapsed"
        ANSWERED = "answered", "Answered"
        CANCELLED = "cancelled", "Cancelled"

    PENDING = (State.SCHEDULED, State.DUE, State.OVERDUE, State.LAPSED)
    CLAIM_FUNCTION = "claim_due_follow_up"

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="follow_ups")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="follow_ups")
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="follow_ups")
    kind = models.CharField(max_length=20, choices=FollowUpKind.choices)
    state = models.CharField(max_length=20, choices=State.choices, default=State.SCHEDULED)
    opens_at = models.DateTimeField()
    due_at = models.DateTimeField()
    overdue_at = models.DateTimeField()
    permission_lapses_at = models.DateTimeField(null=True, blank=True)
    round = models.PositiveIntegerField(default=0)
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.OneToOneField(
        Assessment, null=True, blank=True, on_delete=models.PROTECT, related_name="answers_follow_up"
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["next_attempt_at"], name="follow_up_due", condition=Q(next_attempt_at__isnull=False)
            ),
            models.Index(fields=["clinic", "due_at"], name="follow_up_worklist"),
            models.Index(fields=["clinic", "updated_at", "id"], name="follow_up_changes"),
        ]
        constraints = [
            models.CheckConstraint(
                name="answered_follow_up_has_its_answer",
                condition=~Q(state="answered") | Q(answer__isnull=False, answered_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"Follow-up {self.id}"
