"""A link about a row leads to it in its own clinic, for who works there, whichever clinic is chosen."""

import re
import uuid
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import resolve

from assessments.escalations.channels.messages import escalation_message, follow_up_message
from assessments.follow_ups.models import FollowUp
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic, Role, User
from clinics.sign_in.elsewhere import related_of
from tests.dashboard.test_dashboard import emergency, record
from tests.dashboard.test_form_origin import addresses, choose, person_of, post, strict_browser
from tests.dashboard.walk import Page, pages, row_of, rows_of
from tests.programme.weeks import eight_weeks
from tests.security.oauth import can_sign_in

CHOOSE = "/admin/choose-clinic/"


def with_ids(clinic: Clinic) -> list[tuple[Page, str]]:
    """Every page whose address holds the id of a row, with the address of one of the clinic's rows."""
    rows = rows_of(clinic, eight_weeks(clinic))
    found = []
    for page in pages():
        about = row_of(clinic, page)
        if page.names and page.names != ("app_label",) and ("object_id" not in page.names or about):
            found.append((page, page.address({**rows, "object_id": about})))
    return found


def test_every_page_about_a_row_is_reached_in_its_own_clinic_and_by_no_stranger(
    clinic: Clinic, other_clinic: Clinic
) -> None:
    found = with_ids(clinic)
    assert len(found) >= 20
    of_one, of_both = strict_browser(person_of(clinic)), strict_browser(person_of(clinic, other_clinic))
    stranger = strict_browser(person_of(other_clinic))
    choose(of_both, other_clinic)
    unoffered, told = [], []
    for page, address in found:
        if of_one.get(address).status_code != 200:
            continue  # a page that only takes a step
        answer = of_both.get(address, follow=True)
        if "Your link is about Harbour Physio" not in answer.content.decode():
            unoffered.append(page.name)
        if stranger.get(address).status_code != 404:
            told.append(page.name)
    assert (unoffered, told) == ([], [])


def test_every_id_in_an_address_says_what_it_is_the_id_of() -> None:
    """A new kind of page is found by its link too: give its id a name in ``clinics.sign_in.elsewhere``."""
    unknown = set()
    for page in pages():
        if page.names and page.names not in (("app_label",), ("path_of_the_icon",)):
            ids = {name: str(uuid.uuid4()) for name in page.names}
            if not related_of(resolve(page.address(ids))):
                unknown.add(page.name)
    assert unknown == set()


def links(clinic: Clinic) -> list[str]:
    """The link of each kind of mail that a clinic's people get."""
    escalation = emergency(clinic)
    record(clinic)
    with clinic_scope(clinic.id):
        mails = [escalation_message(escalation, message_id=uuid.uuid4(), address="a@b.example")]
        for follow_up in clinic.follow_ups.all():
            for state in (FollowUp.State.DUE, FollowUp.State.OVERDUE, FollowUp.State.LAPSED):
                follow_up.state = state
                mails.append(follow_up_message(follow_up, message_id=uuid.uuid4(), address="a@b.example"))
    found = [re.search(r"http\S+", mail.body) for mail in mails]
    assert len(found) > 4
    assert all(found)
    return sorted({urlsplit(link[0]).path for link in found if link})


def test_the_link_of_a_mail_opens_in_its_clinic_for_who_has_chosen_another(
    clinic: Clinic, other_clinic: Clinic
) -> None:
    browser = strict_browser(person_of(clinic, other_clinic))
    for link in links(clinic):
        choose(browser, other_clinic)
        page = browser.get(link, follow=True)
        words = page.content.decode()
        assert "Your link is about Harbour Physio" in words, link
        assert "Emergency now 1" in words
        answer = post(browser, CHOOSE, {"clinic": str(clinic.id), "next": link})
        assert answer["Location"] == link
        opened = browser.get(link)
        assert opened.status_code == 200
        assert clinic.name in opened.content.decode()


def enter(browser: Client, user: User, link: str) -> str:
    """Sign in by the page that the link leads to; returns where it leads then."""
    user.set_password("correct horse")
    user.save()
    sign_in = browser.get(link)["Location"]
    answer = browser.post(sign_in, {"username": user.username, "password": "correct horse", "next": link})
    return str(answer["Location"])


