"""What is shown of a row never changes behind its time: who follows ``_lastUpdated`` misses nothing."""

import datetime as dt
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from assessments.exports.services.changes import last_position
from assessments.follow_ups.models import FollowUp
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic, Membership, User
from tests.factories import assessment_body, make_patient, reassuring_answers
from tests.fhir.checks import fhir
from tests.fhir.test_resources import TYPES, found
from tests.security.samples import fill

Record = dict[str, Any]


@pytest.fixture
def record(api: APIClient, clinic: Clinic) -> Record:
    """A row of every type; the runner's decision was overridden to a referral that somebody must take on."""
    world = fill(clinic)
    raised = {"decision": "refer_urgent", "reason": "Looks unwell."}
    answer = api.post(f"/api/v1/assessments/{world.assessment}/overrides", raised)
    own = {"assessment": str(world.assessment), "escalation": answer.json()["escalation"]}
    plan = str(world.programmes["active"])
    return {**own, "plan": plan, "runner": str(world.patient.id), "provisional": str(world.provisional)}


def amend(api: APIClient, clinic: Clinic, record: Record) -> Any:
    body = assessment_body(make_patient(clinic), reassuring_answers(bladder_change="yes"), reason="A slip.")
    del body["patient"]
    return api.post(f"/api/v1/assessments/{record['assessment']}/amendments", body)


def override(api: APIClient, clinic: Clinic, record: Record) -> Any:
    decided = {"decision": "refer_emergency", "reason": "Seen again."}
    return api.post(f"/api/v1/assessments/{record['assessment']}/overrides", decided)


def confirm(api: APIClient, clinic: Clinic, record: Record) -> Any:
    body = {"role": "physiotherapist"}
    return api.post(f"/api/v1/assessments/{record['provisional']}/confirmation", body)


def acknowledge(api: APIClient, clinic: Clinic, record: Record) -> Any:
    return api.post(f"/api/v1/escalations/{record['escalation']}/acknowledge", {})


def resolve(api: APIClient, clinic: Clinic, record: Record) -> Any:
    acknowledge(api, clinic, record)
    done = {"outcome_code": "attended", "outcome": "Seen at the hospital."}
    return api.post(f"/api/v1/escalations/{record['escalation']}/resolve", done)


def archive(api: APIClient, clinic: Clinic, record: Record) -> Any:
    resolve(api, clinic, record)  # nobody is archived while somebody must act
    url = f"/api/v1/patients/{record['runner']}"
    return api.patch(
        url,
        {"archived": True, "archive_reason": "moved_away"},
        headers={"if-match": api.get(url).headers["ETag"]},
    )


def erase(api: APIClient, clinic: Clinic, record: Record) -> Any:
    resolve(api, clinic, record)
    return api.post(f"/api/v1/patients/{record['runner']}/erasure", {"reason": "patient_request"})


def rename_a_member(api: APIClient, clinic: Clinic, record: Record) -> None:
    acknowledge(api, clinic, record)
    with clinic_scope(clinic.id):
        assert Membership.objects.filter(id=clinic.on_call_id).update(name="Another Name") == 1


def rename_a_person(api: APIClient, clinic: Clinic, record: Record) -> None:
    assert clinic.on_call is not None
    assert User.objects.filter(id=clinic.on_call.user_id).update(last_name="Married") == 1


def export(api: APIClient, clinic: Clinic, record: Record) -> Any:
    return api.post("/api/v1/exports", {})


def log_a_run(api: APIClient, clinic: Clinic, record: Record) -> Any:
    done = {"ended_at": timezone.now().isoformat(), "distance": {"value": 3, "unit": "km"}}
    return api.post(f"/api/v1/programmes/{record['plan']}/runs", done)


def answer_a_check(api: APIClient, clinic: Clinic, record: Record) -> Any:
    with clinic_scope(clinic.id):
        check = FollowUp.objects.filter(kind="day_7", state="scheduled").earliest("due_at").id
    body = assessment_body(make_patient(clinic), reassuring_answers())
    del body["patient"]
    return api.post(f"/api/v1/follow-ups/{check}/response", body)


def let_time_pass(api: APIClient, clinic: Clinic, record: Record) -> None:
    """A check becomes due, and overdue, before any worker has looked."""
    with clinic_scope(clinic.id):
        late = clinic.follow_ups.filter(state="scheduled", permission_lapses_at=None)
        moment = timezone.now()
        late.update(due_at=moment, overdue_at=moment + dt.timedelta(milliseconds=1))


