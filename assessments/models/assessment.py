"""What was answered, and what followed from it."""

from django.db import models
from django.utils import timezone

from assessments.models.parameter_set import ParameterSet
from assessments.protocol.vocabulary import AssessorRole
from backend.platform.storage.columns import Identified
from clinics.identity.models import ApiClient, Clinic, User
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
    decision = models.CharField(max_length=40)
    urgency = models.CharField(max_length=30)
    protocol_version = models.CharField(max_length=20)
    protocol_hash = models.CharField(max_length=80)
    parameter_set = models.ForeignKey(
        ParameterSet, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
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
