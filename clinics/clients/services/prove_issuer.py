"""Let a client's calls of CDS Hooks count: its software signs that they are this client's."""

import datetime as dt
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db import connection
from jwcrypto.jwk import JWK

from backend.platform.refusals import Refusal
from clinics.clients.services.assertions import (
    Expected,
    UncheckedError,
    check_assertion,
    check_client_assertion,
    key_for,
)
from clinics.clients.services.key_sets import KeySource, thumbprint
from clinics.clients.services.register import RevokedError
from clinics.clients.services.signed_tokens import Hint, Proved, TokenRefusedError
from clinics.identity.models import ApiClient
from clinics.identity.permissions import check_held


class NoIssuerError(Refusal):
    """The client names no issuer, so there is nothing to prove."""

    words = "It names no issuer of CDS Hooks: set one with its keys first."
    spoken = "It names no issuer of CDS Hooks: store one with its keys first."


@dataclass(frozen=True, slots=True)
class Candidate:
    """A client that has proven the issuer and tenant of a token, and whose clinic isn't entered yet."""

    client_id: UUID
    clinic_id: UUID
    source: KeySource
    issuer: str
    proven_keys: frozenset[str]

    def counts(self, key: JWK) -> bool:
        """Whether a key speaks for this client: it proved so itself, or the issuer's own host publishes it.

        Anybody can register or publish another's public key; that alone must bring them no call.
        """
        if thumbprint(key) in self.proven_keys:
            return True
        return bool(self.source.address) and _origin(self.source.address) == _origin(self.issuer)


def proof_address(client: ApiClient) -> str:
    """Whom the token that proves an issuer must be for: an address that names this client and no other."""
    return f"{settings.BASE_URL}/api/v1/clinic/clients/{client.id}/issuer-proof"


def prove_issuer(*, client: ApiClient, held: Set[str], token: str, now: dt.datetime) -> None:
    """Note that the key of ``token`` speaks for the client's issuer and tenant.

    ``client`` is locked. Whether another clinic has proven the same is no matter, and isn't told. Raises
    ``RevokedError``, ``BeyondOwnError``, ``NoIssuerError``, ``TokenRefusedError`` or ``UncheckedError``.
    """
    if not client.allowed_scopes:
        raise RevokedError
    check_held(client.allowed_scopes.split(), held=held, pointer="/scopes")
    if not client.cds_issuer:
        raise NoIssuerError
    expected = Expected(client.cds_issuer, None, proof_address(client), tenant=client.cds_tenant)
    proved = check_client_assertion(token, client=client, expected=expected, now=now)
    client.cds_proven_keys = " ".join(sorted({*client.cds_proven_keys.split(), thumbprint(proved.key)}))
    client.cds_proven_at = now
    client.save(update_fields=["cds_proven_keys", "cds_proven_at", "updated"])


def candidates(issuer: str, tenant: str) -> list[Candidate]:
    """Every client that has proven issuer and tenant, whichever clinic's, the newest proof first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT client_id, clinic_id, jwks, jwks_uri, published_id, published, read_at, looked_at, "
            "proven_keys FROM clients_of_issuer(%s, %s)",
            [issuer, tenant],
        )
        rows = cursor.fetchall()
    return [
        Candidate(
            client_id,
            clinic_id,
            KeySource(jwks, "" if jwks else address, published_id, published or "", read_at, looked_at),
            issuer,
            frozenset(proven.split()),
        )
        for client_id, clinic_id, jwks, address, published_id, published, read_at, looked_at, proven in rows
    ]


def caller_of(token: str, hint: Hint, *, audience: str, now: dt.datetime) -> tuple[Candidate, Proved]:
    """Whose software signed a token of this issuer and tenant; the key that it was signed with decides.

    Where one key has proven several clients, the newest proof counts: whoever holds the key said so. Raises
    ``TokenRefusedError`` or ``UncheckedError``.
    """
    known = candidates(hint.issuer, hint.tenant)
    if not known:
        raise TokenRefusedError("unknown")
    expected = Expected(hint.issuer, None, audience, tenant=hint.tenant)
    found: list[tuple[Candidate, JWK]] = []

    def keys_of(said: Hint) -> Iterable[JWK]:
        found.extend(_keys(known, said, now))
        return [key for _, key in found]

    proved = check_assertion(token, keys_of=keys_of, expected=expected, now=now)
    used = thumbprint(proved.key)
    return next(one for one, key in found if thumbprint(key) == used), proved


def _keys(known: Sequence[Candidate], hint: Hint, now: dt.datetime) -> list[tuple[Candidate, JWK]]:
    """The keys of that name that count, each with its client; raises the last refusal when none does."""
    found, refused = [], Exception()
    for candidate in known:
        try:
            key = key_for(candidate.source, hint, now=now)
        except (TokenRefusedError, UncheckedError) as exc:
            refused = refused if isinstance(refused, UncheckedError) else exc
            continue
        if candidate.counts(key):
            found.append((candidate, key))
        else:
            refused = TokenRefusedError("key_unproven")
    if not found:
        raise refused
    return found


def _origin(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    return parts.scheme, parts.netloc.lower()
