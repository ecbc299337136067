"""What an endpoint's answers mean for what is to come: who fails rests, who is gone is switched off."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from assessments.webhooks.models import WebhookDelivery, WebhookEndpoint

logger = structlog.get_logger(__name__)

Disabled = WebhookEndpoint.Disabled
Notice = WebhookEndpoint.Notice
State = WebhookDelivery.State

#: Failed tries in a row, of whichever messages, after which the endpoint rests.
FAILURES_BEFORE_REST = 3
FIRST_REST, LONGEST_REST = timedelta(seconds=30), timedelta(minutes=15)
#: The clinic hears of an endpoint that has been failing for so long.
WARNED_AFTER = timedelta(days=1)


def rest_after(failures: int) -> timedelta | None:
    """How long an endpoint rests after so many failed tries in a row: 30 s, doubling to 15 minutes."""
    beyond = failures - FAILURES_BEFORE_REST
    return min(FIRST_REST * 2 ** min(beyond, 10), LONGEST_REST) if beyond >= 0 else None


def note_success(endpoint: WebhookEndpoint) -> None:
    """It answers: whatever it rested for is due. Call it with the row locked."""
    if not endpoint.failures:
        return
    endpoint.failures, endpoint.failing_since, endpoint.rests_until = 0, None, None
    if endpoint.notice == Notice.FAILING:
        endpoint.notice, endpoint.notice_due_at = "", None
    endpoint.save()


def note_failure(endpoint: WebhookEndpoint, *, now: datetime) -> None:
    """Count a failed try; after some of them nothing is sent to it for a while. Call it with the row locked.

    What is due meanwhile waits for the end of the rest and is not late; what has waited too long is given up.
    """
    endpoint.failures += 1
    endpoint.failing_since = endpoint.failing_since or now
    if not endpoint.notice and endpoint.failing_since + WARNED_AFTER <= now:
        endpoint.notice, endpoint.notice_due_at = Notice.FAILING, now
    if (rest := rest_after(endpoint.failures)) is not None:
        endpoint.rests_until = now + rest
        waiting = endpoint.deliveries.filter(state=State.PENDING)
        give_up(endpoint, reason="NotDeliveredInTime", now=now, expired=True)
        waiting.filter(next_attempt_at__lt=endpoint.rests_until).update(next_attempt_at=endpoint.rests_until)
        logger.info("webhook_rests", endpoint=str(endpoint.id), failures=endpoint.failures)
    endpoint.save()


def note_gone(endpoint: WebhookEndpoint, *, now: datetime) -> None:
    """It answered 410: it is told nothing more, and the clinic hears of that. Call it with the row locked."""
    switch_off(endpoint, because=Disabled.GONE, now=now)
    endpoint.notice, endpoint.notice_due_at = Notice.GONE, now
    endpoint.save()
    logger.warning("webhook_gone", endpoint=str(endpoint.id))


def switch_off(endpoint: WebhookEndpoint, *, because: Disabled, now: datetime) -> None:
    """Send it nothing more, what is on its way included; unsaved."""
    endpoint.enabled, endpoint.disabled_because, endpoint.disabled_at = False, because, now
    endpoint.failures, endpoint.failing_since, endpoint.rests_until = 0, None, None
    give_up(endpoint, reason="EndpointDisabled", now=now)


def give_up(endpoint: WebhookEndpoint, *, reason: str, now: datetime, expired: bool = False) -> int:
    """Give up what is on its way to an endpoint, or of it only what has waited too long; returns how many."""
    waiting = endpoint.deliveries.filter(state=State.PENDING)
    if expired:
        waiting = waiting.filter(retry_until__lte=now)
    return waiting.update(
        state=State.GIVEN_UP,
        last_error=reason,
        next_attempt_at=None,
        leased_until=None,
        claim_token=None,
        updated_at=now,
    )


#: After the first try, the second and so on; together about three days.
WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
#: Up to so much longer, so that what failed together doesn't come back together.
JITTER = 0.1
#: No delivery is tried again later than this after it fell due, however few tries it had meanwhile.
RETRIED_FOR = timedelta(days=4)


def wait_after(failures: int, *, chance: Callable[[], float] = random.random) -> timedelta | None:
    """The wait after so many failed tries, with jitter; ``None`` when it is given up."""
    if failures > len(WAITS):
        return None
    return WAITS[failures - 1] * (1 + JITTER * chance())
