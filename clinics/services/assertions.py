"""Tokens that software signs to prove who it is: at the token endpoint, and when it calls CDS Hooks."""

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from jwcrypto.common import JWException, base64url_decode
from jwcrypto.jws import JWS
from redis import RedisError

from backend.broker import redis
from clinics.models import ApiClient
from clinics.services.key_sets import KEY_TYPES, KeysUnavailableError, UnfitKeysError, find_key

ALGORITHMS = list(KEY_TYPES)
#: How far ahead a token may end, and how far clocks may differ, in seconds.
LONGEST_SECONDS, LEEWAY_SECONDS = 300, 10
MOST_CHARACTERS = 8000
MOST_ID_CHARACTERS = 255


class AssertionRefusedError(Exception):
    """It proves nothing; the reason is for our own log."""


class UncheckedError(Exception):
    """Whether it proves anything can't be told now: keys or Redis don't answer. Nobody is let in on trust."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token must say: who issued it, whom it is about (``None``: it needn't say), whom it is for."""

    issuer: str
    subject: str | None
    audience: str


def read_unverified(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims, which prove nothing yet; raises ``AssertionRefusedError``."""
    parts = token.split(".")
    if len(parts) != 3 or len(token) > MOST_CHARACTERS:
        raise AssertionRefusedError("form")
    try:
        header, claims = (json.loads(base64url_decode(part)) for part in parts[:2])
    except (ValueError, TypeError, RecursionError):
        raise AssertionRefusedError("form") from None
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise AssertionRefusedError("form")
    return header, claims


def check_assertion(token: str, *, client: ApiClient, expected: Expected, now: dt.datetime) -> dict[str, Any]:
    """Return the claims of a token that the client signed for us, now and for the first time.

    Raises ``AssertionRefusedError`` or ``UncheckedError``.
    """
    header, claims = read_unverified(token)
    _check_header(header, client)
    _check_claims(claims, expected, now.timestamp())
    _check_signature(token, header, client)
    _use_once(claims)
    return claims


def _check_header(header: dict[str, Any], client: ApiClient) -> None:
    if header.get("alg") not in ALGORITHMS or header.get("typ") != "JWT" or "crit" in header:
        raise AssertionRefusedError("header")
    if not isinstance(header.get("kid"), str):
        raise AssertionRefusedError("kid")
    # An address that a token names is compared and never asked: only the registered one is.
    if "jku" in header and (not client.client_jwks_uri or header["jku"] != client.client_jwks_uri):
        raise AssertionRefusedError("jku")


def _check_claims(claims: dict[str, Any], expected: Expected, now: float) -> None:
    if not expected.issuer or claims.get("iss") != expected.issuer:
        raise AssertionRefusedError("iss")
    if expected.subject is not None and claims.get("sub") != expected.subject:
        raise AssertionRefusedError("sub")
    if claims.get("aud") not in (expected.audience, [expected.audience]):
        raise AssertionRefusedError("aud")
    ends = claims.get("exp")
    if type(ends) is not int or not now - LEEWAY_SECONDS < ends <= now + LONGEST_SECONDS + LEEWAY_SECONDS:
        raise AssertionRefusedError("exp")
    for name in ("iat", "nbf"):
        begins = claims.get(name, 0)
        if type(begins) not in (int, float) or begins > now + LEEWAY_SECONDS:
            raise AssertionRefusedError(name)
    identity = claims.get("jti")
    if not isinstance(identity, str) or not 0 < len(identity) <= MOST_ID_CHARACTERS:
        raise AssertionRefusedError("jti")


def _check_signature(token: str, header: dict[str, Any], client: ApiClient) -> None:
    try:
        key = find_key(client, kid=header["kid"], algorithm=header["alg"])
    except KeysUnavailableError:
        raise UncheckedError("keys") from None
    except UnfitKeysError:
        raise AssertionRefusedError("keys") from None
    if key is None:
        raise AssertionRefusedError("key")
    signed = JWS()
    signed.allowed_algs = ALGORITHMS
    try:
        signed.deserialize(token, key)
    except (JWException, ValueError):
        raise AssertionRefusedError("signature") from None


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
        raise AssertionRefusedError("replay")
