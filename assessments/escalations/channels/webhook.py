"""A signed POST that says no more than that something calls for a person."""

import json
from collections.abc import Sequence

from django.utils import timezone

from backend.platform.outbound.delivery import Message
from backend.platform.outbound.http import post, refuse_unless_accepted, signed_headers


class WebhookChannel:
    """One receiver: its URL and the keys it may know us by."""

    def __init__(self, url: str, keys: Sequence[str]) -> None:
        self._url = url
        self._keys = keys

    def send(self, message: Message) -> None:
        """POST type, time and the row's id; who wants more asks the API. Raises ``DeliveryError``."""
        at = timezone.now()
        event = {"type": message.event, "timestamp": at.isoformat(), "data": {"id": str(message.about)}}
        body = json.dumps(event, separators=(",", ":")).encode()
        signed = signed_headers(self._keys, message_id=str(message.id), at=at, body=body)
        answer = post(self._url, body, {"Content-Type": "application/json", **signed})
        refuse_unless_accepted(answer.status)
