"""Rows that must not be are found, whatever their age and clinic, and put right."""

import datetime as dt

import pytest
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone
from rest_framework.test import APIClient

from assessments.escalations.channels.models import Delivery
from assessments.escalations.models import Escalation
from assessments.escalations.services.acknowledge import acknowledge
from assessments.follow_ups.models import FollowUp
from assessments.operations.services.counters import REPAIRED, SWEEP, note, tallies
from assessments.operations.services.sweep import find_faults, sweep
from assessments.records.models import Assessment
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.clinicians import NamedClinician
from clinics.identity.models import Clinic
from patients.models import Patient
from tests.factories import assessment_body, make_patient, reassuring_answers

pytestmark = pytest.mark.django_db


@pytest.fixture
def now() -> dt.datetime:
    """The moment of the sweep."""
    return timezone.now() + dt.timedelta(seconds=1)


@pytest.fixture
def emergency(api: APIClient, clinic: Clinic, patient: Patient) -> Escalation:
    """An open emergency."""
    return record(api, clinic, patient, bladder_change="yes")


def record(api: APIClient, clinic: Clinic, patient: Patient, **answers: object) -> Escalation:
    body = assessment_body(patient, reassuring_answers(**answers))
    answer = api.post("/api/v1/assessments", body)
    assert answer.status_code == 201, answer.json()
    with clinic_scope(clinic.id):
        return clinic.escalations.get(id=answer.json()["escalation"])


def change(row: Escalation | FollowUp | Delivery, **values: object) -> None:
    with clinic_scope(row.clinic_id):
        type(row)._default_manager.filter(id=row.id).update(**values)


def again(row: Escalation) -> Escalation:
    with clinic_scope(row.clinic_id):
        return Escalation.objects.get(id=row.id)


def test_nothing_is_wrong_after_an_ordinary_day(
    emergency: Escalation, api: APIClient, patient: Patient, now: dt.datetime
) -> None:
    assert api.post("/api/v1/assessments", assessment_body(patient)).status_code == 201
    assert list(find_faults(now=now)) == []
    assert sweep(now=now) == {}
    assert tallies()[SWEEP].at == now


def test_an_assessment_whose_escalation_is_missing_calls_somebody(
    emergency: Escalation, clinic: Clinic, now: dt.datetime
) -> None:
    with clinic_scope(clinic.id):
        emergency.delete()
    assert sweep(now=now) == {"assessment_not_escalated": 1}
    with clinic_scope(clinic.id):
        (found,) = clinic.escalations.all()
    assert (found.assessment_id, found.urgency, found.state) == (
        emergency.assessment_id,
        "emergency_now",
        "open",
    )
    assert found.next_attempt_at == found.opened_at == now
    assert found.policy["steps"][0]["targets"], "somebody is told at once"
    assert sweep(now=now) == {}


def test_what_was_recorded_before_the_last_sweep_was_looked_at_then(
    emergency: Escalation, clinic: Clinic, now: dt.datetime
) -> None:
    with clinic_scope(clinic.id):
        emergency.delete()
    note(SWEEP, now=now + dt.timedelta(minutes=59))
    assert [fault.kind for fault in find_faults(now=now)] == ["assessment_not_escalated"]
    note(SWEEP, now=now + dt.timedelta(minutes=62))
    assert list(find_faults(now=now)) == []


def test_an_assessment_needs_no_escalation_of_its_own_while_an_earlier_one_calls_as_urgently(
    emergency: Escalation, api: APIClient, clinic: Clinic, now: dt.datetime
) -> None:
    answers = reassuring_answers(bladder_change="yes", clinician_note="Corrected.")
    body = {"answers": answers, "reason": "A slip.", "assessor_role": "physiotherapist"}
    with clinic_scope(clinic.id):
        original = Assessment.objects.get(id=emergency.assessment_id)
    path = f"/api/v1/assessments/{original.id}/amendments"
    answer = api.post(path, {**body, "assessed_at": original.assessed_at.isoformat()})
    assert answer.status_code == 201, answer.json()
    with clinic_scope(clinic.id):
        assert clinic.escalations.count() == 1
    assert list(find_faults(now=now)) == []


def test_a_milder_escalation_is_not_enough(
    emergency: Escalation, clinic: Clinic, api: APIClient, patient: Patient, now: dt.datetime
) -> None:
    other = record(api, clinic, patient, fever_or_rigors="yes")
    assert other.urgency_rank < emergency.urgency_rank
    with clinic_scope(clinic.id):
        emergency.delete()
    assert sweep(now=now) == {"assessment_not_escalated": 1}


def test_an_idle_follow_up_is_due_at_once(
    api: APIClient, clinic: Clinic, patient: Patient, now: dt.datetime
) -> None:
    api.post("/api/v1/assessments", assessment_body(patient))
    with clinic_scope(clinic.id):
        idle = clinic.follow_ups.earliest("due_at")
    change(idle, next_attempt_at=None)
    assert sweep(now=now) == {"follow_up_idle": 1}
    with clinic_scope(clinic.id):
        assert clinic.follow_ups.get(id=idle.id).next_attempt_at == now


