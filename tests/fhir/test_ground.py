"""What every FHIR route does the same way: media types, errors, versions, and the server's own statement."""

import json
import re
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from assessments.fhir.capability import capability_statement
from backend.platform.api.problems import PROBLEMS
from backend.platform.fhir.outcomes import ISSUE_TYPES, expression
from clinics.checks.routes import routes
from patients.models import Patient
from tests.api_edge.checks import having_seen
from tests.factories import api_for
from tests.fhir.checks import CONTENT_TYPE, assert_outcome, assert_valid, fhir


def test_every_problem_has_its_kind_of_issue() -> None:
    assert set(ISSUE_TYPES) == set(PROBLEMS)


@pytest.mark.parametrize("path", ["/fhir/nothing", "/fhir/Patient/", "/fhir/", "/fhir/Patient/no-uuid"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_an_unknown_path_is_an_outcome(db: None, path: str, method: str) -> None:
    assert_outcome(Client().generic(method, path), "not_found")


def test_no_token_and_a_token_without_the_scope_are_outcomes(patient: Patient) -> None:
    answer = Client().get("/fhir/Patient")
    assert_outcome(answer, "not_authenticated")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="api"'
    api = api_for(patient.clinic, scopes="protocols:read")
    assert_outcome(api.get(f"/fhir/Patient/{patient.id}"), "permission_denied")


def test_methods_formats_and_bodies_that_nobody_speaks_are_outcomes(api: APIClient) -> None:
    answer = api.delete("/fhir/Patient")
    assert_outcome(answer, "method_not_allowed")
    assert "GET" in answer.headers["Allow"]
    assert_outcome(api.get("/fhir/Patient", headers={"accept": "application/fhir+xml"}), "not_acceptable")
    assert_outcome(api.get("/fhir/Patient?_format=xml"), "not_acceptable")
    other = {"accept": "application/fhir+json; fhirVersion=5.0"}
    assert_outcome(api.get("/fhir/Patient", headers=other), "not_acceptable")
    xml = api.generic("POST", "/fhir/QuestionnaireResponse", "<a/>", content_type="application/fhir+xml")
    assert_outcome(xml, "unsupported_media_type")
    broken = api.generic("POST", "/fhir/QuestionnaireResponse", "{", content_type=CONTENT_TYPE)
    assert_outcome(broken, "malformed")
    chunked = api.generic("POST", "/fhir/QuestionnaireResponse", headers={"transfer-encoding": "chunked"})
    assert_outcome(chunked, "length_required")


def test_too_many_requests_are_an_outcome(api: APIClient, settings: Settings) -> None:
    settings.RATE_LIMIT_PER_MINUTE = 0
    answer = api.get("/fhir/Patient")
    assert_outcome(answer, "throttled")
    assert int(answer.headers["Retry-After"]) <= 60


def test_a_database_that_is_away_is_an_outcome(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any) -> None:
        raise OperationalError

    monkeypatch.setattr("patients.fhir.PatientSearch.rows", away)
    answer = api.get("/fhir/Patient")
    assert_outcome(answer, "unavailable")
    assert answer.headers["Retry-After"] == "5"


def test_what_nobody_foresaw_is_an_outcome_without_its_message(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("Robin Runner")

    monkeypatch.setattr("patients.fhir.PatientSearch.rows", broken)
    answer = api.get("/fhir/Patient")
    assert answer.status_code == 500
    assert "Robin" not in answer.content.decode()
    assert_valid(answer.json())


def test_plain_json_is_answered_as_plain_json(api: APIClient) -> None:
    answer = api.get("/fhir/Patient", headers={"accept": "application/json"})
    assert answer.headers["Content-Type"] == "application/json"
    for accept in ("application/fhir+json", "*/*", "application/fhir+json; fhirVersion=4.0"):
        fhir(api.get("/fhir/Patient", headers={"accept": accept}))
    fhir(api.get("/fhir/Patient?_format=json"))


def test_a_reader_who_has_the_version_gets_nothing_again(api: APIClient, patient: Patient) -> None:
    first = api.get(f"/fhir/Patient/{patient.id}")
    version = fhir(first)["meta"]["versionId"]
    assert first.headers["ETag"] == f'W/"{version}"'
    for tag in (f'W/"{version}"', f'"{version}"'):
        again = api.get(f"/fhir/Patient/{patient.id}", headers={"if-none-match": tag})
        assert (again.status_code, again.content) == (304, b"")
    native = f"/api/v1/patients/{patient.id}"
    api.patch(native, {"family_name": "Walker"}, headers=having_seen(api, native))
    changed = api.get(f"/fhir/Patient/{patient.id}", headers={"if-none-match": first.headers["ETag"]})
    assert fhir(changed)["meta"]["versionId"] != version


def test_pointers_become_fhirpath() -> None:
    pointer = "/item/0/item/2/answer/0/valueCoding"
    assert (
        expression(pointer, "QuestionnaireResponse")
        == "QuestionnaireResponse.item[0].item[2].answer[0].value"
    )
    assert expression("/_count", "") == "http._count"


def test_the_capability_statement_says_what_the_routes_are() -> None:
    """Read from the URL configuration a second way, by the addresses alone."""
    statement = capability_statement()
    assert_valid(statement)
    said = {
        (found["type"], item["code"])
        for found in statement["rest"][0]["resource"]
        for item in found["interaction"]
    }
    assert said == set(interactions())
    operations = {
        f"{found['type']}/${item['name']}"
        for found in statement["rest"][0]["resource"]
        for item in found.get("operation", [])
    }
    assert operations == {
        re.sub("/<.*>", "", route.path.removeprefix("fhir/"))
        for route in routes()
        if route.path.startswith("fhir/") and "$" in route.path
    }


def interactions() -> Any:
    for route in routes():
        path = route.path.removeprefix("fhir/")
        kind = path.partition("/")[0]
        if not route.path.startswith("fhir/") or not kind[0].isupper() or "$" in path or "_search" in path:
            continue
        for method in route.methods:
            if "/" in path:
                yield kind, {"GET": "read", "PUT": "update"}[method]
            else:
                yield kind, {"GET": "search-type", "POST": "create"}[method]


def test_every_parameter_that_is_named_is_understood(api: APIClient) -> None:
    samples = {"date": "ge2026-01-01", "reference": "Patient/4f7c3e0e-0000-4000-8000-000000000000"}
    # What no row can ever have is refused: see test_tokens.
    codes = {("Task", "status"): "requested"}
    for found in capability_statement()["rest"][0]["resource"]:
        for parameter in found.get("searchParam", []):
            named = (found["type"], parameter["name"])
            value = codes.get(named) or samples.get(parameter["type"], "nothing")
            fhir(api.get(f"/fhir/{found['type']}", {parameter["name"]: value}))
        if {"code": "search-type"} not in found["interaction"]:
            continue
        bad = api.get(f"/fhir/{found['type']}", {"_include": "x", "_count": "many"})
        assert_outcome(bad, "invalid", "http._include", "http._count", status=400)


def test_what_the_server_says_of_itself_is_open_and_may_be_kept(db: None) -> None:
    answer = Client().get("/fhir/metadata")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, CONTENT_TYPE)
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert json.loads(answer.content)["fhirVersion"] == "4.0.1"
    smart = Client().get("/fhir/.well-known/smart-configuration")
    assert smart.headers["Content-Type"] == "application/json"
    assert smart.json()["token_endpoint"].endswith("/oauth/token/")
