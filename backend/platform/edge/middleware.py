"""What happens to every request and answer: its id, whether its body can be read, what its page may load."""

import re
import uuid
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from backend.platform.edge.errors import refusal

#: Where the front leaves why it did not read a body: a code of the catalogue of problems.
REFUSAL = "service.refusal"
#: The page that ends in the software's own address.
_ASKS_A_PERSON = "/oauth/authorize/"
#: Pages whose form sends somebody on to what ``next`` names.
_COME_BEFORE = ("/admin/login/", "/admin/choose-clinic/")
_ACCEPTABLE = re.compile(r"^[A-Za-z0-9._-]{8,64}$")


class RequestIdMiddleware:
    """Takes a well-formed ``X-Request-ID`` from the caller, else makes one, and returns it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Bind the id for the length of the request."""
        given = request.headers.get("X-Request-ID", "")
        request_id = given if _ACCEPTABLE.match(given) else uuid.uuid4().hex
        request.META["REQUEST_ID"] = request_id
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        response = self.get_response(request)
        response["X-Request-ID"] = request_id
        return response


class UnreadBodyMiddleware:
    """Refuses a request whose body was not read: the front gave up on it, or it came without a length.

    WSGI would show either as an empty body. A change whose fields are all optional would then answer 200 and
    have changed nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer 408, 411 or 413, or go on."""
        if code := request.META.get(REFUSAL):
            return refusal(request, code)
        if "Transfer-Encoding" in request.headers and not request.META.get("CONTENT_LENGTH"):
            return refusal(request, "length_required")
        return self.get_response(request)


class ContentSecurityPolicyMiddleware:
    """Tells browsers that a page's scripts, styles and pictures come from this server or not at all.

    Django 6 brings the same with the same settings; then this class goes.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Add the header to every answer; the dashboard has its own policy."""
        response = self.get_response(request)
        dashboard = request.path.startswith("/admin/")
        policy = settings.DASHBOARD_CSP if dashboard else settings.SECURE_CSP
        limited = policy if _leads_to_an_application(request) else f"{policy}; {settings.FORM_CSP}"
        response["Content-Security-Policy"] = limited
        return response


def _leads_to_an_application(request: HttpRequest) -> bool:
    """Whether a form of the page may be answered by a redirect to the software that a person signs in to.

    Browsers hold `form-action` against every redirect that follows a form, and the software may redirect on
    to addresses that it never registered: no list of them would be right.
    """
    leads_to = request.GET.get("next", "") if request.path in _COME_BEFORE else request.path
    return leads_to.startswith(_ASKS_A_PERSON)
