"""The instructions for use: one page, led to from the foot of every page of the dashboard."""

import pytest

from assessments.protocol.purpose import INTENDED_PURPOSE, NOT_APPROVED
from clinics.identity.models import Clinic, Role
from tests.dashboard.settings_pages import signed_in
from tests.dashboard.walk import pages, row_of, rows_of
from tests.programme.weeks import eight_weeks

ADDRESS = "/admin/intended-purpose/"
#: What comes before a clinic is chosen, paper, and parts that a script puts into a page.
NO_PAGE_OF_THE_DASHBOARD = {"choose-clinic", "programme-sheet", "plan-sheet", "jsi18n", "worklist-arrivals"}


@pytest.mark.holds("HZ-20", "HZ-21")
def test_every_page_leads_to_the_intended_purpose(clinic: Clinic) -> None:
    rows = rows_of(clinic, eight_weeks(clinic))
    browser = signed_in(clinic, Role.CLINICIAN)
    seen, without = [], []
    for page in pages():
        about = row_of(clinic, page)
        if "object_id" in page.names and about is None:
            continue
        answer = browser.get(page.address({**rows, "object_id": about}))
        if answer.status_code == 200 and "text/html" in answer.headers["Content-Type"]:
            seen.append(page.name)
            if f'href="{ADDRESS}"' not in answer.content.decode():
                without.append(page.name)
    assert set(without) <= NO_PAGE_OF_THE_DASHBOARD
    assert {"patient-page", "assess", "letter", "admin:index"} <= set(seen)
    assert len(seen) >= 15


@pytest.mark.parametrize("role", list(Role))
def test_whoever_belongs_to_the_clinic_reads_it(clinic: Clinic, role: str) -> None:
    words = signed_in(clinic, role).get(ADDRESS).content.decode()
    told = INTENDED_PURPOSE
    for said in (told.purpose, told.user, told.runners, *told.not_for, told.does_not_exclude, NOT_APPROVED):
        assert said in words
    assert told.protocol_version in words
