"""The public keys of a clinic's software, as registered or as it publishes them."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from jwcrypto.common import JWException
from jwcrypto.jwk import JWK, JWKSet

from clinics.models import ApiClient
from clinics.services.signed_tokens import KEY_TYPES

#: How long published keys are kept, and how often an unknown key may make us look again, in seconds.
KEPT_SECONDS, LOOK_AGAIN_SECONDS = 600.0, 60.0
MOST_KEYS = 20
LEAST_RSA_BITS = 2048


class KeysUnavailableError(Exception):
    """The published keys can't be had at present, or aren't keys."""


class UnfitKeysError(ValueError):
    """Not a JWK Set of public keys that RS384 or ES384 could be verified with."""


@dataclass(frozen=True, slots=True)
class _Kept:
    keys: tuple[JWK, ...]
    at: float


_published: dict[str, _Kept] = {}


def read_keys(text: str) -> tuple[JWK, ...]:
    """The keys of a JWK Set; raises ``UnfitKeysError``."""
    try:
        keys = tuple(JWKSet.from_json(text)["keys"])
    except (JWException, ValueError, KeyError, TypeError, RecursionError):
        raise UnfitKeysError from None
    if not keys or len(keys) > MOST_KEYS or any(key.has_private or not key.has_public for key in keys):
        raise UnfitKeysError
    return keys


def find_key(client: ApiClient, *, kid: str, algorithm: str) -> JWK | None:
    """The client's key of this id, fit for the algorithm; raises ``KeysUnavailableError``.

    Only the address that is registered is ever asked. A key that isn't among those kept makes us look again,
    but not oftener than once a minute: the id is read before the signature is.
    """
    keys = read_keys(client.client_jwks) if client.client_jwks else _fetched(client.client_jwks_uri)
    found = _of_id(keys, kid)
    if found is None and client.client_jwks_uri:
        found = _of_id(_fetched(client.client_jwks_uri, at_most=LOOK_AGAIN_SECONDS), kid)
    return found if found is not None and _fits(found, algorithm) else None


def _of_id(keys: tuple[JWK, ...], kid: str) -> JWK | None:
    return next((key for key in keys if key.get("kid") == kid), None)


def _fits(key: JWK, algorithm: str) -> bool:
    if key.get("kty") != KEY_TYPES[algorithm] or key.get("use", "sig") != "sig":
        return False
    if key.get("alg", algorithm) != algorithm:
        return False
    if algorithm == "ES384":
        return bool(key.get("crv") == "P-384")
    return bool(key.get_op_key("verify").key_size >= LEAST_RSA_BITS)


def _fetched(address: str, *, at_most: float = KEPT_SECONDS) -> tuple[JWK, ...]:
    kept, now = _published.get(address), time.monotonic()
    if kept is not None and now - kept.at < at_most:
        return kept.keys
    try:
        keys = read_keys(_fetcher()(address).decode())
    except (UnfitKeysError, UnicodeDecodeError, KeysUnavailableError):
        if kept is None:
            raise KeysUnavailableError from None
        keys = kept.keys
    _published[address] = _Kept(keys, now)
    return keys


def _fetcher() -> Callable[[str], bytes]:
    """The one guarded way out that the service has; settings name it, because it belongs to a layer above."""
    found: Any = import_string(settings.FETCH_PUBLISHED_KEYS)
    return found  # type: ignore[no-any-return]
