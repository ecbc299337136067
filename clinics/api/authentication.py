"""Who is calling: the access token names the client, the client its clinic."""

import hashlib
import uuid
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from clinics.actor import Actor
from clinics.models import ApiClient, Clinic, User
from clinics.tenancy import entered


@dataclass(frozen=True, slots=True)
class Principal:
    """The credential of a request: software of one clinic, acting for itself or for a person."""

    clinic: Clinic
    client: ApiClient
    user: User | None
    scopes: frozenset[str]

    is_authenticated = True

    @property
    def pk(self) -> uuid.UUID:
        """Identity for rate limits: they are counted per application."""
        return self.client.pk

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
        found = _look_up(hashlib.sha256(token.strip()).hexdigest())
        if found is None:
            raise AuthenticationFailed
        client_id, clinic_id, user_id, scope = found
        entered(clinic_id)
        client = ApiClient.objects.select_related("clinic").get(id=client_id)
        user = User.objects.get(id=user_id) if user_id else None
        return Principal(client.clinic, client, user, frozenset(scope.split())), None

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002
        """The challenge of a 401."""
        return 'Bearer realm="api"'


def _look_up(checksum: str) -> tuple[uuid.UUID, uuid.UUID, uuid.UUID | None, str] | None:
    """Find a live token by its SHA-256 and set the transaction's clinic; ``None`` when there is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT client_id, clinic_id, user_id, scope FROM authenticate_token(%s, %s) AS token, "
            "LATERAL set_config('app.clinic', token.clinic_id::text, true)",
            [checksum, timezone.now()],
        )
        return cursor.fetchone()
