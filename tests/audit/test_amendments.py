"""Corrected answers take the place of recorded ones; nothing recorded or promised is taken back."""

import datetime as dt
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from assessments.records.models import Assessment
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic
from patients.models import Patient
from tests.api_edge.checks import assert_matches, assert_problem
from tests.factories import api_for, assessment_body, make_patient, reassuring_answers

URL = "/api/v1/assessments"
SAME_DAY = {"fever": "yes"}


def record(api: APIClient, patient: Patient, **answers: object) -> dict[str, Any]:
    """The document of a new assessment."""
    answer = api.post(URL, assessment_body(patient, reassuring_answers(**answers)))
    assert answer.status_code == 201, answer.json()
    document: dict[str, Any] = answer.json()
    return document


def amend(api: APIClient, assessment: str, *, body: dict[str, Any] | None = None, **answers: object) -> Any:
    """The answer to an amendment, a moment ago, for a reason."""
    whole = {
        "assessed_at": timezone.now().isoformat(),
        "assessor_role": "physiotherapist",
        "answers": reassuring_answers(**answers),
        "reason": "The wrong box was ticked.",
        **(body or {}),
    }
    return api.post(f"{URL}/{assessment}/amendments", whole)


def read(api: APIClient, assessment: str) -> dict[str, Any]:
    document: dict[str, Any] = api.get(f"{URL}/{assessment}").json()
    return document


def follow_ups(api: APIClient, patient: Patient) -> dict[str, str]:
    """The states of the runner's follow-ups by the assessment that planned them."""
    results = api.get(f"/api/v1/follow-ups?patient={patient.id}").json()["results"]
    return {item["assessment"]: item["state"] for item in results}


def test_an_amendment_is_a_new_assessment_that_supersedes_the_old(api: APIClient, patient: Patient) -> None:
    old = record(api, patient)
    answer = amend(api, old["id"], pain_walking_nrs=6)
    assert answer.status_code == 201, answer.json()
    new = answer.json()
    assert (new["supersedes"], new["amendment_reason"]) == (old["id"], "The wrong box was ticked.")
    assert new["patient"] == str(patient.id)
    assert new["evaluation"]["decision"] == "stop_and_rehab"
    assert api.get(answer["Location"]).json() == new
    assert_matches("Assessment", new)


def test_the_old_one_stays_as_it_was_and_names_its_successor(api: APIClient, patient: Patient) -> None:
    old = record(api, patient)
    new = amend(api, old["id"], bladder_change="yes").json()
    now_is = read(api, old["id"])
    assert now_is.pop("run_permission")["state"] == "replaced"
    del old["run_permission"]
    assert now_is == {**old, "superseded_by": new["id"]}
    listed = api.get(f"{URL}?patient={patient.id}").json()["results"]
    assert [item["superseded_by"] for item in listed] == [new["id"], None]


def test_a_superseded_assessment_cannot_be_amended_again(api: APIClient, patient: Patient) -> None:
    old = record(api, patient)
    new = amend(api, old["id"]).json()
    refused = amend(api, old["id"], bladder_change="yes")
    assert new["id"] in assert_problem(refused, "conflict")["detail"]
    assert amend(api, new["id"]).status_code == 201


def test_a_reason_is_needed_and_a_patient_cannot_be_named(api: APIClient, patient: Patient) -> None:
    old = record(api, patient)
    for reason in ("", "   ", 5, None, "x" * 1001, "a\x01b"):
        assert_problem(amend(api, old["id"], body={"reason": reason}), "invalid", "/reason")
    answers = reassuring_answers(pain_usual_nrs=2.5)
    other = amend(api, old["id"], body={"patient": str(patient.id), "answers": answers})
    assert_problem(other, "invalid", "/patient", "/answers/pain_usual_nrs")
    assert read(api, old["id"]) == old


def test_a_reason_has_no_place_in_a_first_assessment(api: APIClient, patient: Patient) -> None:
    assert_problem(api.post(URL, assessment_body(patient, reason="none")), "invalid", "/reason")


def test_another_clinics_assessment_cannot_be_amended(
    api: APIClient, other_api: APIClient, patient: Patient
) -> None:
    old = record(api, patient)
    assert_problem(amend(other_api, old["id"]), "not_found")
    assert_problem(amend(api, str(uuid.uuid4())), "not_found")
    assert read(api, old["id"])["superseded_by"] is None


def test_amending_needs_the_scope_to_write_assessments(
    api: APIClient, clinic: Clinic, patient: Patient
) -> None:
    old = record(api, patient)
    reader = api_for(clinic, scopes="assessments:read patients:write")
    assert_problem(amend(reader, old["id"]), "permission_denied")


def test_the_open_escalation_of_the_old_one_is_not_lowered(api: APIClient, patient: Patient) -> None:
    old = record(api, patient, bladder_change="yes")
    new = amend(api, old["id"]).json()
    assert (new["evaluation"]["decision"], new["escalation"]) == ("continue_running", None)
    escalation = api.get(f"/api/v1/escalations/{old['escalation']}").json()
    assert (escalation["state"], escalation["urgency"]) == ("open", "emergency_now")
    assert escalation["next_attempt_at"] is not None


