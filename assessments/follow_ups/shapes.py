"""What a follow-up looks like in an answer."""

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from assessments.follow_ups.models import CancelledBecause, FollowUp, FollowUpKind, FollowUpResult
from assessments.protocol.vocabulary import (
    Urgency,
)
from backend.platform.api.fields import Shape, WordField
from clinics.api.clinicians import MemberShape


@extend_schema_serializer(component_name="FollowUp")
class FollowUpShape(Shape):
    """A question that a later day must answer. Silence is chased, and never good news.

    Checks and reviews are answered by `/response`, chasers of a referral by `/result`, a `clinician_task` by
    either.
    """

    id = serializers.UUIDField()
    patient = serializers.UUIDField()
    assessment = serializers.UUIDField()
    kind = WordField("FollowUpKind", FollowUpKind)
    urgency = WordField(
        "Urgency", Urgency, allow_null=True, help_text="Of the referral; null for all but its chasers."
    )
    state = WordField("FollowUpState", FollowUp.State)
    opens_at = serializers.DateTimeField(
        help_text="From when on it can be answered. What comes before is recorded and judged like any other "
        "assessment, a referral symptom at once, and its `notices` say that it came too early; the check of "
        "a programme's run stays open, any other one is planned anew."
    )
    due_at = serializers.DateTimeField()
    overdue_at = serializers.DateTimeField()
    permission_lapses_at = serializers.DateTimeField(allow_null=True)
    questions = serializers.ListField(child=serializers.CharField())
    cancelled_because = WordField(
        "CancelledBecause",
        CancelledBecause,
        allow_null=True,
        help_text="Why nobody needs to answer it any more: the first five are why the patient was archived.",
    )
    answered_at = serializers.DateTimeField(allow_null=True)
    answer = serializers.UUIDField(allow_null=True, help_text="The assessment that answered it.")
    result = WordField(
        "FollowUpResult",
        FollowUpResult,
        allow_null=True,
        help_text="What a clinician reported last; `not_yet` and `unknown` keep the chasing going.",
    )
    result_at = serializers.DateTimeField(allow_null=True)
    result_by = MemberShape(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
