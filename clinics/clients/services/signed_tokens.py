"""The one reader of signed tokens: a compact JWS, strictly, and its claims from the bytes that were signed.

Whoever wants to know what a token says calls ``prove``. What it says before that (``read_hint``) may choose
whose key it is checked with, and nothing else. Both read the same text by the same function, so that nothing
can be said to one and signed for the other.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidSignature
from jwcrypto.common import JWException
from jwcrypto.jwa import JWA
from jwcrypto.jwk import JWK

from backend.platform.refusals import Invalid

#: The keys that each algorithm signs with.
KEY_TYPES = {"RS384": "RSA", "ES384": "EC"}
ALGORITHMS = tuple(KEY_TYPES)
MOST_CHARACTERS = 8000
#: What two numbers of P-384 are long; jwcrypto would take longer ones with leading zeros.
_ES384_BYTES = 96
_COMPACT = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)", re.ASCII)


#: Why a token is refused, as callers are told it: what they sent, never whom we know.
REASONS = {
    "form": "It isn't a compact JWS in canonical base64url, with JSON objects whose keys stand once.",
    "crit": "Its header asks for an extension that isn't understood here.",
    "alg": "Its header must say alg RS384 or ES384.",
    "typ": "Its header must say typ JWT.",
    "kid": "Its header must name its key (kid).",
    "jku": "Its header's jku isn't a text.",
    "key": "No software is registered with this issuer, tenant and key that signs like this.",
    "iss": "Its iss must be a text, and the one that is registered.",
    "sub": "Its sub must be a text, and the one that is registered.",
    "tenant": "Its tenant must be a text, and the one that is registered.",
    "aud": "Its aud must be the exact address that is asked, and no other.",
    "exp": "It has ended, or ends more than five minutes from now.",
    "iat": "Its iat lies ahead.",
    "nbf": "Its nbf lies ahead.",
    "jti": "It needs an id of its own (jti).",
    "replay": "It was used before.",
    "client": "The request names two clients, or proves itself in two ways.",
}


class TokenRefusedError(Invalid):
    """It proves nothing. ``reason`` is for our own log, ``fault`` (a key of ``REASONS``) for the caller.

    Who is registered here, and with which key, is nobody's to ask.
    """

    pointer, field = "/token", "token"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        self.fault = reason if reason in REASONS else "key"
        super().__init__(REASONS[self.fault])


@dataclass(frozen=True, slots=True)
class Hint:
    """What a token says of itself while nothing is proved: enough to choose a key by."""

    algorithm: str
    kid: str
    issuer: str
    subject: str
    tenant: str
    key_address: str | None


@dataclass(frozen=True, slots=True)
class Proved:
    """Header and claims of a token whose signature held: the JSON of the very bytes that it covers."""

    header: dict[str, Any]
    claims: dict[str, Any]
    key: JWK = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class _Decoded:
    signed: bytes
    signature: bytes
    header: dict[str, Any]
    claims: dict[str, Any]


def read_hint(token: str) -> Hint:
    """Return what the token says of itself; raises ``TokenRefusedError`` for all but a strict compact JWS."""
    return _hint(_decode(token))


def prove(token: str, keys_of: Callable[[Hint], Iterable[JWK]]) -> Proved:
    """Return what the token says, once its signature held under one of the keys that ``keys_of`` chose.

    Raises ``TokenRefusedError``, and what ``keys_of`` raises.
    """
    decoded = _decode(token)
    hint = _hint(decoded)
    for key in keys_of(hint):
        if _holds(decoded, hint.algorithm, key):
            return Proved(decoded.header, decoded.claims, key)
    raise TokenRefusedError("signature")


def _decode(token: str) -> _Decoded:
    """Header, claims and signature of three parts in canonical base64url; JSON without doubled keys."""
    parts = _COMPACT.fullmatch(token) if len(token) <= MOST_CHARACTERS else None
    if parts is None:
        raise TokenRefusedError("form")
    header, claims, signature = (_bytes(part) for part in parts.groups())
    signed = token.rpartition(".")[0].encode("ascii")
    return _Decoded(signed, signature, _object(header), _object(claims))


def _bytes(part: str) -> bytes:
    """The only bytes that are spelled like this: another last character isn't taken for the same."""
    try:
        found = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise TokenRefusedError("form") from None
    if base64.urlsafe_b64encode(found).rstrip(b"=") != part.encode("ascii"):
        raise TokenRefusedError("form")
    return found


def _object(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise TokenRefusedError("form") from None
    if not isinstance(found, dict):
        raise TokenRefusedError("form")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise TokenRefusedError("form")
    return found


def _no_number(_: str) -> None:
    raise TokenRefusedError("form")


def _hint(decoded: _Decoded) -> Hint:
    header, claims = decoded.header, decoded.claims
    # No extension is understood here, and an unencoded payload would be signed otherwise (RFC 7515, 7797).
    if "crit" in header or "b64" in header:
        raise TokenRefusedError("crit")
    if header.get("alg") not in ALGORITHMS:
        raise TokenRefusedError("alg")
    if header.get("typ") != "JWT":
        raise TokenRefusedError("typ")
    return Hint(
        algorithm=header["alg"],
        kid=_word(header, "kid"),
        issuer=_word(claims, "iss"),
        subject=_word(claims, "sub", needed=False),
        tenant=_word(claims, "tenant", needed=False),
        key_address=_word(header, "jku") if "jku" in header else None,
    )


def _word(said: dict[str, Any], name: str, *, needed: bool = True) -> str:
    """A text that could be looked for: PostgreSQL takes neither NUL nor half a pair of surrogates."""
    word = said.get(name, None if needed else "")
    if not isinstance(word, str) or "\0" in word or not _encodes(word):
        raise TokenRefusedError(name)
    return word


def _encodes(word: str) -> bool:
    try:
        word.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _holds(decoded: _Decoded, algorithm: str, key: JWK) -> bool:
    """Whether the signature is the key's, over the two parts as they were sent."""
    if key.get("kty") != KEY_TYPES[algorithm]:
        return False
    if algorithm == "ES384" and len(decoded.signature) != _ES384_BYTES:
        return False
    try:
        JWA.signing_alg(algorithm).verify(key, decoded.signed, decoded.signature)
    except (InvalidSignature, JWException, ValueError):
        return False
    return True
