"""Who guesses is shut out; whom they guess at is not, and there is a way back in."""

from io import StringIO
from typing import Any

import pytest
import time_machine
from axes.models import AccessAttempt
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from clinics.identity.lockout import COOKIE, COOKIE_SECONDS, is_locked
from clinics.identity.models import Clinic, Membership, Role, User
from tests.factories import api_for, make_member
from tests.security.oauth import PASSWORD, can_sign_in, sign_in

LOGIN = "/admin/login/"
THERE, HERE = "203.0.113.9", "198.51.100.7"


@pytest.fixture
def member(clinic: Clinic) -> Membership:
    """A clinician who may sign in."""
    member = make_member(clinic, Role.CLINICIAN)
    can_sign_in(member.user)
    return member


@pytest.fixture
def person(member: Membership) -> User:
    """The clinician as a person."""
    return member.user


def attempt(person: User, password: str, *, browser: Client | None = None, address: str = HERE) -> int:
    form = {"username": person.username, "password": password}
    return (browser or Client()).post(LOGIN, form, REMOTE_ADDR=address).status_code


def lock(person: User, *, address: str = HERE, browser: Client | None = None) -> None:
    statuses = [attempt(person, "wrong", address=address, browser=browser) for _ in range(5)]
    assert statuses[-1] == 429


def known_browser(person: User) -> Client:
    """One in which they signed in, and out again."""
    browser, answer = sign_in(person)
    assert answer.status_code == 302
    browser.post("/admin/logout/")
    assert browser.get("/admin/").status_code == 302
    return browser


def test_fifty_wrong_tries_from_elsewhere_shut_nobody_out(person: User) -> None:
    statuses = {attempt(person, "wrong", address=THERE) for _ in range(50)}
    assert statuses == {200, 429}
    assert attempt(person, PASSWORD, address=THERE) == 429
    assert attempt(person, PASSWORD, address=HERE) == 302


def test_a_known_browser_gets_in_while_its_own_address_is_locked(person: User) -> None:
    browser = known_browser(person)
    lock(person)
    assert attempt(person, PASSWORD) == 429
    assert attempt(person, PASSWORD, browser=browser) == 302


def test_guessing_in_a_known_browser_locks_that_browser_wherever_it_goes(person: User) -> None:
    browser = known_browser(person)
    lock(person, browser=browser)
    assert attempt(person, PASSWORD, browser=browser, address=THERE) == 429
    assert attempt(person, PASSWORD) == 302, "and nobody else"


def test_a_browser_is_known_for_the_people_who_signed_in_with_it(clinic: Clinic, person: User) -> None:
    """As at a desk that two share; a third is a stranger there."""
    colleague, third = (can_sign_in(make_member(clinic, Role.ADMIN).user) for _ in range(2))
    browser = known_browser(person)
    assert attempt(colleague, PASSWORD, browser=browser) == 302
    browser.post("/admin/logout/")
    for one in (person, colleague, third):
        lock(one)
    assert attempt(third, PASSWORD, browser=browser) == 429
    assert attempt(person, PASSWORD, browser=browser) == 302
    browser.post("/admin/logout/")
    assert attempt(colleague, PASSWORD, browser=browser) == 302


@pytest.mark.parametrize("forged", ["", "x", "changed"])
def test_a_forged_cookie_is_a_strangers(person: User, forged: str) -> None:
    browser = known_browser(person)
    value = browser.cookies[COOKIE].value
    browser.cookies[COOKIE] = value[:-4] + "AAAA" if forged == "changed" else forged
    lock(person)
    assert attempt(person, PASSWORD, browser=browser) == 429


def test_a_browser_is_forgotten_after_half_a_year(person: User) -> None:
    browser = known_browser(person)
    later = timezone.now() + timezone.timedelta(seconds=COOKIE_SECONDS + 1)  # type: ignore[attr-defined]
    with time_machine.travel(later):
        lock(person)
        assert attempt(person, PASSWORD, browser=browser) == 429


