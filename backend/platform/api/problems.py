"""Errors as RFC 9457 problem details, the same shape everywhere.

``{type, title, status, detail, instance, code, request_id, errors: [{pointer, code, detail}]}``: ``code`` is
stable and for programs, ``errors`` name each place in the body by JSON pointer. No submitted value is echoed.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from itertools import islice
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from django.urls import Resolver404, resolve
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from backend.platform.logs import places
from backend.platform.refusals import FieldProblem, Refusal

logger = structlog.get_logger(__name__)

CONTENT_TYPE = "application/problem+json"

#: Every problem the API answers with: its title, and what ``/api/problems/{code}`` says to do about it.
PROBLEMS: dict[str, tuple[int, str, str]] = {
    "bad_request": (400, "The request is not well-formed", "Its address, headers or form can't be read."),
    "malformed": (400, "The body is not valid JSON", "Send a JSON document encoded as UTF-8."),
    "not_authenticated": (
        401,
        "No valid access token",
        "Get a token from /oauth/token/ and send it as a Bearer token.",
    ),
    "permission_denied": (
        403,
        "The token doesn't allow this",
        "Ask for the scope the operation names in the API document.",
    ),
    "not_found": (404, "Not found", "It doesn't exist, or it isn't yours."),
    "method_not_allowed": (405, "Method not allowed", "The Allow header lists what is."),
    "not_acceptable": (406, "Not acceptable", "Accept application/json."),
    "request_timeout": (408, "The body did not arrive in time", "Send the whole body within ten seconds."),
    "conflict": (
        409,
        "It conflicts with the present state",
        "Read the resource again; detail says what is wrong.",
    ),
    "erased": (
        409,
        "The patient was erased",
        "Nothing is changed or added any more. Somebody who comes back is registered as a new patient.",
    ),
    "legal_hold": (
        409,
        "A legal hold forbids it",
        "Nothing was erased. Ask again when the hold has ended; detail says when and why.",
    ),
    "escalation_unresolved": (
        409,
        "Somebody is still called about this patient",
        "Nothing was erased. Acknowledge and resolve the patient's escalations first.",
    ),
    "pathway_incomplete": (
        409,
        "The clinic's emergency pathway is incomplete",
        "Set the emergency number, the destination and the on-call clinician: nothing is recorded before.",
    ),
    "request_in_progress": (
        409,
        "The same request is still running",
        "Try again after the seconds of Retry-After.",
    ),
    "gone": (
        410,
        "It is no longer kept",
        "Make a new export. A reader of changes goes on from the changes_cursor of that one.",
    ),
    "length_required": (411, "The length of the body is missing", "Send Content-Length; chunks aren't read."),
    "precondition_failed": (412, "It has changed since you read it", "Read it again and send its new ETag."),
    "body_too_large": (413, "The body is too large", "A body holds at most 64 KiB."),
    "unsupported_media_type": (415, "Unsupported media type", "Send application/json."),
    "invalid": (422, "The input is invalid", "Each entry of errors names a place in the body."),
    "idempotency_key_reused": (
        422,
        "The Idempotency-Key was used for another request",
        "Use a new key for a new request.",
    ),
    "precondition_required": (428, "If-Match is required", "Send the ETag you read as If-Match."),
    "throttled": (429, "Too many requests", "Wait for the seconds of Retry-After."),
    "internal_error": (500, "Something went wrong on our side", "Try again; tell us the request id."),
    "unavailable": (503, "Temporarily unavailable", "Try again after the seconds of Retry-After."),
}


#: How many places an answer names.
PLACES_NAMED = 20
#: The code of the entry that says how many places aren't named.
MORE = "more"


def bounded(errors: "Iterable[FieldProblem | Callable[[], FieldProblem]]") -> tuple[FieldProblem, ...]:
    """Return the first places and how many more there are, however many a body has.

    A problem that is dear to make comes as what makes it, and is made when named. Every answer that names
    places gets them from here, so none grows with what is wrong.
    """
    rest = iter(errors)
    first = tuple(one() if callable(one) else one for one in islice(rest, PLACES_NAMED))
    more = sum(1 for _ in rest)
    return (*first, FieldProblem("", MORE, f"{more} more are wrong.")) if more else first


#: Problems that say how a row stands, and so something of the patient whom it is about.
TELLING = frozenset({"conflict", "erased", "legal_hold", "escalation_unresolved", "gone"})
WITHHELD = "Why is told to who may read it."
#: What goes out with a problem, whoever raises it.
_HEADERS = {
    "not_authenticated": {"WWW-Authenticate": 'Bearer realm="api"'},
    "unavailable": {"Retry-After": "5"},
}


class Problem(exceptions.APIException):
    """Raise to answer with a problem of the catalogue.

    ``code`` is a key of ``PROBLEMS``; ``errors`` are the places it names; ``headers`` go out
    with it, beside those that each problem of the code has.
    ``telling``: its words say how a row stands, beyond what the code says always (``TELLING``).
    """

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        errors: "Iterable[FieldProblem | Callable[[], FieldProblem]]" = (),
        headers: Mapping[str, str] | None = None,
        telling: bool = False,
    ) -> None:
        self.problem_code = code
        self.telling = telling or code in TELLING
        self.status_code, title, _ = PROBLEMS[code]
        self.errors = bounded(errors)
        self.headers = {**_HEADERS.get(code, {}), **(headers or {})}
        super().__init__(detail or title, code)

    def without_words(self) -> "Problem":
        """The same refusal, which says no more of a row than that it is one."""
        errors = [FieldProblem(one.pointer, "refused", WITHHELD) for one in self.errors]
        return Problem(self.problem_code, WITHHELD, errors=errors, headers=self.headers)


#: What an exception means where a request is about something else than it says by itself; or makes it.
Meaning = Refusal | Problem | Callable[[Any], Refusal | Problem]
Meanings = Mapping[type[Exception], Meaning]


def meant(exc: Exception, meanings: Meanings) -> Exception:
    """What an exception means to a request; a service's refusal comes as the problem it is answered with."""
    meaning = next((meanings[kind] for kind in type(exc).__mro__ if kind in meanings), None)
    if meaning is not None:
        exc = meaning if isinstance(meaning, Exception) else meaning(exc)
    return _problem_of(exc) if isinstance(exc, Refusal) else exc


