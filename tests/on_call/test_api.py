"""A clinic reads and sets its on-call plan, and asks who is on call."""

import copy
import uuid
from typing import Any

import pytest
from django.core import checks
from rest_framework.test import APIClient

from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic, Role
from patients.models import Patient
from tests.api_edge.checks import assert_matches, assert_problem
from tests.factories import api_for, assessment_body, make_member, reassuring_answers
from tests.on_call.plans import clinician, leave

URL = "/api/v1/clinic/on-call"
LADDER = {
    "steps": [
        {"after_minutes": 0, "who": ["on_call"], "members": []},
        {"after_minutes": 5, "who": ["all_clinicians"], "members": []},
    ],
    "repeat_minutes": 5,
}


def plan(clinic: Clinic, **changes: object) -> dict[str, Any]:
    """A plan in which one member is on call round the clock."""
    shift = {
        "member": str(clinic.on_call_id),
        "days": ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"],
        "starts_at": "08:00",
        "ends_at": "08:00",
        "valid_from": "2026-01-05",
        "valid_until": None,
        "every_weeks": 1,
    }
    return {
        "shifts": [shift],
        "covers": [],
        "holidays": {"country": "GB", "subdivision": "ENG", "closed_days": ["2026-12-24"]},
        "ladders": {"emergency_now": LADDER},
        "quiet_hours": {"starts_at": "22:00", "ends_at": "07:00"},
        **changes,
    }


def put(api: APIClient, body: dict[str, Any]) -> Any:
    return api.put(URL, body, headers={"if-match": api.get(URL).headers["ETag"]})


def with_ladder(clinic: Clinic, urgency: str, **changes: object) -> dict[str, Any]:
    return plan(clinic, ladders={urgency: {**copy.deepcopy(LADDER), **changes}})


def step(minutes: int, *who: str) -> dict[str, object]:
    return {"after_minutes": minutes, "who": list(who), "members": []}


def test_a_clinic_that_has_set_nothing_shows_the_default_ladders(api: APIClient) -> None:
    body = api.get(URL).json()
    assert_matches("OnCallPlan", body)
    assert (body["shifts"], body["quiet_hours"]) == ([], None)
    assert body["ladders"]["emergency_now"] == {
        "steps": [step(0, "assessor", "on_call"), step(5, "all_on_call", "lead")],
        "repeat_minutes": 5,
    }


def test_a_plan_is_read_as_it_was_set(api: APIClient, clinic: Clinic) -> None:
    sent = plan(clinic)
    answer = put(api, sent)
    assert answer.status_code == 200
    body = api.get(URL).json()
    assert body == answer.json()
    assert_matches("OnCallPlan", body)
    assert {**body, "ladders": {"emergency_now": body["ladders"]["emergency_now"]}} == sent
    assert set(body["ladders"]) == {
        "emergency_now", "complete_screen_now", "same_day", "within_2_weeks", "routine",
    }  # fmt: skip


def test_the_next_escalation_follows_the_plan(api: APIClient, clinic: Clinic, patient: Patient) -> None:
    other = clinician(clinic)
    sent = plan(clinic)
    sent["shifts"][0]["member"] = str(other.id)
    assert put(api, sent).status_code == 200
    made = api.post("/api/v1/assessments", assessment_body(patient, reassuring_answers(bladder_change="yes")))
    with clinic_scope(clinic.id):
        policy = clinic.escalations.get(id=made.json()["escalation"]).policy
    assert policy["on_call"] == {"member": str(other.id), "source": "rota"}


def test_a_change_needs_the_present_state_and_the_write_scope(api: APIClient, clinic: Clinic) -> None:
    assert_problem(api.put(URL, plan(clinic)), "precondition_required")
    stale = api.get(URL).headers["ETag"]
    put(api, plan(clinic))
    assert_problem(api.put(URL, plan(clinic), headers={"if-match": stale}), "precondition_failed")
    reader = api_for(clinic, scopes="clinic:read")
    assert_problem(reader.put(URL, plan(clinic), headers={"if-match": "*"}), "permission_denied")


