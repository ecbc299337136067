"""A clinic's own thresholds: those in force, what a change would do, and the change."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.parameters.models import ParameterPreview, ParameterSet
from assessments.parameters.services.change import (
    change_parameters,
)
from assessments.parameters.services.in_force import parameters_in_force
from assessments.parameters.services.preview import (
    BEYOND_REPLAY,
    SETTABLE,
    preview_parameters,
)
from assessments.parameters.shapes import (
    ChangeBody,
    ParameterSetShape,
    ParametersShape,
    PreviewBody,
    PreviewShape,
)
from assessments.protocol import PROTOCOL_VERSION, InvalidParameters
from assessments.protocol.parameters import PARAMETERS
from backend.platform.api.etags import Conditional
from backend.platform.api.fields import timestamp
from backend.platform.api.pagination import Ordering, PagedList
from backend.platform.api.problems import Meanings
from backend.platform.api.queries import ListQuery
from backend.platform.refusals import FieldProblem, Invalid
from clinics.api.clinicians import member_document, named_clinician
from clinics.api.views import ClinicAPIView
from clinics.identity.models import Clinic

PREVIEW, CHANGE = PreviewBody(), ChangeBody()


def _values_refused(exc: InvalidParameters) -> Invalid:
    places = [FieldProblem(f"/values{one.pointer}", one.code, one.detail) for one in exc.problems]
    return Invalid(places=places)


#: What the refusals of a preview or a change mean to the request.
MEANINGS: Meanings = {InvalidParameters: _values_refused}


def parameters_document(clinic: Clinic) -> dict[str, Any]:
    """What is in force, parameter by parameter."""
    present = parameters_in_force(clinic)
    values, settable = present.protocol.context.values, {item.name for item in SETTABLE}
    return {
        "number": present.number,
        "protocol_version": PROTOCOL_VERSION,
        "protocol_hash": present.protocol.hash,
        "parameters": [
            {**item.as_json(), "value": values[item.name], "settable": item.name in settable}
            for item in PARAMETERS
        ],
    }


def set_document(row: ParameterSet) -> dict[str, Any]:
    """One set of the clinic's own values."""
    return {
        "id": str(row.id),
        "number": row.number,
        "values": row.values,
        "changes": row.preview.changes,
        "protocol_version": row.protocol_version,
        "protocol_hash": row.protocol_hash,
        "preview": str(row.preview_id),
        "looser": row.looser,
        "reason": row.reason,
        "decided_by": member_document(row.decided_by),
        "client": str(row.client_id) if row.client_id else None,
        "lead": member_document(row.lead),
        "created_at": timestamp(row.created_at),
    }


def preview_document(row: ParameterPreview) -> dict[str, Any]:
    """What a change would have done."""
    return {
        "id": str(row.id),
        "based_on": row.based_on,
        "values": row.values,
        "changes": row.changes,
        "lead_needed": any(change["looser"] for change in row.changes),
        "beyond_replay": [one["name"] for one in row.changes if one["name"] in BEYOND_REPLAY],
        "protocol_version": row.protocol_version,
        "protocol_hash": row.protocol_hash,
        **row.report,
        "created_at": timestamp(row.created_at),
    }


class ParameterView(ClinicAPIView):
    """What the views of parameters share; a preview tells what would become of each runner's decision."""

    resource = "parameters"
    meanings: ClassVar[Meanings] = MEANINGS

    def patients_shown(self, data: Any) -> Iterable[uuid.UUID]:
        """The runners of the assessments that a preview names."""
        return patients_of_flips(self.clinic, [data, *data.get("results", [])])


def patients_of_flips(clinic: Clinic, documents: Iterable[Mapping[str, Any]]) -> list[uuid.UUID]:
    """The runners whose assessments would be decided otherwise, as documents of previews name them."""
    named = {
        assessment
        for document in documents
        for flip in document.get("flips", ())
        for assessment in flip["assessments"]
    }
    found = clinic.assessments.filter(id__in=named).values_list("patient_id", flat=True) if named else ()
    return list(found)


class ParametersView(Conditional, ParameterView):
    """Those in force."""

    needs_if_match: ClassVar[frozenset[str]] = frozenset()
    conflicts: ClassVar[dict[str, tuple[str, ...]]] = {"POST": ("conflict",)}

    @extend_schema(
        operation_id="getParameters", summary="Read the parameters in force", responses=ParametersShape
    )
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Every threshold with its value, range, cautious direction and source; number 0: the defaults."""
        return self.represent(parameters_document(self.clinic))

    @extend_schema(
        operation_id="changeParameters",
        summary="Put previewed parameters into force",
        request=ChangeBody,
        responses={201: ParameterSetShape},
    )
    def post(self, request: Request) -> Response:
        """They hold for assessments and evaluations from now on; earlier decisions stay.

        Names the preview that was looked at, not older than a day and of what is still in force. An admin of
        the clinic decides; where a value gets looser, `lead` names the clinic's clinical lead.
        """
        body = CHANGE.run_validation(request.data)
        changed = change_parameters(
            clinic=self.clinic,
            preview_id=body["preview"],
            by=named_clinician(self, body),
            reason=body["reason"],
            lead=body.get("lead"),
            now=timezone.now(),
        )
        return Response(set_document(changed), status=status.HTTP_201_CREATED)

    def show_again(self, reference: uuid.UUID) -> Response:
        """The set that was made."""
        row = readable_sets(self.clinic).get(id=reference)
        return Response(set_document(row), status=status.HTTP_201_CREATED)


class ParameterSetsView(PagedList, ParameterView):
    """All that ever were."""

    query_class: ClassVar[type[ListQuery]] = ListQuery
    ordering: ClassVar[Ordering] = ("created_at", "id")

    @extend_schema(
        operation_id="listParameterSets",
        summary="List the clinic's own parameters, the oldest first",
        responses=ParameterSetShape(many=True),
    )
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Who set what, when and why; an assessment's `protocol_hash` tells which it was decided under."""
        query = self.read_query()
        rows = readable_sets(self.clinic)
        if "updated_since" in query:
            rows = rows.filter(created_at__gte=query.pop("updated_since"))
        return self.page(rows, query, set_document)


class ParameterPreviewsView(ParameterView):
    """What changes would do."""

    @extend_schema(
        operation_id="previewParameters",
        summary="Replay stored decisions under changed parameters",
        request=PreviewBody,
        responses={201: PreviewShape},
    )
    def post(self, request: Request) -> Response:
        """Evaluates the clinic's latest 20,000 assessments under both; nothing takes effect.

        Shows which decisions would flip, the less cautious way first, with counts and ids.
        """
        body = PREVIEW.run_validation(request.data)
        preview = preview_parameters(
            clinic=self.clinic, changes=body["values"], by=named_clinician(self, body), now=timezone.now()
        )
        return Response(preview_document(preview), status=status.HTTP_201_CREATED)

    def show_again(self, reference: uuid.UUID) -> Response:
        """The preview that was made."""
        return Response(preview_document(self.clinic.parameter_previews.get(id=reference)))


class ParameterPreviewView(ParameterView):
    """One preview."""

    @extend_schema(operation_id="getParameterPreview", summary="Read a preview again", responses=PreviewShape)
    def get(self, request: Request, preview_id: uuid.UUID) -> Response:  # noqa: ARG002
        """As it was shown; a change names it."""
        return Response(
            preview_document(get_object_or_404(self.clinic.parameter_previews.all(), id=preview_id))
        )


def readable_sets(clinic: Clinic) -> Any:
    """Rows with what their documents show, in one statement."""
    return clinic.parameter_sets.select_related("preview", "decided_by__user", "lead__user")
