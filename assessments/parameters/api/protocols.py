"""The protocol as it decides: the same tables, to be read by programs and people."""

from functools import cache
from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.parameters.shapes import CriterionTextsShape, FollowsShape, ParameterShape
from assessments.protocol import (
    CONTRADICTIONS,
    CRITERIA,
    PARAMETERS,
    PROTOCOL_VERSION,
    QUESTIONS,
    protocol_for,
    protocol_hash,
)
from assessments.protocol.purpose import INTENDED_PURPOSE
from assessments.protocol.texts import TEXTS
from assessments.protocol.vocabulary import AdjustLevel, Decision, InsufficiencyKind, Screen, Urgency
from backend.platform.api.etags import Conditional
from backend.platform.api.fields import Shape, WordField
from backend.platform.api.queries import NoQuery, read_query
from clinics.api.views import ClinicAPIView


@extend_schema_serializer(component_name="ProtocolSummary")
class ProtocolSummaryShape(Shape):
    """A version of the protocol. What a version says never changes."""

    version = serializers.CharField()
    hash = serializers.CharField(help_text="sha256 over questions, criteria, contradictions and parameters.")


@extend_schema_serializer(component_name="ProtocolList")
class ProtocolListShape(Shape):
    """All versions that can be evaluated."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = ProtocolSummaryShape(many=True)


@extend_schema_serializer(component_name="ProtocolQuestion")
class QuestionShape(Shape):
    """One question: type, range or choices, and what leaving it out does."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field, not the label of one
    phrase = serializers.CharField(help_text="How sentences name it.")
    group = serializers.CharField()
    type = serializers.CharField()
    screen = WordField("Screen", Screen)
    unit = serializers.CharField()
    choices = serializers.ListField(child=serializers.CharField())
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    units = serializers.DictField(
        child=serializers.FloatField(), help_text="Units it may also be given in, with the factor."
    )
    max_length = serializers.IntegerField(allow_null=True)
    max_items = serializers.IntegerField(allow_null=True)
    fields = serializers.ListField(  # type: ignore[assignment]  # a field, not the property of that name
        child=serializers.JSONField(), help_text="Parts of a structured answer: questions themselves."
    )
    required = serializers.BooleanField()  # type: ignore[assignment]  # the same
    applies_when = serializers.JSONField(allow_null=True, help_text="The condition under which it is asked.")
    essential_when = serializers.JSONField(
        allow_null=True, help_text="The condition under which an optional question is essential."
    )
    counts_as_unknown = serializers.JSONField(
        allow_null=True, help_text="The condition under which its answer answers nothing."
    )


@extend_schema_serializer(component_name="ProtocolCriterion")
class CriterionShape(Shape):
    """One row of the decision table, in words and as data."""

    id = serializers.CharField()
    title = serializers.CharField()
    statement = serializers.CharField(help_text="The condition in words, thresholds filled in.")
    condition = serializers.JSONField(help_text="The condition as data, thresholds by name.")
    decision = WordField("Decision", Decision, allow_null=True)
    insufficiency_kind = WordField("InsufficiencyKind", InsufficiencyKind, allow_null=True)
    urgency = WordField("Urgency", Urgency)
    adjust_level = WordField("AdjustLevel", AdjustLevel, allow_null=True)
    follows = FollowsShape(help_text="Its own row of what follows.")
    follows_when = serializers.JSONField(
        allow_null=True, help_text="Another row, and the condition under which it stands instead."
    )
    rationale = serializers.CharField()
    texts = CriterionTextsShape(help_text="As they are written; a name in braces is filled for each record.")
    sources = serializers.ListField(child=serializers.CharField())


@extend_schema_serializer(component_name="ProtocolContradiction")
class ContradictionShape(Shape):
    """Answers that can't all be right."""

    id = serializers.CharField()
    statement = serializers.CharField()
    cautious_reading = serializers.CharField(help_text="What stands meanwhile.")
    condition = serializers.JSONField()


@extend_schema_serializer(component_name="ProtocolSource")
class SourceShape(Shape):
    """A statement or piece of evidence and the criteria that rest on it."""

    id = serializers.CharField()
    criteria = serializers.ListField(child=serializers.CharField())


@extend_schema_serializer(component_name="IntendedPurpose")
class IntendedPurposeShape(Shape):
    """What the service is for, for whom, and for what not."""

    purpose = serializers.CharField()
    user = serializers.CharField()
    runners = serializers.CharField()
    not_for = serializers.ListField(child=serializers.CharField(), help_text="Contraindications.")
    does_not_exclude = serializers.CharField()
    approved_by = serializers.CharField(help_text="Empty while no clinician has approved this version.")
    reviewed_on = serializers.CharField(help_text="A day; empty while nobody has reviewed it.")
    maker = serializers.CharField()
    contact = serializers.CharField(help_text="Empty while nobody is named.")
    protocol_version = serializers.CharField()


@extend_schema_serializer(component_name="Protocol")
class ProtocolShape(ProtocolSummaryShape):
    """Everything a decision is made from."""

    intended_purpose = IntendedPurposeShape()
    questions = QuestionShape(many=True)
    criteria = CriterionShape(many=True)
    contradictions = ContradictionShape(many=True)
    parameters = ParameterShape(many=True)
    sources = SourceShape(many=True)


@cache
def protocol_document() -> dict[str, Any]:
    """The protocol in force, with its default parameters."""
    context = protocol_for().context
    rests_on: dict[str, list[str]] = {}
    for criterion in CRITERIA:
        for source in criterion.sources:
            rests_on.setdefault(source, []).append(criterion.id)
    return {
        "version": PROTOCOL_VERSION,
        "hash": protocol_hash(),
        "intended_purpose": INTENDED_PURPOSE.as_dict(),
        "questions": [question.as_json() for question in QUESTIONS],
        "criteria": [
            criterion.as_json()
            | {
                "statement": criterion.statement(context),
                "texts": TEXTS.criteria[criterion.id].as_dict(),
            }
            for criterion in CRITERIA
        ],
        "contradictions": [contradiction.as_json() for contradiction in CONTRADICTIONS],
        "parameters": [parameter.as_json() for parameter in PARAMETERS],
        "sources": [{"id": source, "criteria": rests_on[source]} for source in sorted(rests_on)],
    }


class ProtocolsView(ClinicAPIView):
    """The versions."""

    resource = "protocols"

    @extend_schema(
        operation_id="listProtocols", summary="List the versions of the protocol", responses=ProtocolListShape
    )
    def get(self, request: Request) -> Response:
        """One version is in force; every assessment names its own."""
        read_query(NoQuery, request)
        in_force = {"version": PROTOCOL_VERSION, "hash": protocol_hash()}
        return Response({"next": None, "previous": None, "results": [in_force]})


class ProtocolView(Conditional, ClinicAPIView):
    """One version."""

    resource = "protocols"
    needs_if_match = frozenset()

    @extend_schema(
        operation_id="getProtocol",
        summary="Read the protocol: questions, criteria, parameters, sources",
        responses=ProtocolShape,
    )
    def get(self, request: Request, version: str) -> Response:  # noqa: ARG002
        """It holds nothing of a patient and may be kept; ask again with `If-None-Match`."""
        if version != PROTOCOL_VERSION:
            raise NotFound
        response = self.represent(protocol_document())
        response["Cache-Control"] = "private, no-cache"
        return response
