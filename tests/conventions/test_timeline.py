"""What happened to one runner, in order and a page at a time."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from rest_framework.test import APIClient

from clinics.identity.models import Clinic
from patients.models import Patient
from tests.api_edge.checks import assert_matches, assert_problem
from tests.factories import api_for, assessment_body, make_patient, reassuring_answers


def timeline(api: APIClient, patient: Patient, **query: object) -> dict[str, Any]:
    answer = api.get(f"/api/v1/patients/{patient.id}/timeline", query)
    assert answer.status_code == 200, answer.content
    document: dict[str, Any] = answer.json()
    return document


def told(document: dict[str, Any]) -> list[tuple[str, str]]:
    return [(entry["type"], entry["what"]) for entry in document["results"]]


def an_eventful_week(api: APIClient, patient: Patient) -> dict[str, Any]:
    """Reassuring, then a check with an emergency that is acknowledged and resolved."""
    before = (timezone.now() - timedelta(days=2)).isoformat()
    first = api.post("/api/v1/assessments", assessment_body(patient, assessed_at=before)).json()
    answer = assessment_body(patient, reassuring_answers(bladder_change="yes"))
    del answer["patient"]
    second = api.post(f"/api/v1/follow-ups/{first['follow_ups'][0]}/response", answer).json()
    escalation = f"/api/v1/escalations/{second['escalation']}"
    api.post(f"{escalation}/acknowledge", {})
    api.post(f"{escalation}/resolve", {"outcome_code": "attended", "outcome": "Seen in hospital"})
    return {"first": first, "second": second}


def test_it_tells_everything_in_order(api: APIClient, patient: Patient) -> None:
    week = an_eventful_week(api, patient)
    override = {"decision": "refer_urgent", "reason": "Looked unwell"}
    api.post(f"/api/v1/assessments/{week['first']['id']}/overrides", override)
    document = timeline(api, patient)
    happened = told(document)

    assert happened[0] == ("assessment", "continue_running")
    assert happened[1] == ("assessment", "refer_emergency")
    assert set(happened[2:4]) == {("escalation", "opened"), ("follow_up", "check_24_hours")}
    assert happened[4] == ("escalation_event", "acknowledged")
    assert set(happened[5:8]) == {
        ("escalation_event", "resolved"),
        ("follow_up", "attendance_confirmed"),
        ("follow_up", "handover_confirmed"),
    }
    assert sorted(happened[8:]) == [
        ("escalation", "opened"),
        ("override", "refer_urgent"),
    ]
    assert [entry["at"] for entry in document["results"]] == sorted(
        entry["at"] for entry in document["results"]
    )
    for entry in document["results"]:
        assert_matches("TimelineEntry", entry)


def test_the_answer_of_a_follow_up_is_named(api: APIClient, patient: Patient) -> None:
    week = an_eventful_week(api, patient)
    [check] = [entry for entry in timeline(api, patient)["results"] if entry["what"] == "check_24_hours"]

    assert (check["id"], check["assessment"]) == (week["first"]["follow_ups"][0], week["second"]["id"])


def test_pages_of_any_size_hold_the_same_in_both_directions(api: APIClient, patient: Patient) -> None:
    an_eventful_week(api, patient)
    whole = timeline(api, patient)["results"]
    assert len(whole) == 8
    for size in (1, 2, 4):
        page = timeline(api, patient, page_size=size)
        forward, last = list(page["results"]), page
        while page["next"]:
            last = page = api.get(page["next"]).json()
            forward += page["results"]
        backward = list(last["results"])
        while page["previous"]:
            page = api.get(page["previous"]).json()
            backward = page["results"] + backward
        assert forward == whole
        assert backward == whole


def test_another_runners_history_is_not_in_it(api: APIClient, clinic: Clinic, patient: Patient) -> None:
    an_eventful_week(api, patient)

    assert timeline(api, make_patient(clinic))["results"] == []


def test_another_clinics_runner_has_no_timeline(api: APIClient, other_clinic: Clinic) -> None:
    stranger = make_patient(other_clinic)

    assert_problem(api.get(f"/api/v1/patients/{stranger.id}/timeline"), "not_found")


def test_it_needs_the_right_to_read_assessments(clinic: Clinic, patient: Patient) -> None:
    api = api_for(clinic, scopes="patients:read")

    assert_problem(api.get(f"/api/v1/patients/{patient.id}/timeline"), "permission_denied")
