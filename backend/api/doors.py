"""The doors that open without a token, counted by the caller's address.

Few of these requests are cheap, and nobody knows who sends them. The limit is wide enough for a large clinic
behind one address. A door's writes are counted apart from its reads, so that pages that are loaded without
end never keep out what a runner reports.
"""

import time
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import salted_hmac

from backend.api.caller import is_trusted, neighbourhood
from backend.api.errors import answer_error
from backend.api.throttling import count_of

logger = structlog.get_logger(__name__)

#: The name of each door, by how its addresses begin.
DOORS = {
    "/oauth/": "oauth",
    "/admin/login/": "sign-in",
    "/admin/invitation/": "invitation",
    "/admin/password-reset/": "password-reset",
    "/check-in/": "check-in",
    "/cds-services": "cds",
    "/fhir/metadata": "fhir",
    "/api/schema": "document",
    "/api/docs": "document",
    "/livez": "health",
    "/readyz": "health",
}
_READS = {"GET", "HEAD", "OPTIONS"}


class DoorMiddleware:
    """Answers 429 when an address knocks too often; without Redis nobody is counted and everybody gets in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Count, or go on at once where there is no door, or where a proxy of ours asks itself."""
        door = door_of(request.path_info)
        address = request.META.get("REMOTE_ADDR", "")
        if not door or not address or is_trusted(address):
            return self.get_response(request)
        what = f"{door}:{'read' if request.method in _READS else 'write'}"
        limit = settings.RATE_LIMIT_PER_ADDRESS
        quota = count_of(f"door:{what}:{_unnamed(address)}", limit=limit, now=time.time())
        if quota is None or not quota.exceeded:
            return self.get_response(request)
        if quota.count == limit + 1:
            logger.warning("address_limited", door=what, address=address)
        response = answer_error(request, "throttled")
        response["Retry-After"] = str(quota.seconds_left)
        return response


def door_of(path: str) -> str:
    """The door that a path leads to; empty when there is none."""
    return next((door for beginning, door in DOORS.items() if path.startswith(beginning)), "")


def _unnamed(address: str) -> str:
    """What Redis is told of an address: nothing that names it."""
    return salted_hmac("door", neighbourhood(address)).hexdigest()[:32]
