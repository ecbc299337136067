"""The endpoints that are told of the clinic's events; their secrets are shown once."""

import datetime as dt
import uuid
from typing import ClassVar, TypeVar

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.webhooks.models import WebhookEndpoint
from assessments.webhooks.services.endpoints import (
    add_endpoint,
    change_endpoint,
    lock_endpoint,
    remove_endpoint,
    rotate_key,
)
from assessments.webhooks.shapes import (
    CHANGES,
    ENDPOINT,
    EndpointSerializer,
    EndpointWithSecretSerializer,
    RotationBody,
    endpoint_document,
    secret_document,
)
from backend.platform.api.etags import Conditional, check_if_match
from backend.platform.api.pagination import PagedList
from backend.platform.api.queries import ListQuery
from clinics.api.views import ClinicAPIView

Made = TypeVar("Made")
ROTATION = RotationBody()


class EndpointView(ClinicAPIView):
    """What the views of endpoints share."""

    resource = "webhooks"
    logs_reads = False

    def locked(self, endpoint_id: uuid.UUID) -> WebhookEndpoint:
        """The endpoint, locked; other clinics' are not found."""
        endpoint = lock_endpoint(self.clinic, id=endpoint_id)
        if endpoint is None:
            raise Http404
        return endpoint

    def shown(self, endpoint_id: uuid.UUID) -> WebhookEndpoint:
        """The endpoint as it is now."""
        return get_object_or_404(self.clinic.webhook_endpoints, pk=endpoint_id)


class WebhookEndpoints(PagedList, EndpointView):
    """All endpoints, and new ones."""

    answers_once: ClassVar[frozenset[str]] = frozenset({"POST"})
    query_class = ListQuery
    conflicts = {"POST": ("conflict",)}

    @extend_schema(
        operation_id="listWebhookEndpoints",
        summary="List webhook endpoints",
        responses=EndpointSerializer(many=True),
    )
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Those that are switched off too. No answer holds a secret."""
        return self.page(self.clinic.webhook_endpoints.all(), self.read_query(), endpoint_document)

    @extend_schema(
        operation_id="createWebhookEndpoint",
        summary="Have an address told of events",
        request=EndpointSerializer,
        responses={201: EndpointWithSecretSerializer},
    )
    def post(self, request: Request) -> Response:
        """It hears of what happens from now on; `/changes` tells what was before.

        The secret that verifies its messages is in this answer and nowhere else.
        """
        details = ENDPOINT.run_validation(request.data)
        now = timezone.now()
        endpoint, secret = add_endpoint(clinic=self.clinic, details=details, now=now)
        return self.created(endpoint, secret)

    def created(self, endpoint: WebhookEndpoint, secret: str | None) -> Response:
        """201 with its address."""
        where = self.request.build_absolute_uri(reverse("webhook-endpoint", args=[endpoint.id]))
        return Response(secret_document(endpoint, secret), status=201, headers={"Location": where})

    def show_again(self, reference: uuid.UUID) -> Response:
        """The endpoint as it is now, without its secret."""
        return self.created(self.shown(reference), None)


class WebhookEndpointDetail(Conditional, EndpointView):
    """One endpoint."""

    needs_if_match = frozenset({"PATCH"})

    @extend_schema(
        operation_id="getWebhookEndpoint", summary="Read a webhook endpoint", responses=EndpointSerializer
    )
    def get(self, request: Request, endpoint_id: uuid.UUID) -> Response:  # noqa: ARG002
        """Whether it is enabled, and since when it has been failing."""
        return self.represent(endpoint_document(self.shown(endpoint_id)))

    @extend_schema(
        operation_id="updateWebhookEndpoint",
        summary="Change a webhook endpoint",
        request=EndpointSerializer,
        responses=EndpointSerializer,
    )
    def patch(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        """Fields left out stay as they are. What is on its way goes to a new address."""
        endpoint = self.locked(endpoint_id)
        check_if_match(request, endpoint_document(endpoint))
        changes = CHANGES.run_validation(request.data)
        change_endpoint(endpoint=endpoint, changes=changes, now=timezone.now())
        return self.represent(endpoint_document(endpoint))

    @extend_schema(
        operation_id="deleteWebhookEndpoint", summary="Remove a webhook endpoint", responses={204: None}
    )
    def delete(self, request: Request, endpoint_id: uuid.UUID) -> Response:  # noqa: ARG002
        """With its secrets and its delivery log, at once; what is on its way is not sent."""
        remove_endpoint(endpoint=self.locked(endpoint_id))
        return Response(status=204)


class WebhookEndpointSecret(EndpointView):
    """A new secret."""

    answers_once: ClassVar[frozenset[str]] = frozenset({"POST"})
    conflicts: ClassVar[dict[str, tuple[str, ...]]] = {"POST": ("conflict",)}

    @extend_schema(
        operation_id="rotateWebhookSecret",
        summary="Give a webhook endpoint a new secret",
        request=RotationBody,
        responses=EndpointWithSecretSerializer,
    )
    def post(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        """Until the overlap ends messages carry a signature of each secret, so that none is refused.

        The new secret is in this answer and nowhere else.
        """
        endpoint = self.locked(endpoint_id)
        overlap = dt.timedelta(seconds=ROTATION.run_validation(request.data)["overlap_seconds"])
        secret = rotate_key(endpoint=endpoint, now=timezone.now(), overlap=overlap)
        return Response(secret_document(endpoint, secret))

    def show_again(self, reference: uuid.UUID) -> Response:
        """The endpoint as it is now, without its secret."""
        return Response(secret_document(self.shown(reference), None))
