"""A decision that a person must see, and the warnings that it is shown as."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from assessments.protocol.vocabulary import ESCALATED_URGENCIES, Urgency
from assessments.records.models import Assessment
from backend.platform.storage.columns import LEASE_COLUMNS, DueWork, Identified
from backend.platform.storage.history import recorded
from clinics.identity.models import ApiClient, Clinic, Membership
from patients.models import Patient


class Outcome(models.TextChoices):
    """What came of an escalation; its words say the rest."""

    HANDED_OVER = "handed_over", "Handed over to whoever goes on treating"
    ATTENDED = "attended", "Seen where the runner was sent"
    EXCLUDED = "excluded", "Excluded by examination or imaging"
    BOOKED = "booked", "Appointment booked"
    SCREEN_COMPLETED = "screen_completed", "The missing answers were given"
    DECLINED = "declined", "The runner declines"
    NOT_REACHED = "not_reached", "The runner could not be reached"


@recorded(values_for="escalations:read", leaving_out=LEASE_COLUMNS)
class Escalation(DueWork):
    """Repeats its messages until a named person acknowledges it.

    ``policy`` is the ladder as it stood when the calling began at ``called_since`` (opened, raised or opened
    again): later changes of the clinic's settings don't reach it. ``round`` counts the ladder's steps taken;
    each has its own deliveries. ``notified_at`` is when the first message of this calling left,
    ``breached_at`` when its deadline passed unanswered.

    A later assessment that is at least as urgent takes its place: ``superseded_by`` calls from then on.
    """

    class State(models.TextChoices):
        """The life of an escalation."""

        OPEN = "open", "Open"
        ACKNOWLEDGED = "acknowledged", "Acknowledged"
        RESOLVED = "resolved", "Resolved"
        SUPERSEDED = "superseded", "Superseded"

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
    called_since = models.DateTimeField()
    acknowledge_by = models.DateTimeField()
    notified_at = models.DateTimeField(null=True, blank=True)
    breached_at = models.DateTimeField(null=True, blank=True)
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
    outcome_code = models.CharField(max_length=20, choices=Outcome.choices, blank=True)
    outcome = models.CharField(max_length=1000, blank=True)
    superseded_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="supersedes"
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["next_attempt_at"], name="escalation_due", condition=Q(next_attempt_at__isnull=False)
            ),
            # The order in which workers claim: a long backlog must not be sorted anew for each row.
            models.Index(
                fields=["-urgency_rank", "next_attempt_at"],
                name="escalation_most_urgent_due",
                condition=Q(next_attempt_at__isnull=False),
            ),
            models.Index(fields=["clinic", "-urgency_rank", "opened_at"], name="escalation_worklist"),
            models.Index(fields=["clinic", "updated_at", "id"], name="escalation_changes"),
        ]
        constraints = [
            models.CheckConstraint(
                name="acknowledged_by_somebody",
                condition=Q(state__in=["open", "superseded"])
                | Q(acknowledged_by__isnull=False, acknowledged_at__isnull=False),
            ),
            models.CheckConstraint(
                name="superseded_by_another",
                condition=Q(state="superseded", superseded_by__isnull=False)
                | ~Q(state="superseded") & Q(superseded_by__isnull=True),
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

    @property
    def look_again_by(self) -> datetime | None:
        """The deadline, until its breach has been noted: no wait between rounds may run past it."""
        return self.acknowledge_by if self.breached_at is None else None


class EscalationEvent(Identified):
    """What happened to an escalation: what a person did, through which software, or the service itself.

    Append-only. ``at`` is the moment it is about: a breach is noted a little later than its deadline.
    """

    class Kind(models.TextChoices):
        """What happened."""

        ACKNOWLEDGED = "acknowledged", "Acknowledged"
        RESOLVED = "resolved", "Resolved"
        REOPENED = "reopened", "Reopened"
        RAISED = "raised", "Raised by an override"
        NOTIFIED = "notified", "First message sent"
        BREACHED = "breached", "Deadline passed"
        SUPERSEDED = "superseded", "Superseded by a later assessment"

    #: What no person does.
    OF_THE_SERVICE = (Kind.NOTIFIED, Kind.BREACHED, Kind.SUPERSEDED)

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="escalation_events")
    escalation = models.ForeignKey(Escalation, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    at = models.DateTimeField()
    member = models.ForeignKey(Membership, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    client = models.ForeignKey(ApiClient, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=1000, blank=True)

    class Meta:
        indexes = [models.Index(fields=["escalation", "at"], name="escalation_history")]
        constraints = [
            models.CheckConstraint(
                name="somebody_stands_behind_what_people_do",
                condition=Q(member__isnull=False) | Q(kind__in=["notified", "breached", "superseded"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H:%M}"


class ShownText(models.Field):  # type: ignore[type-arg]  # no generic at run time
    """Text of a view. It is kept in another table, which is where it is erased."""

    def get_internal_type(self) -> str:
        """Read and compared as any text."""
        return "TextField"


class Flag(models.Model):
    """One reason of one escalation; whoever may see the escalation's row sees it, by the same policies.

    A reason is a criterion of the urgency that the protocol found, or, where a clinician has made it another
    urgency, their decision. The protocol's stay beside it: a warning is never taken back by a louder one.
    """

    id = ShownText(primary_key=True)
    escalation = models.ForeignKey(Escalation, on_delete=models.DO_NOTHING, related_name="flags")
    criterion = ShownText()
    title = ShownText()
    updated_at = models.DateTimeField()

    class Meta:
        managed = False

    def __str__(self) -> str:
        return f"Flag {self.id}"


#: Referrals whose outcome must be known, and followed by a new assessment, before anybody runs (F.7).
REFERRALS = (Urgency.WITHIN_2_WEEKS, Urgency.SAME_DAY, Urgency.EMERGENCY_NOW)


IN_SOMEBODYS_HANDS = (Escalation.State.OPEN, Escalation.State.ACKNOWLEDGED)
