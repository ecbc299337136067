"""An assessment by keyboard alone, a stale form refused, and the letter that a red flag travels with."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from rest_framework.test import APIClient

from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic, Role
from patients.models import Patient
from tests.browser.accessibility import check
from tests.browser.conftest import SignIn
from tests.browser.pictures import Pictures
from tests.factories import assessment_body

pytestmark = pytest.mark.process


def press_through(page: Page, name: str, value: str) -> None:
    """Tab on until the question's first control has the focus, then answer with the space bar and arrows."""
    for _ in range(200):
        at: dict[str, Any] = page.evaluate(
            "() => ({name: document.activeElement.name || '', value: document.activeElement.value || ''})"
        )
        if at["name"] == name:
            break
        page.keyboard.press("Tab")
    else:
        raise AssertionError(f"{name} can't be reached by keyboard")
    page.keyboard.press("Space")
    while page.evaluate("() => document.activeElement.value") != value:
        page.keyboard.press("ArrowRight")


def test_an_assessment_is_entered_by_keyboard_alone(
    sign_in: SignIn, clinic: Clinic, patient: Patient, pictures: Pictures
) -> None:
    page = sign_in(clinic, Role.CLINICIAN)
    page.goto(f"/admin/patients/{patient.pk}/assess/")
    check(page)
    page.goto(f"/admin/patients/{patient.pk}/assess/")
    press_through(page, "assessor_role", "physiotherapist")
    press_through(page, "a.saddle_sensation_change", "no")
    press_through(page, "a.bladder_change", "yes")
    panel = page.locator("[data-live]")
    expect(panel).to_contain_text("Refer as an emergency. No running.")
    expect(panel).to_contain_text("999")
    expect(page.get_by_role("status").filter(has_text="Refer as an emergency")).to_be_attached()
    # What was answered stays in no address.
    assert "bladder" not in page.url
    for _ in range(400):
        if page.evaluate("() => document.activeElement.value") == "record":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#decision")).to_contain_text("Refer as an emergency. No running.")
    check(page)
    pictures.take(page, "result")
    with clinic_scope(clinic.id):
        assert clinic.assessments.get().answers == {"saddle_sensation_change": "no", "bladder_change": "yes"}


def test_the_form_leads_from_question_to_question(
    sign_in: SignIn, clinic: Clinic, patient: Patient, pictures: Pictures
) -> None:
    page = sign_in(clinic, Role.CLINICIAN)
    page.goto(f"/admin/patients/{patient.pk}/assess/")
    page.check("#q-pregnancy_status-not_pregnant")
    page.check("#none-emergency")
    expect(page.locator("#q-bladder_change-no")).to_be_checked()
    expect(page.locator("[data-live]")).to_contain_text("Next: Age")
    expect(page.locator("[data-live]")).not_to_have_attribute("aria-busy", "true")
    expect(page.locator('[data-question="pregnancy_warning_signs"]')).to_be_hidden()
    page.locator(".af-next a").click()
    assert page.evaluate("() => document.activeElement.closest('[data-question]') !== null")
    page.evaluate("() => window.scrollTo(0, 0)")
    pictures.take(page, "form", whole=False)
    page.check("#q-bladder_change-yes")
    expect(page.locator("#none-emergency")).not_to_be_checked()


def test_a_stale_form_is_refused_with_what_changed_and_keeps_what_was_typed(
    sign_in: SignIn, clinic: Clinic, patient: Patient, api: APIClient
) -> None:
    page = sign_in(clinic, Role.CLINICIAN)
    page.goto(f"/admin/patients/{patient.pk}/assess/")
    page.check('input[name="assessor_role"][value="physiotherapist"]')
    page.fill("#q-clinician_note", "Typed meanwhile")
    api.post("/api/v1/assessments", assessment_body(patient, {"bladder_change": "yes"}))
    page.get_by_role("button", name="Record the assessment").click()
    expect(page.get_by_role("alert")).to_contain_text("Refer as an emergency. No running.")
    assert page.evaluate("() => document.activeElement.id") == "summary"
    expect(page.locator("#q-clinician_note")).to_have_value("Typed meanwhile")
    check(page)
    with clinic_scope(clinic.id):
        assert clinic.assessments.count() == 1


