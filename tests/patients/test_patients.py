"""Registering, reading, listing and changing the patients of a clinic."""

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic
from patients.models import Patient
from tests.api_edge.checks import assert_matches, assert_problem
from tests.factories import api_for, make_patient

URL = "/api/v1/patients"
FULL = {
    "external_id": "P-1",
    "given_name": "Robin",
    "family_name": "Runner",
    "birth_date": "1990-02-28",
    "sex_at_birth": "female",
    "contact": {"email": "robin@example.org", "phone": "+44 20 7946 0000"},
    "running_profile": {
        "usual_weekly_km": 32.5,
        "shoe_km": 410.0,
        "shoe_age_months": 7,
        "goal_event": {"type": "half marathon", "date": "2026-10-04", "distance_km": 21.1},
    },
}
NAMED = {"given_name": "Robin", "family_name": "Runner"}


def url_of(patient_id: object) -> str:
    return f"{URL}/{patient_id}"


def change(api: APIClient, patient_id: object, **fields: Any):
    tag = api.get(url_of(patient_id)).headers["ETag"]
    return api.patch(url_of(patient_id), fields, headers={"if-match": tag})


def test_a_patient_comes_back_as_registered_with_the_address_of_the_record(api: APIClient) -> None:
    response = api.post(URL, FULL)

    assert response.status_code == 201
    body = response.json()
    assert_matches("Patient", body)
    assert {name: body[name] for name in FULL} == FULL
    assert body["archived_at"] is None
    assert uuid.UUID(body["id"]).version == 7
    assert response.headers["Location"] == f"http://testserver{url_of(body['id'])}"
    assert api.get(response.headers["Location"]).json() == body


def test_what_is_not_said_is_null_and_never_guessed(api: APIClient) -> None:
    body = api.post(URL, NAMED).json()

    assert_matches("Patient", body)
    assert (body["external_id"], body["birth_date"], body["sex_at_birth"]) == (None, None, "unknown")
    assert body["contact"] == {"email": None, "phone": None}
    assert body["running_profile"] == dict.fromkeys(
        ("usual_weekly_km", "shoe_km", "shoe_age_months", "goal_event")
    )


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/given_name", ""),
        ("/given_name", "  "),
        ("/given_name", None),
        ("/given_name", 5),
        ("/given_name", ["Robin"]),
        ("/given_name", "a" * 101),
        ("/family_name", "two\nlines"),
        ("/family_name", "bell\x07"),
        ("/external_id", ""),
        ("/external_id", 17),
        ("/external_id", "x" * 101),
        ("/external_id", "tab\there"),
        ("/birth_date", "1899-12-31"),
        ("/birth_date", "28.02.1990"),
        ("/birth_date", "1990-02-30"),
        ("/birth_date", "2999-01-01"),
        ("/birth_date", 19900228),
        ("/sex_at_birth", "f"),
        ("/sex_at_birth", None),
        ("/sex_at_birth", ""),
        ("/contact", None),
        ("/contact", "mail"),
        ("/contact/email", "nobody"),
        ("/contact/email", 5),
        ("/contact/phone", "call me"),
        ("/contact/phone", 4420),
        ("/contact/fax", "1"),
        ("/running_profile", []),
        ("/running_profile/usual_weekly_km", "40"),
        ("/running_profile/usual_weekly_km", True),
        ("/running_profile/usual_weekly_km", -0.1),
        ("/running_profile/usual_weekly_km", 400.1),
        ("/running_profile/shoe_km", 5001),
        ("/running_profile/shoe_age_months", 2.0),
        ("/running_profile/shoe_age_months", 241),
        ("/running_profile/pace", 5),
        ("/running_profile/goal_event", "10k"),
        ("/running_profile/goal_event/date", "soon"),
        ("/running_profile/goal_event/distance_km", 1001),
        ("/running_profile/goal_event/city", "Leeds"),
        ("/archived", "yes"),
        ("/archived", 1),
        ("/archived_at", "2026-01-01T00:00:00Z"),
        ("/created_at", None),
        ("/clinic", "x"),
    ],
)
def test_a_value_that_is_not_allowed_is_refused_at_its_place(
    api: APIClient, clinic: Clinic, pointer: str, value: object
) -> None:
    body: dict[str, Any] = {**NAMED}
    *parents, name = pointer.strip("/").split("/")
    place = body
    for parent in parents:
        place = place.setdefault(parent, {})
    place[name] = value

    assert_problem(api.post(URL, body), "invalid", pointer)
    with clinic_scope(clinic.id):
        assert clinic.patients.count() == 0


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/birth_date", "1900-01-01"),
        ("/running_profile/usual_weekly_km", 400),
        ("/running_profile/shoe_age_months", 240),
        ("/running_profile/goal_event", None),
        ("/contact/phone", None),
        ("/given_name", "a" * 100),
    ],
)
def test_the_edge_of_what_is_allowed_is_allowed(api: APIClient, pointer: str, value: object) -> None:
    body: dict[str, Any] = {**NAMED}
    *parents, name = pointer.strip("/").split("/")
    place = body
    for parent in parents:
        place = place.setdefault(parent, {})
    place[name] = value

    assert api.post(URL, body).status_code == 201


