"""Software that proves itself by a signature (RFC 7523, SMART Backend Services).

The toolkit's next release does the same with the same names of columns; then this module goes.
"""

from typing import Any

import structlog
from django.conf import settings
from django.utils import timezone
from oauthlib.oauth2 import InvalidClientError

from clinics.clients.authorization_codes import OneUseCodes
from clinics.clients.named_client import NAMED
from clinics.clients.services.assertions import Expected, check_client_assertion
from clinics.clients.services.signed_tokens import TokenRefusedError, read_hint
from clinics.identity.clinicians import working_members
from clinics.identity.models import PRIVATE_KEY_JWT, ApiClient, User
from clinics.identity.permissions import permissions_of

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


def _works(person: User, client: ApiClient) -> bool:
    """Whether the person is a member who may act for the client's clinic: none that was shut out is."""
    return working_members(client.clinic).filter(user_id=person.pk).exists()


class SignedClientValidator(OneUseCodes):
    """A client authenticates as it was registered: by its secret or by its signature, never by the other."""

    def confirm_redirect_uri(
        self, client_id: str, code: str, redirect_uri: str, client: Any, *args: Any, **kwargs: Any
    ) -> bool:
        """Whether the request names the address that the code was asked with (RFC 6749, 4.1.3)."""
        request = args[0] if args else kwargs["request"]
        if request.using_default_redirect_uri:
            return False
        return super().confirm_redirect_uri(client_id, code, redirect_uri, client, *args, **kwargs)

    def validate_code(
        self, client_id: str, code: str, client: Any, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        """Whether the code is good, and its person still works at the client's clinic."""
        good = super().validate_code(client_id, code, client, request, *args, **kwargs)
        return good and _works(request.user, client)

    def validate_refresh_token(
        self, refresh_token: str, client: Any, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        """Whether the token turns, and its person still works at the client's clinic."""
        good = super().validate_refresh_token(refresh_token, client, request, *args, **kwargs)  # type: ignore[no-untyped-call]
        return bool(good) and _works(request.user, client)

    def _save_bearer_token(self, token: Any, request: Any, *args: Any, **kwargs: Any) -> None:
        """Name and keep only the scopes that the person's role allows: no others would open anything."""
        if request.user is not None:
            member = working_members(request.client.clinic).filter(user_id=request.user.pk).first()
            allowed = permissions_of(member.role) if member else frozenset()
            token["scope"] = " ".join(scope for scope in token["scope"].split() if scope in allowed)
        super()._save_bearer_token(token, request, *args, **kwargs)  # type: ignore[no-untyped-call]

    def authenticate_client(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        """By a signature where there is one; and as the client that the request was read as speaking of."""
        if is_signed(request):
            self._check_assertion(request)
        elif not self._has_secret(request, *args, **kwargs):
            return False
        return bool(request.client.client_id == request.headers.get(NAMED))

    def _has_secret(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        known = bool(super().authenticate_client(request, *args, **kwargs))  # type: ignore[no-untyped-call]
        return known and request.client.token_endpoint_auth_method != PRIVATE_KEY_JWT

    def _check_assertion(self, request: Any) -> None:
        """Raise ``InvalidClientError`` with the reason's code; the log has the reason itself."""
        try:
            request.client_id = self._proved_client(request)
        except TokenRefusedError as exc:
            client = getattr(request.client, "id", "")
            logger.warning("assertion_refused", client=str(client), reason=exc.reason)
            raise InvalidClientError(description=exc.fault, request=request) from None

    def _proved_client(self, request: Any) -> str:
        """The id of the client that signed; before that, what it says chooses whose keys are tried."""
        assertion = _field(request, "client_assertion")
        named = read_hint(assertion).subject
        if _field(request, "client_assertion_type") != ASSERTION_TYPE:
            raise TokenRefusedError("client")
        client = self._load_application(named, request)  # type: ignore[no-untyped-call]
        if client is None or client.token_endpoint_auth_method != PRIVATE_KEY_JWT:
            raise TokenRefusedError("unknown")
        expected = Expected(issuer=named, subject=named, audience=token_url())
        proved = check_client_assertion(assertion, client=client, expected=expected, now=timezone.now())
        return str(proved.claims["sub"])
