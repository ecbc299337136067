"""The documents of a clinic's own thresholds."""

from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from assessments.protocol import (
    Direction,
)
from assessments.protocol.follows import Activity, Gate, Released, Running
from assessments.protocol.vocabulary import AdjustLevel, Decision, InsufficiencyKind, Urgency
from backend.platform.api.fields import NoteField, NumberField, Shape, StrictSerializer, WordField
from clinics.api.clinicians import MemberShape


@extend_schema_field({"oneOf": [{"type": "number"}, {"type": "string"}]})
class ValueField(serializers.Field[Any, Any, Any, Any]):
    """A number, or a word such as "off"."""


@extend_schema_serializer(component_name="Follows")
class FollowsShape(Shape):
    """What follows from all criteria that are met: the most cautious word of each column.

    Nobody runs before `gate` is passed.
    """

    running = WordField("Running", Running)
    activity = WordField("Activity", Activity)
    gate = WordField("Gate", Gate)
    released = WordField("Released", Released)


@extend_schema_serializer(component_name="ProtocolParameter")
class ParameterShape(Shape):
    """A threshold, with the range in which a clinic may set it."""

    name = serializers.CharField()
    default = ValueField()
    low = serializers.FloatField(allow_null=True, help_text="Null where the values are words.")
    high = serializers.FloatField(allow_null=True)
    words = serializers.ListField(
        child=serializers.CharField(), help_text="Values that are words, the most cautious first."
    )
    cautious = serializers.CharField(help_text="lower, higher, words or fixed: where it only gets stricter.")
    unit = serializers.CharField()
    source_words = serializers.CharField()
    justification = serializers.CharField()
    sign_off = serializers.CharField(allow_null=True, help_text="Where what needs a clinical sign-off lies.")
    integer = serializers.BooleanField()


CAUTION = "Less cautious than what held before."


@extend_schema_serializer(component_name="ClinicParameter")
class ClinicParameterShape(ParameterShape):
    """A threshold with the clinic's own value."""

    value = ValueField(help_text="What holds in this clinic.")
    settable = serializers.BooleanField(help_text="Whether a clinic may set it.")


@extend_schema_serializer(component_name="ClinicParameters")
class ParametersShape(Shape):
    """The thresholds in force."""

    number = serializers.IntegerField(help_text="Of the clinic's own set; 0: the protocol's defaults.")
    protocol_version = serializers.CharField()
    protocol_hash = serializers.CharField(help_text="What evaluations carry under these.")
    parameters = ClinicParameterShape(many=True)


@extend_schema_serializer(component_name="ParameterChange")
class ParameterChangeShape(Shape):
    """One value that changes."""

    name = serializers.CharField()
    to = ValueField()
    looser = serializers.BooleanField(help_text=CAUTION)

    def get_fields(self) -> dict[str, Any]:
        """``from`` is no name for a Python attribute."""
        fields = super().get_fields()
        return {"name": fields["name"], "from": ValueField(), **fields}


@extend_schema_serializer(component_name="FlipOutcome")
class OutcomeShape(Shape):
    """What a decision comes to."""

    decision = WordField("Decision", Decision)
    insufficiency_kind = WordField("InsufficiencyKind", InsufficiencyKind, allow_null=True)
    urgency = WordField("Urgency", Urgency)
    adjust_level = WordField("AdjustLevel", AdjustLevel, allow_null=True)


@extend_schema_serializer(component_name="Flip")
class FlipShape(Shape):
    """Decisions that go the same way."""

    direction = WordField("FlipDirection", Direction)
    to = OutcomeShape()
    count = serializers.IntegerField()
    assessments = serializers.ListField(child=serializers.UUIDField(), help_text="At most 200 of them.")

    def get_fields(self) -> dict[str, Any]:
        """``from`` is no name for a Python attribute."""
        fields = super().get_fields()
        return {"direction": fields["direction"], "from": OutcomeShape(), **fields}


