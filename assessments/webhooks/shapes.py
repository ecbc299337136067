"""Endpoints and deliveries as JSON, and what may be said about them."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from assessments.webhooks.models import EventType, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from assessments.webhooks.services.endpoints import LISTENABLE
from assessments.webhooks.services.keys import LONGEST_OVERLAP, OVERLAP, old_keys_until
from backend.platform.api.fields import (
    ListField,
    OffsetDateTimeField,
    StrictSerializer,
    TextField,
    TrueOrFalseField,
    WholeNumberField,
    WordField,
)
from backend.platform.api.queries import ListQuery

HOUR_SECONDS = 3600


@extend_schema_serializer(component_name="WebhookEndpoint")
class EndpointSerializer(StrictSerializer):
    """An address that is told of the clinic's events."""

    id = serializers.UUIDField(read_only=True)
    url = TextField(
        max_length=2000,
        trim_whitespace=False,
        help_text="An https address of the internet. It is asked without following redirects.",
    )
    description = TextField(max_length=200, required=False, allow_blank=True, help_text="For people.")
    events = ListField(
        child=WordField("WebhookEventType", LISTENABLE),
        required=False,
        max_length=len(LISTENABLE),
        help_text="What it is told of; empty or left out: everything, types to come included.",
    )
    enabled = TrueOrFalseField(
        required=False,
        help_text="False: it is told nothing, and what is on its way is given up. Set it to true to go on "
        "after the service has switched it off.",
    )
    disabled_because = WordField(
        "WebhookDisabled",
        WebhookEndpoint.Disabled,
        read_only=True,
        allow_null=True,
        help_text="Null: it is enabled.",
    )
    disabled_at = serializers.DateTimeField(read_only=True, allow_null=True)
    failing_since = serializers.DateTimeField(
        read_only=True, allow_null=True, help_text="No try has succeeded since then; null: the last one did."
    )
    old_secrets_until = serializers.SerializerMethodField(
        help_text="Until then older secrets sign messages too; null: only the newest does."
    )
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_old_secrets_until(self, endpoint: WebhookEndpoint) -> str | None:
        """When the overlap of the last rotation ends."""
        until = old_keys_until(endpoint, now=timezone.now())
        return until.isoformat() if until else None


@extend_schema_serializer(component_name="WebhookEndpointWithSecret")
class EndpointWithSecretSerializer(EndpointSerializer):
    """An endpoint whose secret was just made: it is shown once and can't be read again."""

    secret = serializers.CharField(
        read_only=True,
        allow_null=True,
        help_text="Verifies its messages (Standard Webhooks, `whsec_…`). Null when a repeated request is "
        "answered: rotate it if you have lost it.",
    )


@extend_schema_serializer(component_name="WebhookRotation")
class RotationBody(StrictSerializer):
    """How long the old secret goes on signing beside the new one."""

    overlap_seconds = WholeNumberField(
        default=int(OVERLAP.total_seconds()),
        min_value=0,
        max_value=int(LONGEST_OVERLAP.total_seconds()),
        help_text="0 for a secret that has leaked.",
    )


@extend_schema_serializer(component_name="WebhookAttempt")
class AttemptSerializer(serializers.Serializer[WebhookAttempt]):
    """One try: what was said and answered. Bodies and secrets are not kept."""

    at = serializers.DateTimeField(help_text="When it was begun.")
    latency_ms = serializers.IntegerField(help_text="Until it was answered or given up.")
    result = WordField("WebhookAttemptResult", WebhookAttempt.Result)
    reason = serializers.CharField(help_text="The kind of failure; empty without one.")
    status = serializers.IntegerField(allow_null=True, help_text="Of HTTP; null: there was no answer.")
    request_headers = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField(), min_length=2, max_length=2),
        help_text="Name and value of each.",
    )
    response_headers = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField(), min_length=2, max_length=2),
        help_text="Name and value of each, long ones cut short.",
    )


@extend_schema_serializer(component_name="WebhookDelivery")
class DeliverySerializer(serializers.Serializer[WebhookDelivery]):
    """One event on its way to one endpoint."""

    id = serializers.UUIDField()
    message_id = serializers.UUIDField(
        source="event.id", help_text="The header `webhook-id`, the same at every try."
    )
    type = WordField("WebhookMessageType", EventType, source="event.type")
    about = serializers.UUIDField(source="event.about", help_text="The id in its `data`.")
    happened_at = serializers.DateTimeField(source="event.at", help_text="Its `timestamp`.")
    state = WordField("WebhookDeliveryState", WebhookDelivery.State)
    attempts = serializers.IntegerField(help_text="Tries so far.")
    next_attempt_at = serializers.DateTimeField(allow_null=True, help_text="Null: it has ended.")
    last_error = serializers.CharField(help_text="The kind of the last failure; empty without one.")
    delivered_at = serializers.DateTimeField(allow_null=True)
    tries = AttemptSerializer(many=True, help_text="Oldest first.")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class DeliveryQuery(ListQuery):
    """Filters of an endpoint's deliveries."""

    state = WordField(
        "WebhookDeliveryState", WebhookDelivery.State, required=False, help_text="Only in this state."
    )
    type = WordField("WebhookMessageType", EventType, required=False, help_text="Only of this type.")


#: What of a span is sent again; what is on its way already stays so.
ENDED = {
    "given_up": (WebhookDelivery.State.GIVEN_UP,),
    "all": (WebhookDelivery.State.GIVEN_UP, WebhookDelivery.State.DELIVERED),
}


@extend_schema_serializer(component_name="WebhookSpan")
class SpanBody(StrictSerializer):
    """Which deliveries to send again."""

    since = OffsetDateTimeField(help_text="What happened from then on.")
    until = OffsetDateTimeField(help_text="And before then.")
    which = WordField(
        "WebhookSpanChoice", ENDED, default="given_up", help_text="Those given up, or all that have ended."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A span has a length."""
        if attrs["until"] <= attrs["since"]:
            raise serializers.ValidationError({"until": ["Must be later than since."]})
        return attrs


@extend_schema_serializer(component_name="WebhookSpanResult")
class SpanShape(serializers.Serializer[Any]):
    """What of a span is on its way now."""

    id = serializers.UUIDField(help_text="The endpoint's.")
    since = serializers.DateTimeField()
    until = serializers.DateTimeField()
    pending = serializers.IntegerField(help_text="Deliveries of the span that are to be sent.")


ENDPOINT = EndpointSerializer()
CHANGES = EndpointSerializer(partial=True)
DELIVERY = DeliverySerializer()


def endpoint_document(endpoint: WebhookEndpoint) -> dict[str, Any]:
    """An endpoint as every answer shows it, without its secret."""
    document = dict(ENDPOINT.to_representation(endpoint))
    return {**document, "disabled_because": document["disabled_because"] or None}


def secret_document(endpoint: WebhookEndpoint, secret: str | None) -> dict[str, Any]:
    """The same with its new secret; ``None`` when this isn't the first answer."""
    return {**endpoint_document(endpoint), "secret": secret}


def delivery_document(delivery: WebhookDelivery) -> dict[str, Any]:
    """A delivery with its tries."""
    return dict(DELIVERY.to_representation(delivery))
