"""A question that a later day must answer."""

from django.db import models
from django.db.models import Q

from assessments.protocol.vocabulary import ESCALATED_URGENCIES
from assessments.records.models import Assessment
from backend.platform.storage.columns import LEASE_COLUMNS, DueWork
from backend.platform.storage.history import recorded
from clinics.identity.models import Clinic, Membership
from patients.models import ArchiveReason, Patient


class FollowUpKind(models.TextChoices):
    """The follow-ups of the schedule (F.7): what the runner is asked, and what a clinician must see to."""

    CHECK_24_HOURS = "check_24_hours", "24-hour check"
    DAY_7 = "day_7", "Day 7 review"
    DAY_14 = "day_14", "Day 14 review"
    DAY_28 = "day_28", "Day 28 of the episode"
    DAY_42 = "day_42", "Day 42 of the episode"
    CLINICIAN_TASK = "clinician_task", "Reach the runner: the 24-hour check is not answered in full"
    PREHAB = "prehab", "Prehab: strength, warm-up, shoes, and whether pain has returned"
    HANDOVER = "handover", "Referral: handed over"
    ATTENDANCE = "attendance", "Referral: attended"
    SEEN = "seen", "Referral: seen"
    BOOKING = "booking", "Referral: appointment booked"
    LETTER = "letter", "Referral: letter sent"
    OUTCOME = "outcome", "Referral: outcome known"


#: What sees a referral through, for as long as nobody has said that it is done.
CHASERS = frozenset(
    {
        FollowUpKind.HANDOVER,
        FollowUpKind.ATTENDANCE,
        FollowUpKind.SEEN,
        FollowUpKind.BOOKING,
        FollowUpKind.LETTER,
        FollowUpKind.OUTCOME,
    }
)
#: What a run is followed by: the check of its next day, and the task when nobody answers.
OF_A_RUN = (FollowUpKind.CHECK_24_HOURS, FollowUpKind.CLINICIAN_TASK)
#: What a clinician reports a result about; everything else is answered by an assessment.
REPORTED = CHASERS | {FollowUpKind.CLINICIAN_TASK, FollowUpKind.PREHAB}


class FollowUpResult(models.TextChoices):
    """What a clinician reports about a task or a referral. All but the first and ``declined`` go on."""

    CONFIRMED = "confirmed", "Confirmed"
    NOT_YET = "not_yet", "Not yet"
    DECLINED = "declined", "Declined"
    UNKNOWN = "unknown", "Unknown"


class CancelledBecause(models.TextChoices):
    """Why nobody needs to answer any more; the first five are why the runner was archived."""

    DECEASED = "deceased", "Deceased"
    MOVED_AWAY = "moved_away", "Moved away"
    CARE_ENDED = "care_ended", "Care has ended"
    DUPLICATE = "duplicate", "Another record is the same person's"
    REGISTERED_IN_ERROR = "registered_in_error", "Registered in error"
    ERASED = "erased", "The record was erased"
    ASSESSED_SINCE = "assessed_since", "A later assessment has a schedule of its own"
    LATER_RUN = "later_run", "A later run has its own check"
    PROGRAMME_MOVED_ON = "programme_moved_on", "The programme has moved on"
    OUTCOME_KNOWN = "outcome_known", "The outcome of the referral is known"


#: The reasons that are the record's own end; nothing follows in place of what was cancelled.
WITH_THE_RECORD = (*ArchiveReason.values, CancelledBecause.ERASED.value)


@recorded(values_for="escalations:read", leaving_out=LEASE_COLUMNS)  # a referral tells of its escalation
class FollowUp(DueWork):
    """A check, review, task or chaser with its window; silence is chased and never read as good news.

    Checks and reviews are answered by an ``answer`` of their own, an assessment. Tasks and chasers are
    answered by a named clinician's ``result``; ``urgency`` is that of the referral a chaser is about.
    """

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
    urgency = models.CharField(
        max_length=30, choices=ESCALATED_URGENCIES, blank=True, default="", db_default=""
    )
    state = models.CharField(max_length=20, choices=State.choices, default=State.SCHEDULED)
    opens_at = models.DateTimeField()
    due_at = models.DateTimeField()
    overdue_at = models.DateTimeField()
    permission_lapses_at = models.DateTimeField(null=True, blank=True)
    round = models.PositiveIntegerField(default=0)
    cancelled_because = models.CharField(
        max_length=20, choices=CancelledBecause.choices, blank=True, default="", db_default=""
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.OneToOneField(
        Assessment, null=True, blank=True, on_delete=models.PROTECT, related_name="answers_follow_up"
    )
    result = models.CharField(
        max_length=20, choices=FollowUpResult.choices, blank=True, default="", db_default=""
    )
    result_at = models.DateTimeField(null=True, blank=True)
    result_by = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
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
                condition=~Q(state="answered")
                | Q(answered_at__isnull=False)
                & (Q(answer__isnull=False) | Q(result__in=["confirmed", "declined"])),
            ),
            models.CheckConstraint(
                name="what_is_pending_has_no_reason_to_end",
                condition=Q(cancelled_because="") | Q(state="cancelled"),
            ),
            models.CheckConstraint(
                name="somebody_stands_behind_a_result",
                condition=Q(result="") | Q(result_by__isnull=False, result_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"Follow-up {self.id}"
