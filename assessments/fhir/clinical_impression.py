"""What a named clinician decided or signed, as a ClinicalImpression."""

import uuid
from functools import singledispatch
from typing import Any

from django.db.models import F
from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.fhir.risk_assessment import verdict
from assessments.programmes.models import Programme
from assessments.records.models import Override
from backend.platform.api.pagination import Merged
from backend.platform.fhir.elements import Resource, instant, reference, resource, system, words
from backend.platform.fhir.search import Search
from clinics.api.fhir import FhirSearch, FhirView, member_reference
from clinics.identity.models import Clinic


def signed(clinic: Clinic, **of: Any) -> Merged:
    """Overrides, and programmes that somebody has released; ``of`` names the patient."""
    return Merged(
        [
            clinic.overrides.filter(**{f"assessment__{name}": value for name, value in of.items()})
            .annotate(at=F("updated_at"))
            .select_related("member__user", "assessment"),
            clinic.programmes.filter(released_at__isnull=False, **of)
            .annotate(at=F("updated_at"))
            .select_related("released_by__user", "assessment"),
        ]
    )


@singledispatch
def impression_resource(row: Any) -> Resource:
    """What was signed."""
    raise TypeError(type(row).__name__)


@impression_resource.register
def _(row: Override) -> Resource:
    return _impression(
        row,
        row.member,
        row.created_at,
        summary=row.reason,
        finding=[
            {
                "itemCodeableConcept": verdict(row.decision, row.urgency),
                "basis": row.finding_text or "A clinician's judgement in place of the protocol's.",
            }
        ],
        note=[{"text": f"{words(row.run_status)}."}],
    )


@impression_resource.register
def _(row: Programme) -> Resource:
    found = row.assessment
    return _impression(
        row,
        row.released_by,
        row.released_at,
        summary="The decision was signed off and its programme released.",
        finding=[
            {
                "itemCodeableConcept": verdict(found.decision, found.urgency),
                "basis": f"The decision of RiskAssessment/{found.id}; CarePlan/{row.id} follows from it.",
            }
        ],
    )


def _impression(row: Any, member: Any, at: Any, **elements: Any) -> Resource:
    assessment = row.assessment
    return resource(
        "ClinicalImpression",
        row.id,
        row.updated_at,
        status="completed",
        subject=reference("Patient", assessment.patient_id),
        effectiveDateTime=instant(at),
        date=instant(at),
        assessor=member_reference(member),
        investigation=[
            {
                "code": {"text": "The answers that were assessed"},
                "item": [reference("QuestionnaireResponse", assessment.id)],
            }
        ],
        protocol=[f"{system('protocol')}/{assessment.protocol_version}"],
        prognosisReference=[reference("RiskAssessment", assessment.id)],
        **elements,
    )


class ImpressionFhir:
    """What the views share."""

    resource = "assessments"
    resource_type = "ClinicalImpression"


class ImpressionSearch(ImpressionFhir, FhirSearch):
    """Signed decisions."""

    time = "at"

    def rows(self, search: Search) -> Any:
        """Of the clinic or of one patient."""
        of = {f"{name}_id": value for name, value in self.of_patient(search).items()}
        return signed(self.clinic, **of)

    def represent_row(self, row: Any) -> Resource:
        """The decision."""
        return impression_resource(row)


class ImpressionRead(ImpressionFhir, FhirView):
    """One signed decision."""

    def get(self, request: Request, impression_id: uuid.UUID) -> Response:  # noqa: ARG002
        """Whose it was, and on what grounds."""
        for row in signed(self.clinic).filter(id=impression_id)[:1]:
            return self.represent(impression_resource(row))
        raise Http404
