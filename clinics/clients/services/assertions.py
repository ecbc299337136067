"""Tokens that software signs to prove who it is: at the token endpoint, and when it calls CDS Hooks."""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from jwcrypto.jwk import JWK
from redis import RedisError

from backend.platform.broker import redis
from backend.platform.refusals import Refusal
from clinics.clients.services.key_sets import (
    KeySource,
    KeysUnavailableError,
    UnfitKeysError,
    find_key,
    source_of,
)
from clinics.clients.services.signed_tokens import Hint, Proved, TokenRefusedError, prove
from clinics.identity.models import ApiClient

#: How far ahead a token may end, and how far clocks may differ, in seconds.
LONGEST_SECONDS, LEEWAY_SECONDS = 300, 10
MOST_ID_CHARACTERS = 255


class UncheckedError(Refusal):
    """Whether it proves anything can't be told now: keys or Redis don't answer. Nobody is let in on trust."""

    code, field = "unavailable", "token"
    spoken = "Its keys can't be read at present. Try again in a minute."


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token must say: issuer, subject and tenant (``None``: any, or none), and whom it is for."""

    issuer: str
    subject: str | None
    audience: str
    tenant: str | None = None


def check_assertion(
    token: str, *, keys_of: Callable[[Hint], Iterable[JWK]], expected: Expected, now: dt.datetime
) -> Proved:
    """Return what a token says that was signed for us with one of these keys, now and for the first time.

    Raises ``TokenRefusedError`` or ``UncheckedError``.
    """
    proved = prove(token, keys_of)
    _check_claims(proved.claims, expected, now.timestamp())
    _use_once(proved.claims)
    return proved


def check_client_assertion(token: str, *, client: ApiClient, expected: Expected, now: dt.datetime) -> Proved:
    """The same where it is known who must have signed."""
    return check_assertion(
        token, keys_of=lambda hint: [key_for(source_of(client), hint, now=now)], expected=expected, now=now
    )


def key_for(source: KeySource, hint: Hint, *, now: dt.datetime) -> JWK:
    """The key of the source that a token names; raises ``TokenRefusedError`` or ``UncheckedError``."""
    # An address that a token names is compared and never asked: only the registered one is.
    if hint.key_address is not None and hint.key_address != (source.address or None):
        raise TokenRefusedError("jku_unknown")
    try:
        key = find_key(source, kid=hint.kid, algorithm=hint.algorithm, now=now)
    except KeysUnavailableError:
        raise UncheckedError("keys") from None
    except UnfitKeysError:
        raise TokenRefusedError("keys_unfit") from None
    if key is None:
        raise TokenRefusedError("kid_unknown")
    return key


def _check_claims(claims: dict[str, Any], expected: Expected, now: float) -> None:
    if not expected.issuer or claims.get("iss") != expected.issuer:
        raise TokenRefusedError("iss")
    if expected.subject is not None and claims.get("sub") != expected.subject:
        raise TokenRefusedError("sub")
    if expected.tenant is not None and claims.get("tenant", "") != expected.tenant:
        raise TokenRefusedError("tenant")
    if claims.get("aud") not in (expected.audience, [expected.audience]):
        raise TokenRefusedError("aud")
    ends = claims.get("exp")
    if type(ends) is not int or not now - LEEWAY_SECONDS < ends <= now + LONGEST_SECONDS + LEEWAY_SECONDS:
        raise TokenRefusedError("exp")
    for name in ("iat", "nbf"):
        begins = claims.get(name, 0)
        if type(begins) not in (int, float) or begins > now + LEEWAY_SECONDS:
            raise TokenRefusedError(name)
    identity = claims.get("jti")
    if not isinstance(identity, str) or not 0 < len(identity) <= MOST_ID_CHARACTERS:
        raise TokenRefusedError("jti")


def _use_once(claims: dict[str, Any]) -> None:
    """Refuse a token that was used before, on any server: Redis remembers its id until it has ended.

    When Redis doesn't answer nobody gets in: this is authentication, unlike the counting of requests.
    """
    used = hashlib.sha256(json.dumps([claims["iss"], claims["jti"]]).encode()).hexdigest()
    try:
        first = redis().set(f"used:{used}", "1", nx=True, ex=LONGEST_SECONDS + 3 * LEEWAY_SECONDS)
    except RedisError:
        raise UncheckedError("redis") from None
    if not first:
        raise TokenRefusedError("replay")