def test_a_letter_is_issued_for_a_red_flag(
    sign_in: SignIn, clinic: Clinic, patient: Patient, api: APIClient, pictures: Pictures
) -> None:
    answers = {"bladder_change": "yes", "saddle_sensation_change": "no", "walking_ability": "limited_by_pain"}
    made = api.post("/api/v1/assessments", assessment_body(patient, answers)).json()
    page = sign_in(clinic, Role.CLINICIAN)
    page.goto(f"/admin/assessments/escalation/{made['escalation']}/change/")
    page.get_by_role("button", name="Emergency department").click()
    page.get_by_label("Who to call with questions").fill("020 7946 0000")
    page.get_by_label("Your words").fill("New bladder change since this morning. Please scan tonight.")
    check(page)
    page.get_by_role("button", name="Issue the letter in my name").click()
    letter = page.locator(".af-letter")
    expect(letter).to_contain_text("Issued by")
    expect(letter).to_contain_text("Please scan tonight.")
    check(page)
    pictures.take(page, "letter")
    assert page.request.get(f"{page.url}pdf/").body().startswith(b"%PDF-")


def test_the_pages_of_a_decision_are_accessible(
    sign_in: SignIn, clinic: Clinic, patient: Patient, api: APIClient
) -> None:
    made = api.post("/api/v1/assessments", assessment_body(patient)).json()
    page = sign_in(clinic, Role.CLINICIAN)
    page.goto(f"/admin/assessments/{made['id']}/override/")
    check(page)
    page.get_by_role("button", name="Record my decision").click()
    page.goto(f"/admin/assessments/{made['id']}/correct/")
    check(page)
    page.goto(f"/admin/assessments/assessment/{made['id']}/change/")
    page.get_by_role("button", name="Draft this programme").click()
    check(page)


@pytest.mark.parametrize(
    ("happened", "words"),
    [
        ("signed out", "you are signed out. Sign in in another tab"),
        ("another clinic", "another clinic is open in this browser"),
        ("signed in again", "you have signed in again since this form was opened"),
    ],
)
def test_a_panel_that_is_out_of_date_says_what_happened_and_what_to_do(
    sign_in: SignIn, clinic: Clinic, other_clinic: Clinic, patient: Patient, happened: str, words: str
) -> None:
    """In another tab of the same browser; what was typed stays."""
    page = sign_in(clinic, Role.CLINICIAN)
    page.goto(f"/admin/patients/{patient.pk}/assess/")
    stale = page.locator("[data-stale]")
    expect(stale).to_be_hidden()
    cookies = page.context.cookies()
    session = next(cookie for cookie in cookies if "session" in cookie["name"])
    if happened == "signed out":
        page.context.clear_cookies(name=session["name"])
    elif happened == "signed in again":
        token = next(cookie for cookie in cookies if "csrf" in cookie["name"])
        page.context.add_cookies([{**token, "value": "a" * len(token["value"])}])
    else:
        with clinic_scope(clinic.id):
            person = clinic.members.order_by("-created_at").first()
        with clinic_scope(other_clinic.id):
            other_clinic.members.create(user=person.user, role=Role.CLINICIAN, accepted=True)
        tab = page.context.new_page()
        tab.goto("/admin/choose-clinic/")
        tab.get_by_role("button", name=other_clinic.name).click()
        tab.close()
    page.fill("#q-age_years", "40")
    expect(stale).to_be_visible()
    expect(stale).to_contain_text(words)
    expect(stale).to_contain_text("Show the decision so far")
    expect(page.locator("#q-age_years")).to_have_value("40")
    check(page)
