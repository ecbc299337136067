"""The runs of a programme."""

import uuid
from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.programmes.documents import run_document
from assessments.programmes.models import RunLog
from assessments.programmes.services.runs import Run, log_run
from assessments.programmes.shapes import programmes as shapes
from backend.platform.api.pagination import PagedList
from clinics.api.clinicians import named_clinician
from clinics.api.views import ClinicAPIView


class RunsView(PagedList, ClinicAPIView):
    """The runs of one programme."""

    resource = "programmes"
    ordering: ClassVar[tuple[str, ...]] = ("created_at", "id")
    conflicts: ClassVar[dict[str, tuple[str, ...]]] = {"POST": ("conflict",)}

    @extend_schema(
        operation_id="listRuns", summary="List runs, oldest first", responses=shapes.RunShape(many=True)
    )
    def get(self, request: Request, programme_id: uuid.UUID) -> Response:  # noqa: ARG002
        """Planned against done."""
        programme = get_object_or_404(self.clinic.programmes, id=programme_id)
        return self.page(programme.runs.select_related("programme"), self.read_query(), run_document)

    @extend_schema(
        operation_id="logRun",
        summary="Log a run: its 24-hour check is scheduled with it",
        request=shapes.RunBody,
        responses={201: shapes.RunShape},
    )
    def post(self, request: Request, programme_id: uuid.UUID) -> Response:
        """No further run is permitted before its check is answered; unanswered, the permission lapses."""
        body = shapes.RunBody(data=request.data)
        body.is_valid(raise_exception=True)
        run = log_run(
            clinic=self.clinic,
            programme_id=programme_id,
            run=_run(body.validated_data),
            by=named_clinician(self, body.validated_data),
            now=timezone.now(),
        )
        return self._created(run)

    def show_again(self, reference: uuid.UUID) -> Response:
        """The run as it was logged."""
        return self._created(get_object_or_404(self.clinic.runs, id=reference))

    def _created(self, run: RunLog) -> Response:
        return Response(run_document(run), status=status.HTTP_201_CREATED)


def _run(given: dict[str, Any]) -> Run:
    distance = given.get("distance")
    return Run(
        ended_at=given["ended_at"],
        distance_km=shapes.DistanceBody().to_km(distance) if distance else None,
        minutes=given.get("minutes"),
        running_minutes=given.get("running_minutes"),
        stage=given.get("stage"),
        surface=given.get("surface") or "",
        speed=given.get("speed") or "",
        levers=tuple(given.get("changed", ())),
        shoe_id=given.get("shoe"),
    )
