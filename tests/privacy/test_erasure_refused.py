"""What erasure must not do, and what must not be possible around it."""

import datetime as dt
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from rest_framework.test import APIClient

from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic, Role
from patients.models import Patient
from tests.api_edge.checks import assert_problem
from tests.audit.test_amendments import record
from tests.factories import api_for, assessment_body, make_member, make_patient
from tests.privacy.erasure import V1, erase, resolve_all, tell
from tests.security.test_permission_matrix import content

#: A column of each table whose rows never change, and that erasure may empty.
NEVER_CHANGED = {
    "patients_patienthistory": "family_name",
    "assessments_assessment": "amendment_reason",
    "assessments_override": "reason",
    "assessments_escalationevent": "note",
    "assessments_escalationhistory": "outcome",
}


REFUSED = r"never changed|permission denied"


def but_for_the_note() -> dict[str, Any]:
    """Everything but the access log, which notes whom a refusal tells something of."""
    return {table: rows for table, rows in content().items() if "accesslog" not in table}


def hold(api: APIClient, patient: Patient, until: dt.date | None = None) -> Any:
    path = f"{V1}/patients/{patient.id}/legal-hold"
    body = {"reason": "legal_claim", "until": str(until or dt.date(2999, 12, 31))}
    return api.put(path, body, headers={"if-match": api.get(f"{V1}/patients/{patient.id}").headers["ETag"]})


def test_another_clinics_patient_is_not_found(other_api: APIClient, patient: Patient) -> None:
    before = content()
    assert_problem(erase(other_api, patient.id), "not_found")
    assert content() == before


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.RECEPTION, Role.AUDITOR])
def test_only_an_admin_may(clinic: Clinic, patient: Patient, role: str) -> None:
    person = api_for(clinic, user=make_member(clinic, role).user)
    assert_problem(erase(person, patient.id), "permission_denied")
    assert erase(api_for(clinic, user=make_member(clinic, Role.ADMIN).user), patient.id).status_code == 200


@pytest.mark.parametrize(
    ("body", "place"),
    [({}, "/reason"), ({"reason": "words"}, "/reason"), ({"reason": "unlawful", "note": "words"}, "/note")],
)
def test_the_reason_is_a_code_and_nothing_else_is_taken(
    api: APIClient, patient: Patient, body: dict[str, str], place: str
) -> None:
    before = content()
    assert_problem(api.post(f"{V1}/patients/{patient.id}/erasure", body), "invalid", place)
    assert content() == before


def test_under_a_legal_hold_nothing_is_erased_until_it_ends(api: APIClient, patient: Patient) -> None:
    held = hold(api, patient).json()
    assert held["legal_hold"] == {"reason": "legal_claim", "until": "2999-12-31"}
    before = but_for_the_note()
    refused = erase(api, patient.id)
    assert_problem(refused, "legal_hold")
    assert "2999-12-31 (legal_claim)" in refused.json()["detail"]
    assert but_for_the_note() == before

    path = f"{V1}/patients/{patient.id}"
    tag = api.get(path).headers["ETag"]
    assert api.delete(f"{path}/legal-hold", headers={"if-match": tag}).json()["legal_hold"] is None
    assert erase(api, patient.id).status_code == 200


def test_a_hold_ends_after_its_last_day(api: APIClient, clinic: Clinic, patient: Patient) -> None:
    today = timezone.now().astimezone(clinic.zone).date()
    assert hold(api, patient, until=today).status_code == 200
    assert_problem(erase(api, patient.id), "legal_hold")
    assert_problem(hold(api, patient, until=today - dt.timedelta(days=1)), "invalid", "/until")
    with clinic_scope(clinic.id):
        clinic.patients.filter(id=patient.id).update(legal_hold_until=today - dt.timedelta(days=1))
    assert erase(api, patient.id).status_code == 200


def test_a_hold_is_only_changed_by_whoever_has_seen_it(api: APIClient, patient: Patient) -> None:
    path = f"{V1}/patients/{patient.id}/legal-hold"
    assert_problem(api.delete(path), "precondition_required")
    body = {"reason": "legal_claim", "until": "2999-12-31"}
    assert_problem(api.put(path, body, headers={"if-match": '"stale"'}), "precondition_failed")


def test_nobody_who_is_still_called_about_vanishes(api: APIClient, patient: Patient) -> None:
    made = record(api, patient, bladder_change="yes")
    step = f"{V1}/escalations/{made['escalation']}"
    for path in ("/acknowledge", None):
        before = but_for_the_note()
        assert_problem(erase(api, patient.id), "escalation_unresolved")
        assert but_for_the_note() == before
        if path:
            assert api.post(step + path, {}).status_code == 200
    resolve_all(api, str(patient.id))
    assert erase(api, patient.id).status_code == 200


