"""Nobody overwrites what they haven't seen, and nobody downloads what they have."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic
from patients.models import Patient
from tests.api_edge.checks import assert_problem

STALE = '"0123456789abcdef0123456789abcdef"'


@pytest.fixture
def url(patient: Patient) -> str:
    return f"/api/v1/patients/{patient.pk}"


def patch(api: APIClient, url: str, tag: str | None, **fields: Any):
    headers = {} if tag is None else {"if-match": tag}
    return api.patch(url, fields or {"given_name": "Changed"}, headers=headers)


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', '{} , W/"x"', "*"])
def test_a_reader_who_has_it_gets_an_empty_304(api: APIClient, url: str, form: str) -> None:
    tag = api.get(url).headers["ETag"]
    response = api.get(url, headers={"if-none-match": form.format(tag)})

    assert (response.status_code, response.content) == (304, b"")
    assert response.headers["ETag"] == tag


@pytest.mark.parametrize("form", [STALE, "", "garbage", 'W/"x", "y"'])
def test_a_reader_who_has_something_else_gets_it(api: APIClient, url: str, form: str) -> None:
    assert api.get(url, headers={"if-none-match": form}).status_code == 200


def test_a_change_without_if_match_is_428_and_stores_nothing(api: APIClient, url: str) -> None:
    assert_problem(patch(api, url, None), "precondition_required")
    assert api.get(url).json()["given_name"] == "Robin"


@pytest.mark.parametrize("form", [STALE, "W/{}", "", "{}x", "garbage"])
def test_a_change_with_a_stale_or_weak_tag_is_412_and_stores_nothing(
    api: APIClient, url: str, form: str
) -> None:
    tag = api.get(url).headers["ETag"]

    assert_problem(patch(api, url, form.format(tag)), "precondition_failed")
    assert api.get(url).json()["given_name"] == "Robin"


@pytest.mark.parametrize("form", ["{}", "{stale}, {}"])
def test_a_change_with_the_present_tag_goes_through_and_sends_the_next(
    api: APIClient, url: str, form: str
) -> None:
    tag = api.get(url).headers["ETag"]
    response = patch(api, url, form.format(tag, stale=STALE))

    assert response.status_code == 200
    assert response.headers["ETag"] == api.get(url).headers["ETag"] != tag


def test_the_second_of_two_writers_who_read_the_same_state_is_stopped(api: APIClient, url: str) -> None:
    tag = api.get(url).headers["ETag"]

    assert patch(api, url, tag, given_name="First").status_code == 200
    assert_problem(patch(api, url, tag, given_name="Second"), "precondition_failed")
    assert api.get(url).json()["given_name"] == "First"


def test_two_changes_within_one_tick_of_the_clock_have_different_tags(
    api: APIClient, clinic: Clinic, patient: Patient, url: str
) -> None:
    before = api.get(url).headers["ETag"]
    with clinic_scope(clinic.id):
        Patient.objects.filter(pk=patient.pk).update(given_name="Same tick")

    assert api.get(url).headers["ETag"] != before


def test_a_patient_of_another_clinic_is_404_before_any_precondition(other_api: APIClient, url: str) -> None:
    assert_problem(patch(other_api, url, None), "not_found")
    assert_problem(patch(other_api, url, "*"), "not_found")
