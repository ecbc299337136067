"""A letter that a referral travels with."""

from django.db import models
from django.db.models import Q

from assessments.escalations.models import Escalation
from backend.platform.storage.columns import Timestamped
from backend.platform.storage.history import recorded
from clinics.identity.models import Clinic, Membership
from patients.models import Patient

#: What somebody wrote or what was found: it stays out of the history, which holds who did what and when.
WORDS = ("recipient", "call_back", "words", "content")


@recorded(values_for="escalations:read", leaving_out=WORDS)
class Letter(Timestamped):
    """A referral letter about an escalation: the clinician's words, and findings generated beside them.

    ``content`` is empty in a draft and generated whenever it is read; issuing freezes it. An issued letter
    never changes: a trigger refuses it. Erasure empties what was written and found.
    """

    class To(models.TextChoices):
        """Whom it is written to."""

        EMERGENCY_DEPARTMENT = "emergency_department", "Emergency department"
        GP = "gp", "General practitioner"
        SPECIALIST = "specialist", "Specialist"

    class State(models.TextChoices):
        """The life of a letter."""

        DRAFT = "draft", "Draft"
        ISSUED = "issued", "Issued"

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="letters")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="letters")
    escalation = models.ForeignKey(Escalation, on_delete=models.PROTECT, related_name="letters")
    to = models.CharField(max_length=20, choices=To.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    recipient = models.TextField(blank=True)
    call_back = models.TextField(blank=True, help_text="Where whoever reads the letter asks.")
    words = models.TextField(blank=True, help_text="The clinician's own.")
    content = models.JSONField(default=dict, help_text="The generated part, as it was issued.")
    drafted_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    issued_by = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    issued_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["escalation", "created_at"], name="letters_of_an_escalation")]
        constraints = [
            models.CheckConstraint(
                name="issued_by_somebody",
                condition=Q(state="draft", issued_by__isnull=True, issued_at__isnull=True)
                | Q(state="issued", issued_by__isnull=False, issued_at__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["escalation", "to"], condition=Q(state="draft"), name="one_draft_for_each_reader"
            ),
        ]

    def __str__(self) -> str:
        return f"Letter {self.id}"
