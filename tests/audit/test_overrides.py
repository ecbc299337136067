"""A clinician may decide otherwise: upward freely, downward on recorded grounds, and the original stays."""

import datetime as dt
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection
from django.utils import timezone
from rest_framework.test import APIClient

from assessments.escalations.channels.models import Delivery
from assessments.escalations.models import Escalation
from assessments.escalations.services.deliver import deliver_due_escalations
from assessments.records.models import Override
from backend.platform.storage.due_work import claim_next, settle
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic, Role
from patients.models import Patient
from tests.api_edge.checks import assert_matches, assert_problem
from tests.audit.test_amendments import amend, read, record
from tests.factories import api_for, make_client, make_member, make_patient, make_token
from tests.mail import Postbox

URL = "/api/v1/assessments"
#: What a same-day referral rests on.
FOUND = {
    "role": "physiotherapist",
    "finding": {"kind": "examination", "text": "Full power, normal reflexes."},
}


def override(api: APIClient, assessment: str, decision: str, **body: object) -> Any:
    """The answer to an override with a reason."""
    whole = {"decision": decision, "reason": "Seen and examined.", **body}
    return api.post(f"{URL}/{assessment}/overrides", whole)


def handover(**changes: object) -> dict[str, object]:
    return {"to": "Emergency department, General Hospital", "at": timezone.now().isoformat(), **changes}


def exclusion(**changes: object) -> dict[str, object]:
    return {
        "by": "Dr A. Example",
        "at": timezone.now().isoformat(),
        "text": "MRI: no compression.",
        **changes,
    }


def escalation_of(api: APIClient, document: dict[str, Any]) -> dict[str, Any]:
    escalation: dict[str, Any] = api.get(f"/api/v1/escalations/{document['escalation']}").json()
    return escalation


@pytest.mark.holds("HZ-20")
def test_upward_needs_nothing_but_a_reason(api: APIClient, clinic: Clinic, patient: Patient) -> None:
    made = record(api, patient)
    answer = override(api, made["id"], "stop_and_rehab")
    assert answer.status_code == 201, answer.json()
    document = answer.json()
    assert document["effective"] == {
        "decision": "stop_and_rehab",
        "urgency": "none",
        "run_status": "no_running",
    }
    [stored] = document["overrides"]
    assert (stored["downward"], stored["reason"]) == (False, "Seen and examined.")
    assert stored["by"]["id"] == str(clinic.on_call_id)
    assert_matches("Assessment", document)
    assert_matches("Override", stored)
    assert api.get(answer["Location"]).json() == document


@pytest.mark.holds("S12", "HZ-23")
def test_the_evaluation_stays_as_it_was(api: APIClient, patient: Patient) -> None:
    made = record(api, patient)
    document = override(api, made["id"], "refer_urgent").json()
    changed = {"overrides", "effective", "escalation", "follow_ups", "run_permission"}
    assert {name for name in made if made[name] != document[name]} == changed


def test_a_reason_is_needed(api: APIClient, patient: Patient) -> None:
    made = record(api, patient)
    assert_problem(override(api, made["id"], "refer_urgent", reason=" "), "invalid", "/reason")
    assert read(api, made["id"]) == made


def test_lacking_information_is_nothing_a_clinician_decides(api: APIClient, patient: Patient) -> None:
    made = record(api, patient)
    assert_problem(override(api, made["id"], "insufficient_information"), "invalid", "/decision")


def test_what_holds_already_is_no_override(api: APIClient, patient: Patient) -> None:
    made = record(api, patient)
    assert_problem(override(api, made["id"], "continue_running"), "invalid", "/decision")


@pytest.mark.holds("HZ-23")
def test_downward_without_role_and_finding_is_refused(api: APIClient, patient: Patient) -> None:
    made = record(api, patient, pain_walking_nrs=6)
    assert made["effective"]["decision"] == "stop_and_rehab"
    assert_problem(override(api, made["id"], "adjust_running"), "invalid", "/role", "/finding")
    role, finding = {"role": FOUND["role"]}, {"finding": FOUND["finding"]}
    assert_problem(override(api, made["id"], "adjust_running", **role), "invalid", "/finding")
    assert_problem(override(api, made["id"], "adjust_running", **finding), "invalid", "/role")
    for empty in (
        {"kind": "examination", "text": ""},
        {"kind": "opinion", "text": "Fine."},
        {"text": "Fine."},
    ):
        refused = override(api, made["id"], "adjust_running", **role, finding=empty)
        assert refused.status_code == 422
    assert read(api, made["id"]) == made
    assert override(api, made["id"], "adjust_running", **FOUND).json()["effective"] == {
        "decision": "adjust_running",
        "urgency": "none",
        "run_status": "modified_running",
    }


