"""Who works in several clinics sees one at a time, and only those where they work."""

import pytest
from django.test import Client

from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic, Membership, Role, User
from tests.factories import make_member, make_patient
from tests.security.oauth import can_sign_in

CHOOSE = "/admin/choose-clinic/"
PATIENTS = "/admin/patients/patient/"


@pytest.fixture
def person(clinic: Clinic, other_clinic: Clinic) -> User:
    """A clinician of both clinics."""
    user = can_sign_in(make_member(clinic, Role.CLINICIAN).user)
    with clinic_scope(other_clinic.id):
        other_clinic.members.create(user=user, role=Role.RECEPTION)
    for place, name in ((clinic, "Harbour-Runner"), (other_clinic, "Hillside-Runner")):
        with clinic_scope(place.id):
            place.patients.create(given_name="A", family_name=name)
    return user


@pytest.fixture
def browser(person: User) -> Client:
    """One in which they have signed in."""
    browser = Client()
    browser.force_login(person)
    return browser


def choose(browser: Client, clinic: Clinic, **more: str) -> str:
    answer = browser.post(CHOOSE, {"clinic": str(clinic.id), **more})
    assert answer.status_code == 302
    return str(answer["Location"])


def test_they_choose_after_signing_in(browser: Client, clinic: Clinic, other_clinic: Clinic) -> None:
    answer = browser.get(PATIENTS)
    assert answer["Location"] == f"{CHOOSE}?next=%2Fadmin%2Fpatients%2Fpatient%2F"
    page = browser.get(answer["Location"]).content.decode()
    assert clinic.name in page
    assert other_clinic.name in page
    assert "-Runner" not in page


def test_the_other_clinics_rows_are_invisible_until_they_switch(
    browser: Client, clinic: Clinic, other_clinic: Clinic
) -> None:
    assert choose(browser, clinic, next=PATIENTS) == PATIENTS
    page = browser.get(PATIENTS).content.decode()
    assert ("Harbour-Runner" in page, "Hillside-Runner" in page) == (True, False)
    assert clinic.name in page
    choose(browser, other_clinic)
    page = browser.get(PATIENTS).content.decode()
    assert ("Harbour-Runner" in page, "Hillside-Runner" in page) == (False, True)
    assert other_clinic.name in page


def test_the_role_is_that_of_the_clinic_chosen(browser: Client, clinic: Clinic, other_clinic: Clinic) -> None:
    worklist = "/admin/assessments/escalation/"
    choose(browser, clinic)
    assert browser.get(worklist).status_code == 200
    choose(browser, other_clinic)
    assert browser.get(worklist).status_code == 403


def test_a_row_of_the_other_clinic_is_offered_in_its_own(
    browser: Client, clinic: Clinic, other_clinic: Clinic
) -> None:
    theirs = make_patient(other_clinic)
    choose(browser, clinic)
    answer = browser.get(f"{PATIENTS}{theirs.id}/change/", follow=True)
    assert "Your link is about Hillside Physio" in answer.content.decode()
    assert "Robin" not in answer.content.decode()


def test_a_membership_that_ended_throws_them_out_at_the_next_request(
    browser: Client, person: User, clinic: Clinic, other_clinic: Clinic
) -> None:
    """However it ended, also around the services; and they don't slip into the other clinic."""
    choose(browser, clinic)
    with clinic_scope(clinic.id):
        Membership.objects.filter(clinic=clinic, user=person).update(active=False)
    answer = browser.get(PATIENTS)
    assert answer["Location"] == "/admin/login/"
    assert browser.get(PATIENTS)["Location"].startswith("/admin/login/")
    assert browser.post(CHOOSE, {"clinic": str(other_clinic.id)})["Location"].startswith("/admin/login/")


def test_a_clinic_where_they_do_not_work_cannot_be_chosen(clinic: Clinic, other_clinic: Clinic) -> None:
    browser = Client()
    browser.force_login(can_sign_in(make_member(clinic, Role.ADMIN).user))
    for wrong in (str(other_clinic.id), "nothing", ""):
        assert browser.post(CHOOSE, {"clinic": wrong}).status_code == 404
    assert other_clinic.name not in browser.get(CHOOSE).content.decode()


def test_who_works_in_one_clinic_is_not_asked(clinic: Clinic) -> None:
    browser = Client()
    browser.force_login(can_sign_in(make_member(clinic, Role.ADMIN).user))
    page = browser.get("/admin/").content.decode()
    assert clinic.name in page
    assert CHOOSE not in page


def test_the_menu_offers_the_switch(browser: Client, clinic: Clinic) -> None:
    choose(browser, clinic)
    assert CHOOSE in browser.get("/admin/").content.decode()


def test_following_a_link_or_a_forged_form_switches_nothing(
    browser: Client, person: User, clinic: Clinic, other_clinic: Clinic
) -> None:
    choose(browser, clinic)
    browser.get(CHOOSE, {"clinic": str(other_clinic.id)})
    forging = Client(enforce_csrf_checks=True)
    forging.cookies = browser.cookies
    assert forging.post(CHOOSE, {"clinic": str(other_clinic.id)}).status_code == 403
    assert clinic.name in browser.get(PATIENTS).content.decode()


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_choosing_leads_nowhere_else(browser: Client, clinic: Clinic, elsewhere: str) -> None:
    assert choose(browser, clinic, next=elsewhere) == "/admin/"


def test_nobody_chooses_without_signing_in(clinic: Clinic) -> None:
    for answer in (Client().get(CHOOSE), Client().post(CHOOSE, {"clinic": str(clinic.id)})):
        assert answer["Location"].startswith("/admin/login/")
