"""The page of one runner in a browser: read at a glance, on a phone and without a mouse."""

import pytest
from playwright.sync_api import expect

from clinics.identity.models import Clinic, Role
from tests.browser.accessibility import check
from tests.browser.conftest import SignIn
from tests.browser.pictures import Pictures
from tests.dashboard.test_dashboard import emergency
from tests.programme.weeks import eight_weeks

pytestmark = pytest.mark.process


def test_a_clinician_reads_a_runner_at_a_glance(clinic: Clinic, sign_in: SignIn, pictures: Pictures) -> None:
    told = eight_weeks(clinic)
    page = sign_in(clinic, Role.CLINICIAN)
    page.goto("/admin/patients/patient/")
    page.get_by_role("link", name="Runner, Robin").click()
    expect(page.get_by_role("img", name="Pain over time")).to_be_visible()
    expect(page.get_by_role("img", name="Kilometres in each week")).to_be_visible()
    expect(page.locator(".rtr-next")).to_contain_text("overdue by")
    expect(page.get_by_text("Letter issued")).to_have_count(0)
    for summary in page.locator("summary", has_text="The same as a table").all():
        summary.click()
    rows = page.get_by_role("region", name="Pain as a table").locator("tbody tr")
    expect(rows.last).to_contain_text("8")
    check(page)
    for summary in page.locator("summary", has_text="The same as a table").all():
        summary.click()
    page.evaluate("() => window.scrollTo(0, 0)")
    pictures.take(page, "patient")
    page.get_by_role("link", name="Older").click()
    expect(page.get_by_text("Escalation: resolved")).to_be_visible()
    with page.expect_response(lambda answer: answer.url.endswith(f"/programmes/{told.programme}/sheet/")):
        page.get_by_role("link", name="Sheet to print").click()
    check(page)


def test_an_emergency_stands_above_everything_else(clinic: Clinic, sign_in: SignIn) -> None:
    emergency(clinic)
    page = sign_in(clinic, Role.CLINICIAN)
    page.get_by_role("link", name="Patient page of Robin Runner").click()
    expect(page.get_by_role("region", name="Escalation: Emergency department now")).to_be_visible()
    check(page)


def test_a_reception_user_sees_no_clinical_answer(clinic: Clinic, sign_in: SignIn) -> None:
    emergency(clinic)
    page = sign_in(clinic, Role.RECEPTION)
    page.goto("/admin/patients/patient/")
    page.get_by_role("link", name="Runner, Robin").click()
    expect(page.locator("#content")).to_contain_text("Date of birth not recorded")
    expect(page.locator("#content")).not_to_contain_text("bladder", ignore_case=True)
    expect(page.locator("#content")).not_to_contain_text("emergency", ignore_case=True)
    expect(page.get_by_role("img")).to_have_count(0)
    check(page)
