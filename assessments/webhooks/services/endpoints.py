"""The endpoints that a clinic has told of its events: add, change, remove, rotate, try."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction

from assessments.webhooks.models import EventType, WebhookDelivery, WebhookEndpoint, WebhookEvent
from assessments.webhooks.services.circuit import RETRIED_FOR, switch_off
from assessments.webhooks.services.emit import nudge_webhooks
from assessments.webhooks.services.keys import OVERLAP, add_key
from backend.platform.outbound.addresses import read_url
from backend.platform.refusals import Refusal
from clinics.identity.allowances import take
from clinics.identity.models import Clinic

#: What can be listened to; a ping comes to whom it is sent, whatever they listen to.
LISTENABLE = tuple(event for event in EventType if event is not EventType.PING)
#: Each hears of every event; a clinic that needs more has a system of its own to pass them on.
MOST_ENDPOINTS = 10


class TooManyEndpointsError(Refusal):
    """The clinic has ``MOST_ENDPOINTS`` already."""

    words = f"A clinic has at most {MOST_ENDPOINTS} endpoints."


class EndpointDisabledError(Refusal):
    """Nothing is sent to an endpoint that is switched off."""

    words = "The endpoint is switched off: enable it first."
    spoken = "It is switched off: switch it on first."


def add_endpoint(*, clinic: Clinic, details: Mapping[str, Any], now: datetime) -> tuple[WebhookEndpoint, str]:
    """Store an endpoint from ``url``, ``description``, ``events``, ``enabled``.

    Returns it with the key that signs its messages, to be shown this once. Raises ``UnsafeUrlError``,
    ``TooManyEndpointsError``, ``NoEncryptionKeyError``.
    """
    Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)  # two at once mustn't both be the last
    if clinic.webhook_endpoints.count() >= MOST_ENDPOINTS:
        raise TooManyEndpointsError
    endpoint = WebhookEndpoint(clinic=clinic)
    key = add_key(endpoint, now=now)
    _set(endpoint, details, now)
    endpoint.save(force_insert=True)
    return endpoint, key


def lock_endpoint(clinic: Clinic, **which: Any) -> WebhookEndpoint | None:
    """Return one of the clinic's endpoints with its row locked, in a way that holds no event back."""
    return clinic.webhook_endpoints.select_for_update(no_key=True).filter(**which).first()


def change_endpoint(*, endpoint: WebhookEndpoint, changes: Mapping[str, Any], now: datetime) -> None:
    """Store what is given; call it with the row locked. Raises ``UnsafeUrlError``.

    Switched off, what is on its way is given up; switched on again, it hears of what happens from then on. A
    new address has a clean record.
    """
    _set(endpoint, changes, now)
    endpoint.save()


def _set(endpoint: WebhookEndpoint, details: Mapping[str, Any], now: datetime) -> None:
    for name in {"description", "events"} & details.keys():
        setattr(endpoint, name, details[name])
    if "url" in details:
        read_url(details["url"])
        if details["url"] != endpoint.url:
            _forget_failures(endpoint, now)
        endpoint.url = details["url"]
    enabled = details.get("enabled", endpoint.enabled)
    if enabled and not endpoint.enabled:
        endpoint.enabled, endpoint.disabled_because, endpoint.disabled_at = True, "", None
        endpoint.notice, endpoint.notice_due_at = "", None
    elif not enabled and endpoint.enabled:
        switch_off(endpoint, because=WebhookEndpoint.Disabled.BY_CLINIC, now=now)


def _forget_failures(endpoint: WebhookEndpoint, now: datetime) -> None:
    """What rested for the old address is due at the new one."""
    if endpoint.rests_until is not None:
        endpoint.deliveries.filter(
            state=WebhookDelivery.State.PENDING,
            next_attempt_at__gt=now,
            next_attempt_at__lte=endpoint.rests_until,
        ).update(next_attempt_at=now)
    endpoint.failures, endpoint.failing_since, endpoint.rests_until = 0, None, None


def remove_endpoint(*, endpoint: WebhookEndpoint) -> None:
    """Remove it with its secrets and everything that was kept of it; call it with the row locked."""
    endpoint.delete()


def rotate_key(*, endpoint: WebhookEndpoint, now: datetime, overlap: timedelta = OVERLAP) -> str:
    """Give it a new key and return it, to be shown this once; call it with the row locked.

    Until the overlap ends, messages are signed with both. Raises ``NoEncryptionKeyError``.
    """
    key = add_key(endpoint, now=now, overlap=overlap)
    endpoint.save()
    return key


def take_turn(endpoint: WebhookEndpoint, *, now: datetime) -> None:
    """Count what a clinic has sent to a host besides its events; raises ``AllowanceSpentError``."""
    take(kind="webhook", destination=f"{endpoint.clinic_id} {urlsplit(endpoint.url).hostname}", now=now)


def ping(*, endpoint: WebhookEndpoint, now: datetime) -> WebhookDelivery:
    """Send it a test by the same way as everything else, whatever it listens to and even while it rests.

    Call it with the row locked. Raises ``EndpointDisabledError`` and ``AllowanceSpentError``.
    """
    if not endpoint.enabled:
        raise EndpointDisabledError
    take_turn(endpoint, now=now)
    event = WebhookEvent.objects.create(
        clinic_id=endpoint.clinic_id, type=EventType.PING, about=endpoint.id, at=now
    )
    delivery = endpoint.deliveries.create(
        clinic_id=endpoint.clinic_id, event=event, next_attempt_at=now, retry_until=now + RETRIED_FOR
    )
    transaction.on_commit(nudge_webhooks, robust=True)
    return delivery
