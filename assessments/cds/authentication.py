"""Who is calling: the issuer of a signed token is one client of one clinic."""

import re
from typing import Any

import structlog
from django.conf import settings
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from backend.platform.api.problems import Problem
from backend.platform.refusals import FieldProblem
from backend.platform.storage.tenancy import enter_clinic
from clinics.api.authentication import Principal
from clinics.clients.services.prove_issuer import caller_of
from clinics.clients.services.signed_tokens import REASONS, TokenRefusedError, read_hint
from clinics.identity.models import ApiClient

logger = structlog.get_logger(__name__)

#: A token with nothing around it: not a second one behind a comma, not one with a space in it.
_BEARER = re.compile(r"Bearer ([^\s,]+)", re.IGNORECASE | re.ASCII)


class CdsAuthentication(BaseAuthentication):
    """A bearer token that the calling software has signed for exactly this address, once."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """Return the principal; 401 for a token that proves nothing, 503 when that can't be told."""
        header = request.headers.get("Authorization")
        if header is None:
            return None
        try:
            client = self._client(_bearer(header), request)
        except TokenRefusedError as exc:
            logger.warning("assertion_refused", reason=exc.reason)
            raise _refusal(exc.fault) from None
        return Principal(client.clinic, client, None, frozenset(client.allowed_scopes.split())), None

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002
        """The challenge of a 401."""
        return 'Bearer realm="cds-services"'

    def _client(self, token: str, request: Request) -> ApiClient:
        """The client whose software signed it: only then its clinic is entered."""
        audience = f"{settings.BASE_URL}{request.path}"
        caller, _ = caller_of(token, read_hint(token), audience=audience, now=timezone.now())
        enter_clinic(caller.clinic_id)
        return ApiClient.objects.select_related("clinic").get(id=caller.client_id)


def _bearer(header: str) -> str:
    found = _BEARER.fullmatch(header)
    if found is None:
        raise TokenRefusedError("form")
    return found[1]


def _refusal(code: str) -> Problem:
    """401 that says which condition failed, and nothing of what was sent."""
    said = f'Bearer realm="cds-services", error="invalid_token", error_description="{code}"'
    wrong = FieldProblem("", code, REASONS[code])
    return Problem("not_authenticated", REASONS[code], errors=[wrong], headers={"WWW-Authenticate": said})
