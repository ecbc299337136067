"""What a body about an escalation holds, and what one looks like in an answer."""

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from assessments.escalations.models import Escalation, Outcome
from assessments.protocol.vocabulary import (
    Urgency,
)
from backend.platform.api.fields import NoteField, Shape, WordField
from clinics.api.clinicians import MemberShape, OnBehalf


class Resolution(OnBehalf):
    """What came of it."""

    outcome_code = WordField(
        "Outcome",
        Outcome,
        help_text="An emergency is closed by handed_over, attended or excluded; same_day by declined too.",
    )
    outcome = NoteField(max_length=1000, help_text="In words.")


class Reason(OnBehalf):
    """Why it starts again."""

    reason = NoteField(max_length=1000)


@extend_schema_serializer(component_name="EscalationReason")
class ReasonShape(Shape):
    """A criterion that made it this urgent, or `override` when a clinician did."""

    id = serializers.CharField()
    title = serializers.CharField()


@extend_schema_serializer(component_name="Escalation")
class EscalationShape(Shape):
    """A decision that a named person must see; messages repeat until one has."""

    id = serializers.UUIDField()
    patient = serializers.UUIDField()
    assessment = serializers.UUIDField()
    urgency = WordField("Urgency", Urgency)
    state = WordField("EscalationState", Escalation.State)
    reasons = ReasonShape(many=True)
    opened_at = serializers.DateTimeField()
    called_since = serializers.DateTimeField(help_text="When it opened, was raised or opened again.")
    notified_at = serializers.DateTimeField(allow_null=True, help_text="The first message since then left.")
    acknowledge_by = serializers.DateTimeField()
    breached_at = serializers.DateTimeField(
        allow_null=True, help_text="The deadline passed unanswered, and the operator was told."
    )
    acknowledged_at = serializers.DateTimeField(allow_null=True)
    acknowledged_by = MemberShape(allow_null=True)
    resolved_at = serializers.DateTimeField(allow_null=True)
    resolved_by = MemberShape(allow_null=True)
    outcome_code = WordField("Outcome", Outcome, allow_null=True, help_text="Null until it is resolved.")
    outcome = serializers.CharField(help_text="Empty until it is resolved.")
    superseded_by = serializers.UUIDField(
        allow_null=True, help_text="The escalation of a later assessment that calls in its place."
    )
    rounds_sent = serializers.IntegerField()
    next_attempt_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
