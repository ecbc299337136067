"""Requests per application and minute, counted in Redis.

Windows are whole minutes of the clock, and one round trip counts a request. Redis only protects the service
from one busy caller: when it doesn't answer, requests go on uncounted, because an emergency must get through.
"""

import time
import uuid
from dataclasses import dataclass, replace
from typing import cast

import structlog
from django.conf import settings
from redis import RedisError

from backend.platform.broker import redis

logger = structlog.get_logger(__name__)

WINDOW_SECONDS = 60
#: How long Redis is left alone after a failure, in seconds.
PAUSE_SECONDS = 5.0

_paused_until = 0.0


@dataclass(frozen=True, slots=True)
class Quota:
    """What is left of an application's minute; ``count`` includes the present request."""

    limit: int
    count: int
    seconds_left: int
    name: str = "application"

    @property
    def exceeded(self) -> bool:
        """True when the present request is one too many."""
        return self.count > self.limit

    @property
    def header(self) -> str:
        """The ``RateLimit`` header: requests remaining and seconds until the next window."""
        return f'"{self.name}";r={max(self.limit - self.count, 0)};t={self.seconds_left}'


def policy_header() -> str:
    """The ``RateLimit-Policy`` header (draft-ietf-httpapi-ratelimit-headers): quotas and their window."""
    limits = {"application": settings.RATE_LIMIT_PER_MINUTE, "recording": settings.RATE_LIMIT_RECORDING}
    return ", ".join(f'"{name}";q={limit};w={WINDOW_SECONDS}' for name, limit in limits.items())


def count_request(application: uuid.UUID, *, now: float) -> Quota | None:
    """Count one request of an application at Unix time ``now``; ``None`` when Redis doesn't answer."""
    return count_of(str(application), limit=settings.RATE_LIMIT_PER_MINUTE, now=now)


def count_recording(application: uuid.UUID, *, now: float) -> Quota | None:
    """Count one that records or takes on what can't wait, out of an allowance of its own."""
    quota = count_of(f"recording:{application}", limit=settings.RATE_LIMIT_RECORDING, now=now)
    return None if quota is None else replace(quota, name="recording")


def count_of(what: str, *, limit: int, now: float) -> Quota | None:
    """Count one request of anything else: a name that says nothing about anybody, and its own limit."""
    global _paused_until
    if time.monotonic() < _paused_until:
        return None
    window, elapsed = divmod(int(now), WINDOW_SECONDS)
    try:
        count = _increment(f"rate:{what}:{window}")
    except RedisError as exc:
        _paused_until = time.monotonic() + PAUSE_SECONDS
        logger.warning("rate_limit_uncounted", kind=type(exc).__name__)
        return None
    return Quota(limit, count, WINDOW_SECONDS - elapsed)


def _increment(key: str) -> int:
    with redis().pipeline(transaction=True) as pipeline:
        pipeline.incr(key)
        pipeline.expire(key, 2 * WINDOW_SECONDS)
        return cast("int", pipeline.execute()[0])
