"""What endpoints were told, how each try went, and what is sent again."""

import uuid
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.webhooks.api.endpoints import EndpointView
from assessments.webhooks.models import WebhookDelivery, WebhookEndpoint
from assessments.webhooks.services.endpoints import ping
from assessments.webhooks.services.redeliver import redeliver, redeliver_span, span
from assessments.webhooks.shapes import (
    ENDED,
    DeliveryQuery,
    DeliverySerializer,
    SpanBody,
    SpanShape,
    delivery_document,
)
from backend.platform.api.pagination import PagedList
from backend.platform.api.queries import ListQuery

SPAN = SpanBody()


class DeliveryView(EndpointView):
    """What the views of deliveries share."""

    def deliveries(self, endpoint: WebhookEndpoint) -> QuerySet[WebhookDelivery]:
        """The endpoint's, with all that an answer shows of them."""
        return endpoint.deliveries.select_related("event").prefetch_related("tries")

    def delivery(self, endpoint: WebhookEndpoint, delivery_id: uuid.UUID) -> WebhookDelivery:
        """One of them."""
        return get_object_or_404(self.deliveries(endpoint), pk=delivery_id)


class WebhookDeliveries(PagedList, DeliveryView):
    """The delivery log."""

    query_class: ClassVar[type[ListQuery]] = DeliveryQuery

    @extend_schema(
        operation_id="listWebhookDeliveries",
        summary="List what an endpoint was told, the least recently changed first",
        responses=DeliverySerializer(many=True),
    )
    def get(self, request: Request, endpoint_id: uuid.UUID) -> Response:  # noqa: ARG002
        """With every try; kept for 30 days."""
        query = self.read_query()
        wanted = {"state": "state", "type": "event__type"}
        filters = {column: query[name] for name, column in wanted.items() if name in query}
        rows = self.deliveries(self.shown(endpoint_id)).filter(**filters)
        return self.page(rows, query, delivery_document)


class WebhookDeliveryDetail(DeliveryView):
    """One delivery."""

    @extend_schema(operation_id="getWebhookDelivery", summary="Read a delivery", responses=DeliverySerializer)
    def get(self, request: Request, endpoint_id: uuid.UUID, delivery_id: uuid.UUID) -> Response:  # noqa: ARG002
        """With every try."""
        return Response(delivery_document(self.delivery(self.shown(endpoint_id), delivery_id)))


class WebhookRedelivery(DeliveryView):
    """One delivery again."""

    conflicts: ClassVar[dict[str, tuple[str, ...]]] = {"POST": ("conflict",)}

    @extend_schema(
        operation_id="redeliverWebhook",
        summary="Send a delivery again",
        request=None,
        responses=DeliverySerializer,
    )
    def post(self, request: Request, endpoint_id: uuid.UUID, delivery_id: uuid.UUID) -> Response:  # noqa: ARG002
        """With the same message id, whatever became of it before; the tries begin afresh."""
        endpoint = self.locked(endpoint_id)
        delivery = self.delivery(endpoint, delivery_id)
        redeliver(endpoint=endpoint, delivery=delivery, now=timezone.now())
        return Response(delivery_document(self.delivery(endpoint, delivery_id)))

    def show_again(self, reference: uuid.UUID) -> Response:
        """The delivery as it is now."""
        delivery = get_object_or_404(self.clinic.webhook_deliveries.select_related("event"), pk=reference)
        return Response(delivery_document(delivery))


class WebhookRedeliveries(DeliveryView):
    """A span of time again."""

    conflicts: ClassVar[dict[str, tuple[str, ...]]] = {"POST": ("conflict",)}

    @extend_schema(
        operation_id="redeliverWebhooks",
        summary="Send the deliveries of a span of time again",
        request=SpanBody,
        responses=SpanShape,
    )
    def post(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        """For a receiver that was away, or has lost what it was told. Message ids stay the same."""
        endpoint, asked = self.locked(endpoint_id), SPAN.run_validation(request.data)
        since, until, states = asked["since"], asked["until"], ENDED[asked["which"]]
        now = timezone.now()
        redeliver_span(endpoint=endpoint, since=since, until=until, states=states, now=now)
        return self.show_again(endpoint_id)

    def show_again(self, reference: uuid.UUID) -> Response:
        """How much of the span is on its way now."""
        asked = SPAN.run_validation(self.request.data)
        pending = span(self.shown(reference), asked["since"], asked["until"])
        count = pending.filter(state=WebhookDelivery.State.PENDING).count()
        document: dict[str, Any] = {"id": str(reference), "since": asked["since"], "until": asked["until"]}
        return Response({**document, "pending": count})


class WebhookTest(DeliveryView):
    """A test."""

    conflicts: ClassVar[dict[str, tuple[str, ...]]] = {"POST": ("conflict",)}

    @extend_schema(
        operation_id="pingWebhookEndpoint",
        summary="Send an endpoint a test",
        request=None,
        responses={201: DeliverySerializer},
    )
    def post(self, request: Request, endpoint_id: uuid.UUID) -> Response:  # noqa: ARG002
        """An event `ping`, whatever the endpoint listens to, by the way that all events go.

        Read the delivery a moment later for what came of it.
        """
        endpoint = self.locked(endpoint_id)
        delivery = ping(endpoint=endpoint, now=timezone.now())
        return self.show_again(delivery.id)

    def show_again(self, reference: uuid.UUID) -> Response:
        """The delivery as it is now."""
        deliveries = self.clinic.webhook_deliveries.select_related("event")
        delivery = get_object_or_404(deliveries, pk=reference)
        address = reverse("webhook-delivery", args=[delivery.endpoint_id, delivery.id])
        where = self.request.build_absolute_uri(address)
        return Response(delivery_document(delivery), status=201, headers={"Location": where})
