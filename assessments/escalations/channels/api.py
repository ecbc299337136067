"""The on-call services and webhooks of the caller's clinic; their secrets go in and never come out."""

import uuid
from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.escalations.channels.models import URGENCIES, OnCallService, only_emergencies
from assessments.escalations.channels.services.on_call_services import (
    add_on_call_service,
    change_on_call_service,
    remove_on_call_service,
    try_on_call_service,
)
from backend.platform.api.etags import Conditional, check_if_match
from backend.platform.api.fields import ListField, StrictSerializer, TextField, TrueOrFalseField, WordField
from backend.platform.api.pagination import PagedList
from backend.platform.api.problems import Problem
from backend.platform.api.queries import ListQuery
from backend.platform.refusals import FieldProblem
from clinics.api.views import ClinicAPIView


@extend_schema_serializer(component_name="OnCallServiceTest")
class LastTestSerializer(serializers.Serializer[OnCallService]):
    """What came of the last test message."""

    at = serializers.DateTimeField(source="tested_at")
    result = WordField("OnCallServiceTestResult", OnCallService.TestResult, source="test_result")
    reason = serializers.CharField(source="test_reason", help_text="The kind of failure; empty without one.")
    latency_ms = serializers.IntegerField(source="test_latency_ms")


@extend_schema_serializer(component_name="OnCallService")
class OnCallServiceSerializer(StrictSerializer):
    """A service told about escalations, beside the people of the ladder."""

    id = serializers.UUIDField(read_only=True)
    name = TextField(max_length=100)
    kind = WordField(
        "OnCallServiceKind", OnCallService.Kind, help_text="Set once: an address of one kind suits no other."
    )
    url = TextField(
        write_only=True,
        max_length=2000,
        trim_whitespace=False,
        help_text="An Apprise URL of a service the operator allows, or the https address of a webhook. "
        "Stored encrypted and never shown.",
    )
    schema = serializers.CharField(read_only=True, help_text="What stands before `://`.")
    ending = serializers.CharField(read_only=True, help_text="The address's last four characters, or none.")
    urgencies = ListField(
        child=WordField("OnCallUrgency", URGENCIES),
        required=False,
        min_length=1,
        max_length=len(URGENCIES),
        help_text="Of which escalations it is told; only emergencies when left out.",
    )
    enabled = TrueOrFalseField(required=False, help_text="False: new escalations don't call it.")
    last_test = LastTestSerializer(read_only=True, allow_null=True)
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)


@extend_schema_serializer(component_name="NewOnCallService")
class NewOnCallServiceSerializer(OnCallServiceSerializer):
    """The only answer that shows the key."""

    signing_key = serializers.CharField(
        read_only=True,
        allow_null=True,
        help_text="Of a webhook: verify its messages with it (Standard Webhooks). Shown this once; null when "
        "the answer is repeated.",
    )


SERVICE = OnCallServiceSerializer()
CHANGES = OnCallServiceSerializer(partial=True)


def service_document(service: OnCallService) -> dict[str, Any]:
    """A service as every answer shows it."""
    return dict(SERVICE.to_representation(service))


class OnCallServiceView(ClinicAPIView):
    """What the views of services share."""

    resource = "clinic"


class OnCallServices(PagedList, OnCallServiceView):
    """All services, and new ones."""

    answers_once: ClassVar[frozenset[str]] = frozenset({"POST"})
    query_class = ListQuery
    conflicts = {"POST": ("conflict",)}

    @extend_schema(
        operation_id="listOnCallServices",
        summary="List on-call services and webhooks",
        responses=OnCallServiceSerializer(many=True),
    )
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Those that are switched off too."""
        return self.page(self.clinic.on_call_services.all(), self.read_query(), service_document)

    @extend_schema(
        operation_id="createOnCallService",
        summary="Have a service told about escalations",
        request=OnCallServiceSerializer,
        responses={201: NewOnCallServiceSerializer},
    )
    def post(self, request: Request) -> Response:
        """Escalations that open from now on call it. Try it with `/test` before relying on it."""
        given = SERVICE.run_validation(request.data)
        details = {"urgencies": only_emergencies(), "enabled": True, **given}
        service, key = add_on_call_service(clinic=self.clinic, details=details)
        return self.created(service, key or None)

    def created(self, service: OnCallService, key: str | None) -> Response:
        """201 with its address."""
        where = self.request.build_absolute_uri(reverse("on-call-service", args=[service.id]))
        document = {**service_document(service), "signing_key": key}
        return Response(document, status=201, headers={"Location": where})

    def show_again(self, reference: uuid.UUID) -> Response:
        """The service as it is now, without its key."""
        return self.created(get_object_or_404(self.clinic.on_call_services, pk=reference), None)


class OnCallServiceDetail(Conditional, OnCallServiceView):
    """One service."""

    needs_if_match = frozenset({"PATCH"})
    conflicts = {"PATCH": ("conflict",)}

    @extend_schema(
        operation_id="getOnCallService", summary="Read an on-call service", responses=OnCallServiceSerializer
    )
    def get(self, request: Request, service_id: uuid.UUID) -> Response:  # noqa: ARG002
        """With what came of its last test."""
        return self.represent(
            service_document(get_object_or_404(self.clinic.on_call_services, pk=service_id))
        )

    @extend_schema(
        operation_id="updateOnCallService",
        summary="Change an on-call service",
        request=OnCallServiceSerializer,
        responses=OnCallServiceSerializer,
    )
    def patch(self, request: Request, service_id: uuid.UUID) -> Response:
        """Fields left out stay as they are. Escalations already open call what they were opened with."""
        service = get_object_or_404(self.clinic.on_call_services.select_for_update(), pk=service_id)
        check_if_match(request, service_document(service))
        changes = CHANGES.run_validation(request.data)
        if changes.get("kind", service.kind) != service.kind:
            wrong = FieldProblem("/kind", "immutable", "Add another service instead.")
            raise Problem("invalid", errors=[wrong])
        change_on_call_service(service=service, changes=changes)
        return self.represent(service_document(service))

    @extend_schema(
        operation_id="deleteOnCallService", summary="Remove an on-call service", responses={204: None}
    )
    def delete(self, request: Request, service_id: uuid.UUID) -> Response:  # noqa: ARG002
        """Its secrets go at once; an open escalation that would call it calls the next people instead."""
        service = get_object_or_404(self.clinic.on_call_services, pk=service_id)
        remove_on_call_service(service=service)
        return Response(status=204)


class OnCallServiceTestView(Conditional, OnCallServiceView):
    """A test message."""

    needs_if_match: ClassVar[frozenset[str]] = frozenset()

    @extend_schema(
        operation_id="testOnCallService",
        summary="Send a test message now",
        request=None,
        responses=OnCallServiceSerializer,
    )
    def post(self, request: Request, service_id: uuid.UUID) -> Response:  # noqa: ARG002
        """Answers within some seconds with the service; `last_test` says what came of it."""
        service = get_object_or_404(self.clinic.on_call_services.select_related("clinic"), pk=service_id)
        try_on_call_service(service=service, now=timezone.now())
        return self.show_again(service_id)

    def show_again(self, reference: uuid.UUID) -> Response:
        """The service; nothing is sent."""
        return self.represent(service_document(get_object_or_404(self.clinic.on_call_services, pk=reference)))
