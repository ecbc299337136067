"""The clinic's rows as resources: valid, found by search page by page, and in one bundle for a patient."""

import datetime as dt
import json
import re
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from assessments.escalations.models import Escalation
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic
from patients.models import Patient
from tests.factories import api_for, assessment_body, make_patient, reassuring_answers
from tests.fhir.checks import assert_outcome, fhir
from tests.security.fhir_samples import FHIR_SAMPLES
from tests.security.samples import World, api_with
from tests.worlds import *  # noqa: F403 - fixtures

TYPES = [
    "Patient",
    "QuestionnaireResponse",
    "RiskAssessment",
    "ClinicalImpression",
    "CarePlan",
    "Flag",
    "Task",
    "ServiceRequest",
]


def found(api: APIClient, path: str) -> list[dict[str, Any]]:
    """The resources of all pages."""
    resources = []
    while path:
        page = fhir(api.get(path))
        assert page["link"][0]["relation"] == "self"
        resources += [entry["resource"] for entry in page.get("entry", [])]
        following = [link["url"] for link in page["link"] if link["relation"] == "next"]
        path = following[0] if following else ""
    return resources


def emergency(api: APIClient, patient: Patient, **answers: object) -> dict[str, Any]:
    body = assessment_body(patient, reassuring_answers(bladder_change="yes", **answers))
    return dict(api.post("/api/v1/assessments", body).json())


@pytest.mark.parametrize("kind", TYPES)
def test_every_resource_is_valid_and_reads_as_it_was_found(api: APIClient, world: World, kind: str) -> None:
    listed = found(api, f"/fhir/{kind}")
    assert listed
    for resource in listed:
        read = fhir(api.get(f"/fhir/{kind}/{resource['id']}"))
        assert read == resource
        assert found(api, f"/fhir/{kind}?_id={resource['id']}") == [resource]


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("count", [1, 2, 3])
def test_pages_hold_no_more_than_asked_and_lose_nothing(
    api: APIClient, world: World, kind: str, count: int
) -> None:
    whole = found(api, f"/fhir/{kind}")
    first = fhir(api.get(f"/fhir/{kind}?_count={count}"))
    assert len(first["entry"]) <= count
    assert found(api, f"/fhir/{kind}?_count={count}") == whole
    assert fhir(api.get(f"/fhir/{kind}?_count=0"))["total"] == len(whole)


@pytest.mark.parametrize("kind", [kind for kind in TYPES if kind != "Patient"])
def test_a_search_by_patient_finds_theirs_in_every_spelling(api: APIClient, world: World, kind: str) -> None:
    theirs = {str(world.patient.id)}
    whole = [one for one in found(api, f"/fhir/{kind}") if subject(one) in theirs]
    for spelling in ("{}", "Patient/{}", "http://localhost:8000/fhir/Patient/{}"):
        asked = spelling.format(world.patient.id)
        assert found(api, f"/fhir/{kind}?patient={asked}") == whole
    assert_outcome(api.get(f"/fhir/{kind}?patient=Robin"), "invalid", "http.patient", status=400)


def subject(resource: dict[str, Any]) -> str:
    pointer = resource.get("subject") or resource["for"]
    return str(pointer["reference"].removeprefix("Patient/"))


@pytest.mark.parametrize("kind", TYPES)
def test_a_search_by_time_finds_what_changed_then(api: APIClient, world: World, kind: str) -> None:
    whole = found(api, f"/fhir/{kind}")
    moment = max(one["meta"]["lastUpdated"] for one in whole)
    later = [one for one in whole if one["meta"]["lastUpdated"] >= moment]
    assert found(api, f"/fhir/{kind}?_lastUpdated=ge{moment}") == later
    assert found(api, f"/fhir/{kind}?_lastUpdated=lt{moment}") == [one for one in whole if one not in later]
    today = timezone.now().astimezone(dt.UTC).date()
    assert found(api, f"/fhir/{kind}?_lastUpdated={today.year}") == whole
    assert found(api, f"/fhir/{kind}?_lastUpdated=gt{today.year}") == []
    assert found(api, f"/fhir/{kind}?_lastUpdated=le{today.isoformat()}&_lastUpdated=ge2020-01") == whole


def test_a_patient_is_found_by_the_practices_id_and_by_name_only_in_a_body(
    api: APIClient, clinic: Clinic
) -> None:
    patient = make_patient(
        clinic, external_id="P-17", birth_date=dt.date(1990, 5, 4), sex_at_birth="intersex"
    )
    make_patient(clinic)
    (resource,) = found(api, "/fhir/Patient?identifier=P-17")
    assert resource["id"] == str(patient.id)
    identifier = resource["identifier"][0]
    assert found(api, f"/fhir/Patient?identifier={identifier['system']}|P-17") == [resource]
    assert found(api, "/fhir/Patient?identifier=urn:oid:1.2.3|P-17") == []
    assert (resource["birthDate"], resource["gender"]) == ("1990-05-04", "other")
    assert_outcome(api.get("/fhir/Patient?family=Runner"), "invalid", "http.family", status=400)

    def search(body: str) -> Any:
        form = "application/x-www-form-urlencoded"
        return api.generic("POST", "/fhir/Patient/_search", body, content_type=form)

    by_name = fhir(search("family=Runn&birthdate=1990-05-04"))
    assert [entry["resource"] for entry in by_name["entry"]] == [resource]
    assert "Runn" not in by_name["link"][0]["url"]
    assert_outcome(search(""), "invalid", "http", status=400)


