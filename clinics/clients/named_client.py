"""Which client an OAuth request speaks of: read once, for the clinic that it runs in and for who it is.

The toolkit reads header, form and address each in its own way, and takes the last of a repeated field. So
whatever could be read in two ways is refused before it is read, and what is left has one meaning.
"""

import base64
import binascii
from urllib.parse import unquote_plus

from django.http import HttpRequest, JsonResponse

from clinics.clients.services.signed_tokens import TokenRefusedError, read_hint

#: Where the client that was named stands in ``request.META``: no header of a caller's gets a name like it.
NAMED = "clinics.clients.named_client"
#: Pages where people say yes or no; what identifies the client stands in the address there.
_FOR_PEOPLE = "/oauth/authorize/"


class AmbiguousRequestError(Exception):
    """It could be read as speaking of two clients, or can't be read; the message is the reason's code."""


def named_client(request: HttpRequest) -> str:
    """The client id that the request speaks of, empty without one; raises ``AmbiguousRequestError``.

    Nothing is proved by it. Also refuses NUL in any field: PostgreSQL can't even look for one.
    """
    for fields in (request.GET, request.POST):
        for _, values in fields.lists():
            if len(values) > 1:
                raise AmbiguousRequestError("repeated")
            if "\0" in str(values[0]):
                raise AmbiguousRequestError("form")
    if request.path == _FOR_PEOPLE:
        return _only(request.GET.get("client_id", ""), request.POST.get("client_id", ""))
    if request.GET:  # credentials never stand in an address (RFC 6749, 2.3.1)
        raise AmbiguousRequestError("query")
    return _only(_of_header(request), request.POST.get("client_id", ""), _of_assertion(request))


def refusal(request: HttpRequest, reason: AmbiguousRequestError) -> JsonResponse:
    """The answer to what can't be read in one way (RFC 6749, 5.2)."""
    twice = str(reason) == "client" and request.path != _FOR_PEOPLE
    error, status = ("invalid_client", 401) if twice else ("invalid_request", 400)
    body = {"error": error, "error_description": str(reason)}
    return JsonResponse(body, status=status, headers={"Cache-Control": "no-store"})


def _only(*named: str) -> str:
    found = {one for one in named if one}
    if len(found) > 1:
        raise AmbiguousRequestError("client")
    return next(iter(found), "")


def _of_header(request: HttpRequest) -> str:
    """The user of HTTP Basic (RFC 6749, 2.3.1), spelled as only one reading of it allows."""
    header = request.headers.get("Authorization")
    if header is None:
        return ""
    scheme, _, encoded = header.partition(" ")
    if any(name in request.POST for name in ("client_secret", "client_assertion", "client_assertion_type")):
        raise AmbiguousRequestError("client")
    try:
        pair = base64.b64decode(encoded, validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        raise AmbiguousRequestError("form") from None
    user, colon, secret = pair.partition(":")
    named = unquote_plus(user)
    canonical = base64.b64encode(pair.encode()).decode() == encoded
    if scheme != "Basic" or not (canonical and colon and named) or "\0" in named + unquote_plus(secret):
        raise AmbiguousRequestError("form")
    return named


def _of_assertion(request: HttpRequest) -> str:
    """The subject that an assertion names; one that can't be read names nobody, and is refused as such."""
    assertion = request.POST.get("client_assertion", "")
    if assertion and "client_secret" in request.POST:
        raise AmbiguousRequestError("client")
    try:
        return read_hint(assertion).subject if assertion else ""
    except TokenRefusedError:
        return ""
