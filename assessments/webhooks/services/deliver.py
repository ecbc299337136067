"""Carry out due webhooks: several endpoints side by side, and never two messages of one endpoint at once."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from django.db.models import F

from assessments.webhooks.models import WebhookAttempt, WebhookDelivery
from assessments.webhooks.services.circuit import note_failure, note_gone, note_success, wait_after
from assessments.webhooks.services.endpoints import lock_endpoint
from assessments.webhooks.services.keys import signing_keys
from assessments.webhooks.services.send import Notification, Told, tell
from backend.platform.secrets import NoEncryptionKeyError, UnreadableSecretError
from backend.platform.storage.due_work import Claim, Clock, work_side_by_side
from backend.platform.storage.tenancy import clinic_scope

logger = structlog.get_logger(__name__)

#: Endpoints of whichever clinics that one pass tells at the same time.
AT_ONCE = 8
#: How long one pass goes on beginning: with the longest send it stays below a task's time limit.
TURN_SECONDS = 60.0

State = WebhookDelivery.State
Result = WebhookAttempt.Result


def deliver_due_webhooks(*, clock: Clock, limit: int = 1000, seconds: float = TURN_SECONDS) -> int:
    """Send what is due, at most ``limit``, beginning nothing after ``seconds``; returns the number of tries.

    Safe to run twice at once and after any crash.
    """
    return work_side_by_side(
        WebhookDelivery,
        begin=lambda claim: _begin(claim, clock),
        finish=lambda claim, told: _finish(claim, told, clock()),
        clock=clock,
        limit=limit,
        at_once=AT_ONCE,
        seconds=seconds,
    )


def _begin(claim: Claim[WebhookDelivery], clock: Clock) -> Callable[[], Told] | None:
    """What sends this message, its address and keys read now; ``None`` when it is no longer ours to send."""
    now = clock()
    with clinic_scope(claim.clinic_id):
        delivery = claim.held().select_related("endpoint", "event").first()
    if delivery is None:
        return None
    event = delivery.event
    notification = Notification(event.id, event.type, event.at, event.about)
    try:
        keys = signing_keys(delivery.endpoint, now=now)
    except (UnreadableSecretError, NoEncryptionKeyError):
        return partial(Told, now, 0.0, [], reason="UnreadableSecret")
    return partial(tell, delivery.endpoint.url, keys, notification, at=now)


def _finish(claim: Claim[WebhookDelivery], told: Told, now: datetime) -> None:
    """Log the try, and store what came of it while the claim is ours."""
    with clinic_scope(claim.clinic_id):
        delivery = WebhookDelivery.objects.select_related("clinic").filter(id=claim.row_id).first()
        if delivery is None:  # removed with its endpoint
            return
        endpoint = lock_endpoint(delivery.clinic, id=delivery.endpoint_id)
        held = claim.held().select_for_update().first()
        _log(delivery, told)
        if held is None or endpoint is None:
            return
        _settle(claim, held, told, now)
        if not told.reason:
            note_success(endpoint)
        elif told.gone:
            note_gone(endpoint, now=now)
        else:
            note_failure(endpoint, now=now)


def _settle(claim: Claim[WebhookDelivery], delivery: WebhookDelivery, told: Told, now: datetime) -> None:
    changes: dict[str, Any] = {"attempts": F("attempts") + 1, "updated_at": now}
    changes |= {"leased_until": None, "claim_token": None, "last_error": told.reason}
    if not told.reason:
        delivered = {"state": State.DELIVERED, "delivered_at": now, "next_attempt_at": None, "failures": 0}
        claim.held().update(**changes, **delivered)
        return
    failures = delivery.failures + 1
    wait = wait_after(failures)
    again = now + wait if wait is not None else None
    if again is None or again > delivery.retry_until or told.gone:
        claim.held().update(**changes, failures=failures, state=State.GIVEN_UP, next_attempt_at=None)
        logger.warning("webhook_given_up", delivery=str(delivery.id), reason=told.reason)
    else:
        claim.held().update(**changes, failures=failures, next_attempt_at=again)


def _log(delivery: WebhookDelivery, told: Told) -> None:
    delivery.tries.create(
        clinic_id=delivery.clinic_id,
        at=told.at,
        latency_ms=round(told.seconds * 1000),
        result=Result.FAILED if told.reason else Result.DELIVERED,
        reason=told.reason,
        status=told.status,
        request_headers=told.request_headers,
        response_headers=told.response_headers or [],
    )
