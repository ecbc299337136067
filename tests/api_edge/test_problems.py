"""Every error is a problem that a program can read, whoever raised it."""

import json

import pytest
from django.db import OperationalError
from django.test import Client
from rest_framework.test import APIClient, APIRequestFactory

from backend.platform.api.problems import CONTENT_TYPE, PROBLEMS, exception_handler
from clinics.identity.models import Clinic
from tests.api_edge.checks import assert_problem
from tests.factories import api_for


def test_no_token_is_401_with_a_challenge(db: None) -> None:
    response = APIClient().get("/api/v1/patients")

    assert_problem(response, "not_authenticated")
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="api"'


def test_a_token_without_the_scope_is_403(clinic: Clinic) -> None:
    api = api_for(clinic, scopes="patients:read")

    assert api.get("/api/v1/patients").status_code == 200
    assert_problem(api.post("/api/v1/patients", {}), "permission_denied")
    assert_problem(api.get("/api/v1/clinic"), "permission_denied")


@pytest.mark.parametrize(
    "path", ["/api/v1/nothing", "/api/v1/patients/not-a-uuid", "/api/", "/api/v2/patients"]
)
def test_an_unknown_path_of_the_api_is_404(db: None, path: str) -> None:
    assert_problem(Client().get(path), "not_found")


def test_an_unknown_path_elsewhere_is_a_page_or_a_problem_as_the_caller_likes(db: None) -> None:
    page = Client().get("/nothing", headers={"accept": "text/html"})
    assert (page.status_code, page.headers["Content-Type"]) == (404, "text/html; charset=utf-8")

    assert_problem(Client().get("/nothing", headers={"accept": "application/json"}), "not_found")
    assert_problem(Client().get("/nothing", headers={"accept": CONTENT_TYPE}), "not_found")


def test_a_method_that_is_not_there_is_405_and_says_which_are(api: APIClient) -> None:
    response = api.delete("/api/v1/patients")

    assert_problem(response, "method_not_allowed")
    assert {"GET", "POST"} <= set(response.headers["Allow"].split(", "))


def test_a_media_type_nobody_speaks_is_406(api: APIClient) -> None:
    assert_problem(api.get("/api/v1/patients", headers={"accept": "application/xml"}), "not_acceptable")


def test_a_client_that_accepts_only_problems_is_answered(api: APIClient) -> None:
    success = api.get("/api/v1/patients", headers={"accept": CONTENT_TYPE})
    assert (success.status_code, success.headers["Content-Type"]) == (200, "application/json")

    refusal = api.get("/api/v1/patients?page_size=0", headers={"accept": CONTENT_TYPE})
    assert_problem(refusal, "invalid", "/page_size")


def test_every_problem_of_a_body_is_named_at_once_and_no_value_is_repeated(api: APIClient) -> None:
    response = api.post(
        "/api/v1/patients",
        {
            "given_name": 5,
            "birth_date": "1899-12-31",
            "sex_at_birth": "marker-choice",
            "contact": {"email": "marker-mail", "fax": "marker-fax"},
            "running_profile": {"usual_weekly_km": "marker-km", "shoe_age_months": 3.0},
            "id": "marker-id",
            "nick/name": "marker-nick",
        },
    )

    body = assert_problem(
        response,
        "invalid",
        "/given_name",
        "/family_name",
        "/birth_date",
        "/sex_at_birth",
        "/contact/email",
        "/contact/fax",
        "/running_profile/usual_weekly_km",
        "/running_profile/shoe_age_months",
        "/id",
        "",
    )
    codes = {error["pointer"]: error["code"] for error in body["errors"]}
    assert codes["/id"] == "read_only"
    assert codes["/contact/fax"] == codes[""] == "unknown_field"
    assert "marker" not in json.dumps(body)


@pytest.mark.holds("HZ-19")
def test_a_database_that_is_away_is_503_with_a_time_to_come_back(db: None) -> None:
    request = APIRequestFactory().get("/api/v1/patients")
    response = exception_handler(OperationalError("marker: connection refused"), {"request": request})

    assert response is not None
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert response.data["code"] == "unavailable"
    assert "marker" not in json.dumps(response.data)


def test_what_nobody_foresaw_is_500_and_says_nothing_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    request = APIRequestFactory().get("/api/v1/patients")
    try:
        raise RuntimeError("marker: name of a patient")
    except RuntimeError as exc:
        response = exception_handler(exc, {"request": request})

    assert response is not None
    assert (response.status_code, response.data["code"]) == (500, "internal_error")
    assert "marker" not in json.dumps(response.data)
    assert "marker" not in "".join(capsys.readouterr())


def test_a_request_id_comes_back_when_it_is_well_formed(api: APIClient) -> None:
    good = api.get("/api/v1/patients", headers={"x-request-id": "trace-12345"})
    bad = api.get("/api/v1/patients", headers={"x-request-id": "bad id; drop"})

    assert good.headers["X-Request-ID"] == "trace-12345"
    assert bad.headers["X-Request-ID"] != "bad id; drop"


@pytest.mark.parametrize("code", PROBLEMS)
def test_the_type_of_every_problem_is_a_page(client: Client, code: str) -> None:
    status, title, advice = PROBLEMS[code]
    page = client.get(f"/api/problems/{code}", headers={"accept": "text/html"})
    data = client.get(f"/api/problems/{code}", headers={"accept": "application/json"})

    assert page.status_code == 200
    assert page.headers["Content-Type"].startswith("text/html")
    assert data.json() == {"code": code, "status": status, "title": title, "advice": advice}


def test_a_problem_that_does_not_exist_has_no_page(client: Client) -> None:
    assert_problem(client.get("/api/problems/no-such"), "not_found")
