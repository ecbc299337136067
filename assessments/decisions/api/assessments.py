"""Evaluations and assessments."""

import uuid
from dataclasses import asdict
from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from assessments.decisions.documents import (
    assessment_document,
    readable_assessments,
    stored_assessment_document,
)
from assessments.decisions.services.submit import (
    Recorded,
    submit_assessment,
)
from assessments.decisions.shapes import assessments as shapes
from assessments.decisions.shapes.submission import SUBMISSION, read_submission
from assessments.parameters.services.in_force import parameters_in_force
from assessments.programmes.services.run_permission import run_permission
from assessments.protocol import evaluate
from assessments.protocol.vocabulary import Decision, Urgency
from assessments.records.services import evaluated_decision
from backend.platform.api.fields import WordField
from backend.platform.api.pagination import PagedList
from backend.platform.api.problems import Meanings
from backend.platform.api.queries import ListQuery
from backend.platform.openapi.document import describe
from clinics.api.views import ClinicAPIView


class AssessmentQuery(ListQuery):
    """Filters of the list of assessments."""

    patient = serializers.UUIDField(required=False)
    decision = WordField("Decision", Decision, required=False, help_text="Only with this decision.")
    urgency = WordField("Urgency", Urgency, required=False, help_text="Only with this urgency.")


class EvaluationsView(ClinicAPIView):
    """Decisions without a record."""

    resource = "evaluations"
    meanings: ClassVar[Meanings] = SUBMISSION
    shows_own_input: ClassVar[bool] = True

    def post(self, request: Request) -> Response:
        """Answers in, explained decision out; nothing is stored."""
        submission = read_submission(request.data, now=timezone.now(), zone=self.clinic.zone, patient=False)
        evaluation = evaluate(
            submission.answers,
            parameters_in_force(self.clinic).usable,
            assessed_at=submission.assessed_at,
            zone=self.clinic.zone,
            assessor_role=submission.assessor_role,
        )
        notices = [asdict(notice) for notice in evaluation.notices]
        return Response({**evaluation.as_dict(), "notices": notices})


class AssessmentsView(PagedList, ClinicAPIView):
    """The record."""

    cannot_wait: ClassVar[frozenset[str]] = frozenset({"POST"})
    resource = "assessments"
    meanings: ClassVar[Meanings] = SUBMISSION
    query_class: ClassVar[type[ListQuery]] = AssessmentQuery
    conflicts: ClassVar[dict[str, tuple[str, ...]]] = {"POST": ("pathway_incomplete", "erased")}

    def get(self, request: Request) -> Response:  # noqa: ARG002
        """The clinic's assessments, in the order of their last change: an amendment withdraws the old one."""
        query = self.read_query()
        wanted = {name: query[name] for name in ("patient", "decision", "urgency") if name in query}
        return self.page(
            readable_assessments(self.clinic.assessments.filter(**wanted)), query, stored_assessment_document
        )

    def post(self, request: Request) -> Response:
        """Record answers, get the decision with what it promises."""
        now = timezone.now()
        submission = read_submission(request.data, now=now, zone=self.clinic.zone)
        recorded = submit_assessment(
            clinic=self.clinic, actor=self.principal.actor, submission=submission, now=now
        )
        return created(request, recorded)

    def show_again(self, reference: uuid.UUID) -> Response:
        """The assessment that was recorded."""
        return created_before(self, reference)


class AssessmentView(ClinicAPIView):
    """One assessment; answers and evaluation never change."""

    resource = "assessments"

    def get(self, request: Request, assessment_id: uuid.UUID) -> Response:  # noqa: ARG002
        """Answers, evaluation and what was opened."""
        assessment = readable_assessments(self.clinic.assessments.filter(id=assessment_id)).first()
        if assessment is None:
            raise NotFound
        return Response(stored_assessment_document(assessment))


def recorded_document(recorded: Recorded) -> dict[str, Any]:
    """The document of what has just been written, without reading it again."""
    return assessment_document(
        recorded.assessment,
        escalation=recorded.escalation.id if recorded.escalation else None,
        follow_ups=[follow_up.id for follow_up in recorded.follow_ups],
        permission=run_permission(
            recorded.assessment,
            effective=evaluated_decision(recorded.assessment),
            replaced=not recorded.schedule.latest,
            referral_open=recorded.schedule.referral_open,
            follow_ups=recorded.follow_ups,
            now=timezone.now(),
        ),
    )


def created(request: Request, recorded: Recorded) -> Response:
    """201 with its address."""
    return _created(request, recorded_document(recorded))


def created_before(view: ClinicAPIView, assessment_id: uuid.UUID) -> Response:
    """The same answer about an assessment of the clinic that an earlier request has recorded."""
    assessment = get_object_or_404(readable_assessments(view.clinic.assessments.filter(id=assessment_id)))
    return _created(view.request, stored_assessment_document(assessment))


def _created(request: Request, document: dict[str, Any]) -> Response:
    location = reverse("assessment", kwargs={"assessment_id": document["id"]}, request=request)
    return Response(document, status=status.HTTP_201_CREATED, headers={"Location": location})


describe(
    EvaluationsView,
    post=extend_schema(
        operation_id="evaluate",
        summary="Decide without storing anything",
        tags=["evaluations"],
        request=shapes.EvaluationBody,
        responses=shapes.StatelessEvaluationShape,
    ),
)
describe(
    AssessmentsView,
    get=extend_schema(
        operation_id="listAssessments",
        summary="List assessments in the order of their last change",
        responses=shapes.AssessmentShape(many=True),
    ),
    post=extend_schema(
        operation_id="createAssessment",
        summary="Record answers and get the decision",
        request=shapes.AssessmentBody,
        responses={201: shapes.AssessmentShape},
    ),
)
describe(
    AssessmentView,
    get=extend_schema(
        operation_id="getAssessment", summary="Read an assessment", responses=shapes.AssessmentShape
    ),
)