@pytest.mark.holds("HZ-23")
def test_a_patients_own_report_is_no_role_for_a_downward_override(api: APIClient, patient: Patient) -> None:
    made = record(api, patient, pain_walking_nrs=6)
    body = {**FOUND, "role": "patient_self_report"}
    assert_problem(override(api, made["id"], "adjust_running", **body), "invalid", "/role")


def test_a_lower_urgency_alone_is_downward_too(api: APIClient, patient: Patient) -> None:
    made = record(api, patient)
    raised = override(api, made["id"], "refer_urgent", urgency="same_day").json()
    assert raised["effective"]["urgency"] == "same_day"
    lower = {"urgency": "within_2_weeks"}
    assert_problem(override(api, made["id"], "refer_urgent", **lower), "invalid", "/role", "/finding")


def test_an_incomplete_screen_cannot_be_waved_through_without_a_finding(
    api: APIClient, patient: Patient
) -> None:
    made = record(api, patient, bladder_change=None)
    assert made["effective"]["urgency"] == "complete_screen_now"
    refused = override(api, made["id"], "stop_running_clearance_required")
    assert_problem(refused, "invalid", "/role", "/finding")


def test_leaving_the_urgency_out_never_lowers_it(api: APIClient, patient: Patient) -> None:
    made = record(api, patient, bladder_change=None)
    document = override(api, made["id"], "continue_running", **FOUND).json()
    assert document["effective"]["urgency"] == "complete_screen_now"


@pytest.mark.holds("HZ-23")
def test_an_emergency_ends_with_a_handover_or_an_exclusion_only(api: APIClient, patient: Patient) -> None:
    made = record(api, patient, bladder_change="yes")
    down = {"urgency": "same_day", **FOUND}
    assert_problem(override(api, made["id"], "refer_urgent", **down), "invalid", "/handover")
    assert read(api, made["id"]) == made
    taken = override(api, made["id"], "refer_urgent", **down, handover=handover())
    assert taken.json()["effective"]["decision"] == "refer_urgent"
    other = record(api, patient, bladder_change="yes")
    taken = override(api, other["id"], "refer_urgent", **down, exclusion=exclusion())
    assert taken.json()["overrides"][0]["exclusion"]["by"] == "Dr A. Example"


def test_an_emergency_that_a_clinician_declared_ends_no_other_way(api: APIClient, patient: Patient) -> None:
    made = record(api, patient)
    assert override(api, made["id"], "refer_emergency").json()["effective"]["urgency"] == "emergency_now"
    down = {"urgency": "none", **FOUND}
    assert_problem(override(api, made["id"], "continue_running", **down), "invalid", "/handover")


def test_an_emergency_keeps_its_urgency_and_nothing_else_has_it(api: APIClient, patient: Patient) -> None:
    made = record(api, patient, bladder_change="yes")
    refused = override(api, made["id"], "refer_emergency", urgency="same_day", **FOUND)
    assert_problem(refused, "invalid", "/urgency")
    refused = override(api, made["id"], "continue_running", **FOUND, handover=handover())
    assert_problem(refused, "invalid", "/urgency")
    other = record(api, patient)
    assert_problem(override(api, other["id"], "refer_urgent", urgency="none"), "invalid", "/urgency")


@pytest.mark.parametrize("field", ["handover", "exclusion"])
def test_a_handover_is_neither_in_the_future_nor_before_the_assessment(
    api: APIClient, patient: Patient, field: str
) -> None:
    made = record(api, patient, bladder_change="yes")
    make = handover if field == "handover" else exclusion
    for away in (dt.timedelta(hours=1), -dt.timedelta(hours=25)):
        grounds = {field: make(at=(timezone.now() + away).isoformat())}
        refused = override(api, made["id"], "refer_urgent", urgency="same_day", **FOUND, **grounds)
        assert_problem(refused, "invalid", f"/{field}/at")
    assert_problem(
        override(api, made["id"], "refer_urgent", urgency="same_day", **FOUND, **{field: {"at": "now"}}),
        "invalid",
        *(f"/{field}/{name}" for name in make()),
    )


