"""Software of a clinic: registered, changed, given a new secret or keys, withdrawn; never deleted."""

import datetime as dt
import json
import uuid
from collections.abc import Iterable, Mapping, Set
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from oauth2_provider.generators import generate_client_secret

from backend.platform.refusals import Invalid, Refusal
from clinics.clients.services.key_sets import look_up_soon, read_keys, thumbprint
from clinics.identity.clinicians import CLINICAL_ROLES, working_members
from clinics.identity.end_access import end_client_access
from clinics.identity.models import PRIVATE_KEY_JWT, ApiClient, Clinic
from clinics.identity.permissions import check_held


class NoSuchMemberError(Invalid):
    """Whom the client is to act for is no clinician of the clinic."""

    pointer, fault, field = "/acts_for", "not_found", "acts_for"
    words = "There is no such clinician in the clinic."


class RedirectUrisError(Invalid):
    """People sign in through software that says where they come back to, and through no other."""

    pointer, fault, field = "/redirect_uris", "invalid", "redirect_uris"
    words = "An authorization_code client needs at least one; a client_credentials client has none."
    spoken = (
        "Software through which people sign in needs at least one address; software that acts by itself none."
    )


class RevokedError(Refusal):
    """The client was withdrawn, and stays so."""

    words = "It was revoked and stays so: register a new client."
    spoken = "It was withdrawn and stays so: register new software."


class OwnClientError(Refusal):
    """Software withdraws other software, not itself."""

    words = "Software doesn't revoke itself: a person or another client of the clinic can."


def register_client(
    *,
    clinic: Clinic,
    held: Set[str],
    name: str,
    grant_type: str,
    redirect_uris: Iterable[str],
    scopes: Iterable[str],
    acts_for: uuid.UUID | None,
    now: dt.datetime,
) -> tuple[ApiClient, str]:
    """Return the new client and its secret, which exists nowhere else: the row keeps a hash.

    Raises ``BeyondOwnError``, ``NoSuchMemberError`` or ``RedirectUrisError``.
    """
    secret = str(generate_client_secret())  # type: ignore[no-untyped-call]
    client = ApiClient(
        clinic=clinic,
        client_type=ApiClient.CLIENT_CONFIDENTIAL,
        authorization_grant_type=grant_type,
        client_secret=secret,
        secret_changed_at=now,
    )
    _set(client, held, {"name": name, "redirect_uris": redirect_uris, "scopes": scopes, "acts_for": acts_for})
    client.save(force_insert=True)
    return client, secret


def change_client(*, client: ApiClient, held: Set[str], changes: Mapping[str, Any]) -> None:
    """Set ``name``, ``redirect_uris``, ``scopes`` and ``acts_for`` as far as named; ``client`` is locked.

    Whoever changes a client holds what it may do: its redirects and its clinician are worth as much as its
    secret. Raises as ``register_client``, and ``RevokedError``.
    """
    _check_usable(client)
    check_held(client.allowed_scopes.split(), held=held, pointer="/scopes")
    _set(client, held, changes)
    client.save()


def rotate_secret(*, client: ApiClient, held: Set[str], now: dt.datetime, end_tokens: bool = True) -> str:
    """Return a new secret; the old one is refused from now on, and what was got with it ends.

    Without ``end_tokens`` tokens already issued last out their time, for an exchange that nothing prompted.
    Raises ``BeyondOwnError`` (a secret is worth all that its client may do) and ``RevokedError``.
    """
    _check_usable(client)
    check_held(client.allowed_scopes.split(), held=held, pointer="/scopes")
    secret = str(generate_client_secret())  # type: ignore[no-untyped-call]
    client.client_secret, client.secret_changed_at = secret, now
    client.save(update_fields=["client_secret", "secret_changed_at", "updated"])
    if end_tokens:
        end_client_access(client=client)
    return secret


def revoke_client(*, client: ApiClient, by: ApiClient | None) -> None:
    """Take every scope and end every token at once; a second time changes nothing.

    Raises ``OwnClientError`` for the client ``by`` which this is asked.
    """
    if by is not None and by.id == client.id:
        raise OwnClientError
    if client.allowed_scopes:
        client.allowed_scopes = ""
        client.save(update_fields=["allowed_scopes", "updated"])
    end_client_access(client=client)


def _set(client: ApiClient, held: Set[str], changes: Mapping[str, Any]) -> None:
    if "scopes" in changes:
        check_held(changes["scopes"], held=held, pointer="/scopes")
        client.allowed_scopes = " ".join(sorted(set(changes["scopes"])))
    if "acts_for" in changes:
        clinicians = working_members(client.clinic).filter(role__in=CLINICAL_ROLES)
        client.acts_for = clinicians.filter(id=changes["acts_for"]).first()
        if client.acts_for is None and changes["acts_for"] is not None:
            raise NoSuchMemberError
    if "redirect_uris" in changes:
        client.redirect_uris = " ".join(changes["redirect_uris"])
        signs_people_in = client.authorization_grant_type == ApiClient.GRANT_AUTHORIZATION_CODE
        if signs_people_in != bool(client.redirect_uris):
            raise RedirectUrisError
    client.name = changes.get("name", client.name)


def _check_usable(client: ApiClient) -> None:
    if not client.allowed_scopes:
        raise RevokedError


class WrongGrantError(Refusal):
    """People sign in through it: it isn't a service that signs."""

    words = "Only a client_credentials client signs assertions."
    spoken = "Only software that acts by itself signs its requests."


class UnsafeAddressError(Invalid):
    """The keys' address isn't one that may be asked."""

    pointer, fault, field = "/jwks_uri", "invalid", "jwks_uri"
    words = "Must be an https address of a host of the internet."


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
    check_held(client.allowed_scopes.split(), held=held, pointer="/scopes")
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
