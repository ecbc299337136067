"""The status of a task is changed through the services that the native API uses."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from assessments.fhir.task_views import CHANGED
from backend.platform.fhir.elements import coding, concept
from clinics.identity.models import Clinic
from patients.models import Patient
from tests.factories import api_for, assessment_body, reassuring_answers
from tests.fhir.checks import assert_outcome, fhir


def output(name: str, **value: Any) -> dict[str, Any]:
    return {"type": concept(coding("task-output", name)), **value}


def coded(name: str, code: str) -> dict[str, Any]:
    return output(name, valueCodeableConcept=concept(coding(name, code)))


HANDED_OVER = [coded("outcome", "handed_over"), output("outcome-text", valueString="Given to A&E.")]


@pytest.fixture
def record(api: APIClient, patient: Patient) -> dict[str, Any]:
    body = assessment_body(patient, reassuring_answers(bladder_change="yes"))
    return dict(api.post("/api/v1/assessments", body).json())


@pytest.fixture
def task(api: APIClient, record: dict[str, Any]) -> dict[str, Any]:
    """The task of an open escalation."""
    return fhir(api.get(f"/fhir/Task/{record['escalation']}"))


@pytest.fixture
def chaser(api: APIClient, record: dict[str, Any]) -> dict[str, Any]:
    listed = fhir(api.get("/fhir/Task"))["entry"]
    codes = {entry["resource"]["code"]["coding"][0]["code"]: entry["resource"] for entry in listed}
    return dict(codes["attendance"])


def put(api: APIClient, task: dict[str, Any], **changes: Any) -> Any:
    headers = changes.pop("headers", {})
    return api.put(f"/fhir/Task/{task['id']}", {**task, **changes}, headers=headers)


def test_accepting_the_task_is_the_acknowledgement(api: APIClient, task: dict[str, Any]) -> None:
    assert (task["status"], task["priority"]) == ("requested", "stat")
    accepted = fhir(put(api, task, status="accepted"))
    assert accepted["status"] == "accepted"
    native = api.get(f"/api/v1/escalations/{task['id']}").json()
    assert native["state"] == "acknowledged"
    assert accepted["owner"]["identifier"]["value"] == native["acknowledged_by"]["id"]
    assert fhir(put(api, accepted, status="accepted")) == accepted


def test_completing_the_task_resolves_it_with_what_came_of_it(api: APIClient, task: dict[str, Any]) -> None:
    assert_outcome(put(api, task, status="completed", output=HANDED_OVER), "conflict")
    accepted = fhir(put(api, task, status="accepted"))
    assert_outcome(put(api, accepted, status="completed"), "invalid", "Task.output")
    booked = [coded("outcome", "booked"), HANDED_OVER[1]]
    assert_outcome(put(api, accepted, status="completed", output=booked), "invalid", "Task.output")
    done = fhir(put(api, accepted, status="completed", output=HANDED_OVER))
    assert done["status"] == "completed"
    native = api.get(f"/api/v1/escalations/{task['id']}").json()
    assert (native["state"], native["outcome_code"], native["outcome"]) == (
        "resolved",
        "handed_over",
        "Given to A&E.",
    )


def test_the_result_of_a_referral_completes_its_chaser(api: APIClient, chaser: dict[str, Any]) -> None:
    assert_outcome(put(api, chaser, status="accepted"), "invalid", "Task.status")
    wrong = put(api, chaser, status="completed", output=[coded("result", "perhaps")])
    assert_outcome(wrong, "invalid", "Task.output")
    done = fhir(put(api, chaser, status="completed", output=[coded("result", "confirmed")]))
    assert done["status"] == "completed"
    assert api.get(f"/api/v1/follow-ups/{chaser['id']}").json()["result"] == "confirmed"
    assert_outcome(put(api, done, status="completed"), "conflict")


def test_a_check_is_completed_by_its_answers_only(api: APIClient, patient: Patient) -> None:
    recorded = api.post("/api/v1/assessments", assessment_body(patient)).json()
    check = fhir(api.get(f"/fhir/Task/{recorded['follow_ups'][0]}"))
    answer = put(api, check, status="completed", output=[coded("result", "confirmed")])
    assert_outcome(answer, "conflict")


def test_nothing_but_status_owner_and_output_is_changed(api: APIClient, task: dict[str, Any]) -> None:
    answer = put(api, task, status="accepted", priority="routine", note=[{"text": "mine"}])
    assert_outcome(answer, "invalid", "Task.note", "Task.priority")
    assert api.get(f"/api/v1/escalations/{task['id']}").json()["state"] == "open"


def test_what_is_left_out_stays_as_it_is(api: APIClient, task: dict[str, Any]) -> None:
    bare = {name: task[name] for name in ("resourceType", "id", "status")}
    accepted = fhir(put(api, bare, status="accepted"))
    assert accepted["status"] == "accepted"
    assert accepted["reasonReference"] == task["reasonReference"]


@pytest.mark.parametrize(
    "scopes",
    [
        "follow-ups:write escalations:write",
        "system/Task.u escalations:write",
        "follow-ups:write follow-ups:read escalations:write",
    ],
)
def test_who_may_not_read_a_task_learns_nothing_by_trying(
    clinic: Clinic, task: dict[str, Any], chaser: dict[str, Any], scopes: str
) -> None:
    """A right guess and a wrong one are refused alike, and nothing that a task holds must be known to act."""
    blind = api_for(clinic, scopes=scopes)
    for shown, status in ((task, "accepted"), (chaser, "completed")):
        bare = {name: shown[name] for name in ("resourceType", "id", "intent")}
        output = [coded("result", "confirmed")]
        for name in shown.keys() - CHANGED - bare.keys():
            tried = [
                put(blind, bare, status=status, output=output, **{name: value})
                for value in (shown[name], "no")
            ]
            assert_outcome(tried[0], "invalid", f"Task.{name}")
            assert told(tried[0]) == told(tried[1])
        assert put(blind, bare, status=status, output=output).status_code == 200


def test_who_sees_part_of_a_task_is_held_to_that_part(
    clinic: Clinic, api: APIClient, patient: Patient
) -> None:
    recorded = api.post("/api/v1/assessments", assessment_body(patient)).json()
    reader = api_for(clinic, scopes="follow-ups:write follow-ups:read")
    seen = fhir(reader.get(f"/fhir/Task/{recorded['follow_ups'][0]}"))
    tag = f'W/"{seen["meta"]["versionId"]}"'
    answer = put(reader, seen, status="completed", headers={"if-match": tag})
    assert_outcome(answer, "conflict", status=409)
    assert_outcome(put(reader, seen, status="completed", priority="stat"), "invalid", "Task.priority")


def told(answer: Any) -> Any:
    """What an OperationOutcome says, whichever request it was."""
    return [(issue["code"], issue["details"], issue["expression"]) for issue in answer.json()["issue"]]


def test_who_has_not_seen_the_present_version_changes_nothing(api: APIClient, task: dict[str, Any]) -> None:
    stale = put(api, task, status="accepted", headers={"if-match": 'W/"0123456789abcdef"'})
    assert_outcome(stale, "precondition_failed")
    seen = f'W/"{task["meta"]["versionId"]}"'
    fhir(put(api, task, status="accepted", headers={"if-match": seen}))


def test_an_owner_must_be_a_clinician_of_the_clinic(api: APIClient, task: dict[str, Any]) -> None:
    accepted = fhir(put(api, task, status="accepted"))
    owner = accepted["owner"]
    for identifier in (
        {**owner["identifier"], "value": "9f7c3e0e-0000-4000-8000-000000000000"},
        {**owner["identifier"], "system": "urn:oid:1.2.3"},
    ):
        answer = put(api, accepted, owner={**owner, "identifier": identifier})
        assert_outcome(answer, "invalid", "Task.owner")


def test_a_search_by_status_finds_what_is_to_be_done(api: APIClient, task: dict[str, Any]) -> None:
    def ids(status: str) -> set[str]:
        return {
            entry["resource"]["id"] for entry in fhir(api.get(f"/fhir/Task?status={status}")).get("entry", [])
        }

    assert task["id"] in ids("requested")
    put(api, task, status="accepted")
    assert task["id"] in ids("accepted")
    assert task["id"] not in ids("requested")
    assert task["id"] in ids("requested,accepted")