def test_an_upward_override_to_a_referral_calls_somebody(api: APIClient, patient: Patient) -> None:
    made = record(api, patient)
    document = override(api, made["id"], "refer_emergency").json()
    escalation = escalation_of(api, document)
    assert (escalation["urgency"], escalation["state"]) == ("emergency_now", "open")
    assert escalation["reasons"] == [
        {"id": "override", "title": "A clinician decided that it is this urgent"}
    ]
    assert_matches("Escalation", escalation)


def test_a_less_urgent_escalation_is_raised_and_calls_again_at_once(
    api: APIClient, clinic: Clinic, patient: Patient, postbox: Postbox
) -> None:
    made = record(api, patient, bladder_change=None)
    now = timezone.now() + dt.timedelta(seconds=1)
    assert deliver_due_escalations(clock=lambda: now) == 1
    api.post(f"/api/v1/escalations/{made['escalation']}/acknowledge", {})
    override(api, made["id"], "refer_emergency")

    raised = escalation_of(api, made)
    assert (raised["urgency"], raised["state"], raised["acknowledged_at"]) == ("emergency_now", "open", None)
    later = timezone.now() + dt.timedelta(seconds=1)
    assert deliver_due_escalations(clock=lambda: later) == 1
    assert str(postbox.messages[-1]["Subject"]).startswith("EMERGENCY")
    with clinic_scope(clinic.id):
        kinds = Escalation.objects.get(id=raised["id"]).events.values_list("kind", flat=True)
        assert sorted(kinds) == ["acknowledged", "notified", "notified", "raised"]
        assert Delivery.objects.filter(escalation=raised["id"], state="sent").count() >= 2


def test_a_worker_in_the_middle_of_the_old_round_cannot_put_the_emergency_off(
    api: APIClient, patient: Patient
) -> None:
    made = record(api, patient, bladder_change=None)
    now = timezone.now() + dt.timedelta(seconds=1)
    claim = claim_next(Escalation, now=now)
    assert claim is not None
    override(api, made["id"], "refer_emergency")
    settle(claim, next_attempt_at=now + dt.timedelta(hours=1), now=now)
    due = dt.datetime.fromisoformat(escalation_of(api, made)["next_attempt_at"])
    assert due <= timezone.now()


def test_an_escalation_as_urgent_that_somebody_has_is_left_alone(api: APIClient, patient: Patient) -> None:
    made = record(api, patient, bladder_change=None)
    api.post(f"/api/v1/escalations/{made['escalation']}/acknowledge", {})
    before = escalation_of(api, made)
    override(api, made["id"], "refer_urgent")
    assert escalation_of(api, made) == before


def test_an_upward_override_after_the_escalation_was_resolved_opens_it_again(
    api: APIClient, patient: Patient
) -> None:
    made = record(api, patient, bladder_change=None)
    address = f"/api/v1/escalations/{made['escalation']}"
    api.post(f"{address}/acknowledge", {})
    api.post(f"{address}/resolve", {"outcome_code": "screen_completed", "outcome": "Asked again by phone."})
    override(api, made["id"], "refer_urgent")
    assert escalation_of(api, made)["state"] == "open"


def test_a_downward_override_closes_no_escalation(api: APIClient, patient: Patient) -> None:
    made = record(api, patient, bladder_change="yes")
    before = escalation_of(api, made)
    down = {"urgency": "none", "exclusion": exclusion(), **FOUND}
    assert override(api, made["id"], "continue_running", **down).status_code == 201
    assert escalation_of(api, made) == before


def test_somebody_must_answer_for_it_by_name(api: APIClient, clinic: Clinic, patient: Patient) -> None:
    made = record(api, patient)
    reception = make_member(clinic, Role.RECEPTION)
    refused = override(api, made["id"], "refer_urgent", on_behalf_of=str(reception.id))
    assert_problem(refused, "invalid", "/on_behalf_of")
    nobody = APIClient()
    nobody.default_format = "json"
    with clinic_scope(clinic.id):
        token = make_token(make_client(clinic))
    nobody.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    assert_problem(override(nobody, made["id"], "refer_urgent"), "invalid", "/on_behalf_of")
    assert read(api, made["id"]) == made


