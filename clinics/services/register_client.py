"""Software of a clinic: registered, changed, given a new secret, withdrawn; never deleted."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Set
from typing import Any

from oauth2_provider.generators import generate_client_secret

from clinics.identity.clinicians import CLINICAL_ROLES, NotAClinicianError, working_members
from clinics.identity.end_access import end_client_access
from clinics.identity.models import ApiClient, Clinic
from clinics.identity.permissions import check_held


class RedirectUrisError(Exception):
    """People sign in through software that says where they come back to, and through no other."""


class RevokedError(Exception):
    """The client was withdrawn, and stays so."""


class OwnClientError(Exception):
    """Software withdraws other software, not itself."""


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

    Raises ``BeyondOwnError``, ``NotAClinicianError`` or ``RedirectUrisError``.
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
    check_held(client.allowed_scopes.split(), held=held)
    _set(client, held, changes)
    client.save()


def rotate_secret(*, client: ApiClient, held: Set[str], now: dt.datetime, end_tokens: bool = True) -> str:
    """Return a new secret; the old one is refused from now on, and what was got with it ends.

    Without ``end_tokens`` tokens already issued last out their time, for an exchange that nothing prompted.
    Raises ``BeyondOwnError`` (a secret is worth all that its client may do) and ``RevokedError``.
    """
    _check_usable(client)
    check_held(client.allowed_scopes.split(), held=held)
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
        check_held(changes["scopes"], held=held)
        client.allowed_scopes = " ".join(sorted(set(changes["scopes"])))
    if "acts_for" in changes:
        clinicians = working_members(client.clinic).filter(role__in=CLINICAL_ROLES)
        client.acts_for = clinicians.filter(id=changes["acts_for"]).first()
        if client.acts_for is None and changes["acts_for"] is not None:
            raise NotAClinicianError
    if "redirect_uris" in changes:
        client.redirect_uris = " ".join(changes["redirect_uris"])
        signs_people_in = client.authorization_grant_type == ApiClient.GRANT_AUTHORIZATION_CODE
        if signs_people_in != bool(client.redirect_uris):
            raise RedirectUrisError
    client.name = changes.get("name", client.name)


def _check_usable(client: ApiClient) -> None:
    if not client.allowed_scopes:
        raise RevokedError