@extend_schema_serializer(component_name="FlipCounts")
class FlipCountsShape(Shape):
    """How many decisions go which way."""

    less_cautious = serializers.IntegerField()
    more_cautious = serializers.IntegerField()


@extend_schema_serializer(component_name="ParameterPreview")
class PreviewShape(Shape):
    """Stored decisions under the changed parameters, beside those in force."""

    id = serializers.UUIDField()
    based_on = serializers.IntegerField(help_text="Number of the set in force; 0: the defaults.")
    values = serializers.DictField(
        child=ValueField(), help_text="All of the clinic's own values after the change."
    )
    changes = ParameterChangeShape(many=True)
    lead_needed = serializers.BooleanField(help_text="Something gets looser: the clinical lead is named.")
    beyond_replay = serializers.ListField(
        child=serializers.CharField(), help_text="Changes whose effect no replay of answers can show."
    )
    protocol_version = serializers.CharField()
    protocol_hash = serializers.CharField(help_text="What evaluations will carry.")
    stored = serializers.IntegerField(help_text="The clinic's assessments.")
    evaluated = serializers.IntegerField(help_text="Those replayed: the latest 20,000 at most.")
    not_evaluated = serializers.IntegerField(help_text="Those whose answers this protocol can't read.")
    flipped = FlipCountsShape()
    flips = FlipShape(many=True, help_text="The less cautious way first.")
    created_at = serializers.DateTimeField()


@extend_schema_serializer(component_name="ParameterSet")
class ParameterSetShape(Shape):
    """A clinic's own values, in force until the next number."""

    id = serializers.UUIDField()
    number = serializers.IntegerField()
    values = serializers.DictField(
        child=ValueField(), help_text="Those that differ from the protocol's defaults."
    )
    changes = ParameterChangeShape(many=True)
    protocol_version = serializers.CharField()
    protocol_hash = serializers.CharField(help_text="What evaluations under these carry.")
    preview = serializers.UUIDField(help_text="What was looked at before.")
    looser = serializers.BooleanField(help_text=CAUTION)
    reason = serializers.CharField()
    decided_by = MemberShape()
    client = serializers.UUIDField(allow_null=True)
    lead = MemberShape(allow_null=True)
    created_at = serializers.DateTimeField()


class ExactValueField(NumberField):
    """A JSON number as it came, 3 a whole number and 3.0 none; or a word."""

    default_error_messages = {"wrong_type": "Must be a number or a word."}

    def to_internal_value(self, data: Any) -> Any:
        """Take an int, a float or a string only."""
        if not isinstance(data, str):
            super().to_internal_value(data)
        return data


class _OnBehalf(StrictSerializer):
    on_behalf_of = serializers.UUIDField(
        required=False, help_text="The clinic admin who answers for it, when software asks."
    )


@extend_schema_field(
    {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": {"type": ["number", "string", "null"]},
    }
)
class SomeValuesField(serializers.DictField):
    """At least one value by its parameter's name; null is the protocol's default."""

    child = ExactValueField(allow_null=True)


@extend_schema_serializer(component_name="ParameterPreviewBody")
class PreviewBody(_OnBehalf):
    """Which values change."""

    values = SomeValuesField(
        allow_empty=False,
        help_text="By name; null is the protocol's default. What isn't named stays as it is in force.",
    )


@extend_schema_serializer(component_name="ParameterChangeBody")
class ChangeBody(_OnBehalf):
    """A previewed change, and why."""

    preview = serializers.UUIDField(help_text="Of what was looked at; it says what changes.")
    reason = NoteField(max_length=1000)
    lead = serializers.UUIDField(required=False, help_text="The clinical lead, where something gets looser.")


@extend_schema_serializer(component_name="CriterionTexts")
class CriterionTextsShape(Shape):
    """One sentence for each reader, filled from a record; show nobody another reader's."""

    clinician = serializers.CharField(help_text="To whoever treats the runner.")
    letter = serializers.CharField(help_text="To the clinician whom a letter reaches.")
    runner = serializers.CharField(help_text="To the runner, in plain words.")
