"""A list is walked without a gap or a repetition, whatever its times are."""

import base64
import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient, APIRequestFactory
from rest_framework.views import APIView

from backend.platform.api.pagination import ChangeCursorPagination
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic
from patients.models import Patient
from tests.api_edge.checks import assert_matches, assert_problem
from tests.factories import make_patient

URL = "/api/v1/patients"
SOME_ID = "01a1e9c0-0000-7000-8000-000000000000"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def make_patients(clinic: Clinic) -> Callable[..., list[str]]:
    """Makes patients last changed at these minutes after noon; returns their ids in the list's order."""

    def make(*minutes: int) -> list[str]:
        changed = []
        for minute in minutes:
            patient = make_patient(clinic)
            when = NOON + timedelta(minutes=minute)
            with clinic_scope(clinic.id):
                Patient.objects.filter(pk=patient.pk).update(updated_at=when)
            changed.append((when, patient.pk))
        return [str(pk) for _, pk in sorted(changed)]

    return make


def ids_of(pages: Iterable[list[str]]) -> list[str]:
    return list(chain.from_iterable(pages))


def walk(api: APIClient, url: str | None, direction: str = "next") -> list[list[str]]:
    pages = []
    while url:
        body = api.get(url).json()
        assert_matches("PaginatedPatientList", body)
        assert len(pages) < 100, "the walk goes in circles"
        pages.append([entry["id"] for entry in body["results"]])
        url = body[direction]
    return pages


@pytest.mark.parametrize("minutes", [range(7), [0] * 7, [0, 0, 0, 1, 1, 1, 1], [0, 1, 1, 1, 1, 1, 2]])
@pytest.mark.parametrize("size", [1, 2, 3, 6, 7, 8])
def test_every_row_comes_exactly_once_forwards_and_backwards(
    api: APIClient, make_patients: Callable[..., list[str]], minutes: Any, size: int
) -> None:
    expected = make_patients(*minutes)

    pages = walk(api, f"{URL}?page_size={size}")
    assert ids_of(pages) == expected
    assert all(len(page) == size for page in pages[:-1])

    end = api.get(f"{URL}?page_size={size}").json()
    while end["next"]:
        end = api.get(end["next"]).json()
    backwards = walk(api, end["previous"], "previous")
    assert ids_of(reversed(backwards)) == expected[: len(expected) - len(end["results"])]


def test_a_row_that_changes_while_the_list_is_read_comes_again_and_hides_no_other(
    api: APIClient, clinic: Clinic, make_patients: Callable[..., list[str]]
) -> None:
    expected = make_patients(0, 0, 0, 1, 2)
    first = api.get(f"{URL}?page_size=2").json()
    with clinic_scope(clinic.id):
        Patient.objects.filter(pk=expected[0]).update(updated_at=NOON + timedelta(hours=1))

    rest = ids_of(walk(api, first["next"]))

    assert rest == [*expected[2:], expected[0]]


def test_neighbours_stand_in_the_body_and_in_the_link_header(
    api: APIClient, make_patients: Callable[..., list[str]]
) -> None:
    make_patients(0, 1, 2)
    first = api.get(f"{URL}?page_size=1")
    middle = api.get(first.json()["next"])

    assert first.json()["previous"] is None
    assert first.headers["Link"] == f'<{first.json()["next"]}>; rel="next"'
    body = middle.json()
    assert middle.headers["Link"] == f'<{body["next"]}>; rel="next", <{body["previous"]}>; rel="prev"'
    assert body["next"].startswith("http://testserver/api/v1/patients?")
    assert "page_size=1" in body["next"]


def test_a_page_emptied_meanwhile_still_leads_somewhere(
    api: APIClient, clinic: Clinic, make_patients: Callable[..., list[str]]
) -> None:
    ids = make_patients(0, 1)
    second = api.get(api.get(f"{URL}?page_size=1").json()["next"]).json()
    with clinic_scope(clinic.id):
        Patient.objects.filter(pk=ids[0]).update(updated_at=NOON + timedelta(hours=1))

    before = api.get(second["previous"]).json()

    assert (before["results"], before["previous"]) == ([], None)
    assert ids_of(walk(api, before["next"])) == [ids[1], ids[0]]


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_an_order_of_three_columns_with_one_descending_is_walked_whole(clinic: Clinic, size: int) -> None:
    """As the worklist of escalations: urgency falling, then time, then id."""
    ordering = ("-family_name", "given_name", "id")
    with clinic_scope(clinic.id):
        for family_name, given_name in ("BB", "AB", "BA", "AA", "BB", "AB", "BA", "CA", "BB"):
            clinic.patients.create(family_name=family_name, given_name=given_name)
        expected = [patient.pk for patient in clinic.patients.order_by(*ordering)]
        found, back, url = [], [], "/list"
        while url:
            rows, links = turn(clinic, url, ordering, size)
            found += [row.pk for row in rows]
            assert len(found) <= len(expected), "the walk goes in circles"
            url, last = links["next"], links
        while last["previous"]:
            rows, last = turn(clinic, last["previous"], ordering, size)
            back = [row.pk for row in rows] + back
            assert len(back) <= len(expected), "the walk goes in circles"

    assert found == expected
    assert back == expected[: len(back)]
    assert len(back) >= len(expected) - size


