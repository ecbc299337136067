"""Software with keys of its own, as a hospital has it."""

import json
import time
import uuid
from typing import Any

from jwcrypto.jwk import JWK, JWKSet
from jwcrypto.jws import JWS

KID = "key-2026"
SHAPES: dict[str, dict[str, Any]] = {
    "RS384": {"kty": "RSA", "size": 2048},
    "ES384": {"kty": "EC", "crv": "P-384"},
}


def new_key(algorithm: str = "ES384", kid: str = KID) -> JWK:
    """A key pair for an algorithm."""
    return JWK.generate(kid=kid, **SHAPES[algorithm])


def key_set(*keys: JWK) -> str:
    """The public halves as a JWK Set."""
    published = JWKSet()
    for key in keys:
        published["keys"].add(JWK.from_json(key.export_public()))
    return str(published.export(private_keys=False))


def sign(key: JWK, claims: dict[str, Any], *, algorithm: str = "ES384", **header: Any) -> str:
    """A compact JWS; a header set to ``None`` is left out."""
    protected = {"alg": algorithm, "kid": key.get("kid"), "typ": "JWT"} | header
    signed = JWS(json.dumps(claims))
    signed.allowed_algs = ["RS384", "ES384", "RS256", "HS384", "ES256"]
    given = {name: value for name, value in protected.items() if value is not None}
    signed.add_signature(key, None, json.dumps(given))
    return str(signed.serialize(compact=True))


def claims(issuer: str, audience: str, **changes: Any) -> dict[str, Any]:
    """What an assertion says; a claim set to ``None`` is left out."""
    now = int(time.time())
    said = {
        "iss": issuer,
        "sub": issuer,
        "aud": audience,
        "exp": now + 200,
        "iat": now,
        "jti": str(uuid.uuid4()),
    }
    return {name: value for name, value in (said | changes).items() if value is not None}
