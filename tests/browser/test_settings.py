"""The clinic's settings in a browser: accessible, and their stories from the first click to the last."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from clinics.models import Clinic, Role
from clinics.tenancy import clinic_scope
from tests.browser.accessibility import check
from tests.browser.conftest import SignIn
from tests.browser.pictures import Pictures
from tests.dashboard.test_settings import PAGES
from tests.on_call.plans import clinician, set_plan, shift


def test_the_landing_page_says_how_each_section_stands(
    clinic: Clinic, sign_in: SignIn, pictures: Pictures
) -> None:
    until = timezone.now().date() + timedelta(days=3)
    set_plan(clinic, replace(shift(clinician(clinic)), valid_until=until))
    page = sign_in(clinic, Role.ADMIN)
    page.goto("/admin/settings/")
    expect(page.get_by_text("The rota has a gap on")).to_be_visible()
    check(page)
    pictures.take(page, "settings")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_the_settings_is_accessible(name: str, clinic: Clinic, sign_in: SignIn) -> None:
    page = sign_in(clinic, Role.ADMIN)
    page.goto(PAGES[name])
    check(page)


def test_software_is_registered_and_its_secret_shown_once(clinic: Clinic, sign_in: SignIn) -> None:
    page = sign_in(clinic, Role.ADMIN)
    page.goto("/admin/settings/")
    page.get_by_role("link", name="API clients").click()
    page.get_by_label("Name").fill("Website")
    page.get_by_label("By itself").check()
    page.get_by_role("button", name="Register it").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was stored")
    assert page.evaluate("() => document.activeElement.getAttribute('role')") == "alert"
    check(page)
    page.get_by_label("Read patients and their running profiles").check()
    page.get_by_role("button", name="Register it").click()
    secret = page.get_by_label("Client secret").input_value()
    assert len(secret) > 40
    assert secret not in page.url
    check(page)
    page.get_by_role("link", name="I have kept it").click()
    expect(page.get_by_role("heading", name="Website")).to_be_visible()
    assert secret not in page.content()
    for summary in page.locator("summary").all():
        summary.click()
    check(page)
    with clinic_scope(clinic.id):
        assert clinic.api_clients.get(name="Website").allowed_scopes == "patients:read"


def test_a_member_is_changed_by_keyboard(clinic: Clinic, sign_in: SignIn) -> None:
    page = sign_in(clinic, Role.ADMIN)
    page.goto("/admin/settings/members/")
    page.get_by_role("link", name="Clinician Person").first.focus()
    page.keyboard.press("Enter")
    page.locator("summary").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="End the membership now").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Escalations go to them")
    check(page)
