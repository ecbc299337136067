"""The keys that sign an endpoint's messages: one that is good until rotated, and older ones for a time."""

from datetime import datetime, timedelta
from typing import TypedDict

from assessments.webhooks.models import WebhookEndpoint
from backend.platform.outbound.http import new_secret
from backend.platform.secrets import decrypt, encrypt

#: For so long after a rotation the old key signs beside the new one, unless the clinic says otherwise.
OVERLAP = timedelta(hours=24)
LONGEST_OVERLAP = timedelta(days=7)
#: The newest keys that sign; one that has leaked again and again is no reason for endless headers.
MOST_KEYS = 5


class SealedKey(TypedDict):
    """An encrypted key, and until when it signs (ISO 8601; null: until the next rotation)."""

    key: str
    until: str | None


def add_key(endpoint: WebhookEndpoint, *, now: datetime, overlap: timedelta = OVERLAP) -> str:
    """Give an endpoint a key and return it, to be shown this once; unsaved.

    Those before go on signing for the time of the overlap. Raises ``NoEncryptionKeyError``.
    """
    key = new_secret()
    ends = now + overlap
    before = [
        SealedKey(key=old["key"], until=min(_until(old) or ends, ends).isoformat())
        for old in _good(endpoint, now)
    ]
    kept = [old for old in before if old["until"] and datetime.fromisoformat(old["until"]) > now]
    endpoint.sealed_keys = [SealedKey(key=encrypt(key), until=None), *kept][:MOST_KEYS]
    return key


def signing_keys(endpoint: WebhookEndpoint, *, now: datetime) -> list[str]:
    """The keys that sign now, newest first. Raises ``UnreadableSecretError`` or ``NoEncryptionKeyError``."""
    return [decrypt(sealed["key"]) for sealed in _good(endpoint, now)]


def old_keys_until(endpoint: WebhookEndpoint, *, now: datetime) -> datetime | None:
    """Until when a key from before the last rotation still signs; ``None`` when only the newest does."""
    return max((until for sealed in _good(endpoint, now) if (until := _until(sealed))), default=None)


def _good(endpoint: WebhookEndpoint, now: datetime) -> list[SealedKey]:
    sealed: list[SealedKey] = endpoint.sealed_keys
    return [one for one in sealed if (until := _until(one)) is None or until > now]


def _until(sealed: SealedKey) -> datetime | None:
    return datetime.fromisoformat(sealed["until"]) if sealed["until"] else None
