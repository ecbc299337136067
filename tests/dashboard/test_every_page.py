"""Every page of the dashboard opens, and none asks the database fifteen times."""

import pytest

from clinics.identity.models import Clinic, Role
from tests.dashboard.settings_pages import signed_in
from tests.dashboard.walk import pages, row_of, rows_of, statements_of
from tests.on_call.plans import clinician, set_plan, shift
from tests.programme.weeks import eight_weeks

#: A page is read; a step is taken by POST, and rows are neither added nor deleted by hand.
OPENS, REFUSES = {200}, {302, 403, 404, 405}
PAGES_AT_LEAST = 30


@pytest.mark.parametrize("role", [Role.ADMIN, Role.CLINICIAN])
def test_every_page_takes_fewer_than_fifteen_statements(clinic: Clinic, role: str) -> None:
    rows = rows_of(clinic, eight_weeks(clinic))
    set_plan(clinic, shift(clinician(clinic), "08:00-20:00"))
    browser = signed_in(clinic, role)
    browser.get("/admin/")
    opened, too_many = [], {}
    for page in pages():
        about = row_of(clinic, page)
        if "object_id" in page.names and about is None:
            continue
        status, number = statements_of(browser, page.address({**rows, "object_id": about}))
        assert status in OPENS | REFUSES, page
        if status in OPENS:
            opened.append(page.name)
            if number >= 15:
                too_many[page.name] = number
    assert too_many == {}
    assert "patient-page" in opened
    assert len(opened) >= (PAGES_AT_LEAST if role == Role.ADMIN else 15), opened