def test_a_more_urgent_correction_opens_an_escalation_of_its_own(api: APIClient, patient: Patient) -> None:
    old = record(api, patient, bladder_change=None)
    new = amend(api, old["id"], bladder_change="yes").json()
    assert new["escalation"] not in (None, old["escalation"])
    assert api.get(f"/api/v1/escalations/{new['escalation']}").json()["urgency"] == "emergency_now"
    earlier = api.get(f"/api/v1/escalations/{old['escalation']}").json()
    assert (earlier["state"], earlier["superseded_by"]) == ("superseded", new["escalation"])


def test_while_the_old_escalation_calls_as_urgently_no_second_one_opens(
    api: APIClient, patient: Patient
) -> None:
    first = record(api, patient, bladder_change="yes")
    second = amend(api, first["id"], bladder_change="yes", pain_usual_nrs=1).json()
    third = amend(api, second["id"], bladder_change="yes", pain_usual_nrs=2).json()
    assert (second["escalation"], third["escalation"]) == (None, None)
    assert len(api.get("/api/v1/escalations").json()["results"]) == 1


def test_an_acknowledged_escalation_does_not_cover_corrected_answers(
    api: APIClient, patient: Patient
) -> None:
    old = record(api, patient, bladder_change="yes")
    assert api.post(f"/api/v1/escalations/{old['escalation']}/acknowledge", {}).status_code == 200
    assert amend(api, old["id"], bladder_change="yes").json()["escalation"] is not None


def test_the_amendments_schedule_replaces_the_old_one(api: APIClient, patient: Patient) -> None:
    old = record(api, patient)
    new = amend(api, old["id"], pain_walking_nrs=6).json()
    states = follow_ups(api, patient)
    assert states[old["id"]] == "cancelled"
    assert states[new["id"]] in {"scheduled", "due"}


def test_correcting_an_earlier_assessment_leaves_the_newest_ones_schedule(
    api: APIClient, patient: Patient
) -> None:
    week_ago = (timezone.now() - dt.timedelta(days=7)).isoformat()
    earlier = api.post(URL, assessment_body(patient, assessed_at=week_ago)).json()
    newest = record(api, patient)
    before = follow_ups(api, patient)
    amended = amend(api, earlier["id"], body={"assessed_at": week_ago}, bladder_change="yes").json()
    chasers = [api.get(f"/api/v1/follow-ups/{each}").json()["kind"] for each in amended["follow_ups"]]
    assert chasers == ["handover", "attendance"], "the referral is chased, whatever was assessed since"
    assert amended["escalation"] is not None
    assert follow_ups(api, patient) == {**before, amended["id"]: "scheduled"}
    assert before[newest["id"]] in {"scheduled", "due"}


def test_an_answer_carried_from_an_earlier_day_does_not_become_younger(
    api: APIClient, patient: Patient
) -> None:
    day_ago = (timezone.now() - dt.timedelta(hours=24)).isoformat()
    first = api.post(URL, assessment_body(patient, assessed_at=day_ago)).json()
    body = {name: value for name, value in assessment_body(patient).items() if name != "patient"}
    fresh = api.get(f"/api/v1/follow-ups/{first['follow_ups'][0]}").json()["questions"]
    answers = reassuring_answers()
    body["answers"] = {name: answers[name] for name in fresh if name in answers}
    answered = api.post(f"/api/v1/follow-ups/{first['follow_ups'][0]}/response", body).json()
    assert answered["carried"]
    [changed, *unchanged] = answered["carried"]
    amended = amend(api, answered["id"], body={"answers": {**answered["answers"], changed: "unknown"}})
    if amended.status_code == 422:  # the first carried question doesn't know "unknown"
        del answered["answers"][changed]
        amended = amend(api, answered["id"], body={"answers": answered["answers"]})
    assert set(amended.json()["carried"]) == set(unchanged)


def test_an_archived_runners_record_is_not_amended(api: APIClient, patient: Patient) -> None:
    old = record(api, patient)
    url = f"/api/v1/patients/{patient.id}"
    tag = api.get(url).headers["ETag"]
    assert (
        api.patch(
            url, {"archived": True, "archive_reason": "duplicate"}, headers={"if-match": tag}
        ).status_code
        == 200
    )
    assert_problem(amend(api, old["id"]), "conflict")


@pytest.mark.django_db(transaction=True)
def test_of_many_amendments_at_once_one_is_taken(clinic: Clinic) -> None:
    api, patient = api_for(clinic), make_patient(clinic)
    old = record(api, patient)

    def attempt(_: int) -> int:
        try:
            return int(amend(api, old["id"]).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(attempt, range(8)))
    assert statuses == [201] + [409] * 7
    with clinic_scope(clinic.id):
        assert Assessment.objects.filter(supersedes=old["id"]).count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_cost_of_an_amendment_is_known(
    api: APIClient, patient: Patient, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    old = record(api, patient)
    with django_assert_max_num_queries(20):
        assert amend(api, old["id"], bladder_change="yes").status_code == 201
