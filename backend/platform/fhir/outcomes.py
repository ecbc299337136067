"""Errors as FHIR has them: the same catalogue of problems, written as an OperationOutcome."""

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from rest_framework.permissions import SAFE_METHODS
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from backend.platform.api.parsers import StrictJSONParser
from backend.platform.api.problems import PROBLEMS, foreseen
from backend.platform.refusals import FieldProblem

CONTENT_TYPE = "application/fhir+json"


class FhirRenderer(JSONRenderer):
    """The answer as FHIR calls it."""

    media_type = CONTENT_TYPE
    format = "fhir"


class FhirAsJsonRenderer(JSONRenderer):
    """The same for who asks for plain JSON; FHIR wants the answer to be called what was asked for."""


class FhirParser(StrictJSONParser):
    """The same strict reading under FHIR's name."""

    media_type = CONTENT_TYPE


PREFIX = "/fhir/"

#: FHIR's word for each kind of problem (the code system ``issue-type``).
ISSUE_TYPES = {
    "bad_request": "invalid",
    "malformed": "structure",
    "not_authenticated": "login",
    "permission_denied": "forbidden",
    "not_found": "not-found",
    "method_not_allowed": "not-supported",
    "not_acceptable": "not-supported",
    "request_timeout": "timeout",
    "conflict": "conflict",
    "erased": "business-rule",
    "legal_hold": "business-rule",
    "escalation_unresolved": "business-rule",
    "pathway_incomplete": "business-rule",
    "request_in_progress": "lock-error",
    "gone": "deleted",
    "length_required": "required",
    "precondition_failed": "conflict",
    "body_too_large": "too-long",
    "unsupported_media_type": "not-supported",
    "invalid": "invalid",
    "idempotency_key_reused": "conflict",
    "precondition_required": "required",
    "throttled": "throttled",
    "internal_error": "exception",
    "unavailable": "transient",
}
_PLACE_TYPES = {
    "required": "required",
    "unknown_choice": "code-invalid",
    "unknown_code": "code-invalid",
    "not_found": "not-found",
    "unknown_field": "structure",
    "duplicate_key": "structure",
    "wrong_type": "structure",
    "unknown_parameter": "not-supported",
    "too_many": "too-costly",
    "too_long": "too-long",
}
_CHOICE = re.compile(r"^(value|occurrence|effective|item)(?=[A-Z])")


def is_fhir(request: HttpRequest | Request) -> bool:
    """True for everything below FHIR's own address."""
    return request.path.startswith(PREFIX)


def outcome(
    code: str,
    detail: str = "",
    errors: Iterable[FieldProblem] = (),
    *,
    kind: str = "",
    request_id: str = "",
) -> dict[str, Any]:
    """One problem: an issue for each place it names, or one for the whole.

    ``kind`` is the resource type that the places lie in; without it they are parameters of the request.
    """
    places = tuple(errors)
    issues = [
        _issue(code, _PLACE_TYPES.get(place.code, "value"), place.detail, place, kind) for place in places
    ]
    said = detail or PROBLEMS[code][1]
    return {
        "resourceType": "OperationOutcome",
        "issue": issues or [_issue(code, ISSUE_TYPES[code], said, None, kind, request_id)],
    }


def _issue(
    code: str, type_: str, text: str, place: FieldProblem | None, kind: str, request_id: str = ""
) -> dict[str, Any]:
    known = place.code if place else code
    issue: dict[str, Any] = {
        "severity": "fatal" if code == "internal_error" else "error",
        "code": type_,
        "details": {"coding": [{"system": f"{settings.BASE_URL}/api/problems", "code": known}], "text": text},
    }
    if request_id:
        issue["diagnostics"] = f"Request {request_id}"
    if place is not None:
        where = expression(place.pointer, kind)
        issue["expression" if kind else "location"] = [where]
    return issue


def expression(pointer: str, kind: str) -> str:
    """A JSON pointer as FHIRPath, such as ``QuestionnaireResponse.item[0].answer[0].value``.

    Without a type it is a parameter of the request, ``http.patient``.
    """
    found = kind or "http"
    for part in pointer.split("/")[1:]:
        step = _CHOICE.sub(r"\1.", part).partition(".")[0].removeprefix("_") if kind else part
        found += f"[{part}]" if part.isdigit() else f".{step}"
    return found


def informed(text: str, identity: str = "", not_kept: Iterable[str] = ()) -> dict[str, Any]:
    """What an operation answers with that went well; ``not_kept`` are the FHIRPaths of what it left out."""
    issues: list[dict[str, Any]] = [
        {"severity": "information", "code": "informational", "details": {"text": text}}
    ]
    issues += [
        {
            "severity": "warning",
            "code": "not-supported",
            "details": {"text": "Taken and not kept; it changes no answer."},
            "expression": [path],
        }
        for path in not_kept
    ]
    found = {"resourceType": "OperationOutcome", "issue": issues}
    return {**found, "id": identity} if identity else found


def exception_handler(exc: Exception, context: Mapping[str, Any]) -> Response | None:
    """Answer an exception of a FHIR view; what nobody foresaw is logged without its message."""
    request, view = context.get("request"), context.get("view")
    problem = foreseen(exc)
    method = request.method if request is not None else ""
    asking = method in {*SAFE_METHODS, *getattr(view, "searching", ())}  # the input are parameters
    status = problem.status_code
    if asking and problem.problem_code == "invalid":
        status = HTTPStatus.BAD_REQUEST
    body = outcome(
        problem.problem_code,
        str(problem.detail),
        problem.errors,
        kind="" if asking else str(getattr(view, "body_type", "")),
        request_id=request.META.get("REQUEST_ID", "") if request is not None else "",
    )
    return Response(body, status=status, headers={**problem.headers, "Cache-Control": "no-store"})


def outcome_response(
    request: HttpRequest, code: str, headers: Mapping[str, str] | None = None
) -> JsonResponse:
    """An error outside REST framework's views: unknown paths, failures of the middleware."""
    body = outcome(code, request_id=request.META.get("REQUEST_ID", ""))
    response = JsonResponse(
        body, status=PROBLEMS[code][0], content_type=CONTENT_TYPE, headers=dict(headers or {})
    )
    response["Cache-Control"] = "no-store"
    return response
