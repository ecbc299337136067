"""A clinic's data, or one patient's, as a file that is written in the background."""

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any, ClassVar

from django.http import StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.exports.models import Export
from assessments.exports.services.exports import (
    delete_export,
    read_chunk,
    readable_export,
    start_export,
    state_at,
)
from assessments.exports.services.kinds import KINDS
from backend.platform.api.etags import Conditional
from backend.platform.api.fields import OffsetDateTimeField, StrictSerializer, WordField, timestamp
from backend.platform.api.pagination import PagedList
from backend.platform.api.problems import Meanings, ProblemRenderer
from clinics.api.clinicians import RecordedByShape, recorded_by
from clinics.api.views import ClinicAPIView
from patients.services import NO_SUCH_PATIENT, PatientNotFoundError


@extend_schema_serializer(component_name="Export")
class ExportBody(StrictSerializer):
    """What the file shall hold; nothing given means the whole clinic."""

    patient = serializers.UUIDField(
        required=False, allow_null=True, help_text="Everything about this patient alone."
    )
    updated_since = OffsetDateTimeField(
        required=False, allow_null=True, help_text="Only what was made or changed at or after this time."
    )


@extend_schema_serializer(component_name="ExportProgress")
class ProgressShape(serializers.Serializer[Any]):
    """How far one type of row has come."""

    type = WordField("ExportType", KINDS)
    done = serializers.IntegerField()
    total = serializers.IntegerField()


@extend_schema_serializer(component_name="Export")
class ExportShape(serializers.Serializer[Any]):
    """A file in the making, or to be read until `expires_at`."""

    id = serializers.UUIDField()
    state = WordField("ExportState", Export.State)
    patient = serializers.UUIDField(allow_null=True)
    updated_since = serializers.DateTimeField(allow_null=True)
    requested_by = RecordedByShape()
    progress = ProgressShape(many=True, help_text="Empty until it has begun.")
    changes_cursor = serializers.CharField(
        allow_null=True,
        help_text="Read `/changes` on from here: with the file they are everything. Null until it has begun.",
    )
    size_bytes = serializers.IntegerField(help_text="Of what is written so far.")
    result = serializers.URLField(allow_null=True, help_text="Where the file is, once it is ready.")
    failure = WordField("ExportFailure", Export.Failure, allow_null=True)
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    ready_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)
    updated_at = serializers.DateTimeField()


NDJSON = "application/x-ndjson"


BODY = ExportBody()


class NdjsonRenderer(JSONRenderer):
    """Lets a client ask for JSON lines; the lines themselves are streamed, and problems are JSON."""

    media_type = NDJSON
    format = "ndjson"


class ExportView(ClinicAPIView):
    """What the views of exports share."""

    resource = "exports"

    def document(self, export: Export) -> dict[str, Any]:
        """One export as every answer shows it."""
        state = state_at(export, timezone.now())
        ready = state == Export.State.READY
        return {
            "id": str(export.id),
            "state": state,
            "patient": str(export.patient_id) if export.patient_id else None,
            "updated_since": timestamp(export.updated_since),
            "requested_by": recorded_by(export.requested_by_client_id, export.requested_by_user_id),
            "progress": [
                {"type": name, "done": export.rows_done[name], "total": export.rows_total[name]}
                for name in KINDS
                if name in export.rows_total
            ],
            "changes_cursor": None if export.changes_cursor is None else str(export.changes_cursor),
            "size_bytes": export.size_bytes,
            "result": self.address("export-result", export.id) if ready else None,
            "failure": export.failure or None,
            "created_at": timestamp(export.created_at),
            "started_at": timestamp(export.started_at),
            "ready_at": timestamp(export.ready_at),
            "expires_at": timestamp(export.expires_at),
            "updated_at": timestamp(export.updated_at),
        }

    def address(self, name: str, export_id: uuid.UUID) -> str:
        """Where something about an export is."""
        return self.request.build_absolute_uri(reverse(name, kwargs={"export_id": export_id}))


