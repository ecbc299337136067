"""What a person sees in the dashboard is noted like what software reads."""

from django.test import Client
from rest_framework.test import APIClient

from clinics.identity.models import Clinic
from patients.models import Patient
from tests.audit.test_access_log import entries
from tests.audit.test_amendments import record
from tests.factories import make_patient


def test_a_page_of_the_dashboard_notes_whom_it_shows(
    browser: Client, api: APIClient, clinic: Clinic, patient: Patient
) -> None:
    other = make_patient(clinic)
    made = record(api, patient, bladder_change=None)
    pages = {
        f"patients/patient/{patient.id}/change/": {patient.id},
        "patients/patient/": {patient.id, other.id},
        f"assessments/assessment/{made['id']}/change/": {patient.id},
        f"assessments/escalation/{made['escalation']}/change/": {patient.id},
        "assessments/followup/": {patient.id},
    }
    for page, shown in pages.items():
        before = len(entries(api))
        assert browser.get(f"/admin/{page}").status_code == 200
        noted = entries(api)[before:]
        assert {entry["patient"] for entry in noted} == set(map(str, shown)), page
        assert {entry["user"]["name"] for entry in noted} == {"Clinician Person"}
        assert {entry["client"] for entry in noted} == {None}


def test_a_page_about_nobody_notes_nobody(browser: Client, api: APIClient, patient: Patient) -> None:
    for page in ("", "settings/"):
        assert browser.get(f"/admin/{page}").status_code == 200
    assert entries(api) == []
