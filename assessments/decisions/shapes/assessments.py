"""The shapes of what ``documents`` writes and ``submission`` reads.

They describe and don't run: answers are validated by the question table and documents built by hand, because
that is several times faster. A test holds every answer of the service against them.
"""

from functools import partial
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from assessments.decisions.shapes.answers import Schema, absent_reasons_schema, answers_schema
from assessments.parameters.shapes import CriterionTextsShape, FollowsShape
from assessments.programmes.shapes.programmes import RunPermissionShape
from assessments.protocol import PROTOCOL_VERSION
from assessments.protocol.criteria.routine import AxialSpaAction
from assessments.protocol.questions.emergency import CES_ITEMS
from assessments.protocol.vocabulary import (
    AdjustLevel,
    AssessorRole,
    Decision,
    InsufficiencyKind,
    PlanRelease,
    RunStatus,
    Screen,
    Urgency,
)
from assessments.records.models import CLINICAL_ROLES, Override
from backend.platform.api.fields import NoteField, Shape, StrictSerializer, WordField
from backend.platform.openapi.schema import register_component
from clinics.api.clinicians import MemberShape, RecordedByShape

#: Characters of the reason of an amendment.
MAX_REASON = 1000


class AnswersField(serializers.Field[Any, Any, Any, Any]):
    """Answers by question."""


class AbsentReasonsField(serializers.Field[Any, Any, Any, Any]):
    """Reasons by question."""


class AnswersExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """The answers, typed question by question."""

    target_class = AnswersField

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> Schema:
        """A reference to ``Answers`` or ``AnswersRequest``."""
        request = direction == "request"
        schema = answers_schema(partial(register_component, auto_schema), request=request)
        return register_component(auto_schema, "AnswersRequest" if request else "Answers", schema)


class AbsentReasonsExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """The reasons, one of the codes for each question."""

    target_class = AbsentReasonsField

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> Schema:  # noqa: ARG002
        """An object of codes."""
        return absent_reasons_schema(partial(register_component, auto_schema))


@extend_schema_serializer(component_name="CriterionMet")
class CriterionMetShape(Shape):
    """A criterion that is met, with the answers that met it. Without a decision it adds its urgency alone."""

    id = serializers.CharField()
    title = serializers.CharField()
    texts = CriterionTextsShape()
    decision = WordField("Decision", Decision, allow_null=True)
    urgency = WordField("Urgency", Urgency)
    answers = AnswersField()
    sources = serializers.ListField(child=serializers.CharField())


@extend_schema_serializer(component_name="MissingAnswer")
class MissingShape(Shape):
    """An essential question that applies and isn't answered."""

    question = serializers.CharField()
    screen = WordField("Screen", Screen)


@extend_schema_serializer(component_name="Contradiction")
class ContradictionShape(Shape):
    """Answers that can't all be right; the cautious one keeps its effect."""

    id = serializers.CharField()
    statement = serializers.CharField()


@extend_schema_serializer(component_name="NoticeCode")
class NoticeCodeShape(Shape):
    """An answer that was used otherwise than as given, by its code."""

    code = serializers.CharField()
    question = serializers.CharField()


@extend_schema_serializer(component_name="Notice")
class NoticeShape(NoticeCodeShape):
    """An answer that was used otherwise than as given."""

    statement = serializers.CharField()


@extend_schema_serializer(component_name="AxialSpaFigure")
class FigureShape(Shape):
    """The features of axial spondyloarthritis counted, and what the count calls for."""

    axial_spa_features = serializers.IntegerField()
    action = WordField("AxialSpaAction", AxialSpaAction)


@extend_schema_serializer(component_name="Evaluation")
class EvaluationShape(Shape):
    """One explained decision."""

    protocol_version = serializers.CharField()
    protocol_hash = serializers.CharField(help_text="sha256 over questions, criteria and parameters.")
    decision = WordField("Decision", Decision)
    urgency = WordField("Urgency", Urgency)
    urgency_is_lower_bound = serializers.BooleanField(
        help_text="The screen is incomplete: it may turn out to be more urgent, never less."
    )
    run_status = WordField("RunStatus", RunStatus)
    adjust_level = WordField(
        "AdjustLevel", AdjustLevel, allow_null=True, help_text="Only with adjust_running."
    )
    plan_release = WordField("PlanRelease", PlanRelease)
    follows = FollowsShape()
    insufficiency_kind = WordField(
        "InsufficiencyKind",
        InsufficiencyKind,
        allow_null=True,
        help_text="Only with insufficient_information.",
    )
    screen_complete = serializers.BooleanField()
    provisional = serializers.BooleanField(help_text="The patient answered alone; a clinician must confirm.")
    criteria_met = CriterionMetShape(many=True)
    missing = MissingShape(many=True)
    contradictions = ContradictionShape(many=True)
    next_questions = serializers.ListField(child=serializers.CharField())
    not_assessed = serializers.ListField(child=serializers.CharField())
    notices = NoticeCodeShape(many=True, help_text="Answers that were used otherwise than as given.")
    figures = serializers.DictField(
        child=FigureShape(), help_text="What met criteria count, by criterion; RT-04 counts features."
    )


@extend_schema_serializer(component_name="EvaluationWithNotices")
class StatelessEvaluationShape(EvaluationShape):
    """One explained decision, of which nothing is stored."""

    notices = NoticeShape(many=True)