def test_the_decision_says_why_and_what_was_not_asked(api: APIClient, patient: Patient) -> None:
    record = emergency(api, patient, saddle_sensation_change=None)
    risk = fhir(api.get(f"/fhir/RiskAssessment/{record['id']}"))
    decision, *criteria = risk["prediction"]
    codes = [coding["code"] for coding in decision["qualitativeRisk"]["coding"]]
    assert codes == ["refer_emergency", "emergency_now"]
    assert [one["outcome"]["coding"][0]["code"] for one in criteria] == [
        met["id"] for met in record["evaluation"]["criteria_met"]
    ]
    missing, *_ = (note["text"] for note in risk["note"])
    assert "Change of feeling in the saddle area" in missing
    assert risk["method"]["coding"][0]["code"] == record["evaluation"]["protocol_version"]
    assert risk["basis"] == [{"reference": f"QuestionnaireResponse/{record['id']}"}]


def test_corrected_answers_and_a_clinicians_decision_are_seen_in_the_protocols(
    api: APIClient, patient: Patient
) -> None:
    first = api.post("/api/v1/assessments", assessment_body(patient)).json()
    body = assessment_body(patient, reason="A slip of the pen.")
    del body["patient"]
    second = api.post(f"/api/v1/assessments/{first['id']}/amendments", body).json()
    override = {"decision": "stop_and_rehab", "reason": "Seen and examined."}
    made = api.post(f"/api/v1/assessments/{second['id']}/overrides", override).json()["overrides"][0]
    old, new = (fhir(api.get(f"/fhir/RiskAssessment/{one['id']}")) for one in (first, second))
    assert (old["status"], new["status"]) == ("entered-in-error", "corrected")
    assert f"ClinicalImpression/{made['id']}" in new["note"][-1]["text"]
    signed = fhir(api.get(f"/fhir/ClinicalImpression/{made['id']}"))
    assert signed["summary"] == "Seen and examined."
    assert signed["assessor"]["identifier"]["value"] == made["by"]["id"]


def test_an_emergency_is_a_referral_at_once_and_a_warning_for_each_reason(
    api: APIClient, patient: Patient
) -> None:
    record = emergency(api, patient, saddle_sensation_change="yes")
    request = fhir(api.get(f"/fhir/ServiceRequest/{record['escalation']}"))
    assert (request["status"], request["priority"]) == ("active", "stat")
    raised = {met["id"] for met in record["evaluation"]["criteria_met"] if met["urgency"] == "emergency_now"}
    assert len(raised) > 1
    flags = found(api, f"/fhir/Flag?patient={patient.id}")
    assert {flag["code"]["coding"][0]["code"] for flag in flags} == raised
    assert {flag["status"] for flag in flags} == {"active"}
    assert found(api, f"/fhir/Flag?patient={patient.id}&_count=1") == flags


def requests_of(api: APIClient, patient: Patient) -> list[tuple[str, str, list[str]]]:
    """Each referral's status, priority and reasons, the oldest first; every door tells of the same ones."""
    listed = found(api, f"/fhir/ServiceRequest?patient={patient.id}")
    listed.sort(key=lambda one: str(one["id"]))  # ids grow with time
    whole = fhir(api.get(f"/fhir/Patient/{patient.id}/$everything"))["entry"]
    everything = [one["resource"] for one in whole]
    requests = [one for one in everything if one["resourceType"] == "ServiceRequest"]
    assert sorted(requests, key=lambda one: str(one["id"])) == listed
    focus = {one["id"] for one in everything if one["resourceType"] == "Task" and "focus" in one}
    assert focus == {one["id"] for one in listed}
    for one in listed:
        assert fhir(api.get(f"/fhir/ServiceRequest/{one['id']}")) == one
    return [
        (one["status"], one["priority"], [reason["coding"][0]["code"] for reason in one["reasonCode"]])
        for one in listed
    ]


def recorded(api: APIClient, patient: Patient, **answers: object) -> Any:
    return api.post("/api/v1/assessments", assessment_body(patient, reassuring_answers(**answers))).json()


def test_an_incomplete_screen_hides_no_referral_that_is_known(api: APIClient, patient: Patient) -> None:
    record = recorded(api, patient, cancer_history="yes", bladder_change=None)
    assert record["evaluation"]["urgency"] == "complete_screen_now"
    reasons = [
        met["id"] for met in record["evaluation"]["criteria_met"] if met["urgency"] == "within_2_weeks"
    ]
    assert reasons
    assert requests_of(api, patient) == [("active", "urgent", reasons)]


