"""No error repeats what was sent: neither its body and headers nor what is logged about it."""

import uuid
from base64 import b64encode
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from backend.platform.api.problems import PLACES_NAMED
from clinics.identity.models import Clinic, User
from patients.models import Patient
from tests.api_edge.checks import assert_problem
from tests.factories import assessment_body, make_patient
from tests.privacy.marker import (
    MARKER,
    holds_marker,
    logged,
    marked_answers,
    marked_patient,
    submission,
    wrong_answers,
)

TOO_LONG = MARKER * 300
UNKNOWN = uuid.UUID(int=1)


def assert_silent(response: Any) -> None:
    """The answer is an error and holds the marker neither in its body nor in its headers."""
    assert response.status_code >= 400, response.content
    assert not holds_marker(response.content), response.content
    assert not holds_marker(str(response.headers)), response.headers


def test_no_wrong_answer_is_repeated(api: APIClient) -> None:
    with logged() as lines:
        for name, answers in wrong_answers():
            response = api.post("/api/v1/evaluations", submission(answers))
            assert_silent(response)
            pointers = [error["pointer"] for error in response.json()["errors"]]
            assert any(pointer.startswith(f"/answers/{name}") for pointer in pointers), (name, pointers)
    assert lines, "a refused request is logged, without what it said"


