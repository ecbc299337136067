"""What changed since a caller last asked."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.exports.models import Change
from assessments.exports.services.changes import changes_after
from backend.platform.api.fields import WordField, timestamp
from backend.platform.api.queries import MAX_PAGE_SIZE, PAGE_SIZE, read_query
from clinics.api.views import ClinicAPIView


class ChangesQuery(serializers.Serializer[Any]):
    """Where to go on."""

    cursor = serializers.RegexField(
        r"^[0-9]{1,18}$",
        required=False,
        help_text="The `cursor` of the last answer; left out, everything from the beginning.",
    )
    page_size = serializers.IntegerField(
        required=False, min_value=1, max_value=MAX_PAGE_SIZE, default=PAGE_SIZE, help_text="Entries at once."
    )


@extend_schema_serializer(component_name="ChangeEntry")
class ChangeShape(serializers.Serializer[Any]):
    """A row to be read again; of an erased patient only the id is left."""

    cursor = serializers.CharField(help_text="To go on behind this entry.")
    type = WordField("ChangeType", Change.Type)
    id = serializers.UUIDField()
    change = WordField("ChangeKind", Change.Kind)
    at = serializers.DateTimeField()


@extend_schema_serializer(component_name="Changes")
class ChangesShape(serializers.Serializer[Any]):
    """Some changes, and where to go on."""

    results = ChangeShape(many=True)
    cursor = serializers.CharField(help_text="For the next request, whether there is more now or later.")
    more = serializers.BooleanField(help_text="There is more already.")


class ChangesView(ClinicAPIView):
    """The clinic's changes."""

    resource = "assessments"
    query_class = ChangesQuery
    conflicts: ClassVar[dict[str, tuple[str, ...]]] = {"GET": ("gone",)}

    @extend_schema(
        operation_id="listChanges",
        summary="Read what changed since a cursor, in the order it was committed",
        tags=["changes"],
        parameters=[ChangesQuery],
        responses=ChangesShape,
    )
    def get(self, request: Request) -> Response:
        """Each entry names what to read again. Whoever keeps the last `cursor` misses nothing.

        Changes are kept for 400 days. A cursor from before the oldest, or from before the service was
        restored from a backup, is refused as `gone`: start afresh with an export, which says from which
        cursor to go on.
        """
        query = read_query(ChangesQuery, request)
        position, size = int(query.get("cursor", "0")), query["page_size"]
        found = changes_after(clinic=self.clinic, position=position, limit=size + 1)
        page = found[:size]
        return Response(
            {
                "results": [_document(change) for change in page],
                "cursor": str(page[-1].position if page else position),
                "more": len(found) > size,
            }
        )


def _document(change: Change) -> dict[str, str | None]:
    return {
        "cursor": str(change.position),
        "type": change.type,
        "id": str(change.row_id),
        "change": change.change,
        "at": timestamp(change.at),
    }