def test_a_referral_outlives_the_open_questions_that_come_after_it(api: APIClient, patient: Patient) -> None:
    """The screen is more urgent and takes the escalation's place; the referral stays in force beside it."""
    first = recorded(api, patient, cancer_history="yes")
    ((_, _, reasons),) = requests_of(api, patient)
    for _ in range(2):
        recorded(api, patient, bladder_change=None)
        *earlier, latest = requests_of(api, patient)
        assert latest == ("active", "urgent", reasons)
        assert {status for status, _, _ in earlier} == {"revoked"}
    (active,) = (
        one for one in found(api, f"/fhir/ServiceRequest?patient={patient.id}") if one["status"] == "active"
    )
    assert {"reference": f"RiskAssessment/{first['id']}"} in active["supportingInfo"]
    recorded(api, patient, fever_or_rigors="yes")
    assert [status for status, _, _ in requests_of(api, patient)] == ["revoked"] * 3 + ["active"]


def test_once_the_screen_is_complete_the_referral_goes_on_by_its_answers(
    api: APIClient, patient: Patient
) -> None:
    asked = recorded(api, patient, cancer_history="yes", bladder_change=None)["escalation"]
    recorded(api, patient, cancer_history="yes")
    assert api.post(f"/api/v1/escalations/{asked}/acknowledge", {}).status_code == 200
    done = {"outcome_code": "screen_completed", "outcome": "Asked by phone."}
    assert api.post(f"/api/v1/escalations/{asked}/resolve", done).status_code == 200
    assert sorted(status for status, _, _ in requests_of(api, patient)) == ["active", "revoked"]


def test_a_missing_screen_is_a_task_and_no_referral(api: APIClient, patient: Patient) -> None:
    body = assessment_body(patient, reassuring_answers(bladder_change=None))
    record = api.post("/api/v1/assessments", body).json()
    assert record["evaluation"]["urgency"] == "complete_screen_now"
    assert found(api, f"/fhir/ServiceRequest?patient={patient.id}") == []
    assert_outcome(api.get(f"/fhir/ServiceRequest/{record['escalation']}"), "not_found")
    task = fhir(api.get(f"/fhir/Task/{record['escalation']}"))
    assert "focus" not in task


def test_everything_of_a_patient_is_what_the_scopes_open(api: APIClient, world: World) -> None:
    path = f"/fhir/Patient/{world.patient.id}/$everything"
    whole = [entry["resource"] for entry in fhir(api.get(path))["entry"]]
    for kind in TYPES:
        wanted = f"?_id={world.patient.id}" if kind == "Patient" else f"?patient={world.patient.id}"
        listed = found(api, f"/fhir/{kind}{wanted}")
        key = [(one["id"], one["meta"]["versionId"]) for one in listed]
        assert sorted(key) == sorted(
            (one["id"], one["meta"]["versionId"]) for one in whole if one["resourceType"] == kind
        )
    narrow = api_with(world, scopes="patients:read assessments:read")
    kinds = {entry["resource"]["resourceType"] for entry in fhir(narrow.get(path))["entry"]}
    assert kinds == {"Patient", "QuestionnaireResponse", "RiskAssessment"}
    assert_outcome(api.get(f"{path}?_count=5"), "invalid", "http._count", status=400)


def test_who_may_not_see_escalations_sees_no_task_of_one(api: APIClient, patient: Patient) -> None:
    record = emergency(api, patient)
    narrow = api_for(patient.clinic, scopes="follow-ups:read follow-ups:write")
    tasks = found(narrow, "/fhir/Task")
    assert tasks
    assert record["escalation"] not in {task["id"] for task in tasks}
    assert_outcome(narrow.get(f"/fhir/Task/{record['escalation']}"), "not_found")
    task = fhir(api.get(f"/fhir/Task/{record['escalation']}"))
    answer = narrow.put(f"/fhir/Task/{record['escalation']}", {**task, "status": "accepted"})
    assert_outcome(answer, "not_found")
    with clinic_scope(patient.clinic.id):
        assert Escalation.objects.get(id=record["escalation"]).state == "open"


READS = [name for name, method in FHIR_SAMPLES if method == "GET" or name == "fhir-patient-search"]


@pytest.mark.parametrize("name", READS)
def test_whose_data_a_fhir_answer_shows_is_in_the_access_log(world: World, name: str) -> None:
    """Found in the text of the answer, whatever it is made of; a form shows nobody."""
    api, method = api_with(world), "GET" if (name, "GET") in FHIR_SAMPLES else "POST"
    asked = FHIR_SAMPLES[name, method](world)
    answer = api.generic(
        method,
        reverse(name, kwargs=asked.path),
        asked.form,
        content_type="application/x-www-form-urlencoded",
    )
    assert answer.status_code == 200, answer.content
    said = json.dumps(answer.json())
    shown = set(re.findall(r'"Patient/([0-9a-f-]{36})"', said))
    shown |= set(re.findall(r'"resourceType": "Patient", "id": "([0-9a-f-]{36})"', said))
    assert bool(shown) is not name.startswith("fhir-questionnaire")
    log = api.get("/api/v1/clinic/access-log", {"page_size": 100}).json()["results"]
    assert {entry["patient"] for entry in log if entry["action"] == f"{method} {name}"} == shown