@extend_schema_serializer(component_name="Evaluation")
class EvaluationBody(StrictSerializer):
    """Answers, when they were given, and to whom."""

    assessed_at = serializers.DateTimeField(
        help_text="With offset; not in the future (5 minutes are forgiven)."
    )
    assessor_role = WordField("AssessorRole", AssessorRole)
    answers = AnswersField()
    absent_reasons = AbsentReasonsField(required=False)
    protocol_version = WordField(
        "ProtocolVersion",
        [PROTOCOL_VERSION],
        required=False,
        help_text="Refused unless it is the one in force.",
    )


@extend_schema_serializer(component_name="AttestedLongstanding")
class AttestedLongstandingShape(Shape):
    """A long-standing answer, and the clinician who stands behind it."""

    question = WordField("CaudaEquinaItem", CES_ITEMS)
    by = serializers.CharField(allow_null=True, help_text="Null where software recorded it for nobody named.")
    role = WordField("AssessorRole", AssessorRole)
    at = serializers.DateTimeField()


@extend_schema_serializer(component_name="Assessment")
class AssessmentBody(EvaluationBody):
    """The same about a patient of the clinic."""

    patient = serializers.UUIDField()


@extend_schema_serializer(component_name="Amendment")
class AmendmentBody(EvaluationBody):
    """All answers again, the wrong ones corrected."""

    reason = NoteField(max_length=MAX_REASON, help_text="Why the recorded answers were wrong.")


@extend_schema_serializer(component_name="CarriedAnswer")
class CarriedShape(Shape):
    """Where an answer was first given."""

    assessment = serializers.UUIDField()
    assessed_at = serializers.DateTimeField()


@extend_schema_serializer(component_name="Finding")
class FindingShape(Shape):
    """What was found."""

    kind = WordField("FindingKind", Override.FindingKind)
    text = serializers.CharField()


@extend_schema_serializer(component_name="Handover")
class HandoverShape(Shape):
    """The runner was handed over."""

    to = serializers.CharField()
    at = serializers.DateTimeField()


@extend_schema_serializer(component_name="Exclusion")
class ExclusionShape(Shape):
    """The emergency was excluded."""

    by = serializers.CharField()
    at = serializers.DateTimeField()
    text = serializers.CharField()


@extend_schema_serializer(component_name="Override")
class OverrideShape(Shape):
    """What a clinician decided in place of the protocol; the latest holds."""

    id = serializers.UUIDField()
    decision = WordField("Decision", Decision)
    urgency = WordField("Urgency", Urgency)
    run_status = WordField("RunStatus", RunStatus)
    downward = serializers.BooleanField(help_text="Less cautious or less urgent than what held before.")
    reason = serializers.CharField()
    role = WordField("ClinicalRole", [role for role, _ in CLINICAL_ROLES], allow_null=True)
    finding = FindingShape(allow_null=True)
    handover = HandoverShape(allow_null=True)
    exclusion = ExclusionShape(allow_null=True)
    by = MemberShape()
    client = serializers.UUIDField(allow_null=True)
    carried_from = serializers.UUIDField(
        allow_null=True,
        help_text="The override of the superseded assessment; carried over, it only adds caution.",
    )
    created_at = serializers.DateTimeField()


@extend_schema_serializer(component_name="EffectiveDecision")
class EffectiveShape(Shape):
    """What holds now: the latest override, else the evaluation."""

    decision = WordField("Decision", Decision)
    urgency = WordField("Urgency", Urgency)
    run_status = WordField("RunStatus", RunStatus)


@extend_schema_serializer(component_name="Attested")
class AttestedShape(Shape):
    """Findings of a screen that one tick ruled out, by the person in `recorded_by`."""

    screen = WordField("Screen", Screen)
    questions = serializers.ListField(child=serializers.CharField(), help_text="Names of questions.")


@extend_schema_serializer(component_name="Attestation")
class AttestationShape(Shape):
    """A long-standing answer, and the clinician who stands behind it."""

    question = WordField("CaudaEquinaItem", CES_ITEMS)
    by = serializers.CharField(allow_null=True, help_text="Null where software recorded it for nobody named.")
    role = WordField("AssessorRole", AssessorRole)
    at = serializers.DateTimeField()


@extend_schema_serializer(component_name="Assessment")
class AssessmentShape(Shape):
    """Answers and what followed from them; neither ever changes.

    Act on `effective`, and on another assessment when `superseded_by` names one.
    """

    id = serializers.UUIDField()
    patient = serializers.UUIDField()
    assessed_at = serializers.DateTimeField()
    assessor_role = WordField("AssessorRole", AssessorRole)
    recorded_by = RecordedByShape()
    answers = AnswersField(help_text="As evaluated: units converted, unknowns left out.")
    absent_reasons = AbsentReasonsField()
    carried = serializers.DictField(child=CarriedShape(), help_text="Answers taken over, by question.")
    attested = AttestedShape(
        many=True, help_text="What whoever recorded it ruled out together; each is an explicit answer too."
    )
    attested_longstanding = AttestedLongstandingShape(
        many=True, help_text="Long-standing answers that a clinician stands behind."
    )
    evaluation = EvaluationShape()
    notices = NoticeShape(many=True)
    escalation = serializers.UUIDField(
        allow_null=True,
        help_text="Null too when that of the assessment it supersedes calls at least as urgently.",
    )
    follow_ups = serializers.ListField(child=serializers.UUIDField())
    supersedes = serializers.UUIDField(allow_null=True)
    amendment_reason = serializers.CharField(help_text="Empty unless it supersedes another.")
    superseded_by = serializers.UUIDField(allow_null=True)
    overrides = OverrideShape(many=True, help_text="Oldest first.")
    effective = EffectiveShape()
    run_permission = RunPermissionShape()
    created_at = serializers.DateTimeField()
