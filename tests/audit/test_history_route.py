"""The clinic reads who changed what; the words of others' work stay with who may read them."""

import datetime as dt
import uuid

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from backend.platform.storage.history import KINDS
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic, Role
from clinics.identity.permissions import Permission
from patients.models import Patient
from tests.api_edge.checks import assert_matches, assert_problem
from tests.audit.test_access_log import reads
from tests.audit.test_amendments import record
from tests.audit.test_history import HISTORIES, change
from tests.factories import api_for, make_member, make_patient

HISTORY = "/api/v1/clinic/history"


def test_every_history_is_readable_and_names_who_sees_its_values() -> None:
    assert {kind.events for kind in KINDS.values()} == set(HISTORIES)
    assert {kind.values_for for kind in KINDS.values()} <= set(Permission)


def test_a_change_is_told_with_before_after_client_and_request(
    api: APIClient, clinic: Clinic, patient: Patient
) -> None:
    change(api, patient, "request-1", family_name="Walker")
    latest, first = api.get(f"{HISTORY}/patient", {"row": str(patient.id)}).json()["results"]
    assert_matches("HistoryEntry", latest)
    assert latest["changes"] == [{"field": "family_name", "before": "Runner", "after": "Walker"}]
    assert (latest["action"], latest["request_id"]) == ("changed", "request-1")
    assert (latest["row"], latest["patient"]) == (str(patient.id), str(patient.id))
    with clinic_scope(clinic.id):
        client = clinic.api_clients.get()
    assert latest["client"] == {"id": str(client.id), "name": client.name}
    assert latest["user"] is None
    assert first["action"] == "created"
    assert {"field": "given_name", "before": None, "after": "Robin"} in first["changes"]


def test_a_person_is_told_by_name(clinic: Clinic, patient: Patient) -> None:
    user = make_member(clinic, Role.CLINICIAN).user
    change(api_for(clinic, user=user), patient, "request-2", family_name="Walker")
    latest = api_for(clinic).get(f"{HISTORY}/patient").json()["results"][0]
    assert latest["user"] == {"id": str(user.id), "name": "Clinician Person"}


def test_an_escalations_history_names_its_patient_and_is_a_read(api: APIClient, patient: Patient) -> None:
    record(api, patient, bladder_change="yes")
    [opened] = api.get(f"{HISTORY}/escalation").json()["results"]
    assert opened["patient"] == str(patient.id)
    assert reads(api)[-1] == ("GET history", str(patient.id))


def test_an_auditor_learns_which_fields_changed_and_no_clinical_value(
    api: APIClient, clinic: Clinic, patient: Patient
) -> None:
    record(api, patient, bladder_change="yes")
    auditor = api_for(clinic, user=make_member(clinic, Role.AUDITOR).user)
    for kind in ("escalation", "follow_up", "programme", "patient"):
        for entry in auditor.get(f"{HISTORY}/{kind}").json()["results"]:
            assert entry["values_shown"] is False
            assert {(told["before"], told["after"]) for told in entry["changes"]} == {(None, None)}
    [opened] = auditor.get(f"{HISTORY}/escalation").json()["results"]
    assert "urgency" in {told["field"] for told in opened["changes"]}
    assert auditor.get(f"{HISTORY}/membership").json()["results"][0]["values_shown"] is True


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_another_clinics_history_is_invisible(api: APIClient, other_clinic: Clinic, kind: str) -> None:
    other = make_patient(other_clinic)
    record(api_for(other_clinic), other, bladder_change="yes")
    rows = [entry["row"] for entry in api.get(f"{HISTORY}/{kind}").json()["results"]]
    with clinic_scope(other_clinic.id):
        theirs = {
            str(other.id),
            str(other_clinic.id),
            *map(str, other_clinic.members.values_list("id", flat=True)),
        }
    assert not theirs & set(rows)
    assert api.get(f"{HISTORY}/{kind}", {"row": str(other.id)}).json()["results"] == []


def test_it_is_filtered_by_time_and_read_in_pages(api: APIClient, patient: Patient) -> None:
    for name in ("Walker", "Hiker", "Sprinter"):
        change(api, patient, "request-3", family_name=name)
    newest = api.get(f"{HISTORY}/patient").json()["results"]
    moment = dt.datetime.fromisoformat(newest[0]["at"])  # one for all: a test is one transaction
    later = (moment + dt.timedelta(microseconds=1)).isoformat()
    for bounds, found in (
        ({"since": moment.isoformat()}, newest),
        ({"updated_since": later}, []),
        ({"since": later}, []),
        ({"until": moment.isoformat()}, []),
        ({"until": later}, newest),
    ):
        assert api.get(f"{HISTORY}/patient", bounds).json()["results"] == found
    page = api.get(f"{HISTORY}/patient", {"page_size": 3}).json()
    rest = api.get(page["next"]).json()["results"]
    assert page["results"] + rest == newest


def test_a_kind_without_history_is_not_found_and_a_filter_nobody_knows_is_named(api: APIClient) -> None:
    assert_problem(api.get(f"{HISTORY}/weather"), "not_found")
    assert_problem(api.get(f"{HISTORY}/patient", {"who": str(uuid.uuid4())}), "invalid", "/who")


def test_a_page_takes_few_statements(
    api: APIClient, clinic: Clinic, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(20):
        make_patient(clinic)
    with django_assert_max_num_queries(10):
        assert len(api.get(f"{HISTORY}/patient").json()["results"]) == 20
