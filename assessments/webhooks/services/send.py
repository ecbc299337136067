"""A signed POST about an event, and what may be kept of its head and of the answer's."""

import json
import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from time import monotonic

import structlog

from backend.platform.outbound.delivery import DeliveryError
from backend.platform.outbound.http import post, signed_headers

logger = structlog.get_logger(__name__)

REDACTED = "[redacted]"
MOST_HEADERS, LONGEST_NAME, LONGEST_VALUE = 30, 100, 200
#: Whatever might open a door, by the words in its name.
_SECRET = re.compile(r"auth|cookie|token|secret|signature|key|session|password|credential", re.IGNORECASE)
Headers = list[list[str]]


@dataclass(frozen=True, slots=True)
class Told:
    """What came of one try; ``reason`` is empty when it was taken, ``status`` is null without an answer."""

    at: datetime
    seconds: float
    request_headers: Headers
    reason: str = ""
    status: int | None = None
    response_headers: Headers | None = None

    @property
    def gone(self) -> bool:
        """The receiver says that it is no more."""
        return self.status == HTTPStatus.GONE


@dataclass(frozen=True, slots=True)
class Notification:
    """What a receiver is told: what happened, when, and the row's id; the message's id stays the same."""

    id: uuid.UUID
    type: str
    at: datetime
    about: uuid.UUID

    @property
    def body(self) -> bytes:
        """The same bytes at every try."""
        document = {"type": self.type, "timestamp": self.at.isoformat(), "data": {"id": str(self.about)}}
        return json.dumps(document, separators=(",", ":")).encode()


def tell(url: str, keys: Sequence[str], notification: Notification, *, at: datetime) -> Told:
    """Send one try, within ``SEND_TIME_LIMIT``, and say what came of it; raises nothing."""
    body, begun = notification.body, monotonic()
    signed = signed_headers(keys, message_id=str(notification.id), at=at, body=body)
    headers = {"Content-Type": "application/json", **signed}
    sent = presentable(headers.items())
    try:
        answer = post(url, body, headers)
    except DeliveryError as exc:
        return Told(at, monotonic() - begun, sent, reason=exc.reason[:200])
    except Exception as exc:  # noqa: BLE001 - a defect of ours is a failed try like any other
        kind = type(exc).__name__
        logger.error("webhook_broken", event=str(notification.id), kind=kind)
        return Told(at, monotonic() - begun, sent, reason=kind)
    taken = HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES
    return Told(
        at,
        monotonic() - begun,
        sent,
        reason="" if taken else f"HTTP {answer.status}",
        status=answer.status,
        response_headers=presentable(answer.headers),
    )


def presentable(headers: Iterable[tuple[str, str]]) -> Headers:
    """The head without secrets, short enough to keep, and free of what no text column takes."""
    return [
        [_plain(name, LONGEST_NAME), REDACTED if _SECRET.search(name) else _plain(value, LONGEST_VALUE)]
        for name, value in list(headers)[:MOST_HEADERS]
    ]


def _plain(text: str, longest: int) -> str:
    return "".join(character if character.isprintable() else "?" for character in text[:longest])
