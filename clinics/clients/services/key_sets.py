"""The public keys of a clinic's software, as registered or as it publishes them.

No request looks anything up: a worker does (``look_up_keys.py``), and what it found stands
in ``PublishedKeys``. A request that needs a look-up asks for one and is answered 503 meanwhile.
"""

import datetime as dt
import uuid
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.db import transaction
from jwcrypto.common import JWException
from jwcrypto.jwk import JWK, JWKSet
from redis import RedisError

from backend.platform.broker import nudge, redis
from backend.platform.outbound.delivery import DeliveryError
from backend.platform.outbound.http import Request, ask
from clinics.clients.models import PublishedKeys
from clinics.clients.services.signed_tokens import KEY_TYPES
from clinics.identity.models import ApiClient, Clinic

#: How often published keys are looked up anyway, and how often a key that isn't among them may make us look.
EVERY, AT_MOST = dt.timedelta(minutes=10), dt.timedelta(minutes=1)
#: How long keys count whose address answers no more: an outage mends, a key that was withdrawn ends.
KEPT_FOR = dt.timedelta(hours=24)
MOST_KEYS = 20
LEAST_RSA_BITS = 2048
#: Within this many seconds a second wish for the same keys is the first one.
_ASKED_SECONDS = 5
LOOK_UP = "assessments.tasks.look_up_keys"
#: Where requests say whose keys they need, by the ids of their rows.
WANTED = "keys:wanted"


class KeysUnavailableError(Exception):
    """The published keys aren't known at present, or aren't keys."""


class UnfitKeysError(ValueError):
    """Not a JWK Set of public keys that RS384 or ES384 could be verified with."""


@dataclass(frozen=True, slots=True)
class KeySource:
    """Where a client's keys come from, with what is known of them."""

    jwks: str
    address: str
    published_id: uuid.UUID | None = None
    published: str = ""
    read_at: dt.datetime | None = None
    looked_at: dt.datetime | None = None


def source_of(client: ApiClient) -> KeySource:
    """The client's own keys, or what was last read at its address; one statement for the second."""
    if client.client_jwks or not client.client_jwks_uri:
        return KeySource(client.client_jwks, "")
    kept = PublishedKeys.objects.filter(clinic_id=client.clinic_id, address=client.client_jwks_uri).first()
    if kept is None:
        return KeySource("", client.client_jwks_uri)
    return KeySource("", kept.address, kept.id, kept.keys, kept.read_at, kept.looked_at)


def read_keys(text: str) -> tuple[JWK, ...]:
    """The keys of a JWK Set; raises ``UnfitKeysError``."""
    try:
        keys = tuple(JWKSet.from_json(text)["keys"])
    except (JWException, ValueError, KeyError, TypeError, RecursionError):
        raise UnfitKeysError from None
    if not keys or len(keys) > MOST_KEYS or any(key.has_private or not key.has_public for key in keys):
        raise UnfitKeysError
    return keys


def find_key(source: KeySource, *, kid: str, algorithm: str, now: dt.datetime) -> JWK | None:
    """The key of this id, fit for the algorithm; raises ``UnfitKeysError`` or ``KeysUnavailableError``.

    The latter when a look-up was asked for: for keys that were never read or have grown too old, and for an
    id that isn't among them when nobody has looked for a minute. Within that minute there is no such key.
    """
    if not source.address:
        return _of_id(read_keys(source.jwks), kid, algorithm)
    counting = source.read_at is not None and now - source.read_at < KEPT_FOR
    found = _of_id(read_keys(source.published), kid, algorithm) if counting else None
    if found is not None:
        return found
    may_look = source.looked_at is None or now - source.looked_at >= AT_MOST
    if may_look and source.published_id is not None:
        ask_for_look_up(source)
    if may_look or not counting:
        raise KeysUnavailableError
    return None


def ask_for_look_up(source: KeySource) -> None:
    """Say that a worker should look; without Redis the next turn does. Writes nothing to the database."""
    row = str(source.published_id)
    try:
        if not redis().set(f"keys:asked:{row}", "1", nx=True, ex=_ASKED_SECONDS):
            return
        redis().sadd(WANTED, row)
    except RedisError:
        return
    nudge(LOOK_UP)


def taken_wishes() -> list[uuid.UUID]:
    """Take the ids of the rows that requests need, once; none when Redis doesn't answer."""
    try:
        wished: Any = redis().spop(WANTED, 1000) or []
    except RedisError:
        return []
    return [uuid.UUID(one.decode()) for one in wished]


def look_up_soon(*, clinic: Clinic, address: str, now: dt.datetime) -> None:
    """Have a worker read what is published at an address that was just registered."""
    row = PublishedKeys(clinic=clinic, address=address, due_at=now)
    PublishedKeys.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["clinic", "address"], update_fields=["due_at"]
    )
    transaction.on_commit(lambda: nudge(LOOK_UP))


def thumbprint(key: JWK) -> str:
    """The key's name by its content (RFC 7638)."""
    return str(key.thumbprint())


def _of_id(keys: tuple[JWK, ...], kid: str, algorithm: str) -> JWK | None:
    return next((key for key in keys if key.get("kid") == kid and _fits(key, algorithm)), None)


def _fits(key: JWK, algorithm: str) -> bool:
    if key.get("kty") != KEY_TYPES[algorithm] or key.get("use", "sig") != "sig":
        return False
    if key.get("alg", algorithm) != algorithm:
        return False
    if algorithm == "ES384":
        return bool(key.get("crv") == "P-384")
    return bool(key.get_op_key("verify").key_size >= LEAST_RSA_BITS)


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