class ExportsView(PagedList, ExportView):
    """All exports, and new ones."""

    meanings: ClassVar[Meanings] = {PatientNotFoundError: NO_SUCH_PATIENT}
    conflicts: ClassVar[dict[str, tuple[str, ...]]] = {"POST": ("conflict",)}

    @extend_schema(
        operation_id="listExports",
        summary="List exports, the least recently changed first",
        responses=ExportShape(many=True),
    )
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Also those that failed or have expired."""
        return self.page(self.clinic.exports.all(), self.read_query(), self.document)

    @extend_schema(
        operation_id="createExport",
        summary="Have everything written into a file",
        request=ExportBody,
        responses={202: ExportShape},
    )
    def post(self, request: Request) -> Response:
        """A worker begins at once; ask for the export's state until it is `ready`.

        The file holds the rows that were there when it began, each as it was when it was written. A clinic
        has at most 5 exports that are being written or can be read.
        """
        wanted = BODY.run_validation(request.data)
        export = start_export(
            clinic=self.clinic,
            actor=self.principal.actor,
            patient_id=wanted.get("patient"),
            updated_since=wanted.get("updated_since"),
            now=timezone.now(),
        )
        return self.accepted(export)

    def accepted(self, export: Export) -> Response:
        """202 with its address."""
        where = {"Location": self.address("export", export.id)}
        return Response(self.document(export), status=status.HTTP_202_ACCEPTED, headers=where)

    def show_again(self, reference: uuid.UUID) -> Response:
        """The export that was asked for, as it is now."""
        return self.accepted(found(self, reference))


class OneExportView(Conditional, ExportView):
    """One export."""

    needs_if_match: ClassVar[frozenset[str]] = frozenset()

    @extend_schema(operation_id="getExport", summary="Read an export's state", responses=ExportShape)
    def get(self, request: Request, export_id: uuid.UUID) -> Response:  # noqa: ARG002
        """How far it has come, and where its result is."""
        return self.represent(self.document(found(self, export_id)))

    @extend_schema(
        operation_id="deleteExport",
        summary="Stop an export, and remove what was written",
        responses={204: None},
    )
    def delete(self, request: Request, export_id: uuid.UUID) -> Response:  # noqa: ARG002
        """In whatever state it is. That it was made stays in the history."""
        delete_export(clinic=self.clinic, export_id=export_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


def found(view: ClinicAPIView, export_id: uuid.UUID) -> Export:
    """The clinic's export; raises ``NotFound``."""
    export = view.clinic.exports.filter(id=export_id).first()
    if export is None:
        raise NotFound
    return export


class ExportResultView(ExportView):
    """What an export has written."""

    renderer_classes: ClassVar[list[type[BaseRenderer]]] = [NdjsonRenderer, JSONRenderer, ProblemRenderer]  # type: ignore[misc]
    conflicts: ClassVar[dict[str, tuple[str, ...]]] = {"GET": ("conflict", "gone")}

    @extend_schema(
        operation_id="readExport",
        summary="Read the file",
        responses={(200, NDJSON): {"type": "string", "description": "One JSON object a line."}},
    )
    def get(self, request: Request, export_id: uuid.UUID) -> StreamingHttpResponse:  # noqa: ARG002
        """A JSON object a line: `type` and the document that the API shows of the row. Nothing stands twice.

        All lines of one patient stand together. Each patient goes into the access log as their lines leave.
        A file that ends before its `Content-Length` is incomplete: ask again.
        """
        export = readable_export(clinic=self.clinic, export_id=export_id, now=timezone.now())
        return self._stream(export)

    def _stream(self, export: Export) -> StreamingHttpResponse:
        name = f"export-{export.created_at.astimezone(dt.UTC):%Y-%m-%d}-{export.id}.ndjson"
        headers = {
            "Content-Length": str(export.size_bytes),
            "Content-Disposition": f'attachment; filename="{name}"',
        }
        return StreamingHttpResponse(self._chunks(export), content_type=NDJSON, headers=headers)

    def _chunks(self, export: Export) -> Iterator[bytes]:
        """Runs after the request's transaction: each chunk is read in one of its own."""
        for number in range(export.chunks_total):
            yield read_chunk(
                clinic=self.clinic,
                actor=self.principal.actor,
                export_id=export.id,
                number=number,
                purpose=self._purpose,
                request_id=self.request.META.get("REQUEST_ID", ""),
                now=timezone.now(),
            )
