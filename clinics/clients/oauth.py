"""The authorization server: client credentials for software, authorization code with PKCE for people.

django-oauth-toolkit does the work; what is taken away here is every other grant, and what is added is that a
person signs in to software of their own clinic only.
"""

from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import path
from django.views.decorators.cache import never_cache
from oauth2_provider.settings import oauth2_settings
from oauth2_provider.views import base
from oauthlib.oauth2 import Server

from clinics.clients.services.assertions import UncheckedError
from clinics.clients.services.signed_clients import SIGNED_SECONDS, is_signed
from clinics.identity.models import ApiClient
from clinics.identity.permissions import permissions_of
from clinics.identity.signed_in import lacks_code, member_of

GRANT_TYPES = frozenset({"authorization_code", "client_credentials", "refresh_token"})
RESPONSE_TYPES = frozenset({"code"})


class TwoGrantServer(Server):  # type: ignore[misc] # oauthlib carries no types
    """Knows neither passwords nor the implicit or device flow, whatever a client was registered for."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for known, kept in ((self.grant_types, GRANT_TYPES), (self.response_types, RESPONSE_TYPES)):
            for name in set(known) - kept:
                del known[name]
        self.bearer.expires_in = lifetime
        methods = self.auth_grant._code_challenge_methods  # noqa: SLF001 - oauthlib offers no other way
        self.auth_grant._code_challenge_methods = {"S256": methods["S256"]}  # noqa: SLF001


def lifetime(request: Any) -> int:
    """How long a token lasts, in seconds; one got by a signature lasts as SMART Backend Services asks."""
    usual = int(oauth2_settings.ACCESS_TOKEN_EXPIRE_SECONDS)
    return min(usual, SIGNED_SECONDS) if is_signed(request) else usual


class AuthorizeView(base.AuthorizationView):
    """Asks a signed-in person whether a client may act for them."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Refuse a person who doesn't work at the client's clinic; they learn nothing about the client."""
        if request.user.is_authenticated and not _works_here(request):
            raise PermissionDenied
        if lacks_code(request):
            return redirect("one-time-codes")
        try:
            response: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[no-untyped-call]
        except ApiClient.DoesNotExist:  # one client in the header or the address, another in the form
            raise BadRequest from None
        return response


def _works_here(request: HttpRequest) -> bool:
    member = member_of(request)
    return member is not None and bool(permissions_of(member.role))


class TokenView(base.TokenView):
    """Issues tokens; the toolkit's own would answer the device flow before the server is asked."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Every grant goes through ``TwoGrantServer``."""
        try:
            response: HttpResponse = self.authorization_flow_token_response(request, *args, **kwargs)
        except UncheckedError:
            refused = {"error": "temporarily_unavailable"}
            return JsonResponse(
                refused, status=503, headers={"Retry-After": "5", "Cache-Control": "no-store"}
            )
        return response


#: Introspection is left out too: it answers any client about anybody's token, and nobody needs it.
urlpatterns = [
    path("authorize/", never_cache(AuthorizeView.as_view()), name="authorize"),
    path("token/", TokenView.as_view(), name="token"),
    path("revoke_token/", base.RevokeTokenView.as_view(), name="revoke-token"),
]
