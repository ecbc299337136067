"""Every change of a row that may change is kept: what it became, when, by whom and in which request."""

import datetime as dt
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.db.models import Model
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from assessments.check_ins.services.announce import announce_due_follow_ups
from assessments.escalations.models import Escalation
from assessments.follow_ups.models import FollowUp
from backend.platform.storage.columns import DueWork
from backend.platform.storage.due_work import claim_next, push_back, renew, settle
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic, Membership, Role
from patients.models import Patient
from tests.audit.test_amendments import record
from tests.factories import api_for, make_client, make_member, make_patient
from tests.mail import Postbox

HISTORIES: list[type[Model]] = sorted(
    (model for model in apps.get_models() if model.__name__.endswith("History")),
    key=lambda model: model._meta.label,
)


def history(clinic: Clinic, model: type[Model], **of: object) -> list[dict[str, Any]]:
    """The rows of a model's history in the order they were written."""
    table = apps.get_model(model._meta.app_label, f"{model.__name__}History")
    with clinic_scope(clinic.id):
        return list(table._default_manager.filter(**of).order_by("pgh_id").values())


def change(api: APIClient, patient: Patient, request_id: str, **fields: object) -> None:
    url = f"/api/v1/patients/{patient.id}"
    headers = {"if-match": api.get(url).headers["ETag"], "X-Request-ID": request_id}
    assert api.patch(url, fields, headers=headers).status_code == 200


def test_what_is_kept() -> None:
    kept = {"Clinic", "Membership", "OnCallPlan", "OnCallService", "ApiClient", "Patient", "Escalation"}
    kept |= {
        "FollowUp",
        "Export",
        "Programme",
        "ExerciseLog",
        "Shoe",
        "WebhookEndpoint",
        "CheckInLink",
        "Letter",
    }
    assert {model.__name__ for model in HISTORIES} == {f"{name}History" for name in kept}


def test_a_change_is_kept_with_client_and_request(api: APIClient, clinic: Clinic, patient: Patient) -> None:
    change(api, patient, "request-1", family_name="Walker")
    first, second = history(clinic, Patient, pgh_obj_id=patient.id)
    assert (first["pgh_label"], first["family_name"]) == ("insert", "Runner")
    assert (second["pgh_label"], second["family_name"]) == ("update", "Walker")
    with clinic_scope(clinic.id):
        client = str(clinic.api_clients.get().id)
    assert second["pgh_context"] == {"client": client, "user": None, "request": "request-1"}
    assert abs(second["pgh_created_at"] - timezone.now()) < dt.timedelta(minutes=1)


def test_a_persons_change_is_kept_with_the_person(clinic: Clinic, patient: Patient) -> None:
    user = make_member(clinic, Role.CLINICIAN).user
    change(api_for(clinic, user=user), patient, "request-2", family_name="Walker")
    assert history(clinic, Patient)[-1]["pgh_context"]["user"] == str(user.id)


def test_a_change_in_the_dashboard_is_kept_with_the_person(clinic: Clinic) -> None:
    user = make_member(clinic, Role.ADMIN).user
    user.is_staff = True
    user.save()
    browser = Client()
    browser.force_login(user)
    url = "/admin/settings/pathway/"
    form = {
        "step": "store",
        "state": browser.get(url).context["state"],
        "emergency_number": "112",
        "emergency_destination": clinic.emergency_destination,
        "takes_pregnant_runners": "no",
        "on_call": str(clinic.on_call_id),
        "lead": str(clinic.lead_id),
    }
    assert browser.post(url, form, headers={"X-Request-ID": "request-3"}).status_code == 302
    last = history(clinic, Clinic)[-1]
    assert (last["emergency_number"], last["takes_pregnant_runners"]) == ("112", False)
    assert last["pgh_context"] == {"client": None, "user": str(user.id), "request": "request-3"}


@pytest.mark.django_db(transaction=True)
def test_a_connection_forgets_who_changed_things(api: APIClient, clinic: Clinic, patient: Patient) -> None:
    change(api, patient, "request-4", family_name="Walker")
    with clinic_scope(clinic.id):
        clinic.patients.filter(id=patient.id).update(family_name="Nobody")
    assert [row["pgh_context"] is None for row in history(clinic, Patient)] == [True, False, True]


def test_a_change_around_the_services_is_kept_too(clinic: Clinic, patient: Patient) -> None:
    with clinic_scope(clinic.id), connection.cursor() as cursor:
        cursor.execute("UPDATE patients_patient SET given_name = 'X' WHERE id = %s", [patient.id])
    assert history(clinic, Patient)[-1]["given_name"] == "X"


