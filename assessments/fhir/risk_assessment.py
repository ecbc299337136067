"""What the protocol found, as a RiskAssessment; it is never a clinician's."""

import uuid
from collections.abc import Iterator
from typing import Any

from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.records.models import Assessment
from assessments.records.services import with_versions
from assessments.records.summary import label
from assessments.records.what_follows import sentences_of
from backend.platform.fhir.elements import Resource, coding, concept, instant, reference, resource, words
from backend.platform.fhir.search import Search
from clinics.api.fhir import FhirSearch, FhirView


def protocol_concept(version: str) -> dict[str, Any]:
    """The method: the protocol in its version."""
    return concept(coding("protocol", version), text=f"Return to Run protocol {version}")


def verdict(decision: str, urgency: str) -> dict[str, Any]:
    """A decision with its urgency, both as codes."""
    codes = [coding("decision", decision, words(decision)), coding("urgency", urgency, words(urgency))]
    return concept(*codes, text=f"{words(decision)}; urgency: {words(urgency).lower()}")


def risk_resource(assessment: Assessment) -> Resource:
    """A row of ``decided``: the decision first, then each criterion that was met."""
    evaluation = assessment.evaluation
    return resource(
        "RiskAssessment",
        assessment.id,
        assessment.updated_at,
        status=_status(assessment),
        method=protocol_concept(assessment.protocol_version),
        subject=reference("Patient", assessment.patient_id),
        occurrenceDateTime=instant(assessment.assessed_at),
        basis=[reference("QuestionnaireResponse", assessment.id)],
        prediction=[
            {
                "outcome": {"text": "Whether the runner may run, by the answers given"},
                "qualitativeRisk": verdict(assessment.decision, assessment.urgency),
            },
            *(_criterion(met) for met in evaluation["criteria_met"]),
        ],
        mitigation=words(evaluation["run_status"]),
        note=[{"text": text} for text in _notes(assessment)],
    )


def _status(assessment: Assessment) -> str:
    """Corrected answers take an assessment's place; what a patient reports alone is preliminary."""
    if getattr(assessment, "superseded_by_id", None):
        return "entered-in-error"
    if assessment.evaluation["provisional"]:
        return "preliminary"
    return "corrected" if assessment.supersedes_id else "final"


def _criterion(met: dict[str, Any]) -> dict[str, Any]:
    codes = [coding("urgency", met["urgency"], words(met["urgency"]))]
    if met["decision"]:
        codes.insert(0, coding("decision", met["decision"], words(met["decision"])))
    return {
        "outcome": concept(coding("criterion", met["id"], met["title"]), text=met["title"]),
        "qualitativeRisk": concept(*codes),
        "rationale": sentences_of(met).clinician,
    }


def _notes(assessment: Assessment) -> Iterator[str]:
    """What must be known beside the decision: gaps, contradictions, and who decided otherwise.

    Not where to go: that is the clinic's, and changes without the assessment.
    """
    evaluation = assessment.evaluation
    if evaluation["missing"]:
        yield f"Not answered: {labels([missing['question'] for missing in evaluation['missing']])}."
    if evaluation["urgency_is_lower_bound"]:
        yield "The urgency is a lower bound: what wasn't answered may raise it."
    yield from (f"Contradiction: {found['statement']}" for found in evaluation["contradictions"])
    yield from (notice["statement"] for notice in assessment.notices)
    for override in sorted(assessment.overrides.all(), key=lambda one: (one.created_at, one.id)):
        yield f"A clinician decided in its place: ClinicalImpression/{override.id}."
    if superseded_by := getattr(assessment, "superseded_by_id", None):
        yield f"The answers were corrected: RiskAssessment/{superseded_by}."


def labels(names: list[str]) -> str:
    """Questions in words."""
    return "; ".join(label(name) for name in names)


def decided(assessments: Any) -> Any:
    """Rows with what their risk assessments show."""
    return with_versions(assessments)


class RiskFhir:
    """What the views share."""

    resource = "assessments"
    resource_type = "RiskAssessment"


class RiskSearch(RiskFhir, FhirSearch):
    """Decisions of the protocol."""

    def rows(self, search: Search) -> Any:
        """One of each assessment."""
        return decided(self.clinic.assessments.filter(**self.of_patient(search)))

    def represent_row(self, row: Assessment) -> Resource:
        """The decision."""
        return risk_resource(row)


class RiskRead(RiskFhir, FhirView):
    """One decision."""

    def get(self, request: Request, assessment_id: uuid.UUID) -> Response:  # noqa: ARG002
        """With its reasons and what was not asked."""
        found = get_object_or_404(decided(self.clinic.assessments.all()), pk=assessment_id)
        return self.represent(risk_resource(found))
