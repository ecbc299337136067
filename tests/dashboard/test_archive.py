"""Archiving a runner from their page: with a reason, told what ends, and never past an emergency."""

import pytest
from django.test import Client

from assessments.follow_ups.models import FollowUp
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic, Role
from patients.models import Patient
from tests.dashboard.settings_pages import signed_in
from tests.dashboard.test_dashboard import record
from tests.factories import make_patient
from tests.form.filled import hidden_in


@pytest.fixture
def runner(clinic: Clinic) -> Patient:
    """A runner whose follow-ups are pending."""
    made = make_patient(clinic)
    record(clinic, made)
    return made


def address(runner: Patient) -> str:
    return f"/admin/patients/{runner.pk}/archive/"


def send(browser: Client, runner: Patient, reason: str) -> tuple[int, str]:
    """Open the page, choose and send; returns the status and the page."""
    seen = hidden_in(browser.get(address(runner)).content, "state")
    answer = browser.post(address(runner), {"state": seen, "reason": reason})
    return answer.status_code, answer.content.decode()


def standing(clinic: Clinic, runner: Patient) -> tuple[bool, str, bool]:
    """Whether archived, why, and whether anything is pending."""
    with clinic_scope(clinic.id):
        now = clinic.patients.get(pk=runner.pk)
        pending = clinic.follow_ups.filter(patient=runner, state__in=FollowUp.PENDING).exists()
    return now.archived_at is not None, now.archive_reason, pending


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.RECEPTION])
def test_who_may_change_runners_archives_one_with_a_reason(
    clinic: Clinic, runner: Patient, role: str
) -> None:
    browser = signed_in(clinic, role)
    assert address(runner) in browser.get(f"/admin/patients/{runner.pk}/").content.decode()
    assert send(browser, runner, "deceased")[0] == 302
    assert standing(clinic, runner) == (True, "deceased", False)
    page = browser.get(f"/admin/patients/{runner.pk}/").content.decode()
    assert "Deceased." in page
    assert address(runner) not in page
    assert browser.get(address(runner)).status_code == 404


def test_a_clinician_reads_what_is_cancelled_and_the_desk_does_not(clinic: Clinic, runner: Patient) -> None:
    told = signed_in(clinic, Role.CLINICIAN).get(address(runner)).content.decode()
    assert "Cancelled: Day 14 review" in told or "Cancelled: 24-hour check" in told
    desk = signed_in(clinic, Role.RECEPTION).get(address(runner)).content.decode()
    assert "Cancelled:" not in desk
    assert "Whatever is still pending about the runner is cancelled." in desk


def test_without_a_reason_nothing_is_stored_and_the_page_says_so(clinic: Clinic, runner: Patient) -> None:
    status, page = send(signed_in(clinic, Role.RECEPTION), runner, "")
    assert status == 422
    assert "Nothing was stored" in page
    assert standing(clinic, runner)[0] is False


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.RECEPTION])
def test_an_emergency_refuses_it_without_saying_what_waits(
    clinic: Clinic, runner: Patient, role: str
) -> None:
    record(clinic, runner, bladder_change="yes")
    status, page = send(signed_in(clinic, role), runner, "moved_away")
    assert status == 409
    assert "waits for a clinician" in page
    assert role != Role.RECEPTION or "emergency" not in page.partition("<main")[2].lower()
    assert standing(clinic, runner) == (False, "", True)


def test_a_record_that_changed_meanwhile_is_read_again_first(clinic: Clinic, runner: Patient) -> None:
    browser = signed_in(clinic, Role.CLINICIAN)
    answer = browser.post(address(runner), {"state": "earlier", "reason": "duplicate"})
    assert answer.status_code == 409
    assert standing(clinic, runner)[0] is False


@pytest.mark.parametrize("role", [Role.AUDITOR])
def test_who_may_not_change_runners_is_refused(clinic: Clinic, runner: Patient, role: str) -> None:
    assert signed_in(clinic, role).get(address(runner)).status_code == 403
