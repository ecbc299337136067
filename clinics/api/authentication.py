"""Who is calling: one look-up of the access token, its client, its clinic and its person."""

import hashlib
import uuid
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from oauth2_provider.models import AccessToken
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from clinics.models import ApiClient, Clinic, User


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


class BearerAuthentication(BaseAuthentication):
    """Bearer tokens issued by django-oauth-toolkit, checked with a single query.

    The toolkit's own authenticator builds an oauthlib request for every call; the token's checksum is all that
    is needed to find it (docs/adr/0004).
    """

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """Return the principal and its token; ``None`` without a Bearer header; 401 with a bad one."""
        scheme, _, token = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        checksum = hashlib.sha256(token.strip()).hexdigest()
        found = (
            AccessToken.objects.select_related("application__clinic", "user")
            .filter(token_checksum=checksum, expires__gt=timezone.now(), application__isnull=False)
            .first()
        )
        if found is None:
            raise AuthenticationFailed
        client = found.application
        principal = Principal(client.clinic, client, found.user, frozenset(found.scope.split()))
        return principal, found

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002
        """The challenge of a 401."""
        return 'Bearer realm="api"'