def _problem_of(refusal: Refusal) -> Problem:
    again = {} if refusal.retry_after is None else {"Retry-After": str(refusal.retry_after)}
    return Problem(
        refusal.code, refusal.detail, errors=refusal.places, headers=again, telling=refusal.telling
    )


@contextmanager
def placed(place: Callable[[FieldProblem], FieldProblem], meanings: Meanings) -> Iterator[None]:
    """Give every place that the block refuses its place in the request as it was sent."""
    try:
        yield
    except Exception as exc:
        problem = _translate(meant(exc, meanings))
        if problem is None:
            raise
        problem.errors = tuple(map(place, problem.errors))
        raise problem from None


class ProblemRenderer(JSONRenderer):
    """Lets a client that sends ``Accept: application/problem+json`` have its answer instead of a 406."""

    media_type = CONTENT_TYPE
    format = "problem"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """Render as JSON; an answer that is no problem isn't called one."""
        response = (renderer_context or {}).get("response")
        if response is not None and response.status_code < HTTPStatus.BAD_REQUEST:
            response["Content-Type"] = JSONRenderer.media_type
        return super().render(data, accepted_media_type, renderer_context)


def problem_body(
    request: HttpRequest | Request | None, code: str, detail: str = "", errors: Iterable[FieldProblem] = ()
) -> dict[str, Any]:
    """Build the document of one problem."""
    status, title, _ = PROBLEMS[code]
    return {
        "type": f"{settings.BASE_URL}/api/problems/{code}",
        "title": title,
        "status": status,
        "detail": detail or title,
        "instance": path_asked_for(request) if request is not None else "",
        "code": code,
        "request_id": request.META.get("REQUEST_ID", "") if request is not None else "",
        "errors": [error.as_dict() for error in errors],
    }


def path_asked_for(request: HttpRequest | Request) -> str:
    """The path without the caller's own texts: an id of theirs becomes its name, an unknown path nothing.

    Error bodies end up in logs, and what somebody typed into an address may be a name.
    """
    try:
        match = request.resolver_match or resolve(request.path_info)
    except Resolver404:
        return ""
    path = str(request.path)
    for name, value in match.kwargs.items():
        if isinstance(value, str):
            path = path.replace(value, f"{{{name}}}")
    return path


