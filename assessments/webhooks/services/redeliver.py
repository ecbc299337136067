"""Send again what was delivered or given up: one delivery, or those of a span of time."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from assessments.webhooks.models import WebhookDelivery, WebhookEndpoint
from assessments.webhooks.services.circuit import RETRIED_FOR
from assessments.webhooks.services.emit import nudge_webhooks
from assessments.webhooks.services.endpoints import EndpointDisabledError, take_turn

State = WebhookDelivery.State


def redeliver(*, endpoint: WebhookEndpoint, delivery: WebhookDelivery, now: datetime) -> None:
    """Send one again, with the message id that it had; call it with the endpoint's row locked.

    It has its whole schedule of tries before it again. Raises ``EndpointDisabledError`` and
    ``AllowanceSpentError``.
    """
    take_turn(endpoint, now=now)
    _send_again(endpoint, endpoint.deliveries.filter(id=delivery.id), at=now, now=now)
    delivery.refresh_from_db()


def redeliver_span(
    *, endpoint: WebhookEndpoint, since: datetime, until: datetime, states: tuple[str, ...], now: datetime
) -> None:
    """Send again what happened from ``since`` to before ``until`` and ended in one of the states.

    Call it with the endpoint's row locked; while it rests, they wait as everything does. Raises
    ``EndpointDisabledError`` and ``AllowanceSpentError``.
    """
    take_turn(endpoint, now=now)
    wanted = span(endpoint, since, until).filter(state__in=states)
    _send_again(endpoint, wanted, at=max(now, endpoint.rests_until or now), now=now)


def span(endpoint: WebhookEndpoint, since: datetime, until: datetime) -> QuerySet[WebhookDelivery]:
    """The deliveries of what happened from ``since`` to before ``until``."""
    return endpoint.deliveries.filter(event__at__gte=since, event__at__lt=until)


def _send_again(
    endpoint: WebhookEndpoint, deliveries: QuerySet[WebhookDelivery], *, at: datetime, now: datetime
) -> None:
    if not endpoint.enabled:
        raise EndpointDisabledError
    deliveries.update(
        state=State.PENDING,
        next_attempt_at=at,
        retry_until=at + RETRIED_FOR,
        failures=0,
        delivered_at=None,
        leased_until=None,
        claim_token=None,
        updated_at=now,
    )
    transaction.on_commit(nudge_webhooks, robust=True)
