"""Redis as this service uses it beside Celery: to count requests, and to see how long the queues are."""

from functools import cache

from django.conf import settings
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

#: How long one look at Redis may take, in seconds.
TIMEOUT_SECONDS = 0.25
QUEUES = ("critical", "default", "webhooks")


def redis() -> Redis:
    """A client of the server that ``REDIS_URL`` names; it gives up at once when nothing answers."""
    return _client(settings.REDIS_URL)


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
def _client(broker_url: str) -> Redis:
    """A pool of connections; Celery spells unix sockets and sentinels its own way."""
    limits = {"socket_connect_timeout": TIMEOUT_SECONDS, "socket_timeout": TIMEOUT_SECONDS}
    never = Retry(NoBackoff(), 0)
    url = broker_url.replace("redis+socket://", "unix://").replace("virtual_host=", "db=")
    return Redis.from_url(url, **limits, retry=never)
