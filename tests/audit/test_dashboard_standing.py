"""The dashboard shows what holds now, not only what the protocol said first."""

from django.test import Client
from rest_framework.test import APIClient

from patients.models import Patient
from tests.audit.test_amendments import amend, record
from tests.audit.test_overrides import FOUND, exclusion, override

LIST = "/admin/assessments/assessment/"


def page(browser: Client, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_an_override_stands_above_what_the_protocol_said(
    browser: Client,
    api: APIClient,
    patient: Patient,
) -> None:
    made = record(api, patient)
    override(api, made["id"], "refer_urgent", urgency="same_day", reason="Looks unwell")
    shown = page(browser, f"{LIST}{made['id']}/change/")
    assert shown.index("Refer urgently.") < shown.index("The protocol said:")
    assert "Reason: Looks unwell." in shown
    assert "medical review the same day" in shown
    listed = page(browser, LIST)
    assert "Refer urgently." in listed
    assert "Running may continue" not in listed


def test_the_grounds_of_a_downward_override_are_shown(
    browser: Client,
    api: APIClient,
    patient: Patient,
) -> None:
    made = record(api, patient, bladder_change="yes")
    override(api, made["id"], "continue_running", urgency="none", **FOUND, exclusion=exclusion())
    shown = page(browser, f"/admin/assessments/escalation/{made['escalation']}/change/")
    assert "Examination: Full power, normal reflexes" in shown
    assert "Excluded by Dr A. Example" in shown
    assert "Refer as an emergency. No running." in shown


def test_a_superseded_assessment_says_so_and_leads_to_the_newer(
    browser: Client,
    api: APIClient,
    patient: Patient,
) -> None:
    old = record(api, patient)
    new = amend(api, old["id"], pain_walking_nrs=6).json()
    shown = page(browser, f"{LIST}{old['id']}/change/")
    assert "Superseded:" in shown
    assert f"{LIST}{new['id']}/change/" in shown
    assert "Amended because:" in page(browser, f"{LIST}{new['id']}/change/")
    assert page(browser, LIST).count("Superseded: ") == 1
