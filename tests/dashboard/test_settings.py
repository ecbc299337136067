"""The settings' landing page and what every page of them shares."""

import pytest
from django.test import Client
from django.urls import reverse

from assessments.dashboard.pages.settings import GROUPS
from backend.platform.storage.tenancy import clinic_scope
from clinics.dashboard.layout import MENU
from clinics.identity.models import Clinic, Role
from clinics.identity.permissions import permissions_of
from tests.dashboard.settings_pages import signed_in, statements
from tests.on_call.plans import clinician, set_plan, shift

LANDING = "/admin/settings/"
SECTIONS = [section for sections in GROUPS.values() for section in sections]
#: Pages that show the clinic's own lists.
PAGES = {section.route: reverse(section.route) for section in SECTIONS}


@pytest.mark.parametrize("role", Role)
def test_a_role_is_shown_and_opens_what_its_table_allows_and_no_more(clinic: Clinic, role: Role) -> None:
    browser = signed_in(clinic, role)
    landing = browser.get(LANDING).content.decode()
    for section in SECTIONS:
        allowed = section.seen_with in permissions_of(role)
        assert (f'href="{PAGES[section.route]}"' in landing) is allowed
        assert browser.get(PAGES[section.route]).status_code == (200 if allowed else 403), section.title


@pytest.mark.parametrize("role", Role)
def test_the_menu_leads_where_the_role_may_go_and_nowhere_else(clinic: Clinic, role: Role) -> None:
    browser = signed_in(clinic, role)
    index = browser.get("/admin/").content.decode()
    for pages in MENU.values():
        for _, route, permission in pages:
            allowed = permission in permissions_of(role)
            link = f'<a href="{reverse(route)}" class="flex'
            assert (link in index) is allowed, route
            assert browser.get(reverse(route)).status_code == 200 or not allowed


def test_nobody_enters_without_signing_in_or_without_a_membership(
    clinic: Clinic, other_clinic: Clinic
) -> None:
    for page in (LANDING, *PAGES.values()):
        assert Client().get(page)["Location"].startswith("/admin/login/")
    left = signed_in(other_clinic)
    with clinic_scope(other_clinic.id):
        other_clinic.members.update(active=False)
    assert [left.get(page).status_code for page in (LANDING, *PAGES.values())] == [403] * (1 + len(PAGES))


def test_a_gap_in_the_rota_is_said_on_its_card(clinic: Clinic) -> None:
    browser = signed_in(clinic)
    assert "no gap in the next fortnight" in browser.get(LANDING).content.decode()
    set_plan(clinic, shift(clinician(clinic), "08:00-20:00"))
    assert "The rota has a gap" in browser.get(LANDING).content.decode()


@pytest.mark.parametrize("page", [LANDING, *PAGES.values()])
def test_a_page_takes_fewer_than_fifteen_statements(clinic: Clinic, page: str) -> None:
    set_plan(clinic, shift(clinician(clinic), "08:00-20:00"))
    assert statements(signed_in(clinic), page) < 15


@pytest.mark.parametrize("page", ["/admin/settings/members/", "/admin/settings/clients/"])
def test_a_forged_form_or_an_unknown_step_changes_nothing(clinic: Clinic, page: str) -> None:
    assert signed_in(clinic, enforce_csrf_checks=True).post(page, {"step": "invite"}).status_code == 403
    assert signed_in(clinic).post(page, {"step": "page"}).status_code == 400