def test_the_cookie_says_nothing_about_the_person_and_stays_with_this_site(
    person: User, settings: Any
) -> None:
    settings.SESSION_COOKIE_SECURE = True
    browser, _ = sign_in(person)
    cookie = browser.cookies[COOKIE]
    assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Lax")
    assert cookie["path"] == "/"
    assert person.username not in cookie.value
    assert str(person.id) not in cookie.value


def test_another_spelling_of_a_name_is_the_same_name(person: User) -> None:
    for name in (person.username.upper(), f" {person.username}", person.username.title()):
        form = {"username": name, "password": "wrong"}
        Client().post(LOGIN, form, REMOTE_ADDR=HERE)
    assert attempt(person, "wrong") == 200
    assert attempt(person, "wrong") == 429


def test_addresses_of_one_network_of_ipv6_are_one(person: User) -> None:
    statuses = [attempt(person, "wrong", address=f"2001:db8::{number}") for number in range(1, 6)]
    assert statuses[-1] == 429
    assert attempt(person, PASSWORD, address="2001:db8:0:1::1") == 302


def test_no_name_that_was_typed_is_kept(person: User) -> None:
    Client().post(LOGIN, {"username": "hunter2-typed-as-a-name", "password": "x"})
    attempt(person, "wrong")
    kept = " ".join(f"{row.username} {row.post_data} {row.get_data}" for row in AccessAttempt.objects.all())
    assert "hunter2" not in kept
    assert person.username not in kept


def test_an_admin_unlocks_a_member_by_the_api(api: APIClient, member: Membership) -> None:
    lock(member.user)
    answer = api.post(f"/api/v1/clinic/members/{member.id}/unlock")
    assert (answer.status_code, answer.json()["id"]) == (200, str(member.id))
    assert attempt(member.user, "wrong") == 200, "the password is asked for as before"
    assert attempt(member.user, PASSWORD) == 302


def test_an_admin_unlocks_a_member_on_their_page(clinic: Clinic, member: Membership) -> None:
    admin = sign_in(can_sign_in(make_member(clinic, Role.ADMIN).user))[0]
    page = f"/admin/settings/members/{member.id}/"
    assert "Locked somewhere" not in admin.get(page).content.decode()
    browser = known_browser(member.user)
    lock(member.user)
    lock(member.user, browser=browser)
    shown = admin.get(page)
    assert "Locked somewhere" in shown.content.decode()
    form = {"step": "unlock", "state": shown.context["state"]}
    form |= {"clinic": str(clinic.id)}
    assert admin.post(page, form).status_code == 302
    assert not is_locked(member.user.username)
    assert attempt(member.user, PASSWORD) == 302
    assert attempt(member.user, PASSWORD, browser=browser) == 302


def test_weaker_software_unlocks_nobody_mightier(clinic: Clinic) -> None:
    admin = make_member(clinic, Role.ADMIN)
    lock(can_sign_in(admin.user))
    weak = api_for(clinic, scopes="members:read members:write")
    assert weak.post(f"/api/v1/clinic/members/{admin.id}/unlock").status_code == 403
    assert attempt(admin.user, PASSWORD) == 429


def test_another_clinics_member_is_not_found(other_api: APIClient, member: Membership) -> None:
    lock(member.user)
    assert other_api.post(f"/api/v1/clinic/members/{member.id}/unlock").status_code == 404
    assert attempt(member.user, PASSWORD) == 429


def test_the_operator_unlocks_by_a_command(person: User) -> None:
    lock(person)
    said = StringIO()
    call_command("unlock", person.username, stdout=said)
    assert said.getvalue().startswith("1 record")
    assert attempt(person, PASSWORD) == 302
    with pytest.raises(CommandError, match="no such person"):
        call_command("unlock", "nobody")


def test_the_page_of_a_lock_says_how_to_get_in(person: User) -> None:
    lock(person)
    form = {"username": person.username, "password": PASSWORD}
    page = Client().post(LOGIN, form, REMOTE_ADDR=HERE).content.decode()
    for way in ("15 minutes", "a browser that you have signed in with before", "clinic&#x27;s admin"):
        assert way in page
