"""Finding a patient by what is said at the desk, without a name in any address."""

import pytest
from rest_framework.test import APIClient

from clinics.identity.models import Clinic
from tests.api_edge.checks import assert_matches, assert_problem, having_seen
from tests.factories import api_for

URL = "/api/v1/patients/search"


@pytest.fixture(autouse=True)
def people(api: APIClient) -> None:
    for given_name, family_name, birth_date, external_id in (
        ("Zoë", "Ångström", "1990-01-01", "A-1"),
        ("Zora", "Angel", "1991-01-01", "A-2"),
        ("Max", "Angelou", "1990-01-01", "A-3"),
        ("Percy", "100% Runner", None, None),
        ("Una", "under_score", None, None),
    ):
        person = {"given_name": given_name, "family_name": family_name, "birth_date": birth_date}
        assert api.post("/api/v1/patients", {**person, "external_id": external_id}).status_code == 201


def found(api: APIClient, **terms: str) -> list[str]:
    response = api.post(URL, terms)
    assert response.status_code == 200, response.content
    assert_matches("PaginatedPatientList", response.json())
    return sorted(entry["given_name"] for entry in response.json()["results"])


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ({"family_name": "ang"}, ["Max", "Zora"]),
        ({"family_name": "ANGELO"}, ["Max"]),
        ({"family_name": "åNG"}, ["Zoë"]),
        ({"family_name": "gel"}, []),
        ({"given_name": "ZO"}, ["Zora", "Zoë"]),
        ({"given_name": "zo", "family_name": "ange"}, ["Zora"]),
        ({"birth_date": "1990-01-01"}, ["Max", "Zoë"]),
        ({"birth_date": "1990-01-01", "family_name": "a"}, ["Max"]),
        ({"external_id": "A-2"}, ["Zora"]),
        ({"external_id": "a-2"}, []),
        ({"external_id": "A-"}, []),
        ({"family_name": "%"}, []),
        ({"family_name": "100%"}, ["Percy"]),
        ({"family_name": "under_"}, ["Una"]),
        ({"family_name": "under1"}, []),
    ],
)
def test_everything_given_must_apply(api: APIClient, terms: dict[str, str], expected: list[str]) -> None:
    assert found(api, **terms) == expected


def test_an_empty_search_is_refused(api: APIClient) -> None:
    assert_problem(api.post(URL, {}), "invalid", "")


def test_every_bad_term_is_named(api: APIClient) -> None:
    response = api.post(URL, {"family_name": "", "given_name": 5, "birth_date": "soon", "phone": "1"})

    assert_problem(response, "invalid", "/family_name", "/given_name", "/birth_date", "/phone")


def test_pages_are_asked_for_with_the_same_body_and_hold_no_name_in_their_address(api: APIClient) -> None:
    first = api.post(f"{URL}?page_size=1", {"family_name": "ang"}).json()
    second = api.post(first["next"], {"family_name": "ang"}).json()

    assert "ang" not in first["next"].lower().split("cursor=")[0]
    assert second["next"] is None
    names = [entry["given_name"] for page in (first, second) for entry in page["results"]]
    assert names == ["Zora", "Max"]


def test_an_archived_patient_is_found_so_that_nobody_registers_them_twice(api: APIClient) -> None:
    [entry] = api.post(URL, {"external_id": "A-1"}).json()["results"]
    url = f"/api/v1/patients/{entry['id']}"
    archived = {"archived": True, "archive_reason": "moved_away"}
    api.patch(url, archived, headers=having_seen(api, url))

    [again] = api.post(URL, {"external_id": "A-1"}).json()["results"]
    assert again["archived_at"] is not None


def test_searching_needs_only_the_scope_of_reading(clinic: Clinic) -> None:
    assert found(api_for(clinic, scopes="patients:read"), external_id="A-1") == ["Zoë"]
    assert_problem(
        api_for(clinic, scopes="patients:write").post(URL, {"external_id": "A-1"}), "permission_denied"
    )
