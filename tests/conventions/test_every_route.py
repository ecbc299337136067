"""What every route does the same way, walked from the URL configuration."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from clinics.identity.models import Clinic
from clinics.identity.scopes import ALL_SCOPES
from tests.api_edge.checks import assert_refusal
from tests.conventions.routes import METHODS, Route, operation_id, operations, routes
from tests.security.hospital import hospital_api

#: What has a body in JSON: a search by POST has a form.
WITH_BODY = [
    (route, method)
    for route, method in operations()
    if method in {"POST", "PUT", "PATCH"} and not route.path.endswith("_search")
]
each_operation = pytest.mark.parametrize(("route", "method"), operations(), ids=operation_id)
each_with_body = pytest.mark.parametrize(("route", "method"), WITH_BODY, ids=operation_id)


Caller = Callable[[Route], APIClient]


@pytest.fixture
def caller(api: APIClient, clinic: Clinic) -> Caller:
    """Somebody who may ask a route: with a token of ours, or signing as a hospital's software does."""
    return lambda route: hospital_api(clinic, " ".join(ALL_SCOPES)) if route.is_signed else api


def test_the_walk_finds_the_routes() -> None:
    assert {"patients", "assessment", "follow-up-response", "clinic"} <= {route.name for route in routes()}
    assert len(operations()) >= 20
    assert {"fhir-patients", "fhir-task", "fhir-process-response", "cds-feedback"} <= {
        route.name for route in routes()
    }


@each_operation
def test_without_a_token_it_is_401(db: None, route: Route, method: str) -> None:
    response = APIClient().generic(method, route.path)

    assert_refusal(response, "not_authenticated")
    assert response.headers["WWW-Authenticate"]


@each_operation
def test_the_answer_is_not_for_caches_and_carries_the_request_id(
    caller: Caller, route: Route, method: str
) -> None:
    response = caller(route).generic(method, route.path, headers={"x-request-id": "trace-0123456789"})

    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Request-ID"] == "trace-0123456789"


@each_operation
def test_the_answer_says_how_many_requests_are_left(caller: Caller, route: Route, method: str) -> None:
    response = caller(route).generic(method, route.path)

    quota = "recording" if method in getattr(route.view, "cannot_wait", ()) else "application"
    assert response.headers["RateLimit-Policy"].startswith('"application";q=')
    assert response.headers["RateLimit"].startswith(f'"{quota}";r=')


@each_operation
def test_a_media_type_nobody_speaks_is_406(caller: Caller, route: Route, method: str) -> None:
    response = caller(route).generic(method, route.path, headers={"accept": "application/xml"})

    assert_refusal(response, "not_acceptable")


@pytest.mark.parametrize("route", routes(), ids=operation_id)
def test_every_other_method_is_405_and_says_which_there_are(caller: Caller, route: Route) -> None:
    for method in set(METHODS) - set(route.methods):
        response = caller(route).generic(method, route.path)
        assert_refusal(response, "method_not_allowed")
        assert set(route.methods) <= set(response.headers["Allow"].split(", "))


@each_with_body
def test_a_body_of_another_media_type_is_415(caller: Caller, route: Route, method: str) -> None:
    response = caller(route).generic(
        method,
        route.path,
        "<a/>",
        content_type="application/xml",
        headers=present_state(caller, route, method),
    )

    assert_refusal(response, *expected(response, "unsupported_media_type"))


@each_with_body
def test_a_body_that_is_no_json_is_400(caller: Caller, route: Route, method: str) -> None:
    response = caller(route).generic(
        method, route.path, "{", content_type="application/json", headers=present_state(caller, route, method)
    )

    assert_refusal(response, *expected(response, "malformed"))


def present_state(caller: Caller, route: Route, method: str) -> dict[str, str]:
    """``If-Match`` as it is there; of a row that isn't there it is never looked at, and a POST takes none."""
    if method == "POST":
        return {}
    return {"if-match": caller(route).get(route.path).get("ETag", '"of no state"')}


def expected(response: object, code: str) -> tuple[str, ...]:
    """The problem of the body; or 404, for views that look for the row of the address first."""
    return ("not_found",) if getattr(response, "status_code", 0) == 404 else (code,)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "path",
    ["/api/v1/nothing", "/api/v1/patients/", "/api/v1/", "/api/v9/patients", "/fhir/", "/fhir/Patient/"],
)
def test_an_unknown_path_is_404_for_every_method(api: APIClient, path: str, method: str) -> None:
    assert_refusal(api.generic(method, path), "not_found")
