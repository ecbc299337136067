"""Who read and who changed what: the access log and the histories, as the clinic reads them."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import (
    OpenApiParameter,
    extend_schema,
    extend_schema_serializer,
)
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.platform.api.fields import OffsetDateTimeField, WordField
from backend.platform.api.pagination import Ordering, PagedList
from backend.platform.api.queries import ListQuery
from backend.platform.storage.history import KINDS
from clinics.access_log.models import AccessLogEntry
from clinics.api.views import ClinicAPIView
from clinics.audit.services import ACTIONS, changed, changes_of, patient_of, people_and_software


class AccessLogQuery(ListQuery):
    """Filters of the access log."""

    patient = serializers.UUIDField(required=False)
    since = OffsetDateTimeField(required=False, help_text="Reads at or after this time.")
    until = OffsetDateTimeField(required=False, help_text="Reads before this time.")


@extend_schema_serializer(component_name="Reader")
class ReaderSerializer(serializers.Serializer[Any]):
    """A person or a piece of software of the clinic."""

    id = serializers.UUIDField()
    name = serializers.CharField(source="*")


@extend_schema_serializer(component_name="AccessLogEntry")
class AccessLogEntrySerializer(serializers.Serializer[AccessLogEntry]):
    """One read of one patient's data."""

    id = serializers.UUIDField()
    sequence = serializers.IntegerField(help_text="Place in the clinic's chain.")
    at = serializers.DateTimeField()
    patient = serializers.UUIDField(source="patient_id")
    user = ReaderSerializer(allow_null=True)
    client = ReaderSerializer(allow_null=True)
    action = serializers.CharField(help_text="Method and name of the route.")
    purpose = serializers.CharField(help_text="What X-Access-Purpose said.")
    request_id = serializers.CharField()
    previous_hash = serializers.CharField()
    hash = serializers.CharField(help_text="SHA-256 over the entry and the hash of the one before.")


ENTRY = AccessLogEntrySerializer()


class AccessLogView(PagedList, ClinicAPIView):
    """Who read what."""

    resource = "access-log"
    logs_reads = False
    query_class: ClassVar[type[ListQuery]] = AccessLogQuery
    ordering: ClassVar[Ordering] = ("-sequence",)

    @extend_schema(
        operation_id="listAccessLog",
        summary="List who read which patient's data, the latest first",
        responses=AccessLogEntrySerializer(many=True),
    )
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """One entry for each patient that an answer showed. Nothing of it can be changed or removed.

        Callers say why in the header `X-Access-Purpose`: one line of at most 200 characters.
        """
        query = self.read_query()
        entries = self.clinic.access_log.select_related("user", "client")
        return self.page(_wanted(entries, query), query, lambda entry: dict(ENTRY.to_representation(entry)))


def _wanted(entries: QuerySet[AccessLogEntry], query: dict[str, Any]) -> QuerySet[AccessLogEntry]:
    """The entries that the filters ask for; an entry's change is its making."""
    times = {"since": "at__gte", "updated_since": "at__gte", "until": "at__lt"}
    for name, lookup in times.items():
        if name in query:
            entries = entries.filter(**{lookup: query[name]})
    query.pop("updated_since", None)
    return entries.filter(patient_id=query["patient"]) if "patient" in query else entries


class HistoryQuery(ListQuery):
    """Filters of a history."""

    row = serializers.UUIDField(required=False, help_text="Only the changes of this row.")
    since = OffsetDateTimeField(required=False, help_text="Changes at or after this time.")
    until = OffsetDateTimeField(required=False, help_text="Changes before this time.")


@extend_schema_serializer(component_name="FieldChange")
class FieldChangeSerializer(serializers.Serializer[Any]):
    """One column that changed."""

    field = serializers.CharField()
    before = serializers.JSONField(allow_null=True, help_text="What the database held; null for nothing.")
    after = serializers.JSONField(allow_null=True, help_text="The same since then.")


@extend_schema_serializer(component_name="HistoryEntry")
class HistoryEntrySerializer(serializers.Serializer[Any]):
    """One change of one row. Without person and software it was the service's own."""

    id = serializers.CharField(help_text="Place in the history of this kind.")
    row = serializers.UUIDField()
    patient = serializers.UUIDField(allow_null=True, help_text="Whom the row is about, if anybody.")
    action = WordField("ChangeAction", tuple(ACTIONS.values()))
    at = serializers.DateTimeField()
    user = ReaderSerializer(allow_null=True)
    client = ReaderSerializer(allow_null=True)
    request_id = serializers.CharField(help_text="Empty when it was no request.")
    values_shown = serializers.BooleanField(
        help_text="False: the caller may not read such rows, and learns only which fields changed."
    )
    changes = FieldChangeSerializer(many=True)


KIND = OpenApiParameter("kind", {"type": "string", "enum": sorted(KINDS)}, OpenApiParameter.PATH)


class HistoryView(PagedList, ClinicAPIView):
    """The history of one kind of row."""

    resource = "history"
    query_class: ClassVar[type[ListQuery]] = HistoryQuery
    ordering: ClassVar[Ordering] = ("-pgh_id",)

    @extend_schema(
        operation_id="listHistory",
        summary="List who changed which rows of a kind, the latest first",
        parameters=[KIND],
        responses=HistoryEntrySerializer(many=True),
    )
    def get(self, request: Request, kind: str) -> Response:  # noqa: ARG002
        """Every change, by whatever way, with person, software and request. Nothing can be removed.

        What the columns held is shown to callers who may read such rows.
        """
        if kind not in KINDS:
            raise Http404
        query = self.read_query()
        since = max(filter(None, (query.get("since"), query.pop("updated_since", None))), default=None)
        rows = changes_of(
            clinic=self.clinic, kind=kind, row=query.get("row"), since=since, until=query.get("until")
        )
        names = people_and_software(self.clinic)
        shown = KINDS[kind].values_for in self.principal.scopes
        return self.page(rows, query, lambda event: _document(kind, event, names, shown=shown))


def _document(kind: str, event: Any, names: dict[str, str], *, shown: bool) -> dict[str, Any]:
    said = event.pgh_context or {}
    return {
        "id": str(event.pgh_id),
        "row": event.pgh_obj_id,
        "patient": patient_of(kind, event),
        "action": ACTIONS[event.pgh_label],
        "at": event.pgh_created_at,
        "user": _named(said.get("user"), names),
        "client": _named(said.get("client"), names),
        "request_id": said.get("request") or "",
        "values_shown": shown,
        "changes": [
            {
                "field": change.field,
                "before": change.before if shown else None,
                "after": change.after if shown else None,
            }
            for change in changed(event)
        ],
    }


def _named(who: str | None, names: dict[str, str]) -> dict[str, str] | None:
    return {"id": who, "name": names.get(who, "")} if who else None