def test_another_clinics_assessment_or_clinician_is_not_found(
    api: APIClient, other_api: APIClient, other_clinic: Clinic, patient: Patient
) -> None:
    made = record(api, patient)
    assert_problem(override(other_api, made["id"], "refer_urgent"), "not_found")
    assert_problem(override(api, str(uuid.uuid4()), "refer_urgent"), "not_found")
    foreign = override(api, made["id"], "refer_urgent", on_behalf_of=str(other_clinic.on_call_id))
    assert_problem(foreign, "invalid", "/on_behalf_of")
    assert read(api, made["id"]) == made


def test_a_superseded_assessment_is_not_overridden(api: APIClient, patient: Patient) -> None:
    old = record(api, patient)
    amend(api, old["id"])
    assert_problem(override(api, old["id"], "refer_urgent"), "conflict")


def test_an_amendment_does_not_take_back_a_clinicians_caution(api: APIClient, patient: Patient) -> None:
    old = record(api, patient)
    overridden = override(api, old["id"], "refer_emergency").json()
    first = amend(api, old["id"]).json()
    again = amend(api, first["id"]).json()
    for document in (first, again):
        assert document["evaluation"]["decision"] == "continue_running"
        assert document["effective"] == overridden["effective"]
    assert first["overrides"][0]["carried_from"] == overridden["overrides"][0]["id"]
    down = {"urgency": "none", **FOUND}
    assert_problem(override(api, again["id"], "continue_running", **down), "invalid", "/handover")


def test_an_amendment_does_not_keep_a_clinicians_reassurance(api: APIClient, patient: Patient) -> None:
    old = record(api, patient, pain_walking_nrs=6)
    override(api, old["id"], "continue_running", **FOUND)
    new = amend(api, old["id"], pain_walking_nrs=7).json()
    assert (new["overrides"], new["effective"]["decision"]) == ([], "stop_and_rehab")


def test_the_latest_override_holds_and_all_are_shown(api: APIClient, patient: Patient) -> None:
    made = record(api, patient)
    override(api, made["id"], "refer_urgent", urgency="within_2_weeks")
    document = override(api, made["id"], "adjust_running", urgency="none", **FOUND).json()
    assert [item["decision"] for item in document["overrides"]] == ["refer_urgent", "adjust_running"]
    assert document["effective"]["decision"] == "adjust_running"


def test_the_database_refuses_to_change_or_delete_an_override(
    api: APIClient, clinic: Clinic, patient: Patient
) -> None:
    made = record(api, patient)
    override(api, made["id"], "refer_urgent")
    with pytest.raises(DatabaseError, match="never changed"), clinic_scope(clinic.id):
        Override.objects.update(reason="x")
    with pytest.raises(DatabaseError, match="never changed"), clinic_scope(clinic.id):
        Override.objects.all().delete()


@pytest.mark.holds("HZ-23")
def test_the_database_refuses_a_downward_override_without_grounds(
    api: APIClient, clinic: Clinic, patient: Patient
) -> None:
    made = record(api, patient)
    override(api, made["id"], "refer_urgent")
    with clinic_scope(clinic.id):
        row = Override.objects.get()
    row.pk, row.downward = uuid.uuid4(), True
    with pytest.raises(IntegrityError, match="role_and_finding"), clinic_scope(clinic.id):
        row.save(force_insert=True)


@pytest.mark.django_db(transaction=True)
def test_two_overrides_at_once_are_each_judged_by_what_holds_then(clinic: Clinic) -> None:
    api, patient = api_for(clinic), make_patient(clinic)
    made = record(api, patient, pain_walking_nrs=6)

    def attempt(_: int) -> int:
        try:
            return int(override(api, made["id"], "refer_urgent", urgency="same_day").status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        statuses = sorted(pool.map(attempt, range(6)))
    assert statuses == [201] + [422] * 5
    assert len(read(api, made["id"])["overrides"]) == 1
