"""Answers that arrive as a QuestionnaireResponse are recorded as an assessment, by the same service."""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.decisions.services.submit import Submission, submit_assessment
from assessments.decisions.shapes.submission import SUBMISSION, read_submission
from assessments.fhir.elements_beside import not_kept
from assessments.fhir.response_items import Reading
from assessments.fhir.response_reader import read_response
from assessments.fhir.stored_response import answered, response_resource
from assessments.records.models import Assessment
from backend.platform.api.problems import Problem, placed
from backend.platform.fhir.elements import Resource, etag, fhir_base, reference
from backend.platform.fhir.outcomes import expression, informed
from backend.platform.fhir.search import Search
from backend.platform.refusals import FieldProblem
from clinics.api.fhir import OUTCOME, FhirSearch, FhirView
from clinics.api.views import ClinicAPIView
from patients.services import patient_known_as


def submission_of(reading: Reading, *, now: dt.datetime, zone: dt.tzinfo, patient: bool = True) -> Submission:
    """The submission, as the native API reads it; faults are named where they stand in the response."""
    body = (
        reading.body if patient else {name: part for name, part in reading.body.items() if name != "patient"}
    )
    with placed(reading.placed, {}):
        return read_submission(body, now=now, zone=zone, patient=patient)


def record(view: ClinicAPIView, resource: Any) -> Assessment:
    """Read a response and record it."""
    now = timezone.now()
    reading = read_response(resource)
    if reading.known_as:
        reading.body["patient"] = _known_as(view, reading)
    submission = submission_of(reading, now=now, zone=view.clinic.zone)
    with placed(reading.placed, SUBMISSION):
        recorded = submit_assessment(
            clinic=view.clinic, actor=view.principal.actor, submission=submission, now=now
        )
    return recorded.assessment


def _known_as(view: ClinicAPIView, reading: Reading) -> str:
    """The runner with the practice's own id; raises ``Problem`` where the reference names another."""
    patient = patient_known_as(clinic=view.clinic, external_ids={reading.known_as})
    if patient is None:
        code, detail = "not_found", "Nobody, or more than one, is known by this identifier."
    elif reading.body.get("patient", str(patient.id)) != str(patient.id):
        code, detail = "other_patient", "The reference and the identifier name two patients."
    else:
        return str(patient.id)
    raise Problem("invalid", errors=[FieldProblem("/subject", code, detail)])


def recorded_outcome(assessment: Assessment, sent: Any) -> Resource:
    """What became of a response, in words, with a warning for each of its elements that wasn't kept."""
    pointer = reference("RiskAssessment", assessment.id)["reference"]
    left_out = [expression(f"/{name}", "QuestionnaireResponse") for name in not_kept(sent)]
    return informed(f"Recorded. The decision is {pointer}.", str(assessment.id), left_out)


class ResponseFhir:
    """What the views of responses share."""

    resource = "assessments"
    resource_type = "QuestionnaireResponse"
    body_type = "QuestionnaireResponse"


class ResponseRead(ResponseFhir, FhirView):
    """One response."""

    def get(self, request: Request, assessment_id: uuid.UUID) -> Response:  # noqa: ARG002
        """The answers of an assessment, however they came in."""
        return self.represent(
            response_resource(get_object_or_404(answered(self.clinic.assessments.all()), pk=assessment_id))
        )


class Responses(ResponseFhir, FhirSearch):
    """Responses of the clinic, and new ones."""

    cannot_wait: ClassVar[frozenset[str]] = frozenset({"POST"})

    def rows(self, search: Search) -> Any:
        """Every assessment is the answer to the form."""
        return answered(self.clinic.assessments.filter(**self.of_patient(search)))

    def represent_row(self, row: Assessment) -> Resource:
        """Its answers."""
        return response_resource(row)

    def post(self, request: Request) -> Response:
        """Record it; the decision is the RiskAssessment of the same id."""
        return self.created(record(self, request.data))

    def created(self, assessment: Assessment) -> Response:
        """201 with its address, and the response or, where that is preferred, what wasn't kept of it."""
        location = f"{fhir_base()}/QuestionnaireResponse/{assessment.id}"
        shown = response_resource(assessment)
        if not self.prefers(OUTCOME):
            return self.represent(shown, status=status.HTTP_201_CREATED, headers={"Location": location})
        headers = {"Location": location, "ETag": etag(shown), "Preference-Applied": OUTCOME}
        outcome = recorded_outcome(assessment, self.request.data)
        return Response(outcome, status=status.HTTP_201_CREATED, headers=headers)

    def show_again(self, reference: uuid.UUID) -> Response:
        """The response that was recorded."""
        return self.created(get_object_or_404(answered(self.clinic.assessments.all()), pk=reference))


class ProcessResponse(FhirView):
    """The operation by which a form filler hands in a form (SDC); it answers with an address alone."""

    cannot_wait: ClassVar[frozenset[str]] = frozenset({"POST"})
    shows_own_input = True

    resource = "assessments"
    resource_type = "Questionnaire"
    body_type = "QuestionnaireResponse"

    def post(self, request: Request) -> Response:
        """Record it; a Parameters resource may carry it as ``response``."""
        return self.processed(record(self, _response_in(request.data)))

    def processed(self, assessment: Assessment) -> Response:
        """What became of it, in words, and where the decision is."""
        return Response(recorded_outcome(assessment, _response_in(self.request.data)))

    def show_again(self, reference: uuid.UUID) -> Response:
        """The same about what was recorded."""
        return self.processed(get_object_or_404(self.clinic.assessments, pk=reference))


def _response_in(body: Any) -> Mapping[str, Any]:
    if body.get("resourceType") != "Parameters":
        return dict(body)
    given = body.get("parameter")
    named = [
        part.get("resource")
        for part in (given if isinstance(given, list) else [])
        if isinstance(part, Mapping) and part.get("name") == "response"
    ]
    if len(named) != 1 or not isinstance(named[0], Mapping):
        raise Problem("invalid", errors=[FieldProblem("/parameter", "required", "One response is needed.")])
    return named[0]
