"""Software that proves itself by a signature (RFC 7523, SMART Backend Services).

The toolkit's next release does the same with the same names of columns; then this module goes.
"""

from typing import Any

import structlog
from django.conf import settings
from django.utils import timezone
from oauth2_provider.oauth2_validators import OAuth2Validator

from clinics.models.api_client import PRIVATE_KEY_JWT
from clinics.services.assertions import AssertionRefusedError, Expected, check_assertion, read_unverified

logger = structlog.get_logger(__name__)

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
#: How long a token lasts that was got by a signature, in seconds.
SIGNED_SECONDS = 300


def is_signed(request: Any) -> bool:
    """Whether the request comes with an assertion instead of a secret."""
    return bool(_field(request, "client_assertion") or _field(request, "client_assertion_type"))


def _field(request: Any, name: str) -> str:
    return str(getattr(request, name, None) or "")


def token_url() -> str:
    """Whom an assertion must be for: the exact address of the token endpoint."""
    return f"{settings.BASE_URL}/oauth/token/"


def client_named(assertion: str) -> str:
    """The client that an assertion speaks of, before anything is proved; empty when it can't be read."""
    try:
        _, claims = read_unverified(assertion)
    except AssertionRefusedError:
        return ""
    subject = claims.get("sub")
    return subject if isinstance(subject, str) else ""


class SignedClientValidator(OAuth2Validator):
    """A client authenticates as it was registered: by its secret or by its signature, never by the other."""

    def authenticate_client(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        """By a signature where there is one."""
        if is_signed(request):
            return self._authenticate_assertion(request)
        known = bool(super().authenticate_client(request, *args, **kwargs))  # type: ignore[no-untyped-call]
        return known and request.client.token_endpoint_auth_method != PRIVATE_KEY_JWT

    def _authenticate_assertion(self, request: Any) -> bool:
        assertion = _field(request, "client_assertion")
        named = client_named(assertion)
        other = _field(request, "client_secret") or "Authorization" in (request.headers or {})
        if _field(request, "client_assertion_type") != ASSERTION_TYPE or other or not named:
            return False
        if _field(request, "client_id") not in ("", named):
            return False
        client = self._load_application(named, request)  # type: ignore[no-untyped-call]
        if client is None or client.token_endpoint_auth_method != PRIVATE_KEY_JWT:
            return False
        expected = Expected(issuer=named, subject=named, audience=token_url())
        try:
            check_assertion(assertion, client=client, expected=expected, now=timezone.now())
        except AssertionRefusedError as exc:
            logger.warning("assertion_refused", client=str(client.id), reason=str(exc))
            return False
        request.client_id = named
        return True
