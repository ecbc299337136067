"""Who is calling: the access token names the client, the client its clinic."""

import hashlib
import uuid
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Model
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from backend.platform.storage.history import CONTEXT
from backend.platform.storage.proofs import bound_cursor, proof
from backend.platform.storage.tenancy import entered
from clinics.identity.clinicians import Actor, working_members
from clinics.identity.models import ApiClient, Clinic, Membership, User
from clinics.identity.permissions import permissions_of
from clinics.identity.scopes import smart_scopes_within


@dataclass(frozen=True, slots=True)
class Principal:
    """The credential of a request: software of one clinic, acting for itself or for a person.

    ``scopes`` are those that count: the token's, as far as the client still has them and the person's role
    allows them.
    """

    clinic: Clinic
    client: ApiClient
    user: User | None
    scopes: frozenset[str]

    is_authenticated = True

    @property
    def pk(self) -> uuid.UUID:
        """Identity for rate limits: they are counted per application."""
        return self.client.id

    @property
    def actor(self) -> Actor:
        """The same credential as services know it."""
        return Actor(self.client, self.user)


class BearerAuthentication(BaseAuthentication):
    """Bearer tokens issued by django-oauth-toolkit.

    One statement finds the token and enters its clinic; a second reads client and clinic from inside. The
    toolkit's own authenticator builds an oauthlib request for every call and knows no row-level security
    (docs/adr/0004). Runs inside the transaction that the view has opened.
    """

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """Return the principal; ``None`` without a Bearer header; 401 with a bad or expired token."""
        scheme, _, token = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        checksum = hashlib.sha256(token.strip()).hexdigest()
        found = _look_up(checksum, request_id=request.META.get("REQUEST_ID", ""))
        if found is None:
            raise AuthenticationFailed
        client_id, clinic_id, user_id, scope = found
        entered(clinic_id)
        client = _read_client(client_id)
        scopes = counting_scopes(scope, client)
        if user_id is None:
            return Principal(client.clinic, client, None, scopes), None
        member = _read_member(client.clinic, user_id)
        return Principal(client.clinic, client, member.user, scopes & permissions_of(member.role)), None

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002
        """The challenge of a 401."""
        return 'Bearer realm="api"'


def counting_scopes(granted: str, client: ApiClient) -> frozenset[str]:
    """Of a token's scopes those that its client still has; SMART's count while all behind them do."""
    allowed = client.allowed_scopes.split()
    counting = frozenset(granted.split()).intersection(allowed)
    if "system/" not in granted:
        return counting
    return counting | smart_scopes_within(allowed).intersection(granted.split())


_AUTHENTICATE = (
    "SELECT client_id, clinic_id, user_id, scope FROM authenticate_token(%s, %s, %s) AS token, LATERAL "  # noqa: S608 - constants
    + CONTEXT.format(client="token.client_id", user="token.user_id", request="%s::text")
    + " AS caller"
)


def _look_up(checksum: str, *, request_id: str) -> tuple[uuid.UUID, uuid.UUID, uuid.UUID | None, str] | None:
    """Find a live token by its SHA-256; ``None`` when there is none.

    The same statement enters the token's clinic, and notes who is calling for the history.
    """
    with bound_cursor() as cursor:
        shown = proof("token", checksum)
        cursor.execute(_AUTHENTICATE, [checksum, timezone.now(), shown, request_id])
        found: tuple[uuid.UUID, uuid.UUID, uuid.UUID | None, str] | None = cursor.fetchone()
        return found


def _read_client(client_id: uuid.UUID) -> ApiClient:
    """The client with its clinic, as ``select_related`` reads them.

    The statement is the same for every request, so it is built once: building it with the ORM each time costs
    several times what PostgreSQL needs to answer it (docs/benchmarks.md).
    """
    with connection.cursor() as cursor:
        cursor.execute(_client_statement(), [client_id])
        row = cursor.fetchone()
    if row is None:
        raise AuthenticationFailed
    names = _attribute_names(ApiClient)
    client = ApiClient.from_db(connection.alias, names, row[: len(names)])
    client.clinic = Clinic.from_db(connection.alias, _attribute_names(Clinic), row[len(names) :])
    return client


def _read_member(clinic: Clinic, user_id: uuid.UUID) -> Membership:
    """The person of a token as this clinic's member; who has left it since, or was shut out, is nobody."""
    member = working_members(clinic).filter(user_id=user_id).first()
    if member is None:
        raise AuthenticationFailed
    return member


@cache
def _client_statement() -> str:
    client, clinic = _columns(ApiClient, "client"), _columns(Clinic, "clinic")
    return (
        f"SELECT {client}, {clinic} FROM {_table(ApiClient)} AS client "  # noqa: S608 - names of our own models
        f"JOIN {_table(Clinic)} AS clinic ON clinic.id = client.clinic_id WHERE client.id = %s"
    )


def _table(model: type[Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _columns(model: type[Model], alias: str) -> str:
    quote = connection.ops.quote_name
    return ", ".join(f"{alias}.{quote(str(field.column))}" for field in model._meta.concrete_fields)


@cache
def _attribute_names(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]
