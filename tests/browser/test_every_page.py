"""Every page that somebody may open, found where Django finds it, is accessible and fits its window.

Its buttons can be seen on it, in light and in dark, measured on what is painted.
"""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic, Role
from tests.browser.accessibility import faults_of
from tests.browser.conftest import SignIn
from tests.browser.test_buttons import invisible
from tests.check_in.page import WELL, link
from tests.dashboard.walk import pages, row_of, rows_of
from tests.on_call.plans import clinician, set_plan, shift
from tests.programme.weeks import eight_weeks

pytestmark = pytest.mark.process

#: The walk is cut into shares, which run beside each other.
SHARES = 3
LEAST_OF_A_SHARE = {Role.ADMIN: 10, Role.CLINICIAN: 5}
#: What is shown differs between these two; at 200 % zoom it is the phone's layout, and its width is measured.
SCANNED = ("laptop", "phone")


@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize("role", LEAST_OF_A_SHARE)
def test_every_page_of_the_dashboard_is_accessible_and_fits(
    role: str, share: int, clinic: Clinic, sign_in: SignIn
) -> None:
    rows = rows_of(clinic, eight_weeks(clinic))
    set_plan(clinic, shift(clinician(clinic), "08:00-20:00"))
    page = sign_in(clinic, role)
    seen, faults = 0, []
    for route in list(pages())[share::SHARES]:
        about = row_of(clinic, route)
        if "object_id" in route.names and about is None:
            continue
        address = route.address({**rows, "object_id": about})
        if is_page(page, address):
            page.goto(address)
            seen += 1
            faults += [f"{route.name}: {fault}" for fault in faults_of(page, scanned=SCANNED)]
            faults += [f"{route.name}: {button}" for button in invisible(page)]
    assert not faults, "\n".join(faults)
    assert seen >= LEAST_OF_A_SHARE[Role(role)]


def is_page(page: Page, address: str) -> bool:
    """Whether something to look at stands there: no step, download, redirect or refusal."""
    answer = page.request.get(address, max_redirects=0)
    return answer.status == 200 and answer.headers["content-type"].startswith("text/html")


@pytest.mark.holds("HZ-22")
def test_every_page_of_a_check_in_is_accessible_and_fits(
    clinic: Clinic, open_page: Callable[[], Page]
) -> None:
    told = eight_weeks(clinic)
    told.now = timezone.now()
    with clinic_scope(clinic.id):
        due = clinic.follow_ups.filter(kind="check_24_hours").order_by("-due_at")[0]
    phone, page = link(told, str(due.pk)), open_page()
    faults: list[str] = []

    def look(heading: str) -> None:
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
        faults.extend(f"{heading}: {fault}" for fault in faults_of(page, scanned=SCANNED))

    page.goto(phone.path)
    look("Do not wait if it is an emergency")
    page.get_by_role("button").click()
    look("Nothing has been sent yet")
    for name, code in WELL.items():
        if page.locator(f"select#{name}").count():
            page.select_option(f"#{name}", code)
        else:
            page.check(f'[name="{name}"][value="{code}"]')
    page.get_by_role("button").click()
    expect(page.get_by_text("You can close this page.")).to_be_visible()
    look("Do not wait if it is an emergency")
    page.goto(phone.path)
    look("This link is no longer good")
    assert not faults, "\n".join(faults)