@pytest.mark.parametrize("chosen", ["right", "wrong"])
def test_who_signs_in_by_a_link_is_told_its_clinic(clinic: Clinic, other_clinic: Clinic, chosen: str) -> None:
    link = links(clinic)[0]
    browser = Client()
    assert enter(browser, can_sign_in(person_of(other_clinic, clinic)), link) == link
    page = browser.get(link, follow=True)
    assert "Your link is about Harbour Physio" in page.content.decode()
    wanted = clinic if chosen == "right" else other_clinic
    browser.post(CHOOSE, {"clinic": str(wanted.id), "next": link})
    opened = browser.get(link, follow=True).content.decode()
    assert ("Your link is about" in opened) == (chosen == "wrong")


def test_who_works_in_one_clinic_lands_on_the_row(clinic: Clinic, other_clinic: Clinic) -> None:
    link = links(clinic)[0]
    assert enter(Client(), can_sign_in(person_of(clinic)), link) == link
    browser = strict_browser(person_of(clinic))
    assert browser.get(link).status_code == 200
    assert strict_browser(person_of(other_clinic)).get(link).status_code == 404
    assert Client().get(link)["Location"].startswith("/admin/login/")


def test_who_has_left_the_links_clinic_is_a_stranger_to_it(clinic: Clinic, other_clinic: Clinic) -> None:
    link = links(clinic)[0]
    user = person_of(other_clinic, clinic)
    browser = strict_browser(user)
    choose(browser, other_clinic)
    with clinic_scope(clinic.id):
        clinic.members.filter(user=user).update(active=False)
    assert browser.get(link).status_code == 404


def test_the_worklist_says_what_is_open_in_ones_other_clinics(clinic: Clinic, other_clinic: Clinic) -> None:
    emergency(clinic)
    emergency(clinic)
    browser = strict_browser(person_of(other_clinic, clinic))
    choose(browser, other_clinic)
    page = browser.get("/admin/").content.decode()
    assert "Open in Harbour Physio:" in page
    assert "Emergency now 2" in page
    assert "Robin" not in page
    choose(browser, clinic)
    assert "Open in" not in browser.get("/admin/").content.decode()


@pytest.mark.parametrize("role", [Role.RECEPTION, Role.AUDITOR])
def test_a_role_that_sees_no_escalation_sees_no_count_of_them(
    clinic: Clinic, other_clinic: Clinic, role: str
) -> None:
    emergency(clinic)
    user = person_of(other_clinic)
    with clinic_scope(clinic.id):
        clinic.members.create(user=user, role=role)
    browser = strict_browser(user)
    choose(browser, other_clinic)
    for address in ("/admin/", CHOOSE):
        page = browser.get(address).content.decode()
        assert "Emergency now" not in page
        assert page.count("Nothing is open there") == (address == CHOOSE), "of their own clinic"


def test_counts_wait_for_the_one_time_code_that_a_clinic_wants(clinic: Clinic, other_clinic: Clinic) -> None:
    emergency(clinic)
    with clinic_scope(clinic.id):
        clinic.require_one_time_codes = True
        clinic.save()
    browser = strict_browser(person_of(other_clinic, clinic))
    choose(browser, other_clinic)
    assert "Emergency now" not in browser.get("/admin/").content.decode()
    assert "Emergency now" not in browser.get(CHOOSE).content.decode()


def test_every_page_names_the_clinic_that_it_shows(clinic: Clinic, other_clinic: Clinic) -> None:
    """For who works in two: in each of them, wherever they are."""
    rows = {one: rows_of(one, eight_weeks(one)) for one in (clinic, other_clinic)}
    browser = strict_browser(person_of(clinic, other_clinic))
    unnamed, pages_read = set(), 0
    for one, filled in rows.items():
        choose(browser, one)
        for address in addresses(one, filled):
            answer = browser.get(address)
            if answer.status_code == 200 and "text/html" in answer["Content-Type"]:
                pages_read += 1
                unnamed |= set() if one.name in answer.content.decode() else {address}
    assert unnamed == set()
    assert pages_read >= 50
