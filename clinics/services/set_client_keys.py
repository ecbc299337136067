"""Let a client prove itself by a signature instead of a secret."""

import datetime as dt
import json
from collections.abc import Mapping, Set
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from clinics.identity.end_access import end_client_access
from clinics.identity.models import PRIVATE_KEY_JWT, ApiClient
from clinics.identity.permissions import check_held
from clinics.services.key_sets import look_up_soon, read_keys, thumbprint
from clinics.services.register_client import RevokedError


class WrongGrantError(Exception):
    """People sign in through it: it isn't a service that signs."""


class UnsafeAddressError(Exception):
    """The keys' address isn't one that may be asked."""


_ADDRESS = URLValidator(schemes=["https"])


def set_keys(
    *,
    client: ApiClient,
    held: Set[str],
    jwks: Mapping[str, Any] | None,
    jwks_uri: str | None,
    cds_issuer: str | None,
    cds_tenant: str | None,
    cds_patient_system: str | None,
    now: dt.datetime,
) -> None:
    """Set the keys, who its tokens name as issuer and how it names patients.

    With neither keys nor address the secret counts again. Tokens end at once that were got by something else
    than what counts from now on. The issuer counts once the software has signed that it is
    (``prove_issuer``); what was proven stays while issuer, tenant and the key that proved do.

    ``client`` is locked. Keys are worth all that the client may do: raises ``BeyondOwnError``,
    ``RevokedError``, ``WrongGrantError`` or ``UnsafeAddressError``.
    """
    if not client.allowed_scopes:
        raise RevokedError
    check_held(client.allowed_scopes.split(), held=held)
    if client.authorization_grant_type != ApiClient.GRANT_CLIENT_CREDENTIALS:
        raise WrongGrantError
    if jwks_uri is not None:
        _check_address(jwks_uri)
    before = _proof(client)
    _keep_proofs(client, jwks=jwks, jwks_uri=jwks_uri, issuer=(cds_issuer or "", cds_tenant or ""))
    client.client_jwks = json.dumps(jwks) if jwks is not None else ""
    client.client_jwks_uri = jwks_uri or ""
    client.cds_issuer, client.cds_tenant = cds_issuer or "", cds_tenant or ""
    client.cds_patient_system = cds_patient_system or ""
    client.token_endpoint_auth_method = PRIVATE_KEY_JWT if jwks is not None or jwks_uri is not None else ""
    client.save()
    if _proof(client) != before:
        end_client_access(client=client)
    if jwks_uri is not None:
        look_up_soon(clinic=client.clinic, address=jwks_uri, now=now)


def _proof(client: ApiClient) -> tuple[str, str, str]:
    """What the client proves itself by."""
    return client.token_endpoint_auth_method, client.client_jwks, client.client_jwks_uri


def _keep_proofs(
    client: ApiClient, *, jwks: Mapping[str, Any] | None, jwks_uri: str | None, issuer: tuple[str, str]
) -> None:
    """Forget which keys have proven the issuer, as far as issuer, tenant or keys become others."""
    proven = set(client.cds_proven_keys.split())
    if issuer != (client.cds_issuer, client.cds_tenant):
        proven = set()
    elif jwks is not None:
        proven &= {thumbprint(key) for key in read_keys(json.dumps(jwks))}
    elif jwks_uri != client.client_jwks_uri:
        proven = set()
    client.cds_proven_keys = " ".join(sorted(proven))
    client.cds_proven_at = client.cds_proven_at if proven else None


def _check_address(address: str) -> None:
    """What may be asked is checked anew at each request; this refuses what never could be."""
    try:
        _ADDRESS(address)
    except ValidationError:
        raise UnsafeAddressError from None
