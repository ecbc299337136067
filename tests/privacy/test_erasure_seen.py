"""How others see an erased patient: callers, whoever copied the record, the auditor, the dashboard."""

import uuid

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from assessments.exports.models import Export
from backend.platform.storage.tenancy import clinic_scope
from clinics.access_log.services import verify_access_log
from clinics.identity.models import Clinic, Role
from patients.models import Patient
from tests.api_edge.checks import assert_matches
from tests.audit.test_history import history
from tests.factories import api_for, make_member
from tests.privacy.erasure import V1, Story, erase, places, tell
from tests.privacy.marker import MARKER, holds_marker, marked_patient


@pytest.fixture
def story(api: APIClient) -> Story:
    """A runner with the marker wherever words can be said."""
    return tell(api)


def test_the_patient_is_read_under_a_pseudonym(api: APIClient, story: Story) -> None:
    report = erase(api, story.patient).json()
    patient = api.get(f"{V1}/patients/{story.patient}").json()
    assert_matches("Patient", patient)
    assert patient["erased_at"] == report["erased_at"]
    assert (patient["given_name"], patient["family_name"]) == ("Erased", f"patient {story.patient[-8:]}")
    assert (patient["external_id"], patient["birth_date"]) == (None, None)
    assert patient["archived_at"] is not None


def test_nothing_that_is_read_tells_who_it_was(api: APIClient, story: Story) -> None:
    erase(api, story.patient)
    addresses = [
        f"patients/{story.patient}",
        f"patients/{story.patient}/timeline",
        f"assessments?patient={story.patient}",
        f"escalations?patient={story.patient}",
        f"follow-ups?patient={story.patient}",
        "changes",
    ]
    for address in addresses:
        answer = api.get(f"{V1}/{address}")
        assert answer.status_code == 200, answer.content
        assert not holds_marker(answer.content), address


def test_nobody_is_found_by_what_was_erased(api: APIClient, story: Story) -> None:
    erase(api, story.patient)
    for terms in ({"family_name": MARKER}, {"birth_date": "1988-07-06"}, {"external_id": f"{MARKER}-1"}):
        assert api.post(f"{V1}/patients/search", terms).json()["results"] == []


def test_who_comes_back_is_a_new_patient(api: APIClient, story: Story) -> None:
    erase(api, story.patient)
    again = api.put(f"{V1}/patients/by-external-id/{MARKER}-1", marked_patient())
    assert again.status_code == 201
    assert again.json()["id"] != story.patient
    assert api.get(f"{V1}/assessments", {"patient": again.json()["id"]}).json()["results"] == []


def test_a_second_time_gets_the_first_report_and_changes_nothing(api: APIClient, story: Story) -> None:
    first = erase(api, story.patient).json()
    again = api.post(f"{V1}/patients/{story.patient}/erasure", {"reason": "unlawful"})
    assert (again.status_code, again.json()) == (200, first)


def test_sent_again_under_its_key_it_is_answered_again(api: APIClient, story: Story) -> None:
    key = {"Idempotency-Key": "erase-1"}
    first = erase(api, story.patient, **key)
    again = erase(api, story.patient, **key)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json() == first.json()


@pytest.mark.django_db(transaction=True)
def test_whoever_copied_the_record_is_told(api: APIClient, story: Story) -> None:
    cursor = _end(api)
    erase(api, story.patient)
    told = {
        (entry["type"], entry["id"], entry["change"])
        for entry in api.get(f"{V1}/changes", {"cursor": cursor, "page_size": 100}).json()["results"]
    }
    assert ("patient", story.patient, "erased") in told
    assert ("patient", story.patient, "updated") not in told
    assert {("assessment", id_, "updated") for id_ in story.assessments} <= told
    assert ("escalation", story.escalation, "updated") in told


def _end(api: APIClient) -> str:
    cursor, more = "0", True
    while more:
        page = api.get(f"{V1}/changes", {"cursor": cursor, "page_size": 100}).json()
        cursor, more = page["cursor"], page["more"]
    return str(cursor)


def test_pending_follow_ups_are_cancelled(api: APIClient, story: Story) -> None:
    before = api.get(f"{V1}/follow-ups", {"patient": story.patient}).json()["results"]
    assert {"scheduled", "answered"} <= {row["state"] for row in before}
    erase(api, story.patient)
    after = api.get(f"{V1}/follow-ups", {"patient": story.patient}).json()["results"]
    assert {row["state"] for row in after} == {"cancelled", "answered"}


def test_exports_that_name_the_patient_end(api: APIClient, clinic: Clinic, story: Story) -> None:
    with clinic_scope(clinic.id):
        export = clinic.exports.create(state=Export.State.READY, expires_at=timezone.now())
        export.chunks.create(clinic=clinic, number=0, rows=[], patients=[], content=MARKER.encode())
    report = erase(api, story.patient).json()["records"]
    assert {"kind": "export", "pseudonymised": 1, "kept": 0, "kept_because": None} in report
    with clinic_scope(clinic.id):
        export.refresh_from_db()
        assert (export.state, export.failure) == ("failed", "patient_erased")
    assert places() == set()


def test_the_history_says_who_erased_and_not_whom(clinic: Clinic, story: Story) -> None:
    admin = make_member(clinic, Role.ADMIN)
    erase(api_for(clinic, user=admin.user), story.patient)
    rows = history(clinic, Patient, pgh_obj_id=uuid.UUID(story.patient))
    assert [row["pgh_label"] for row in rows] == ["insert", "update"]
    assert {(row["given_name"], row["birth_date"], row["external_id"]) for row in rows} == {
        ("Erased", None, None)
    }
    assert rows[-1]["erased_at"] is not None
    assert rows[-1]["pgh_context"]["user"] == str(admin.user.id)


def test_the_access_log_stays_whole_and_notes_it(api: APIClient, clinic: Clinic, story: Story) -> None:
    api.get(f"{V1}/patients/{story.patient}")
    erase(api, story.patient)
    newest, read = api.get(f"{V1}/clinic/access-log").json()["results"][:2]
    assert (newest["action"], newest["patient"]) == ("POST patient-erasure", story.patient)
    assert (read["action"], read["patient"]) == ("GET patient", story.patient)
    assert verify_access_log(clinic_id=clinic.id, report=print).broken_at is None


def test_another_runner_keeps_every_word(api: APIClient, clinic: Clinic, story: Story) -> None:
    other = api.post(f"{V1}/patients", {**marked_patient(2), "given_name": "Kept"}).json()
    erase(api, story.patient)
    assert api.get(f"{V1}/patients/{other['id']}").json() == other
    with clinic_scope(clinic.id):
        assert history(clinic, Patient, pgh_obj_id=uuid.UUID(other["id"]))[0]["given_name"] == "Kept"


def test_the_dashboard_shows_that_it_was_erased(api: APIClient, clinic: Clinic, story: Story) -> None:
    erase(api, story.patient)
    user = make_member(clinic, Role.ADMIN).user
    user.is_staff = True
    user.save()
    browser = Client()
    browser.force_login(user)
    for address in (
        f"patients/patient/{story.patient}/change/",
        "patients/patient/",
        f"assessments/assessment/{story.assessments[0]}/change/",
        f"assessments/escalation/{story.escalation}/change/",
    ):
        page = browser.get(f"/admin/{address}")
        assert page.status_code == 200
        assert b"Erased" in page.content
        assert not holds_marker(page.content), address
