"""Return-to-run programmes: drafted from an assessment, and what they say of now."""

import uuid
from typing import ClassVar

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.programmes.api.base import ProgrammeView
from assessments.programmes.documents import (
    event_document,
    load_document,
    plan_document,
    programme_document,
    readable_programmes,
    session_document,
)
from assessments.programmes.services import draft_and_release
from assessments.programmes.shapes import programmes as shapes
from assessments.programmes.shapes.plans import AssessmentPlanShape
from assessments.records.services import AssessmentNotFoundError, SupersededError
from backend.platform.api.pagination import PagedList
from backend.platform.api.problems import Meanings
from backend.platform.api.queries import ListQuery
from backend.platform.refusals import FieldProblem, Invalid, Refusal
from clinics.api.clinicians import named_clinician
from clinics.api.views import ClinicAPIView
from patients.services import PatientNotFoundError

NO_SUCH_ASSESSMENT = Invalid(
    places=[FieldProblem("/assessment", "not_found", "There is no such assessment.")]
)


class ProgrammesView(PagedList, ClinicAPIView):
    """All programmes, and new ones."""

    meanings: ClassVar[Meanings] = {
        AssessmentNotFoundError: NO_SUCH_ASSESSMENT,
        PatientNotFoundError: NO_SUCH_ASSESSMENT,
        SupersededError: lambda newer: Refusal(f"Superseded by {newer.by}."),
    }
    resource = "programmes"
    query_class: ClassVar[type[ListQuery]] = shapes.ProgrammeQuery
    conflicts: ClassVar[dict[str, tuple[str, ...]]] = {"POST": ("conflict", "erased")}

    @extend_schema(
        operation_id="listProgrammes",
        summary="List programmes, the least recently changed first",
        responses=shapes.ProgrammeShape(many=True),
    )
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Ended ones too."""
        query = self.read_query()
        wanted = {name: query[name] for name in ("state", "patient") if name in query}
        rows = readable_programmes(self.clinic.programmes.filter(**wanted))
        return self.page(rows, query, programme_document)

    @extend_schema(
        operation_id="draftProgramme",
        summary="Draft the programme of a runner's latest assessment",
        request=shapes.DraftBody,
        responses={201: shapes.ProgrammeShape},
    )
    def post(self, request: Request) -> Response:
        """It awaits a clinician's sign-off, and the runner's current programme ends.

        409 when the decision allows no plan; read `/assessments/{id}/plan` for what is released instead.
        409 as well when this assessment's own programme is drafted already and current: it goes on.
        """
        body = shapes.DraftBody(data=request.data)
        body.is_valid(raise_exception=True)
        programme = draft_and_release.draft_programme(
            clinic=self.clinic,
            assessment_id=body.validated_data["assessment"],
            by=named_clinician(self, body.validated_data),
            now=timezone.now(),
        )
        return self.show_again(programme.id)

    def show_again(self, reference: uuid.UUID) -> Response:
        """The programme as it is now."""
        programme = readable_programmes(self.clinic.programmes.all()).get(id=reference)
        where = self.request.build_absolute_uri(f"{self.request.path}/{programme.id}")
        return Response(
            programme_document(programme), status=status.HTTP_201_CREATED, headers={"Location": where}
        )


class OneProgrammeView(ProgrammeView):
    """One programme."""

    @extend_schema(operation_id="getProgramme", summary="Read a programme", responses=shapes.ProgrammeShape)
    def get(self, request: Request, programme_id: uuid.UUID) -> Response:  # noqa: ARG002
        """What it says, and where the runner stands in it."""
        return self.represent(programme_document(self.found(programme_id)))


class SessionView(ProgrammeView):
    """The session of the day."""

    @extend_schema(operation_id="getSession", summary="Read the next session", responses=shapes.SessionShape)
    def get(self, request: Request, programme_id: uuid.UUID) -> Response:  # noqa: ARG002
        """What to run, when, and whether it is permitted at this moment."""
        return Response(session_document(self.found(programme_id), now=timezone.now()))


class LoadView(ProgrammeView):
    """The weekly load."""

    @extend_schema(
        operation_id="getLoad", summary="Read the weekly load against its caps", responses=shapes.LoadShape
    )
    def get(self, request: Request, programme_id: uuid.UUID) -> Response:  # noqa: ARG002
        """Every week since the release."""
        return Response(load_document(self.found(programme_id), now=timezone.now()))


class EventsView(PagedList, ClinicAPIView):
    """The history of one programme."""

    resource = "programmes"
    ordering: ClassVar[tuple[str, ...]] = ("at", "id")

    @extend_schema(
        operation_id="listProgrammeEvents",
        summary="Read what moved a programme, oldest first",
        responses=shapes.EventShape(many=True),
    )
    def get(self, request: Request, programme_id: uuid.UUID) -> Response:  # noqa: ARG002
        """Sign-off, runs, reactions to checks and what clinicians did."""
        programme = get_object_or_404(self.clinic.programmes, id=programme_id)
        rows = programme.events.select_related("programme", "member__user")
        return self.page(rows, self.read_query(), event_document)


class PlanView(ClinicAPIView):
    """What the programme of an assessment would say."""

    resource = "programmes"

    @extend_schema(
        operation_id="getPlan",
        summary="Read what an assessment's programme says, or what is released in its place",
        responses=AssessmentPlanShape,
    )
    def get(self, request: Request, assessment_id: uuid.UUID) -> Response:  # noqa: ARG002
        """Stores nothing."""
        assessment = get_object_or_404(self.clinic.assessments, id=assessment_id)
        return Response(plan_document(assessment, draft_and_release.preview(assessment)))