def test_each_clinic_has_a_plan_of_its_own(api: APIClient, other_api: APIClient, clinic: Clinic) -> None:
    put(api, plan(clinic))
    assert other_api.get(URL).json()["shifts"] == []


def test_only_clinicians_of_the_clinic_whom_a_message_reaches_are_named(
    api: APIClient, clinic: Clinic, other_clinic: Clinic
) -> None:
    gone = clinician(clinic)
    leave(gone)
    wrong = [gone.id, make_member(clinic, Role.RECEPTION).id, other_clinic.on_call_id, uuid.uuid4()]
    for member in map(str, wrong):
        body = with_ladder(
            clinic, "routine", steps=[{"after_minutes": 0, "who": ["on_call"], "members": [member]}]
        )
        body["shifts"][0]["member"] = member
        body["covers"] = [
            {"member": member, "starts_at": "2090-01-01T00:00:00Z", "ends_at": "2090-01-02T00:00:00Z"}
        ]
        pointers = ("/shifts/0/member", "/covers/0/member", "/ladders/routine/steps/0/members/0")
        assert_problem(put(api, body), "invalid", *pointers)
    assert api.get(URL).json()["shifts"] == []


def test_what_is_over_may_name_somebody_who_has_left(api: APIClient, clinic: Clinic) -> None:
    gone = clinician(clinic)
    body = plan(
        clinic,
        covers=[
            {"member": str(gone.id), "starts_at": "2026-01-01T00:00:00Z", "ends_at": "2026-01-02T00:00:00Z"}
        ],
    )
    leave(gone)
    assert put(api, body).status_code == 200


@pytest.mark.parametrize(
    ("urgency", "changes", "pointer"),
    [
        ("emergency_now", {"steps": [step(1, "on_call"), step(5, "lead")]}, "/steps/0/after_minutes"),
        ("emergency_now", {"steps": [step(0, "on_call"), step(6, "lead")]}, "/steps/1/after_minutes"),
        ("emergency_now", {"steps": [step(0, "on_call")]}, "/steps"),
        ("emergency_now", {"steps": [step(0, "assessor", "lead"), step(5, "on_call")]}, "/steps/0/who"),
        ("emergency_now", {"steps": [step(0), step(5, "on_call")]}, "/steps/0/who"),
        ("emergency_now", {"repeat_minutes": 6}, "/repeat_minutes"),
        ("complete_screen_now", {"repeat_minutes": 241}, "/repeat_minutes"),
        ("same_day", {"steps": [step(0, "on_call"), step(481, "lead")]}, "/steps/1/after_minutes"),
        ("routine", {"steps": [step(0, "on_call"), step(60), step(90, "lead")]}, "/steps/1/who"),
        ("routine", {"steps": [step(0, "on_call"), step(0, "lead")]}, "/steps/1/after_minutes"),
        ("within_2_weeks", {"repeat_minutes": 0}, "/repeat_minutes"),
        ("within_2_weeks", {"steps": []}, "/steps"),
    ],
)
def test_a_ladder_that_could_leave_somebody_waiting_is_refused(
    api: APIClient, clinic: Clinic, urgency: str, changes: dict[str, Any], pointer: str
) -> None:
    response = put(api, with_ladder(clinic, urgency, **changes))
    assert response.status_code == 422
    pointers = {error["pointer"] for error in response.json()["errors"]}
    assert f"/ladders/{urgency}{pointer}" in pointers
    assert {found.split("/")[2] for found in pointers} == {urgency}
    assert api.get(URL).json()["shifts"] == [], "nothing of it is stored"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"days": []}, "/days"),
        ({"days": ["monday", "monday"]}, "/days"),
        ({"days": ["someday"]}, "/days/0"),
        ({"starts_at": "24:00"}, "/starts_at"),
        ({"ends_at": 8}, "/ends_at"),
        ({"ends_at": "8:00"}, "/ends_at"),
        ({"valid_from": "0001-01-01"}, "/valid_from"),
        ({"valid_until": "2026-01-04"}, "/valid_until"),
        ({"every_weeks": 0}, "/every_weeks"),
        ({"colour": "red"}, "/colour"),
    ],
)
def test_a_shift_that_makes_no_sense_is_refused_by_its_place(
    api: APIClient, clinic: Clinic, changes: dict[str, Any], pointer: str
) -> None:
    body = plan(clinic)
    body["shifts"][0].update(changes)
    assert_problem(put(api, body), "invalid", f"/shifts/0{pointer}")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"holidays": {"country": "XX", "closed_days": []}}, "/holidays/country"),
        ({"holidays": {"country": "GB", "subdivision": "XX", "closed_days": []}}, "/holidays/subdivision"),
        ({"holidays": {"country": None, "closed_days": ["1850-01-01"]}}, "/holidays/closed_days/0"),
        ({"quiet_hours": {"starts_at": "22:00", "ends_at": "22:00"}}, "/quiet_hours/ends_at"),
        ({"ladders": {"none": LADDER}}, "/ladders/none"),
    ],
)
def test_other_parts_that_make_no_sense_are_refused_by_their_place(
    api: APIClient, clinic: Clinic, changes: dict[str, Any], pointer: str
) -> None:
    assert_problem(put(api, plan(clinic, **changes)), "invalid", pointer)