@pytest.mark.parametrize(
    ("birth_date", "status"), [("2026-03-01", 201), ("2026-03-02", 201), ("2026-03-03", 422)]
)
def test_a_birth_date_that_has_begun_somewhere_on_earth_is_not_in_the_future(
    api: APIClient, clinic: Clinic, birth_date: str, status: int
) -> None:
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    with time_machine.travel(noon, tick=False):
        response = api_for(clinic).post(URL, {**NAMED, "birth_date": birth_date})

    assert response.status_code == status


def test_spaces_around_a_name_are_dropped(api: APIClient) -> None:
    assert api.post(URL, {**NAMED, "given_name": "  Zoë "}).json()["given_name"] == "Zoë"


@pytest.mark.holds("HZ-04")
def test_an_external_id_belongs_to_one_patient_of_a_clinic(api: APIClient, other_api: APIClient) -> None:
    assert api.post(URL, {**NAMED, "external_id": "P-1"}).status_code == 201

    assert_problem(api.post(URL, {**NAMED, "external_id": "P-1"}), "conflict", "/external_id")
    assert other_api.post(URL, {**NAMED, "external_id": "P-1"}).status_code == 201
    assert [api.post(URL, NAMED).status_code for _ in range(2)] == [201, 201]
    assert len(api.get(URL).json()["results"]) == 3


def test_a_change_keeps_what_it_does_not_name(api: APIClient) -> None:
    before = api.post(URL, FULL).json()

    body = change(
        api,
        before["id"],
        family_name="Walker",
        contact={"phone": None},
        running_profile={"shoe_km": 0, "goal_event": {"date": None}},
    ).json()

    assert_matches("Patient", body)
    assert body["updated_at"] > before["updated_at"]
    expected = {**before, "family_name": "Walker", "updated_at": body["updated_at"]}
    expected["contact"] = {"email": "robin@example.org", "phone": None}
    expected["running_profile"] = {
        **FULL["running_profile"],
        "shoe_km": 0,
        "goal_event": {"type": "half marathon", "date": None, "distance_km": 21.1},
    }
    assert body == expected


def test_a_goal_can_be_taken_away(api: APIClient) -> None:
    before = api.post(URL, FULL).json()
    body = change(api, before["id"], running_profile={"goal_event": None}, birth_date=None).json()

    assert body["running_profile"] == {**FULL["running_profile"], "goal_event": None}
    assert body["birth_date"] is None


def test_a_change_that_changes_nothing_leaves_the_time_alone(api: APIClient) -> None:
    before = api.post(URL, FULL).json()

    assert change(api, before["id"], **FULL).json() == before


def test_a_change_to_another_patients_external_id_is_a_conflict(api: APIClient) -> None:
    api.post(URL, {**NAMED, "external_id": "P-1"})
    second = api.post(URL, {**NAMED, "external_id": "P-2"}).json()

    assert_problem(change(api, second["id"], external_id="P-1", given_name="X"), "conflict", "/external_id")
    assert api.get(url_of(second["id"])).json() == second


