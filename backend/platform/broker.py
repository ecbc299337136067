"""Redis and Celery as this service uses them: counts, the length of queues, and a nudge to a worker."""

from functools import cache
from typing import Any
from urllib.parse import urlsplit

import structlog
from celery import current_app
from django.conf import settings
from kombu.exceptions import KombuError, OperationalError
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry
from redis.sentinel import Sentinel

#: How long one look at Redis may take, in seconds.
TIMEOUT_SECONDS = 0.25
_LIMITS: dict[str, Any] = {
    "socket_connect_timeout": TIMEOUT_SECONDS,
    "socket_timeout": TIMEOUT_SECONDS,
    "retry": Retry(NoBackoff(), 0),
}
SENTINEL_PORT = 26379
QUEUES = ("critical", "default", "webhooks")


def redis() -> Redis:
    """A client of the server that ``REDIS_URL`` names; it gives up at once when nothing answers."""
    return _client(settings.REDIS_URL, settings.REDIS_SENTINEL_MASTER)


def queue_lengths() -> dict[str, int] | None:
    """How many tasks wait in each queue; ``None`` when Redis doesn't answer."""
    try:
        with redis().pipeline(transaction=False) as pipeline:
            for queue in QUEUES:
                pipeline.llen(queue)
            return dict(zip(QUEUES, pipeline.execute(), strict=True))
    except RedisError:
        return None


@cache
def _client(broker_url: str, master: str) -> Redis:
    """A pool of connections; Celery spells unix sockets and sentinels its own way."""
    if broker_url.startswith("sentinel://"):
        return _master(broker_url, master)
    url = broker_url.replace("redis+socket://", "unix://").replace("virtual_host=", "db=")
    return Redis.from_url(url, **_LIMITS)


def _master(broker_url: str, name: str) -> Redis:
    """Whichever server the sentinels call the master at the time; user, password and database are its own."""
    urls = [urlsplit(url) for url in broker_url.split(";")]
    sentinels = [(url.hostname, url.port or SENTINEL_PORT) for url in urls]
    first = urls[0]
    manager: Any = Sentinel(sentinels, sentinel_kwargs=_LIMITS)  # type: ignore[no-untyped-call]
    found: Redis = manager.master_for(
        name,
        username=first.username,
        password=first.password,
        db=int(first.path.strip("/") or 0),
        **_LIMITS,
    )
    return found


logger = structlog.get_logger(__name__)


def nudge(task: str) -> None:
    """Ask for a pass of the task now; a broker that doesn't answer is logged, not raised."""
    try:
        current_app.send_task(task)
    except (KombuError, OperationalError, OSError) as exc:
        logger.warning("nudge_failed", kind=type(exc).__name__)
