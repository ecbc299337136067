"""Overrides: a clinician's different decision."""

import uuid
from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.decisions.api.amendments import written
from assessments.decisions.services.override import (
    Decided,
    Exclusion,
    Finding,
    Handover,
    override_decision,
)
from assessments.decisions.shapes import assessments as shapes
from assessments.protocol.vocabulary import Decision, Urgency
from assessments.records.models import CLINICAL_ROLES, Override
from backend.platform.api.fields import NoteField, OffsetDateTimeField, StrictSerializer, TextField, WordField
from backend.platform.api.problems import Meanings
from backend.platform.openapi.document import describe
from clinics.api.clinicians import OnBehalf, named_clinician
from clinics.api.views import ClinicAPIView
from patients.services import ARCHIVED, PatientNotFoundError

#: The decisions a clinician may take; lacking information is none of them.
DECIDABLE = [decision for decision in Decision if decision is not Decision.INSUFFICIENT_INFORMATION]


@extend_schema_serializer(component_name="Finding")
class FindingBody(StrictSerializer):
    """What was found."""

    kind = WordField("FindingKind", Override.FindingKind)
    text = NoteField(max_length=2000)


@extend_schema_serializer(component_name="Handover")
class HandoverBody(StrictSerializer):
    """The runner was handed over."""

    to = TextField(max_length=200, help_text="The person or department that took over.")
    at = OffsetDateTimeField()


@extend_schema_serializer(component_name="Exclusion")
class ExclusionBody(StrictSerializer):
    """The emergency was excluded."""

    by = TextField(max_length=200, help_text="Who excluded it.")
    at = OffsetDateTimeField()
    text = NoteField(max_length=2000, help_text="How, and with what result.")


@extend_schema_serializer(component_name="Override")
class OverrideBody(OnBehalf):
    """What a clinician decides, and on what grounds."""

    decision = WordField("OverrideDecision", DECIDABLE)
    urgency = WordField(
        "Urgency",
        Urgency,
        required=False,
        help_text="Left out it stays, or rises to what the decision needs.",
    )
    reason = NoteField(max_length=2000)
    role = WordField(
        "ClinicalRole",
        [role for role, _ in CLINICAL_ROLES],
        required=False,
        help_text="Of who decides. Needed to decide less cautiously.",
    )
    finding = FindingBody(required=False, help_text="Needed to decide less cautiously.")
    handover = HandoverBody(required=False, help_text="This or an exclusion is needed to end an emergency.")
    exclusion = ExclusionBody(required=False)


class OverridesView(ClinicAPIView):
    """Different decisions about one assessment."""

    resource = "assessments"
    meanings: ClassVar[Meanings] = {PatientNotFoundError: ARCHIVED}
    conflicts: ClassVar[dict[str, tuple[str, ...]]] = {"POST": ("conflict", "erased")}

    def post(self, request: Request, assessment_id: uuid.UUID) -> Response:
        """A named clinician decides otherwise; the evaluation stays, and `effective` is what holds.

        More cautious needs a reason. Less cautious, in decision or urgency, needs role and finding too; an
        emergency ends with a recorded hand-over or exclusion only. More urgent calls somebody, as an
        assessment of that urgency does. Nothing here closes an escalation.
        """
        body = OverrideBody(data=request.data)
        body.is_valid(raise_exception=True)
        override_decision(
            clinic=self.clinic,
            assessment_id=assessment_id,
            decided=_decided(body.validated_data),
            by=named_clinician(self, body.validated_data),
            now=timezone.now(),
        )
        return written(self, assessment_id)

    def show_again(self, reference: uuid.UUID) -> Response:
        """The same answer about the assessment, with what was decided since."""
        return written(self, reference)


def _decided(body: dict[str, Any]) -> Decided:
    finding, handover, exclusion = (body.get(name) for name in ("finding", "handover", "exclusion"))
    return Decided(
        decision=Decision(body["decision"]),
        reason=body["reason"],
        urgency=Urgency(body["urgency"]) if "urgency" in body else None,
        role=body.get("role", ""),
        finding=Finding(**finding) if finding else None,
        handover=Handover(**handover) if handover else None,
        exclusion=Exclusion(**exclusion) if exclusion else None,
    )


describe(
    OverridesView,
    post=extend_schema(
        operation_id="overrideAssessment",
        summary="Decide otherwise as a named clinician",
        request=OverrideBody,
        responses={201: shapes.AssessmentShape},
    ),
)
