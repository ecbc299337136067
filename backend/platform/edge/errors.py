"""Errors outside REST framework's views: for programs as their part of the service has them, else a page."""

import sys

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html

from backend.platform.api.problems import CONTENT_TYPE, PROBLEMS, problem_response
from backend.platform.fhir.outcomes import is_fhir, outcome_response
from backend.platform.refusals import Refusal

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"></head>
<body><h1>{title}</h1><p>{advice}</p></body></html>
"""


def plain_page(title: str, advice: str, status: int) -> HttpResponse:
    """A page that needs no template, no style sheet and no database."""
    response = HttpResponse(format_html(_PAGE, title=title, advice=advice), status=status)
    response["Cache-Control"] = "no-store"
    return response


def wants_problem(request: HttpRequest) -> bool:
    """True for everything under the API and for whoever prefers JSON to HTML."""
    if request.path.startswith(("/api/", "/cds-services", "/oauth/token")):
        return True
    return request.get_preferred_type(["text/html", "application/json", CONTENT_TYPE]) in {
        "application/json",
        CONTENT_TYPE,
    }


def refusal(request: HttpRequest, code: str) -> HttpResponse:
    """A problem as the part of the service that was asked writes its errors."""
    return outcome_response(request, code) if is_fhir(request) else problem_response(request, code)


def answer_error(request: HttpRequest, code: str) -> HttpResponse:
    """A problem as the part of the service, or the caller, wants its errors."""
    if is_fhir(request):
        return outcome_response(request, code)
    if wants_problem(request):
        return problem_response(request, code)
    status, title, advice = PROBLEMS[code]
    return plain_page(title, advice, status)


def answer_refusal(request: HttpRequest, refused: Refusal) -> HttpResponse:
    """What a service refused, to whoever asked for a page; who was erased is nowhere to be found."""
    code = "not_found" if refused.code == "erased" else refused.code
    status, title, advice = PROBLEMS[code]
    if code == "not_found" or is_fhir(request) or wants_problem(request):
        return answer_error(request, code)
    return plain_page(title, refused.spoken or advice, status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, or 413 when the body is what Django refused."""
    return answer_error(
        request, "body_too_large" if isinstance(exception, RequestDataTooBig) else "bad_request"
    )


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """403."""
    return answer_error(request, "permission_denied")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """404, which says nothing about what else there is."""
    return answer_error(request, "not_found")


def server_error(request: HttpRequest) -> HttpResponse:
    """500; 503 when it is the database that doesn't answer."""
    away = isinstance(sys.exc_info()[1], OperationalError | InterfaceError)
    response = answer_error(request, "unavailable" if away else "internal_error")
    if away:
        response["Retry-After"] = "5"
    return response