def test_a_part_left_out_is_not_taken_for_an_empty_one(api: APIClient, clinic: Clinic) -> None:
    for part in ("shifts", "covers", "holidays", "ladders", "quiet_hours"):
        body = plan(clinic)
        del body[part]
        assert_problem(put(api, body), "invalid", f"/{part}")


def test_it_says_who_is_on_call_until_when_and_where_the_gaps_are(api: APIClient, clinic: Clinic) -> None:
    body = plan(clinic)
    body["shifts"][0].update(starts_at="08:00", ends_at="20:00")
    put(api, body)
    now = api.get(f"{URL}/now", {"at": "2026-06-03T12:00:00+01:00"}).json()
    assert_matches("OnCallNow", now)
    assert [member["id"] for member in now["members"]] == [str(clinic.on_call_id)]
    assert (now["source"], now["next_change"]) == ("rota", "2026-06-03T19:00:00Z")
    assert len(now["gaps"]) == 14
    first = now["gaps"][0]
    assert (first["since"], first["until"]) == ("2026-06-03T19:00:00Z", "2026-06-04T07:00:00Z")
    assert (first["source"], [one["id"] for one in first["members"]]) == ("lead", [str(clinic.lead_id)])


def test_without_a_rota_the_pathways_on_call_is_and_nothing_changes(api: APIClient, clinic: Clinic) -> None:
    now = api.get(f"{URL}/now").json()
    assert ([one["id"] for one in now["members"]], now["source"]) == ([str(clinic.on_call_id)], "rota")
    assert (now["next_change"], now["gaps"]) == (None, [])


@pytest.mark.parametrize(
    "at", ["yesterday", "2026-06-03T12:00:00", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"]
)
def test_a_moment_that_is_none_is_refused(api: APIClient, at: str) -> None:
    assert_problem(api.get(f"{URL}/now", {"at": at}), "invalid", "/at")


def test_a_rota_completes_the_pathway_in_place_of_one_person(
    api: APIClient, clinic: Clinic, patient: Patient
) -> None:
    rota = plan(clinic)
    with clinic_scope(clinic.id):
        Clinic.objects.filter(id=clinic.id).update(on_call=None)
    assert api.get("/api/v1/clinic").json()["emergency_pathway"]["missing"] == ["on_call"]
    assert put(api, plan(clinic, shifts=[])).status_code == 200
    assert_problem(api.post("/api/v1/assessments", assessment_body(patient)), "pathway_incomplete")
    assert [warning.id for warning in checks.run_checks(databases=["default"])] == ["clinics.W001"]
    assert put(api, rota).status_code == 200
    assert api.get("/api/v1/clinic").json()["emergency_pathway"]["missing"] == []
    assert checks.run_checks(databases=["default"]) == []
    assert api.post("/api/v1/assessments", assessment_body(patient)).status_code == 201
