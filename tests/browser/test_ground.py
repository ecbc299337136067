"""Every page is accessible, fits, loads nothing from elsewhere and needs no forbidden script."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic, Role
from tests.browser.accessibility import check, violations
from tests.browser.conftest import SignIn
from tests.dashboard.test_dashboard import PAGES, emergency, page_of

pytestmark = pytest.mark.process


def test_a_page_that_hides_what_a_field_is_for_is_noticed(open_page: Callable[[], Page]) -> None:
    page = open_page()
    page.goto("/livez")
    page.set_content("<html lang=en><title>x</title><main><input><p style='color:#bbb'>faint</p></main>")
    found = " ".join(violations(page))
    assert "label (critical)" in found
    assert "color-contrast (serious)" in found


def test_the_sign_in_page_is_accessible(open_page: Callable[[], Page]) -> None:
    page = open_page()
    page.goto("/admin/login/")
    check(page)


@pytest.mark.parametrize("name", PAGES)
def test_a_list_of_the_dashboard_is_accessible(name: str, clinic: Clinic, sign_in: SignIn) -> None:
    emergency(clinic)
    page = sign_in(clinic, Role.ADMIN)
    page.goto(PAGES[name])
    check(page)


def test_a_list_is_filtered_by_keyboard_alone(clinic: Clinic, sign_in: SignIn) -> None:
    emergency(clinic)
    page = sign_in(clinic, Role.ADMIN)
    page.goto(PAGES["escalations"])
    opener = page.get_by_role("button", name="Filters")
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#changelist-filter")).to_be_visible()
    assert page.evaluate("() => document.activeElement.closest('#changelist-filter') !== null")
    check(page)
    page.keyboard.press("Escape")
    expect(page.locator("#changelist-filter")).to_be_hidden()
    expect(opener).to_be_focused()
    page.keyboard.press("Enter")
    page.locator("#changelist-filter").get_by_role("link", name="Resolved").press("Enter")
    expect(page.locator("#result_list")).to_have_count(0)


def test_the_pages_of_an_emergency_are_accessible(clinic: Clinic, sign_in: SignIn) -> None:
    escalation = emergency(clinic)
    with clinic_scope(clinic.id):
        assessment = escalation.assessment
    page = sign_in(clinic, Role.CLINICIAN)
    for row in (escalation, assessment):
        page.goto(page_of(row))
        check(page)
