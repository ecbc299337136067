"""The doors that open without a token, counted by the caller's address.

Few of these requests are cheap, and nobody knows who sends them. The limit is wide enough for a large clinic
behind one address. A door's writes are counted apart from its reads, so that pages that are loaded without
end never keep out what a runner reports.

Where a token opens, only refusals are counted, after they were made, and the log names the address. Nothing
is shut there: a made-up token can't be told from a real one before it was looked up, and whose token has just
run out must hear 401, or an emergency would wait with it.
"""

import time
from collections.abc import Callable, Mapping
from http import HTTPStatus

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import salted_hmac

from backend.platform.api.throttling import Quota, count_of
from backend.platform.edge.caller import is_trusted, neighbourhood
from backend.platform.edge.errors import answer_error

logger = structlog.get_logger(__name__)

#: The name of each door, by how its addresses begin.
DOORS = {
    "/oauth/": "oauth",
    "/admin/login/": "sign-in",
    "/admin/logout/": "sign-out",
    "/admin/invitation/": "invitation",
    "/admin/password-reset/": "password-reset",
    "/check-in/": "check-in",
    "/cds-services": "cds",
    "/fhir/metadata": "fhir",
    "/fhir/CodeSystem/": "fhir",
    "/fhir/.well-known/": "fhir",
    "/api/schema": "document",
    "/api/docs": "document",
    "/api/problems/": "document",
}
#: Where a token opens: its refusals are counted together, by how addresses begin.
TOKEN_DOORS = {"/api/v1/": "api", "/fhir/": "fhir", "/statusz": "monitors", "/metrics": "monitors"}
#: Open and counted nowhere, and why.
UNCOUNTED = {
    "/livez": "an orchestrator ends a process that answers it 429, and counting costs more than the answer",
    "/readyz": "a balancer would pass over a process that works; it costs what counting does",
}
_READS = {"GET", "HEAD", "OPTIONS"}


class DoorMiddleware:
    """Answers 429 when an address knocks too often; without Redis nobody is counted and everybody gets in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Count, or go on at once where there is no door, or where a proxy of ours asks itself."""
        address = request.META.get("REMOTE_ADDR", "")
        if not address or is_trusted(address):
            return self.get_response(request)
        if not (door := door_of(request.path_info)):
            return self._counted_if_refused(request, address)
        what = f"{door}:{'read' if request.method in _READS else 'write'}"
        quota = _count(what, address, "address_limited")
        if quota is None or not quota.exceeded:
            return self.get_response(request)
        response = answer_error(request, "throttled")
        response["Retry-After"] = str(quota.seconds_left)
        return response

    def _counted_if_refused(self, request: HttpRequest, address: str) -> HttpResponseBase:
        """Answer as ever; a refusal for want of a good token is counted."""
        response = self.get_response(request)
        if response.status_code == HTTPStatus.UNAUTHORIZED and (door := token_door_of(request.path_info)):
            _count(f"{door}:refused", address, "address_refused")
        return response


def door_of(path: str) -> str:
    """The door that a path leads to; empty when there is none."""
    return _named(path, DOORS)


def token_door_of(path: str) -> str:
    """The door that a token opens at a path; empty when there is none."""
    return _named(path, TOKEN_DOORS)


def _named(path: str, doors: Mapping[str, str]) -> str:
    return next((door for beginning, door in doors.items() if path.startswith(beginning)), "")


def _count(what: str, address: str, event: str) -> Quota | None:
    """Count one; the first beyond the limit of a minute is logged as ``event``."""
    limit = settings.RATE_LIMIT_PER_ADDRESS
    quota = count_of(f"door:{what}:{_unnamed(address)}", limit=limit, now=time.time())
    if quota is not None and quota.count == limit + 1:
        logger.warning(event, door=what, address=address)
    return quota


def _unnamed(address: str) -> str:
    """What Redis is told of an address: nothing that names it."""
    return salted_hmac("door", neighbourhood(address)).hexdigest()[:32]
