"""The access log and the history as pages: who saw, who changed, and whether the log is as it was written."""

import pytest

from backend.platform.storage.tenancy import clinic_scope
from clinics.access_log.models import AccessLogEntry
from clinics.identity.models import Clinic, Role
from patients.models import Patient
from tests.audit.test_access_log import entries, owner
from tests.dashboard.settings_pages import signed_in, statements, take
from tests.dashboard.test_dashboard import emergency, page_of
from tests.factories import api_for, make_patient

LOG, HISTORY = "/admin/settings/access-log/", "/admin/settings/history/"


def look_at(clinic: Clinic) -> str:
    """Somebody looks at a runner's escalation; the runner's id."""
    escalation = emergency(clinic)
    signed_in(clinic, Role.CLINICIAN).get(page_of(escalation))
    return str(escalation.patient_id)


def test_the_log_says_who_saw_whose_record_and_is_whole(clinic: Clinic) -> None:
    patient = look_at(clinic)
    auditor = signed_in(clinic, Role.AUDITOR)
    page = auditor.get(LOG).content.decode()
    assert "Clinician Person" in page
    assert patient in page
    assert "What is shown here is as it was written" in page
    assert f"/patients/patient/{patient}" not in page, "an auditor opens no patient"
    assert "All 1 entry are as they were written" in take(auditor, LOG, "verify").content.decode()
    assert len(entries(api_for(clinic))) == 1, "looking at the log is no read of a patient"


@pytest.mark.django_db(transaction=True)
def test_an_entry_that_was_changed_is_noticed(clinic: Clinic) -> None:
    look_at(clinic)
    auditor = signed_in(clinic, Role.AUDITOR)
    with owner() as database:
        database.execute("UPDATE clinics_accesslogentry SET purpose = 'other'")
    assert "as it was written. Verify the whole log" in auditor.get(LOG).content.decode()
    assert "Broken at entry 1: it was changed" in take(auditor, LOG, "verify").content.decode()


def test_reads_are_shown_by_patient_and_day_and_in_pages(clinic: Clinic, patient: Patient) -> None:
    other = make_patient(clinic)
    api = api_for(clinic)
    for _ in range(51):
        api.get(f"/api/v1/patients/{patient.pk}")
    api.get(f"/api/v1/patients/{other.pk}")
    auditor = signed_in(clinic, Role.AUDITOR)
    assert len(auditor.get(LOG).context["entries"]) == 50
    assert len(auditor.get(LOG, {"before": "3"}).context["entries"]) == 2
    (entry, words), *more = auditor.get(LOG, {"patient": str(other.pk)}).context["entries"]
    assert (entry.patient_id, words, more) == (other.pk, "Read: patient", [])
    assert auditor.get(LOG, {"until": "2026-01-01"}).context["entries"] == []
    wrong = auditor.get(LOG, {"patient": "Robin Runner"})
    assert "Enter a valid UUID" in wrong.content.decode()
    assert statements(auditor, LOG) < 15


def test_the_history_tells_before_and_after_to_who_may_read_such_rows(clinic: Clinic) -> None:
    browser = signed_in(clinic)
    member = clinic.on_call
    assert member is not None
    take(browser, f"/admin/settings/members/{member.pk}/", "change_role", role="admin")
    page = browser.get(HISTORY, {"kind": "membership"}).content.decode()
    assert "Admin Person" in page
    assert '<span class="st-value">clinician</span>' in page
    assert '<span class="st-value">admin</span>' in page
    assert statements(browser, f"{HISTORY}?kind=membership") < 15


def test_an_auditor_learns_which_fields_changed_and_no_clinical_value(clinic: Clinic) -> None:
    runner = make_patient(clinic)
    auditor = signed_in(clinic, Role.AUDITOR)
    page = auditor.get(HISTORY, {"kind": "patient"}).content.decode()
    assert "Family name" in page
    assert "Runner" not in page
    assert [entry["patient"] for entry in entries(api_for(clinic))] == [str(runner.pk)], "it is a read"


@pytest.mark.parametrize("page", [LOG, HISTORY])
def test_another_clinics_rows_are_not_there(clinic: Clinic, other_clinic: Clinic, page: str) -> None:
    patient = look_at(other_clinic)
    browser = signed_in(clinic)
    for kind in ("patient", "escalation", "nothing"):
        assert patient not in browser.get(page, {"kind": kind, "patient": patient}).content.decode().replace(
            f'value="{patient}"', ""
        )
    with clinic_scope(clinic.id):
        assert not AccessLogEntry.objects.filter(patient_id=patient).exists()


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.RECEPTION])
def test_nobody_else_reads_either(clinic: Clinic, role: Role) -> None:
    browser = signed_in(clinic, role)
    assert [browser.get(page).status_code for page in (LOG, HISTORY)] == [403, 403]
    assert browser.post(LOG, {"step": "verify"}).status_code == 403
