"""What was answered, what followed from it, and what a clinician decided in its place."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from assessments.protocol.vocabulary import AssessorRole, Decision, RunStatus, Urgency
from backend.platform.storage.columns import Identified
from clinics.identity.models import ApiClient, Clinic, Membership, User
from patients.models import Patient

ASSESSOR_ROLES = [(role.value, role.value.replace("_", " ").capitalize()) for role in AssessorRole]


class Assessment(Identified):
    """Answers and their evaluation at one moment. Immutable: a trigger refuses UPDATE and DELETE.

    Only ``updated_at`` moves, forward alone: triggers move it with what other rows make of the assessment.

    ``answers`` are what was evaluated (units converted, unknowns left out); with ``protocol_version``,
    ``protocol_hash`` and ``parameter_set`` (None: the defaults) the decision can be formed again and gives
    the same bytes.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="assessments")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="assessments")
    assessed_at = models.DateTimeField()
    assessor_role = models.CharField(max_length=20, choices=ASSESSOR_ROLES)
    recorded_by_client = models.ForeignKey(
        ApiClient, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_by_user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answers = models.JSONField()
    absent_reasons = models.JSONField(default=dict)
    evaluation = models.JSONField()
    notices = models.JSONField(default=list)
    carried = models.JSONField(default=dict, help_text="Answers carried from an earlier assessment: F.8.")
    attested = models.JSONField(
        default=list,
        db_default=[],
        help_text="Findings that whoever recorded it ruled out together, by screen; each is an answer too.",
    )
    attested_longstanding = models.JSONField(
        default=list,
        db_default=[],
        help_text="Long-standing answers that a clinician stands behind: question, by, role, at (D.1a).",
    )
    decision = models.CharField(max_length=40)
    urgency = models.CharField(max_length=30)
    protocol_version = models.CharField(max_length=20)
    protocol_hash = models.CharField(max_length=80)
    parameter_set = models.ForeignKey(
        "assessments.ParameterSet", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    supersedes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="superseded_by"
    )
    amendment_reason = models.TextField(
        blank=True, default="", db_default="", help_text="Why the superseded answers were wrong."
    )
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField(
        default=timezone.now,
        help_text="When what is shown of it last changed: by itself, its successor or an override.",
    )

    class Meta:
        indexes = [
            models.Index(fields=["clinic", "updated_at", "id"], name="assessment_changes"),
            models.Index(fields=["patient", "-assessed_at"], name="assessment_history"),
        ]

    def __str__(self) -> str:
        return f"Assessment {self.id}"


#: Who may override: a patient's own report never does.
CLINICAL_ROLES = [role for role in ASSESSOR_ROLES if role[0] != AssessorRole.PATIENT_SELF_REPORT]


class Override(Identified):
    """What a named clinician decided about an assessment, and on what grounds. Append-only.

    The evaluation stays as it is; the latest override is what holds. ``carried_from`` is the override of the
    superseded assessment that an amendment kept, because it was more cautious than the corrected answers.
    """

    class FindingKind(models.TextChoices):
        """Where a finding comes from."""

        EXAMINATION = "examination", "Examination"
        IMAGING = "imaging", "Imaging"

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="overrides")
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="overrides")
    member = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    client = models.ForeignKey(ApiClient, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decision = models.CharField(max_length=40, choices=[(word.value, word.value) for word in Decision])
    urgency = models.CharField(max_length=30, choices=[(word.value, word.value) for word in Urgency])
    run_status = models.CharField(max_length=40, choices=[(word.value, word.value) for word in RunStatus])
    downward = models.BooleanField(help_text="Less cautious or less urgent than what held before.")
    reason = models.TextField()
    role = models.CharField(max_length=20, blank=True, choices=CLINICAL_ROLES)
    finding_kind = models.CharField(max_length=20, blank=True, choices=FindingKind.choices)
    finding_text = models.TextField(blank=True)
    handover_to = models.CharField(max_length=200, blank=True)
    handover_at = models.DateTimeField(null=True, blank=True)
    exclusion_by = models.CharField(max_length=200, blank=True)
    exclusion_at = models.DateTimeField(null=True, blank=True)
    exclusion_text = models.TextField(blank=True)
    carried_from = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField(
        default=timezone.now,
        help_text="When what is shown of it last changed: erased, or the member renamed.",
    )

    class Meta:
        indexes = [models.Index(fields=["assessment", "created_at"], name="override_history")]
        constraints = [
            models.CheckConstraint(name="override_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="downward_override_has_role_and_finding",
                condition=Q(downward=False) | ~Q(role="") & ~Q(finding_kind="") & ~Q(finding_text=""),
            ),
            models.CheckConstraint(
                name="override_is_a_decision", condition=~Q(decision=Decision.INSUFFICIENT_INFORMATION.value)
            ),
        ]

    def __str__(self) -> str:
        return f"Override {self.id}"
