"""The access log: noted for every read, and readable by the clinic."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.platform.api.fields import OffsetDateTimeField
from backend.platform.api.pagination import Ordering, PagedList
from backend.platform.api.queries import ListQuery
from clinics.access_log.models import AccessLogEntry
from clinics.api.views import ClinicAPIView


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
