"""Whether a runner may run now: one answer, and silence is never a yes."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from assessments.follow_ups.models import FollowUp
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic
from patients.models import Patient
from tests.api_edge.checks import assert_matches, assert_problem
from tests.assessments.test_escalation_life import report, step
from tests.factories import api_for, assessment_body, make_patient, reassuring_answers


def record(api: APIClient, patient: Patient, *, hours_ago: float = 0, **changes: object) -> dict[str, Any]:
    at = (timezone.now() - dt.timedelta(hours=hours_ago)).isoformat()
    body = assessment_body(patient, reassuring_answers(**changes), assessed_at=at)
    document: dict[str, Any] = api.post("/api/v1/assessments", body).json()
    assert_matches("RunPermission", document["run_permission"])
    return document


def permission(api: APIClient, patient: Patient) -> dict[str, Any]:
    """What holds for the runner; the newest assessment's own document says the same."""
    found: dict[str, Any] = api.get(f"/api/v1/patients/{patient.id}/run-permission").json()
    assert_matches("RunPermission", found)
    if found["assessment"]:
        document = api.get(f"/api/v1/assessments/{found['assessment']}").json()
        assert document["run_permission"] == found
    return found


def test_a_reassuring_record_permits_running_until_its_check_is_missed(
    api: APIClient, patient: Patient
) -> None:
    document = record(api, patient)
    found = permission(api, patient)
    assert (found["state"], found["assessment"]) == ("holds", document["id"])
    assert document["run_permission"] == found
    left = dt.datetime.fromisoformat(found["lapses_at"]) - dt.datetime.fromisoformat(document["assessed_at"])
    assert left == dt.timedelta(hours=36)


@pytest.mark.holds("S10", "HZ-33")
@pytest.mark.parametrize(("hours_ago", "state"), [(35.9, "holds"), (36.1, "lapsed")])
def test_it_lapses_after_36_hours_whether_or_not_a_worker_has_noticed(
    api: APIClient, patient: Patient, hours_ago: float, state: str
) -> None:
    document = record(api, patient, hours_ago=hours_ago)
    assert document["run_permission"]["state"] == state
    assert permission(api, patient)["state"] == state
    [check] = api.get("/api/v1/follow-ups", {"kind": "check_24_hours"}).json()["results"]
    assert check["state"] == {"holds": "overdue", "lapsed": "lapsed"}[state]


@pytest.mark.parametrize("changes", [{"pain_walking_nrs": 4}, {"bladder_change": "yes"}, {"leg_pain": None}])
def test_a_decision_against_running_permits_none(
    api: APIClient, patient: Patient, changes: dict[str, object]
) -> None:
    assert record(api, patient, **changes)["run_permission"]["state"] == "not_permitted"
    assert permission(api, patient)["state"] == "not_permitted"


def test_the_latest_assessment_decides(api: APIClient, patient: Patient) -> None:
    first = record(api, patient, hours_ago=1)
    stopped = record(api, patient, pain_walking_nrs=4)
    assert permission(api, patient)["assessment"] == stopped["id"]
    older = api.get(f"/api/v1/assessments/{first['id']}").json()
    assert older["run_permission"]["state"] == "replaced"
    late = record(api, patient, hours_ago=5)
    assert late["run_permission"]["state"] == "replaced"
    assert permission(api, patient)["assessment"] == stopped["id"]


@pytest.mark.holds("HZ-33")
@pytest.mark.parametrize("urgency", ["within_2_weeks", "same_day", "emergency_now"])
def test_after_a_referral_a_runner_waits_for_its_outcome_and_a_new_assessment(
    api: APIClient, patient: Patient, urgency: str
) -> None:
    referral = report(api, patient, urgency, days_ago=1)
    assert record(api, patient)["run_permission"]["state"] == "referral_open"
    step(api, referral, "acknowledge")
    assert permission(api, patient)["state"] == "referral_open"
    step(api, referral, "resolve", outcome_code="attended", outcome="Seen.")
    assert permission(api, patient)["state"] == "referral_open", "the outcome came after the assessment"
    assert record(api, patient)["run_permission"]["state"] == "holds"
    assert permission(api, patient)["state"] == "holds"


def test_a_routine_referral_holds_nobody_back(api: APIClient, patient: Patient) -> None:
    report(api, patient, "routine", days_ago=1)
    assert record(api, patient)["run_permission"]["state"] == "holds"


def test_where_no_check_is_pending_nothing_answers_for_the_permission(
    api: APIClient, clinic: Clinic, patient: Patient
) -> None:
    record(api, patient)
    with clinic_scope(clinic.id):
        FollowUp.objects.filter(kind="check_24_hours").update(state="cancelled", next_attempt_at=None)
    assert permission(api, patient)["state"] == "lapsed"


def test_an_override_that_permits_running_is_checked_after_a_day(api: APIClient, patient: Patient) -> None:
    document = record(api, patient, pain_walking_nrs=4)
    body = {
        "decision": "adjust_running",
        "reason": "Walks without pain today.",
        "role": "physiotherapist",
        "finding": {"kind": "examination", "text": "Full range, no pain."},
    }
    answer = api.post(f"/api/v1/assessments/{document['id']}/overrides", body)
    assert answer.status_code == 201, answer.json()
    found = permission(api, patient)
    assert (found["state"], found["run_status"]) == ("holds", "modified_running")
    checks = api.get("/api/v1/follow-ups", {"kind": "check_24_hours", "state": "scheduled"}).json()["results"]
    assert [check["permission_lapses_at"] for check in checks] == [found["lapses_at"]]


def test_a_runner_nobody_has_assessed_is_not_permitted(api: APIClient, patient: Patient) -> None:
    assert permission(api, patient)["state"] == "not_assessed"


def test_another_runners_referral_and_assessment_say_nothing(
    api: APIClient, clinic: Clinic, patient: Patient
) -> None:
    report(api, make_patient(clinic), "emergency_now")
    record(api, patient, hours_ago=1)
    record(api, make_patient(clinic), pain_walking_nrs=4)
    assert permission(api, patient)["state"] == "holds"


def test_it_is_for_those_who_may_read_assessments_of_their_own_clinic(
    clinic: Clinic, patient: Patient, other_api: APIClient
) -> None:
    url = f"/api/v1/patients/{patient.id}/run-permission"
    assert other_api.get(url).status_code == 404
    assert_problem(api_for(clinic, scopes="patients:read").get(url), "permission_denied")