def test_no_wrong_answer_of_an_assessment_is_repeated(api: APIClient, patient: Patient) -> None:
    names = sorted({name for name, _ in wrong_answers()})
    everything = {name: [{"code": MARKER}] for name in names}
    answers = assessment_body(patient)["answers"]
    with logged():
        assert_silent(api.post("/api/v1/assessments", assessment_body(patient, everything)))
        for at in range(0, len(names), PLACES_NAMED // 2):  # an answer names only so many places
            batch = names[at : at + PLACES_NAMED // 2]
            wrong = {name: everything[name] for name in batch}
            response = api.post("/api/v1/assessments", assessment_body(patient, {**answers, **wrong}))
            assert_silent(response)
            pointers = {error["pointer"] for error in response.json()["errors"]}
            for name in batch:
                assert any(pointer.startswith(f"/answers/{name}") for pointer in pointers), (name, pointers)


@pytest.mark.parametrize("field", ["patient", "assessed_at", "assessor_role", "protocol_version", "answers"])
def test_no_wrong_field_of_an_assessment_is_repeated(api: APIClient, patient: Patient, field: str) -> None:
    with logged():
        for value in (MARKER, [MARKER], {"bladder_change": MARKER}):
            body = {**assessment_body(patient), field: value}
            assert_silent(api.post("/api/v1/assessments", body))
        reasons = {"bladder_change": MARKER}
        assert_silent(api.post("/api/v1/assessments", assessment_body(patient, absent_reasons=reasons)))


@pytest.mark.parametrize("field", sorted(marked_patient()))
def test_no_wrong_field_of_a_patient_is_repeated(api: APIClient, patient: Patient, field: str) -> None:
    with logged():
        for value in (TOO_LONG, [TOO_LONG], {"email": TOO_LONG, "goal_event": {"type": TOO_LONG}}):
            assert_silent(api.post("/api/v1/patients", {**marked_patient(), field: value}))
            assert_silent(api.put(f"/api/v1/patients/by-external-id/{MARKER}", {field: value}))
            assert_silent(api.patch(f"/api/v1/patients/{patient.id}", {field: value}))
            assert_silent(api.post("/api/v1/patients/search", {field: value, "birth_date": MARKER}))


def test_no_wrong_step_is_repeated(api: APIClient, patient: Patient) -> None:
    answers = marked_answers(bladder_change="yes")
    document = api.post("/api/v1/assessments", assessment_body(patient, answers)).json()
    assert holds_marker(str(document)), "the successful answer shows it"
    assessment, escalation = (
        f"/api/v1/assessments/{document['id']}",
        f"/api/v1/escalations/{document['escalation']}",
    )
    with logged():
        for path in (f"{assessment}/amendments", f"{assessment}/overrides"):
            for body in ({"reason": MARKER}, {"reason": TOO_LONG, "decision": MARKER, "finding": MARKER}):
                assert_silent(api.post(path, body))
        handover = {"handover": {"to": TOO_LONG, "at": MARKER}, "exclusion": {"by": MARKER, "text": TOO_LONG}}
        wrong = {"decision": "continue_running", "reason": MARKER, **handover}
        assert_silent(api.post(f"{assessment}/overrides", wrong))
        for step in ("acknowledge", "resolve", "reopen"):
            body = {"outcome": MARKER, "reason": MARKER}
            assert_silent(api.post(f"{escalation}/{step}", {**body, "on_behalf_of": MARKER}))
        assert_silent(api.post(f"{escalation}/resolve", {"outcome_code": MARKER, "outcome": MARKER}))
        assert_silent(api.post(f"/api/v1/follow-ups/{UNKNOWN}/response", submission(marked_answers())))


def test_no_bad_request_is_repeated(api: APIClient, patient: Patient) -> None:
    with logged() as lines:
        for request in bad_requests(api, patient):
            assert_silent(request())
    assert {line["status"] for line in lines if "status" in line} >= {400, 404, 422}


def bad_requests(api: APIClient, patient: Patient) -> Iterator[Callable[[], Any]]:
    """One of every kind that ends before or beside the fields of a body."""
    post, get = api.post, api.get
    url = "/api/v1/assessments"
    for text in (f'{{"{MARKER}', f'"{MARKER}"', f'["{MARKER}"]', f"{{'{MARKER}': NaN}}", MARKER * 9000):
        yield lambda text=text: post(url, text, content_type="application/json")
    yield lambda: post(url, MARKER.encode() + b"\xff", content_type="application/json")
    yield lambda: post(url, MARKER, content_type="text/plain")
    yield lambda: post(url, MARKER, content_type=f"text/{MARKER}")
    yield lambda: post(url, {}, HTTP_TRANSFER_ENCODING="chunked", CONTENT_LENGTH="")
    yield lambda: post(url, {}, HTTP_IDEMPOTENCY_KEY=f"{MARKER} {MARKER}")
    yield lambda: get(url, HTTP_ACCEPT=f"application/{MARKER}")
    yield lambda: Client().get(url, HTTP_AUTHORIZATION=f"Bearer {MARKER}")
    yield lambda: get(url, HTTP_HOST=f"{MARKER}.example")
    yield lambda: get(f"/api/v1/patients/{patient.id}", HTTP_X_ACCESS_PURPOSE=TOO_LONG)
    yield lambda: get("/api/v1/patients", {"cursor": MARKER, "page_size": MARKER, "updated_since": MARKER})
    yield lambda: get("/api/v1/patients", {"name": MARKER})
    yield lambda: get("/api/v1/escalations", {"patient": MARKER, "state": MARKER})
    for path in ("patients", "patients/by-external-id", "assessments", "protocols", "nothing"):
        yield lambda path=path: get(f"/api/v1/{path}/{MARKER}")
    yield lambda: get(f"/api/problems/{MARKER}")
    yield lambda: Client().post(f"/api/v1/patients/{MARKER}")
    yield lambda: Client().post("/oauth/token/", {"client_id": f"{MARKER}\0"})
    nul = b64encode(f"{MARKER}\0:{MARKER}".encode()).decode()
    yield lambda: Client().post("/oauth/token/", HTTP_AUTHORIZATION=f"Basic {nul}")
    grant = {"grant_type": "client_credentials", "client_id": MARKER, "client_secret": MARKER}
    for changes in ({}, {"grant_type": MARKER}, {"scope": MARKER}):
        yield lambda changes=changes: Client().post("/oauth/token/", {**grant, **changes})
    yield lambda: Client().get(f"/{MARKER}", HTTP_ACCEPT="text/html")


def test_a_refused_external_id_is_not_repeated(api: APIClient, clinic: Clinic) -> None:
    other = make_patient(clinic)
    assert api.post("/api/v1/patients", marked_patient()).status_code == 201
    path = f"/api/v1/patients/by-external-id/{MARKER}-1"
    with logged():
        refused = api.post("/api/v1/patients", marked_patient())
        assert_problem(refused, "conflict", "/external_id")
        assert_silent(refused)
        etag = api.get(f"/api/v1/patients/{other.id}").headers["ETag"]
        taken = api.patch(f"/api/v1/patients/{other.id}", {"external_id": f"{MARKER}-1"}, HTTP_IF_MATCH=etag)
        assert_problem(taken, "conflict", "/external_id")
        assert_silent(taken)
        unasked = api.put(path, {**marked_patient(), "given_name": "Other"})
        assert_problem(unasked, "precondition_required")
        assert_silent(unasked)
        assert unasked.json()["instance"] == "/api/v1/patients/by-external-id/{external_id}"


def test_a_database_that_refuses_a_row_says_its_kind_and_never_the_row(api: APIClient) -> None:
    api.raise_request_exception = False
    refuse("patients_patient", on="INSERT")
    with logged() as lines:
        response = api.post("/api/v1/patients", marked_patient())
    assert_problem(response, "internal_error")
    assert_silent(response)
    (said,) = [line for line in lines if line["event"] == "unhandled_exception"]
    assert said["kind"] == "InternalError"
    assert any("register_patient" in place for place in said["where"])


def test_a_failure_outside_the_api_says_its_kind_and_never_the_row(db: None) -> None:
    make_person()
    client = Client(raise_request_exception=False)
    refuse("clinics_user", on="UPDATE")
    with logged() as lines:
        response = client.post("/admin/login/", {"username": MARKER, "password": "correct horse"})
    assert response.status_code == 500, response.content
    assert_silent(response)
    assert [line["kind"] for line in lines if "kind" in line] == ["InternalError"], lines


def make_person() -> None:
    """Somebody who may sign in, and whose row says who they are."""
    names = {"first_name": MARKER, "email": f"{MARKER}@example.org"}
    User.objects.create_user(MARKER, password="correct horse", is_staff=True, **names)


_REPEAT = """CREATE FUNCTION repeat_the_row() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'refused: %', NEW USING ERRCODE = 'XX000'; END $$"""


def refuse(table: str, *, on: str) -> None:
    """Let PostgreSQL refuse rows with a message that repeats them, until the test is rolled back."""
    statements = (
        "SET ROLE NONE",
        _REPEAT,
        f"CREATE TRIGGER refuse BEFORE {on} ON {table} FOR EACH ROW EXECUTE FUNCTION repeat_the_row()",
        "SET ROLE rtr_app",
    )
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.mark.parametrize("key", [MARKER, f"anna {MARKER}", f"ä{MARKER}", "a" * 65 + MARKER, "1985-03-12"])
def test_a_name_that_was_used_as_a_key_is_not_repeated(api: APIClient, patient: Patient, key: str) -> None:
    """Its place is the object around it; a misspelt field's own name is still shown."""
    person = {"given_name": "Ada", "family_name": "Byron", "given_nam": "x"}
    with logged() as lines:
        refused = api.post("/api/v1/patients", {**person, "contact": {key: "x"}, key: 1})
        pointers = {error["pointer"] for error in refused.json()["errors"]}
        assert pointers == {"", "/contact", "/given_nam"}
        duplicate = f'{{"contact": {{"{key}": 1, "{key}": 2}}}}'
        for answer in (
            refused,
            api.post("/api/v1/patients", duplicate, content_type="application/json"),
            api.post("/api/v1/evaluations", submission({key: "no"})),
            api.post("/api/v1/assessments", {**assessment_body(patient), "absent_reasons": {key: "unknown"}}),
            api.get("/api/v1/patients", {key: "x"}),
            api.get("/fhir/Patient", {key: "x"}),
        ):
            assert answer.status_code >= 400, answer.content
            assert key not in answer.content.decode()
    assert not any(key in line for line in map(str, lines))
