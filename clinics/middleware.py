"""Clinic scopes for the doors that aren't the API: the token endpoint and the dashboard."""

import base64
import binascii
import uuid
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import unquote_plus

from django.core.exceptions import BadRequest
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponseBase

from clinics.history import note_person
from clinics.tenancy import clinic_scope

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class ClinicScopeMiddleware:
    """Runs /oauth/ inside the clinic of the client named, and /admin/ inside the clinic of the person."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Enter the clinic, if there is one; without one no clinic's row is visible."""
        clinic_id = self._clinic_of(request)
        if clinic_id is None:
            return self.get_response(request)
        with clinic_scope(clinic_id):
            request.clinic_id = clinic_id  # type: ignore[attr-defined]
            if request.user.pk is not None and request.path.startswith("/admin/"):
                note_person(request.user.pk, request_id=request.META.get("REQUEST_ID", ""))
            response = self.get_response(request)
            if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
                transaction.set_rollback(True)  # a view that failed arrives here as a response
            return response

    def _clinic_of(self, request: HttpRequest) -> uuid.UUID | None:
        if request.path.startswith("/oauth/"):
            refuse_nul(request)
            client_id = client_id_of(request)
            return _ask("SELECT clinic_of_client(%s)", client_id) if client_id else None
        if request.path.startswith("/admin/") and request.user.is_authenticated:
            return _ask("SELECT clinics_of_person(%s) LIMIT 1", str(request.user.pk))
        return None


def refuse_nul(request: HttpRequest) -> None:
    """Raise ``BadRequest`` (400) for a NUL: PostgreSQL can't even look for one."""
    fields = [
        value for query in (request.GET, request.POST) for _, values in query.lists() for value in values
    ]
    if any("\0" in str(text) for text in [client_id_of(request), *fields]):
        raise BadRequest


def client_id_of(request: HttpRequest) -> str:
    """The OAuth client a request speaks of: HTTP Basic first, then body and query (RFC 6749, 2.3.1)."""
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            user, _, _ = base64.b64decode(encoded).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return ""
        return unquote_plus(user)
    return str(request.POST.get("client_id") or request.GET.get("client_id") or "")


def _ask(question: str, argument: str) -> uuid.UUID | None:
    with connection.cursor() as cursor:
        cursor.execute(question, [argument])
        row = cursor.fetchone()
    return row[0] if row else None
