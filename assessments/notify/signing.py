"""How a receiver knows that a request is ours: Standard Webhooks (https://www.standardwebhooks.com)."""

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime

from standardwebhooks import Webhook

_SECRET_BYTES = 32


def new_secret() -> str:
    """Make up a secret to share with one receiver."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def signed_headers(keys: Sequence[str], *, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the headers that sign a body with each of the keys; a receiver needs to know one.

    ``message_id`` stays the same across retries, ``at`` (UTC) is this attempt's.
    """
    text = body.decode()
    signatures = (Webhook(key).sign(msg_id=message_id, timestamp=at, data=text) for key in keys)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