def turn(
    clinic: Clinic, url: str, ordering: tuple[str, ...], size: int
) -> tuple[list[Patient], dict[str, Any]]:
    request = APIView().initialize_request(APIRequestFactory().get(url))
    query = {"page_size": size, **request.query_params.dict()}
    paginator = ChangeCursorPagination()
    rows = paginator.page_of(clinic.patients.all(), request, query, ordering)
    return rows, paginator.get_paginated_response([]).data


def test_an_empty_list_has_no_neighbours(api: APIClient) -> None:
    response = api.get(URL)

    assert response.json() == {"next": None, "previous": None, "results": []}
    assert "Link" not in response.headers


def test_only_what_changed_since_a_time_is_listed_that_time_included(
    api: APIClient, make_patients: Callable[..., list[str]]
) -> None:
    ids = make_patients(0, 1, 2)

    since = {"updated_since": "2026-03-01T13:01:00+01:00", "page_size": 1}
    first = api.get(URL, since).json()

    assert [first["results"][0]["id"], *ids_of(walk(api, first["next"]))] == ids[1:]


def cursor(*content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


BAD_CURSORS = [
    "",
    "x",
    "!!!!",
    "ÿ",
    "\0",
    "bnVsbA",
    cursor(),
    cursor("updated_at,id"),
    cursor("updated_at,id", 0, "2026-03-01T12:00:00+00:00"),
    cursor("id", 0, SOME_ID),
    cursor("updated_at,id", 0, "yesterday", SOME_ID),
    cursor("updated_at,id", 0, "2026-03-01T12:00:00+00:00", "not-an-id"),
    cursor("updated_at,id", 0, "2026-13-01T12:00:00+00:00", SOME_ID),
    cursor("updated_at,id", 0, None, None),
    cursor("updated_at,id", 0, {"a": 1}, []),
    cursor(*[["nested"]] * 4),
    "W1tb" * 120,
    "A" * 501,
]


@pytest.mark.parametrize("bad", BAD_CURSORS)
def test_a_cursor_made_up_is_refused_by_name(api: APIClient, patient: Patient, bad: str) -> None:
    assert_problem(api.get(URL, {"cursor": bad}), "invalid", "/cursor")


@pytest.mark.parametrize("size", ["0", "101", "-1", "many", "1.5", "", "9" * 30])
def test_a_page_size_out_of_range_is_refused_by_name(api: APIClient, size: str) -> None:
    assert_problem(api.get(URL, {"page_size": size}), "invalid", "/page_size")


@pytest.mark.holds("HZ-27")
@pytest.mark.parametrize(
    "since",
    [
        "yesterday",
        "2026-03-01",
        "2026-03-01T12:00:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
    ],
)
def test_a_time_without_offset_or_outside_the_calendar_is_refused_by_name(api: APIClient, since: str) -> None:
    assert_problem(api.get(URL, {"updated_since": since}), "invalid", "/updated_since")


def test_an_unknown_or_repeated_parameter_is_refused_and_never_ignored(api: APIClient) -> None:
    response = api.get(f"{URL}?archive=false&external_id=a&external_id=b&page_size=0")

    body = assert_problem(response, "invalid", "/archive", "/external_id", "/page_size")
    codes = {error["pointer"]: error["code"] for error in body["errors"]}
    assert (codes["/archive"], codes["/external_id"]) == ("unknown_parameter", "repeated")


def test_a_page_of_any_size_is_read_with_one_statement(
    api: APIClient, make_patients: Callable[..., list[str]]
) -> None:
    make_patients(*range(10))
    with CaptureQueriesContext(connection) as queries:
        assert len(api.get(URL).json()["results"]) == 10

    assert len([query for query in queries if "patients_patient" in query["sql"]]) == 1
