"""Who is calling: the issuer of a signed token is one client of one clinic."""

from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from backend.api.problems import Problem
from clinics.api.authentication import Principal
from clinics.models import ApiClient
from clinics.services.assertions import (
    AssertionRefusedError,
    Expected,
    UncheckedError,
    check_assertion,
    read_unverified,
)
from clinics.tenancy import entered


class CdsAuthentication(BaseAuthentication):
    """A bearer token that the calling software has signed for exactly this address, once."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """Return the principal; 401 for a token that proves nothing, 503 when that can't be told."""
        scheme, _, token = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        try:
            client = self._client(token.strip().decode("ascii"), request)
        except (AssertionRefusedError, UnicodeDecodeError):
            raise AuthenticationFailed from None
        except UncheckedError:
            raise Problem("unavailable", headers={"Retry-After": "5"}) from None
        return Principal(client.clinic, client, None, frozenset(client.allowed_scopes.split())), None

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002
        """The challenge of a 401."""
        return 'Bearer realm="cds-services"'

    def _client(self, token: str, request: Request) -> ApiClient:
        _, claims = read_unverified(token)
        issuer, tenant = claims.get("iss"), claims.get("tenant", "")
        if not isinstance(issuer, str) or not isinstance(tenant, str) or "\0" in issuer + tenant:
            raise AssertionRefusedError("iss")
        client = _client_of(issuer, tenant)
        expected = Expected(issuer=issuer, subject=None, audience=f"{settings.BASE_URL}{request.path}")
        check_assertion(token, client=client, expected=expected, now=timezone.now())
        return client


def _client_of(issuer: str, tenant: str) -> ApiClient:
    """The client that is registered for the issuer, whose clinic is entered."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT client_id, clinic_id FROM client_of_issuer(%s, %s) AS found, "
            "LATERAL set_config('app.clinic', found.clinic_id::text, true)",
            [issuer, tenant],
        )
        row = cursor.fetchone()
    if row is None:
        raise AssertionRefusedError("iss")
    entered(row[1])
    client = ApiClient.objects.select_related("clinic").filter(id=row[0]).first()
    if client is None or not client.is_usable(None):
        raise AssertionRefusedError("client")
    return client