def test_an_answered_follow_up_wants_nothing(
    api: APIClient, clinic: Clinic, patient: Patient, now: dt.datetime
) -> None:
    for _ in range(2):  # the second assessment cancels the first one's follow-ups
        api.post("/api/v1/assessments", assessment_body(patient))
    with clinic_scope(clinic.id):
        assert clinic.follow_ups.filter(state="cancelled", next_attempt_at=None).exists()
    assert sweep(now=now) == {}


def test_an_open_escalation_speaks_at_its_deadline_at_the_latest(
    emergency: Escalation, now: dt.datetime
) -> None:
    change(emergency, next_attempt_at=emergency.acknowledge_by + dt.timedelta(days=1))
    assert sweep(now=now) == {"escalation_beyond_deadline": 1}
    assert again(emergency).next_attempt_at == emergency.acknowledge_by


def test_a_lease_longer_than_any_is_taken_away(emergency: Escalation, now: dt.datetime) -> None:
    longest = now + settings.CLAIM_LEASE + dt.timedelta(minutes=1)
    change(emergency, leased_until=longest)
    assert sweep(now=now) == {}
    change(emergency, leased_until=longest + dt.timedelta(seconds=1))
    assert sweep(now=now) == {"lease_stuck": 1}
    assert again(emergency).leased_until is None


def test_a_message_nobody_will_finish_counts_as_failed(
    emergency: Escalation, clinic: Clinic, now: dt.datetime, caplog: pytest.LogCaptureFixture
) -> None:
    with clinic_scope(clinic.id):
        sending = clinic.deliveries.create(escalation=emergency, round=0, address="a@clinic.example")
    change(sending, updated_at=now - dt.timedelta(minutes=16))
    assert sweep(now=now) == {}, "its escalation is open: the next attempt sends it again"
    assert clinic.on_call is not None
    acknowledge(clinic=clinic, escalation_id=emergency.id, by=NamedClinician(clinic.on_call, None), now=now)
    assert sweep(now=now) == {"delivery_unfinished": 1}
    with clinic_scope(clinic.id):
        assert clinic.deliveries.get().state == "failed"
    assert [
        record.levelname
        for record in caplog.records
        if record.name == "assessments.operations.services.sweep"
    ] == ["INFO"], "somebody answered before its turn: no defect"


def test_a_row_that_cannot_be_repaired_does_not_hold_back_the_next(
    emergency: Escalation, clinic: Clinic, other_clinic: Clinic, other_api: APIClient, now: dt.datetime
) -> None:
    theirs = record(other_api, other_clinic, make_patient(other_clinic), bladder_change="yes")
    for escalation in (emergency, theirs):
        change(escalation, next_attempt_at=escalation.acknowledge_by + dt.timedelta(days=1))
    first = next(fault.row_id for fault in find_faults(now=now))
    with connection.cursor() as cursor:
        cursor.execute(
            "SET ROLE NONE; CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'no'; END $$;"
            "CREATE TRIGGER refuse BEFORE UPDATE ON assessments_escalation FOR EACH ROW"
            f" WHEN (OLD.id = '{first}') EXECUTE FUNCTION refuse(); SET ROLE {settings.DATABASE_APP_ROLE}"
        )
    assert sweep(now=now) == {"escalation_beyond_deadline": 1}
    (stuck,) = find_faults(now=now)
    assert stuck.row_id == first


def test_repairs_are_counted_over_all_sweeps_and_logged_with_the_row_alone(
    emergency: Escalation, now: dt.datetime, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        change(emergency, next_attempt_at=emergency.acknowledge_by + dt.timedelta(days=1))
        sweep(now=now)
    assert tallies()[REPAIRED + "escalation_beyond_deadline"].total == 2
    lines = [line.msg for line in caplog.records if line.name == "assessments.operations.services.sweep"]
    own = {"event": "repaired", "fault": "escalation_beyond_deadline", "row": str(emergency.id)}
    assert len(lines) == 2
    assert all(line.items() >= own.items() for line in lines if isinstance(line, dict))


@pytest.mark.parametrize("function", ["late_work(%s, now(), now())", "stuck_work(%s, now(), now())"])
@pytest.mark.parametrize("table", ["patients_patient", "pg_authid", "assessments_escalation; --"])
def test_the_functions_that_look_across_clinics_refuse_every_table_without_due_work(
    function: str, table: str
) -> None:
    refused = pytest.raises(DatabaseError, match="holds no due work")
    with refused, connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {function}", [table])


def test_faults_are_found_by_indexes_that_hold_nothing_else() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE indexname IN"
            " ('follow_up_idle', 'delivery_unfinished')"
        )
        found = dict(cursor.fetchall())
    assert "next_attempt_at IS NULL" in found["follow_up_idle"]
    pending = set(FollowUp.PENDING)
    assert all(f"'{state}'" in found["follow_up_idle"] for state in pending)
    assert "state" in found["delivery_unfinished"]
    assert "'sending'" in found["delivery_unfinished"]
