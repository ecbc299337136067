"""The keys that a clinic's software publishes, fetched by the one way out."""

from http import HTTPStatus

from backend.platform.outbound.delivery import DeliveryError
from backend.platform.outbound.http import Request, ask
from clinics.services.key_sets import KeysUnavailableError

MOST_BYTES = 64 * 1024


def published_keys(url: str) -> bytes:
    """The body of an answer 200 of at most 64 KiB; raises ``KeysUnavailableError`` for everything else."""
    try:
        answer = ask(url, Request("GET", {"Accept": "application/json"}, most_bytes=MOST_BYTES))
    except DeliveryError:
        raise KeysUnavailableError from None
    if answer.status != HTTPStatus.OK:
        raise KeysUnavailableError
    return answer.body