OPERATIONS: list[Callable[[APIClient, Clinic, Record], Any]] = [
    amend,
    override,
    confirm,
    acknowledge,
    resolve,
    archive,
    erase,
    rename_a_member,
    rename_a_person,
    export,
    log_a_run,
    answer_a_check,
    let_time_pass,
]


def everything(api: APIClient) -> dict[tuple[str, str], dict[str, Any]]:
    shown = [one for kind in TYPES for one in found(api, f"/fhir/{kind}?_count=100")]
    return {(one["resourceType"], one["id"]): one for one in shown}


def content(resource: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in resource.items() if name not in ("meta", "lastModified")}


def assert_followed(api: APIClient, happen: Callable[[], object]) -> set[tuple[str, str]]:
    """What is shown otherwise afterwards has another version and time, and is found since before."""
    before, moment = everything(api), timezone.now()
    happen()
    time.sleep(0.01)
    after = everything(api)
    changed = {key for key in after if key not in before or content(before[key]) != content(after[key])}
    assert before.keys() <= after.keys(), "what was shown is still there"
    since = moment.isoformat().replace("+00:00", "Z")
    mirrored = {
        (one["resourceType"], one["id"])
        for kind in TYPES
        for one in found(api, f"/fhir/{kind}?_lastUpdated=ge{since}&_count=100")
    }
    assert changed <= mirrored
    for key in changed & before.keys():
        old, new = before[key]["meta"], after[key]["meta"]
        assert new["versionId"] != old["versionId"], key
        assert new["lastUpdated"] > old["lastUpdated"], key
        assert fhir(api.get(f"/fhir/{key[0]}/{key[1]}")) == after[key]
    return changed


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.__name__)
def test_whatever_changes_is_found_by_its_time(
    api: APIClient, clinic: Clinic, record: Record, operation: Callable[..., Any]
) -> None:
    def happen() -> None:
        answer = operation(api, clinic, record)
        assert answer is None or answer.status_code < 300, answer.content

    assert assert_followed(api, happen) or operation == export


def note_changes() -> None:
    """As at the end of a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.mark.parametrize("operation", [amend, override, confirm, erase, rename_a_member])
def test_the_native_list_and_the_changes_follow_as_well(
    api: APIClient, clinic: Clinic, record: Record, operation: Callable[..., Any]
) -> None:
    def assessments(**since: str) -> dict[str, Any]:
        listed = api.get("/api/v1/assessments", {"page_size": 100, **since}).json()["results"]
        for one in listed:
            del one["run_permission"], one["follow_ups"]
        return {one["id"]: one for one in listed}

    before, moment = assessments(), timezone.now().isoformat()
    note_changes()
    cursor = str(last_position(clinic=clinic))
    operation(api, clinic, record)
    note_changes()
    changed = {key for key, one in assessments().items() if one != before.get(key)}
    assert changed <= assessments(updated_since=moment).keys()
    told = api.get("/api/v1/changes", {"cursor": cursor, "page_size": 100}).json()["results"]
    assert changed <= {entry["id"] for entry in told}


def test_corrected_answers_withdraw_the_old_ones(api: APIClient, clinic: Clinic, record: Record) -> None:
    new = amend(api, clinic, record).json()["id"]
    old = record["assessment"]
    read = {name: fhir(api.get(f"/fhir/QuestionnaireResponse/{name}")) for name in (old, new)}
    assert (read[old]["status"], read[new]["status"]) == ("entered-in-error", "amended")
    assert fhir(api.get(f"/fhir/RiskAssessment/{old}"))["status"] == "entered-in-error"


def test_a_warning_stays_when_a_clinician_decides_that_it_is_more_urgent(
    api: APIClient, clinic: Clinic
) -> None:
    runner = make_patient(clinic)
    answers = reassuring_answers(fever_or_rigors="yes")
    made = api.post("/api/v1/assessments", assessment_body(runner, answers)).json()
    assert made["evaluation"]["urgency"] not in ("none", "emergency_now"), made["evaluation"]["urgency"]
    before = found(api, f"/fhir/Flag?patient={runner.id}")
    api.post(f"/api/v1/assessments/{made['id']}/overrides", {"decision": "refer_emergency", "reason": "Ill."})
    after = {flag["id"] for flag in found(api, f"/fhir/Flag?patient={runner.id}")}
    assert after == {*(flag["id"] for flag in before), f"{made['escalation']}.override"}
