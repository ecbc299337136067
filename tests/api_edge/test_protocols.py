"""The protocol can be read as it decides."""

from rest_framework.test import APIClient

from assessments.protocol import (
    CONTRADICTIONS,
    CRITERIA,
    PARAMETERS,
    PROTOCOL_VERSION,
    QUESTIONS,
    protocol_hash,
)
from assessments.protocol.purpose import INTENDED_PURPOSE
from clinics.identity.models import Clinic
from tests.api_edge.checks import assert_matches, assert_problem
from tests.factories import api_for

URL = f"/api/v1/protocols/{PROTOCOL_VERSION}"


def test_the_list_names_the_version_in_force(api: APIClient) -> None:
    body = api.get("/api/v1/protocols").json()

    assert_matches("ProtocolList", body)
    assert body["results"] == [{"version": PROTOCOL_VERSION, "hash": protocol_hash()}]
    assert_problem(api.get("/api/v1/protocols?page=2"), "invalid", "/page")


def test_a_version_says_everything_a_decision_is_made_from(api: APIClient) -> None:
    body = api.get(URL).json()

    assert_matches("Protocol", body)
    assert body["hash"] == protocol_hash()
    assert body["intended_purpose"] == INTENDED_PURPOSE.as_dict()
    assert [question["name"] for question in body["questions"]] == [question.name for question in QUESTIONS]
    assert [criterion["id"] for criterion in body["criteria"]] == [criterion.id for criterion in CRITERIA]
    assert [item["id"] for item in body["contradictions"]] == [item.id for item in CONTRADICTIONS]
    assert [item["name"] for item in body["parameters"]] == [item.name for item in PARAMETERS]
    bladder = next(criterion for criterion in body["criteria"] if criterion["id"] == "RF-E02")
    assert (bladder["statement"], bladder["decision"]) == ("bladder change is yes", "refer_emergency")
    source = next(item for item in body["sources"] if item["id"] == "HH-R04")
    assert "RF-E02" in source["criteria"]


def test_a_version_may_be_kept_until_it_changes(api: APIClient) -> None:
    first = api.get(URL)
    again = api.get(URL, headers={"if-none-match": first.headers["ETag"]})

    assert first.headers["Cache-Control"] == "private, no-cache"
    assert (again.status_code, again.content) == (304, b"")


def test_an_unknown_version_is_404(api: APIClient) -> None:
    assert_problem(api.get("/api/v1/protocols/1999.1"), "not_found")


def test_reading_it_needs_its_scope(clinic: Clinic) -> None:
    assert_problem(api_for(clinic, scopes="patients:read").get(URL), "permission_denied")
    assert api_for(clinic, scopes="protocols:read").get(URL).status_code == 200