def test_archiving_keeps_everything_and_can_be_undone(api: APIClient) -> None:
    before = api.post(URL, FULL).json()

    archived = change(api, before["id"], archived=True, archive_reason="care_ended").json()
    again = change(api, before["id"], archived=True, archive_reason="care_ended").json()
    restored = change(api, before["id"], archived=False).json()

    assert datetime.fromisoformat(archived["archived_at"]) <= datetime.now(UTC)
    assert again == archived
    nothing = {"archived_at": None, "archive_reason": None}
    assert archived["archive_reason"] == "care_ended"
    assert {**archived, **nothing} | {"updated_at": restored["updated_at"]} == restored


def test_the_list_shows_archived_patients_unless_told_otherwise(api: APIClient) -> None:
    kept, archived = (api.post(URL, NAMED).json()["id"] for _ in range(2))
    change(api, archived, archived=True, archive_reason="care_ended")

    assert listed(api) == {kept, archived}
    assert listed(api, archived="true") == {archived}
    assert listed(api, archived="false") == {kept}
    assert_problem(api.get(URL, {"archived": "maybe"}), "invalid", "/archived")


def listed(api: APIClient, **query: str) -> set[str]:
    return {entry["id"] for entry in api.get(URL, query).json()["results"]}


def test_the_list_finds_one_by_external_id_exactly(api: APIClient, other_api: APIClient) -> None:
    mine = api.post(URL, {**NAMED, "external_id": "P-1"}).json()["id"]
    api.post(URL, {**NAMED, "external_id": "P-10"})
    other_api.post(URL, {**NAMED, "external_id": "P-2"})

    assert listed(api, external_id="P-1") == {mine}
    assert listed(api, external_id="p-1") == set()
    assert listed(api, external_id="P-2") == set()
    assert_problem(api.get(URL, {"external_id": "a\0b"}), "invalid", "/external_id")


def test_a_patient_cannot_be_deleted(api: APIClient, patient: Patient) -> None:
    assert_problem(api.delete(url_of(patient.pk)), "method_not_allowed")


def test_what_another_clinic_has_does_not_exist(
    api: APIClient, other_api: APIClient, other_clinic: Clinic, patient: Patient
) -> None:
    theirs = make_patient(other_clinic, external_id="P-9", birth_date=date(1990, 1, 1))

    assert_problem(api.get(url_of(theirs.pk)), "not_found")
    assert_problem(api.patch(url_of(theirs.pk), {"given_name": "X"}, headers={"if-match": "*"}), "not_found")
    assert listed(api) == {str(patient.pk)}
    assert listed(api, external_id="P-9") == set()
    assert api.post(f"{URL}/search", {"external_id": "P-9"}).json()["results"] == []
    assert api.post(f"{URL}/search", {"birth_date": "1990-01-01"}).json()["results"] == []
    assert other_api.get(url_of(theirs.pk)).json()["given_name"] == "Robin"


def test_a_cursor_of_another_clinic_opens_nothing(
    api: APIClient, other_api: APIClient, other_clinic: Clinic, patient: Patient
) -> None:
    for _ in range(3):
        make_patient(other_clinic)
    theirs = other_api.get(URL, {"page_size": 1}).json()["next"]

    assert {entry["id"] for entry in api.get(theirs).json()["results"]} <= {str(patient.pk)}


def test_answers_about_patients_are_not_for_caches(api: APIClient, patient: Patient) -> None:
    for response in (api.get(URL), api.get(url_of(patient.pk)), api.post(URL, NAMED)):
        assert response.headers["Cache-Control"] == "no-store"


def test_changes_are_listed_in_the_order_they_were_made(api: APIClient) -> None:
    first, second = (api.post(URL, NAMED).json() for _ in range(2))
    since = datetime.fromisoformat(second["updated_at"]) + timedelta(microseconds=1)
    change(api, first["id"], given_name="Changed")

    assert [entry["id"] for entry in api.get(URL).json()["results"]] == [second["id"], first["id"]]
    assert listed(api, updated_since=since.isoformat()) == {first["id"]}
