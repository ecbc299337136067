"""What a runner takes home: a programme, or what is released in its place, as a page to print and as PDF."""

import uuid
from collections.abc import Mapping
from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.programmes.services.draft_and_release import preview
from assessments.programmes.sheet.sheet import plan_sheet, programme_sheet
from backend.platform.api.problems import Problem
from backend.platform.print.pdf import PrintError, Template, pdf
from clinics.api.views import ClinicAPIView

HTML, PDF = "text/html", "application/pdf"
OF_PROGRAMME = ("clinic", "patient", "assessment", "released_by__user", "cleared_by__user")


class _SheetRenderer(JSONRenderer):
    """Sends what the view has made; problems stay JSON."""

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """The document itself, not the envelope that tells the access log whose it is."""
        document = data.get("document") if isinstance(data, Mapping) else None
        if isinstance(document, bytes):
            return document
        return super().render(data, accepted_media_type, renderer_context)


class HtmlRenderer(_SheetRenderer):
    """Lets a client ask for the page."""

    media_type, format, charset = HTML, "html", "utf-8"


class PdfRenderer(_SheetRenderer):
    """Lets a client ask for the PDF."""

    media_type, format = PDF, "pdf"


class _SheetView(ClinicAPIView):
    """A sheet about one patient; reading it is noted like any other read."""

    resource = "programmes"

    def programme(self, programme_id: uuid.UUID) -> tuple[uuid.UUID, dict[str, Any]]:
        """The patient and the sheet of a programme. Raises ``Http404``."""
        found = get_object_or_404(self.clinic.programmes.select_related(*OF_PROGRAMME), id=programme_id)
        return found.patient_id, programme_sheet(found, now=timezone.now())

    def plan(self, assessment_id: uuid.UUID) -> tuple[uuid.UUID, dict[str, Any]]:
        """The patient and the sheet of what an assessment allows. Raises ``Http404``."""
        found = get_object_or_404(
            self.clinic.assessments.select_related("clinic", "patient"), id=assessment_id
        )
        return found.patient_id, plan_sheet(found, preview(found), now=timezone.now())

    def send(self, patient: uuid.UUID, document: bytes, media_type: str) -> Response:
        """The document under a name that says nothing about the person."""
        ending = "pdf" if media_type == PDF else "html"
        headers = {"Content-Disposition": f'inline; filename="programme.{ending}"'}
        return Response({"patient": str(patient), "document": document}, headers=headers)

    def as_page(self, patient: uuid.UUID, sheet: dict[str, Any]) -> Response:
        """The sheet as HTML."""
        page = render_to_string("assessments/programme_sheet.html", {"sheet": sheet})
        return self.send(patient, page.encode(), HTML)

    def as_pdf(self, patient: uuid.UUID, sheet: dict[str, Any]) -> Response:
        """The sheet as PDF. Raises ``Problem`` (503) when it can't be set."""
        try:
            made = pdf(Template.PROGRAMME, sheet, made_at=timezone.now())
        except PrintError:
            raise Problem("unavailable", "The document could not be set.") from None
        return self.send(patient, made, PDF)


class _PageView(_SheetView):
    renderer_classes: ClassVar[list[type[BaseRenderer]]] = [HtmlRenderer]  # type: ignore[misc]


class _PdfView(_SheetView):
    renderer_classes: ClassVar[list[type[BaseRenderer]]] = [PdfRenderer]  # type: ignore[misc]


class ProgrammePrintView(_PageView):
    """A programme as a page."""

    @extend_schema(
        operation_id="printProgramme",
        summary="Read a programme as a page to print",
        responses={(200, HTML): OpenApiTypes.STR},
    )
    def get(self, request: Request, programme_id: uuid.UUID) -> Response:  # noqa: ARG002
        """For the runner, in plain words, the safety net first. One that isn't in force says so.

        It loads nothing from elsewhere, and the browser prints it well.
        """
        return self.as_page(*self.programme(programme_id))


class ProgrammePdfView(_PdfView):
    """A programme as PDF."""

    @extend_schema(
        operation_id="getProgrammePdf",
        summary="Read a programme as PDF",
        responses={(200, PDF): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, programme_id: uuid.UUID) -> Response:  # noqa: ARG002
        """The same as the page, tagged for screen readers (PDF/UA-1)."""
        return self.as_pdf(*self.programme(programme_id))


class PlanPrintView(_PageView):
    """What an assessment allows, as a page."""

    @extend_schema(
        operation_id="printPlan",
        summary="Read what an assessment's decision releases, as a page to print",
        responses={(200, HTML): OpenApiTypes.STR},
    )
    def get(self, request: Request, assessment_id: uuid.UUID) -> Response:  # noqa: ARG002
        """A plan that nobody has signed off is marked a draft; where there is none, it says what holds."""
        return self.as_page(*self.plan(assessment_id))


class PlanPdfView(_PdfView):
    """What an assessment allows, as PDF."""

    @extend_schema(
        operation_id="getPlanPdf",
        summary="Read what an assessment's decision releases, as PDF",
        responses={(200, PDF): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, assessment_id: uuid.UUID) -> Response:  # noqa: ARG002
        """The same as the page, tagged for screen readers (PDF/UA-1)."""
        return self.as_pdf(*self.plan(assessment_id))
