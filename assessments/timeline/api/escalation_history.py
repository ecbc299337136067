"""What happened to one escalation: events and messages, in order."""

import uuid
from functools import singledispatch
from typing import Any, ClassVar

from django.db.models import Model
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.escalations.channels.models import Delivery, DeliveryAttempt
from assessments.escalations.channels.registry import CHANNELS
from assessments.escalations.models import Escalation, EscalationEvent
from assessments.timeline.api.timeline import TimelineQuery
from assessments.timeline.services.timeline import escalation_history
from backend.platform.api.fields import WordField, timestamp
from backend.platform.api.pagination import Ordering, PagedList
from backend.platform.api.queries import ListQuery
from clinics.api.clinicians import MemberShape, member_document
from clinics.api.views import ClinicAPIView

OPENED, MESSAGE = "opened", "message"


@extend_schema_serializer(component_name="EscalationMessage")
class MessageShape(serializers.Serializer[Any]):
    """One try to hand one message over. Tried again, a message keeps its id."""

    id = serializers.UUIDField()
    round = serializers.IntegerField()
    channel = WordField("DeliveryChannel", CHANNELS)
    to = serializers.CharField(help_text="A member's or the operator's mailbox, or the name of a service.")
    result = WordField("DeliveryState", Delivery.State)
    reason = serializers.CharField(help_text="The kind of failure; empty without one.")
    latency_ms = serializers.IntegerField(allow_null=True, help_text="Null while it is being sent.")


@extend_schema_serializer(component_name="EscalationHistoryEntry")
class HistoryEntryShape(serializers.Serializer[Any]):
    """Something that happened to an escalation."""

    patient = serializers.UUIDField()
    at = serializers.DateTimeField(help_text="For a message, when it was tried.")
    id = serializers.UUIDField()
    what = WordField("EscalationHistoryKind", [OPENED, *EscalationEvent.Kind, MESSAGE])
    by = MemberShape(allow_null=True, help_text="Null for what the service did.")
    client = serializers.UUIDField(allow_null=True)
    note = serializers.CharField(help_text="A person's words, the new urgency, or what it is superseded by.")
    message = MessageShape(allow_null=True)


class EscalationHistoryView(PagedList, ClinicAPIView):
    """One escalation from its opening."""

    resource = "escalations"
    query_class: ClassVar[type[ListQuery]] = TimelineQuery
    ordering: ClassVar[Ordering] = ("at", "id")

    @extend_schema(
        operation_id="getEscalationHistory",
        summary="Read what happened to an escalation, oldest first",
        responses=HistoryEntryShape(many=True),
    )
    def get(self, request: Request, escalation_id: uuid.UUID) -> Response:  # noqa: ARG002
        """Who did what, and every try to tell somebody: whom, by what, with what result, how fast."""
        query = self.read_query()
        escalation = get_object_or_404(self.clinic.escalations.select_related("clinic"), pk=escalation_id)
        about = {"patient": str(escalation.patient_id)}  # so that the access log knows whom the page shows
        rows: Any = escalation_history(escalation=escalation)
        return self.page(rows, query, lambda row: about | entry(row))


def _entry(row: Any, what: str, **parts: Any) -> dict[str, Any]:
    fields = {"by": None, "client": None, "note": "", "message": None, **parts}
    return {"at": timestamp(row.at), "id": str(row.id), "what": what, **fields}


@singledispatch
def entry(row: Model) -> dict[str, Any]:
    """One row as the history shows it."""
    raise TypeError(type(row).__name__)


@entry.register
def _(row: Escalation) -> dict[str, Any]:
    return _entry(row, OPENED)


@entry.register
def _(row: EscalationEvent) -> dict[str, Any]:
    client = str(row.client_id) if row.client_id else None
    return _entry(row, row.kind, by=member_document(row.member), client=client, note=row.note)


@entry.register
def _(row: DeliveryAttempt) -> dict[str, Any]:
    return _entry(row, MESSAGE, message=_message(row.delivery, row.result, row.reason, row.latency_ms))


@entry.register
def _(row: Delivery) -> dict[str, Any]:
    return _entry(row, MESSAGE, message=_message(row, row.state, "", None))


def _message(delivery: Delivery, result: str, reason: str, latency_ms: int | None) -> dict[str, Any]:
    return {
        "id": str(delivery.id),
        "round": delivery.round,
        "channel": delivery.channel,
        "to": delivery.name or delivery.address,
        "result": result,
        "reason": reason,
        "latency_ms": latency_ms,
    }
