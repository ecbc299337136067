"""The shapes of an export's request and answer."""

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from assessments.models import Export
from assessments.services.export_kinds import KINDS
from backend.platform.api.fields import OffsetDateTimeField, StrictSerializer, WordField
from clinics.api.clinicians import RecordedByShape


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
