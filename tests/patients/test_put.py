"""A practice system keeps its patients in step by its own id."""

import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest
from django.db import connection
from rest_framework.test import APIClient

from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic
from tests.api_edge.checks import assert_matches, assert_problem, having_seen
from tests.factories import api_for, make_patient

URL = "/api/v1/patients/by-external-id"
BODY = {"given_name": "Robin", "family_name": "Runner", "contact": {"email": "robin@example.org"}}


def test_the_first_put_creates_and_says_where(api: APIClient) -> None:
    response = api.put(f"{URL}/P-1", BODY)

    assert response.status_code == 201
    assert_matches("Patient", response.json())
    assert response.json()["external_id"] == "P-1"
    read = api.get(response.headers["Location"])
    assert (read.json(), read.headers["ETag"]) == (response.json(), response.headers["ETag"])


def test_the_same_put_again_answers_the_same_and_changes_nothing(api: APIClient, clinic: Clinic) -> None:
    first = api.put(f"{URL}/P-1", BODY)
    again = api.put(f"{URL}/P-1", BODY)

    assert (again.status_code, again.json()) == (200, first.json())
    with clinic_scope(clinic.id):
        assert clinic.patients.count() == 1


def test_a_put_that_changes_something_needs_the_tag_of_what_it_replaces(api: APIClient) -> None:
    first = api.put(f"{URL}/P-1", BODY)
    changed = {**BODY, "given_name": "Rowan"}

    assert_problem(api.put(f"{URL}/P-1", changed), "precondition_required")
    assert_problem(api.put(f"{URL}/P-1", changed, headers={"if-match": '"stale"'}), "precondition_failed")
    assert api.get(first.headers["Location"]).json() == first.json()

    response = api.put(f"{URL}/P-1", changed, headers={"if-match": first.headers["ETag"]})
    assert (response.status_code, response.json()["given_name"]) == (200, "Rowan")


def test_a_put_replaces_every_field_but_whether_the_patient_is_archived(api: APIClient) -> None:
    archived = {"birth_date": "1990-01-01", "archived": True, "archive_reason": "duplicate"}
    first = api.put(f"{URL}/P-1", {**BODY, **archived}).json()
    body = {"given_name": "Robin", "family_name": "Runner", "running_profile": {"shoe_km": 5}}

    seen = having_seen(api, f"/api/v1/patients/{first['id']}")
    after = api.put(f"{URL}/P-1", body, headers=seen).json()

    assert after["birth_date"] is None
    assert after["contact"] == {"email": None, "phone": None}
    assert after["running_profile"]["shoe_km"] == 5
    assert after["archived_at"] == first["archived_at"] is not None


def test_a_put_that_has_seen_nothing_replaces_nothing(api: APIClient) -> None:
    api.put(f"{URL}/P-1", BODY)
    assert_problem(
        api.put(f"{URL}/P-1", {**BODY, "given_name": "Robert"}, headers={"if-match": "*"}),
        "precondition_required",
    )
    assert api.get("/api/v1/patients").json()["results"][0]["given_name"] == BODY["given_name"]


def test_if_match_never_creates_and_if_none_match_never_replaces(api: APIClient, clinic: Clinic) -> None:
    assert_problem(api.put(f"{URL}/P-1", BODY, headers={"if-match": "*"}), "precondition_failed")
    with clinic_scope(clinic.id):
        assert clinic.patients.count() == 0

    assert api.put(f"{URL}/P-1", BODY, headers={"if-none-match": "*"}).status_code == 201
    assert_problem(api.put(f"{URL}/P-1", BODY, headers={"if-none-match": "*"}), "precondition_failed")


def test_the_body_may_repeat_the_id_of_the_path_but_not_contradict_it(api: APIClient) -> None:
    assert api.put(f"{URL}/P-1", {**BODY, "external_id": "P-1"}).status_code == 201
    assert_problem(api.put(f"{URL}/P-1", {**BODY, "external_id": "P-2"}), "invalid", "/external_id")
    assert_problem(api.put(f"{URL}/P-1", {**BODY, "external_id": None}), "invalid", "/external_id")


@pytest.mark.parametrize("external_id", ["a/b", "ÄÖ 1", "x" * 100, "50%", "?#&=", "search", "..", "+"])
def test_any_id_of_one_line_works_in_the_path(api: APIClient, external_id: str) -> None:
    response = api.put(f"{URL}/{quote(external_id, safe='')}", BODY)

    assert (response.status_code, response.json()["external_id"]) == (201, external_id)


@pytest.mark.parametrize("external_id", ["a\0b", "a\tb", " a", "x" * 101, " "])
def test_an_id_that_is_none_is_refused_by_name(api: APIClient, external_id: str) -> None:
    assert_problem(api.put(f"{URL}/{quote(external_id, safe='')}", BODY), "invalid", "/external_id")


def test_the_same_id_in_another_clinic_is_another_patient(
    api: APIClient, other_api: APIClient, other_clinic: Clinic
) -> None:
    theirs = make_patient(other_clinic, external_id="P-1")

    mine = api.put(f"{URL}/P-1", {**BODY, "given_name": "Mine"})

    assert mine.status_code == 201
    assert mine.json()["id"] != str(theirs.pk)
    assert other_api.get(f"/api/v1/patients/{theirs.pk}").json()["given_name"] == "Robin"


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_creates_and_the_others_find_it(clinic: Clinic) -> None:
    clients = [api_for(clinic) for _ in range(8)]

    def put(api: APIClient) -> tuple[int, str]:
        try:
            response = api.put(f"{URL}/P-1", BODY)
            return response.status_code, response.json()["id"]
        finally:
            connection.close()

    with ThreadPoolExecutor(len(clients)) as pool:
        answers = list(pool.map(put, clients))

    assert sorted(status for status, _ in answers) == [200] * 7 + [201]
    assert len({patient_id for _, patient_id in answers}) == 1


@pytest.mark.django_db(transaction=True)
def test_a_change_waits_for_one_that_is_being_written_and_is_then_stale(clinic: Clinic) -> None:
    patient = make_patient(clinic)
    url = f"/api/v1/patients/{patient.pk}"
    api = api_for(clinic)
    tag = api.get(url).headers["ETag"]

    def patch() -> int:
        try:
            return api.patch(url, {"given_name": "Second"}, headers={"if-match": tag}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with clinic_scope(clinic.id):
            clinic.patients.filter(pk=patient.pk).update(given_name="First")
            second = pool.submit(patch)
            wait_until_somebody_waits_for_a_lock()
        assert second.result(timeout=10) == 412

    assert api.get(url).json()["given_name"] == "First"


def wait_until_somebody_waits_for_a_lock() -> None:
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    pytest.fail("The second change didn't wait.")