#: Messages of REST framework that repeat the value, by their code.
_WITHOUT_VALUE = {
    "invalid_choice": "Not one of the allowed values.",
    "does_not_exist": "Not found.",
    "incorrect_type": "Has the wrong type.",
}


def flatten(detail: Any, pointer: str = "") -> list[FieldProblem]:
    """Turn REST framework's nested error detail into JSON pointers."""
    if isinstance(detail, Mapping):
        return [
            problem
            for key, value in detail.items()
            for problem in flatten(
                value, pointer if key == "non_field_errors" else f"{pointer}/{escape(str(key))}"
            )
        ]
    if isinstance(detail, list) and any(isinstance(item, Mapping | list) for item in detail):
        return [
            problem for i, item in enumerate(detail) if item for problem in flatten(item, f"{pointer}/{i}")
        ]
    if isinstance(detail, list):
        return [problem for item in detail for problem in flatten(item, pointer)]
    code = getattr(detail, "code", None) or "invalid"
    return [FieldProblem(pointer, code, _WITHOUT_VALUE.get(code, str(detail)))]


def escape(part: str) -> str:
    """Escape one reference token of a JSON pointer (RFC 6901)."""
    return part.replace("~", "~0").replace("/", "~1")


#: What REST framework, Django and the database raise, and the problem behind it; the first match counts.
_CODES: tuple[tuple[type[Exception], str], ...] = (
    (Http404, "not_found"),
    (exceptions.NotFound, "not_found"),
    (PermissionDenied, "permission_denied"),
    (exceptions.PermissionDenied, "permission_denied"),
    (exceptions.NotAuthenticated, "not_authenticated"),
    (exceptions.AuthenticationFailed, "not_authenticated"),
    (exceptions.ParseError, "malformed"),
    (exceptions.MethodNotAllowed, "method_not_allowed"),
    (exceptions.NotAcceptable, "not_acceptable"),
    (exceptions.UnsupportedMediaType, "unsupported_media_type"),
    (RequestDataTooBig, "body_too_large"),
    (SuspiciousOperation, "bad_request"),
    (BadRequest, "bad_request"),
    (OperationalError, "unavailable"),
    (InterfaceError, "unavailable"),
)


def _translate(exc: Exception) -> Problem | None:
    """The problem behind an exception; ``None`` for one nobody foresaw."""
    if isinstance(exc, Problem):
        return exc
    if isinstance(exc, Refusal):
        return _problem_of(exc)
    if isinstance(exc, exceptions.ValidationError):
        return Problem("invalid", errors=flatten(exc.detail))
    if isinstance(exc, exceptions.Throttled):
        wait = getattr(exc, "wait", None) or 1
        return Problem("throttled", headers={"Retry-After": str(math.ceil(wait))})
    code = next((code for kind, code in _CODES if isinstance(exc, kind)), None)
    return Problem(code) if code else None


def foreseen(exc: Exception) -> Problem:
    """The problem behind an exception; one nobody foresaw is logged without its message."""
    problem = _translate(exc)
    if problem is None:
        logger.error("unhandled_exception", kind=type(exc).__name__, where=places(exc.__traceback__))
        problem = Problem("internal_error")
    if problem.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
        logger.warning("dependency_unavailable", kind=type(exc).__name__)
    return problem


def exception_handler(exc: Exception, context: Mapping[str, Any]) -> Response | None:
    """Answer an exception of a view as a problem."""
    problem = foreseen(exc)
    body = problem_body(context.get("request"), problem.problem_code, str(problem.detail), problem.errors)
    response = Response(body, status=problem.status_code, headers=problem.headers, content_type=CONTENT_TYPE)
    response["Cache-Control"] = "no-store"
    return response


def problem_response(
    request: HttpRequest, code: str, headers: Mapping[str, str] | None = None
) -> JsonResponse:
    """A problem outside REST framework's views: unknown paths, failures of the middleware."""
    response = JsonResponse(
        problem_body(request, code),
        status=PROBLEMS[code][0],
        content_type=CONTENT_TYPE,
        headers=dict(headers or {}),
    )
    response["Cache-Control"] = "no-store"
    return response