def test_an_erased_patient_is_changed_and_added_to_no_more(api: APIClient, clinic: Clinic) -> None:
    story = tell(api)
    erase(api, story.patient)
    path = f"{V1}/patients/{story.patient}"
    tag = {"if-match": api.get(path).headers["ETag"]}
    with clinic_scope(clinic.id):
        patient = clinic.patients.get(id=story.patient)
    body = assessment_body(patient)
    assert_problem(api.patch(path, {"archived": False}, headers=tag), "erased")
    assert_problem(api.put(f"{path}/legal-hold", _HOLD, headers=tag), "erased")
    assert_problem(api.post(f"{V1}/assessments", body), "erased")
    del body["patient"]
    latest = f"{V1}/assessments/{story.assessments[-1]}"
    assert_problem(api.post(f"{latest}/amendments", {**body, "reason": "Misheard."}), "erased")
    decision = {"decision": "refer_urgent", "reason": "Looks unwell."}
    assert_problem(api.post(f"{latest}/overrides", decision), "erased")
    again = api.post(f"{V1}/escalations/{story.escalation}/reopen", {"reason": "Worse."})
    assert_problem(again, "erased")


_HOLD = {"reason": "investigation", "until": "2999-12-31"}


def run(statement: str, *values: object, role: str = "", flag: str = "") -> None:
    """Raw SQL in a transaction that is the clinic's scope when one is open; with the flag of erasure set."""
    with transaction.atomic(), connection.cursor() as cursor:
        if role:
            cursor.execute(f"SET LOCAL ROLE {role}")
        cursor.execute("SELECT set_config('app.erasing', %s, true)", [flag])
        cursor.execute(statement, values)


@pytest.mark.parametrize("table", NEVER_CHANGED)
def test_the_service_cannot_change_those_rows_whatever_it_sets(
    api: APIClient, clinic: Clinic, table: str
) -> None:
    tell(api)
    before = content()
    for flag in ("", "yes"):
        with pytest.raises(DatabaseError, match=REFUSED), clinic_scope(clinic.id):
            run(f"UPDATE {table} SET {NEVER_CHANGED[table]} = 'x'", flag=flag)
    assert content() == before


@pytest.mark.parametrize(
    ("flag", "statement"),
    [
        ("", "UPDATE assessments_assessment SET amendment_reason = 'x'"),
        ("yes", "UPDATE assessments_assessment SET decision = 'continue_running'"),
        ("yes", "UPDATE patients_patienthistory SET pgh_context = NULL"),
        ("yes", "DELETE FROM assessments_assessment"),
        ("yes", "UPDATE clinics_accesslogentry SET purpose = 'x'"),
    ],
)
def test_the_owner_empties_named_columns_in_erasure_and_nothing_else(
    api: APIClient, flag: str, statement: str
) -> None:
    tell(api)
    with pytest.raises(DatabaseError, match="never changed"):
        run(statement, role=_owner(), flag=flag)


def _owner() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableowner FROM pg_tables WHERE tablename = 'clinics_clinic'")
        name: str = cursor.fetchone()[0]
        return name


ERASE = "SELECT * FROM erase_patient(%s, %s)"
FAR = dt.datetime(3000, 1, 1, tzinfo=dt.UTC)


def test_the_function_itself_refuses_what_the_service_refuses(
    api: APIClient, clinic: Clinic, other_clinic: Clinic, patient: Patient
) -> None:
    held, called = make_patient(clinic), make_patient(clinic)
    hold(api, held)
    record(api, called, bladder_change="yes")
    erase(api, patient.id)
    theirs = make_patient(other_clinic)
    before = content()
    for refused in (held, called, patient, theirs):
        with pytest.raises(DatabaseError, match=r"no such patient|erased, held"), clinic_scope(clinic.id):
            run(ERASE, refused.id, FAR)  # saying that the hold has ended doesn't end it
    with pytest.raises(DatabaseError, match="no such patient"):
        run(ERASE, theirs.id, FAR)
    assert content() == before


@pytest.mark.parametrize(
    "change", ["erased_at = now(), archived_at = now()", "given_name = 'Robin'", "erased_at = NULL"]
)
def test_nobody_else_makes_or_unmakes_an_erased_patient(
    api: APIClient, clinic: Clinic, patient: Patient, change: str
) -> None:
    if not change.startswith("erased_at = now"):
        erase(api, patient.id)
    with pytest.raises(DatabaseError, match="never changed"), clinic_scope(clinic.id):
        run(f"UPDATE patients_patient SET {change} WHERE id = %s", patient.id, flag="yes")


def test_the_tests_above_ran_as_the_service(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == (settings.DATABASE_APP_ROLE,)