def test_a_row_that_is_deleted_leaves_its_last_state(clinic: Clinic) -> None:
    member = make_member(clinic, Role.RECEPTION)
    with clinic_scope(clinic.id):
        member.delete()
    last = history(clinic, Membership)[-1]
    assert (last["pgh_label"], last["user_id"], last["role"]) == ("delete", member.user_id, "reception")


def test_saving_what_is_there_already_is_no_change(clinic: Clinic, patient: Patient) -> None:
    with clinic_scope(clinic.id):
        patient.save()
    assert len(history(clinic, Patient)) == 1


def test_the_history_of_a_client_never_holds_its_secret(clinic: Clinic) -> None:
    client = make_client(clinic)
    with clinic_scope(clinic.id):
        client.client_secret = "a new secret"
        client.name = "New name"
        client.save()
    *_, made, renamed = history(clinic, type(client))
    assert (made["pgh_label"], renamed["name"]) == ("insert", "New name")
    about = {"hash_client_secret", "secret_changed_at"}
    assert not [name for name in renamed if "secret" in name and name not in about]
    assert "a new secret" not in str(renamed)


def test_what_people_do_with_an_escalation_is_kept(api: APIClient, clinic: Clinic, patient: Patient) -> None:
    made = record(api, patient, bladder_change="yes")
    address = f"/api/v1/escalations/{made['escalation']}"
    api.post(f"{address}/acknowledge", {})
    api.post(
        f"{address}/resolve", {"outcome_code": "attended", "outcome": "Seen in the emergency department."}
    )
    api.post(f"{address}/reopen", {"reason": "Wrong patient."})
    kept = history(clinic, Escalation)
    assert [row["state"] for row in kept] == ["open", "acknowledged", "resolved", "open"]
    assert kept[2]["outcome"] == "Seen in the emergency department."
    assert all(row["pgh_context"]["client"] for row in kept)


@pytest.mark.parametrize(
    ("model", "answers"), [(Escalation, {"bladder_change": "yes"}), (FollowUp, {})], ids=["calls", "checks"]
)
def test_a_workers_lease_writes_no_history(
    api: APIClient, clinic: Clinic, patient: Patient, model: type[DueWork], answers: dict[str, object]
) -> None:
    record(api, patient, **answers)
    before = history(clinic, model)
    now = timezone.now() + dt.timedelta(days=60)
    claim = claim_next(model, now=now)
    assert claim is not None
    assert renew(claim, now=now)
    push_back(claim, errors=["refused"], now=now)
    claim = claim_next(model, now=now + dt.timedelta(minutes=5))
    assert claim is not None
    settle(claim, next_attempt_at=now + dt.timedelta(hours=1), now=now)
    assert history(clinic, model) == before != []


@pytest.mark.django_db(transaction=True)
def test_what_time_alone_does_to_a_follow_up_is_kept_without_an_actor(
    api: APIClient, clinic: Clinic, patient: Patient, postbox: Postbox
) -> None:
    record(api, patient)
    later = timezone.now() + dt.timedelta(days=60)
    announce_due_follow_ups(clock=lambda: later)
    last = history(clinic, FollowUp)[-1]
    assert last["state"] in {"overdue", "lapsed"}
    assert last["pgh_context"] is None


@pytest.mark.parametrize("model", HISTORIES)
def test_nobody_changes_or_deletes_history(clinic: Clinic, model: type[Model]) -> None:
    for change_it in ("UPDATE {} SET pgh_label = 'x'", "DELETE FROM {}"):
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            clinic_scope(clinic.id),
            connection.cursor() as cursor,
        ):
            cursor.execute(change_it.format(model._meta.db_table))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid "
            "WHERE tgrelid = %s::regclass AND proname = 'refuse_change' AND tgenabled = 'O'",
            [model._meta.db_table],
        )
        assert cursor.fetchone() == (1,), "the owner is refused too"


def test_another_clinics_history_is_neither_seen_nor_written(
    clinic: Clinic, other_clinic: Clinic, patient: Patient
) -> None:
    theirs = make_patient(other_clinic)
    assert [row["id"] for row in history(clinic, Patient)] == [patient.id]
    assert [row["id"] for row in history(other_clinic, Patient)] == [theirs.id]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM patients_patienthistory")
        assert cursor.fetchone() == (0,)
    [forged] = history(clinic, Patient)
    table = apps.get_model("patients", "PatientHistory")
    del forged["pgh_id"]
    with pytest.raises(DatabaseError, match="row-level security"), clinic_scope(other_clinic.id):
        table(**forged).save()
