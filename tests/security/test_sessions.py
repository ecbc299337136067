"""Sessions are begun by signing in and ended by a form; a page that is loaded does neither."""

from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.auth.hashers import BasePasswordHasher, get_hasher
from django.contrib.sessions.models import Session
from django.test import Client

from clinics.identity.models import Clinic, Role, User
from clinics.identity.sessions import SessionStore
from tests.factories import make_member
from tests.security.oauth import PASSWORD, can_sign_in, sign_in

LOGIN = "/admin/login/"


@pytest.fixture
def person(clinic: Clinic) -> User:
    """A clinician who may sign in."""
    return can_sign_in(make_member(clinic, Role.CLINICIAN).user)


def signs_in(browser: Client, person: User) -> str:
    """The key of the session that it leads to."""
    answer = browser.post(LOGIN, {"username": person.username, "password": PASSWORD})
    assert answer.status_code == 302
    assert browser.get("/admin/").status_code == 200
    return browser.cookies["sessionid"].value


def opens(key: str) -> bool:
    """Whether another browser with this key is somebody."""
    thief = Client()
    thief.cookies["sessionid"] = key
    return bool(thief.get("/admin/").status_code == 200)


def test_a_key_that_was_made_up_is_never_anybodys_session(person: User) -> None:
    """Planted in the browser of somebody who then signs in."""
    browser, planted = Client(), "k" * 32
    browser.cookies["sessionid"] = planted
    assert browser.get(LOGIN).status_code == 200
    assert signs_in(browser, person) != planted
    assert not opens(planted)


def test_a_key_of_a_real_session_is_not_taken_on(person: User) -> None:
    """A session that the thief's own browser was given before anybody signed in."""
    store = SessionStore()
    store["seen"] = "the sign-in page"
    store.save()
    planted = str(store.session_key)
    browser = Client()
    browser.cookies["sessionid"] = planted
    assert signs_in(browser, person) != planted
    assert not opens(planted)
    assert not SessionStore().exists(planted)


def test_who_signs_in_over_anothers_session_takes_on_nothing_of_it(clinic: Clinic, person: User) -> None:
    colleague = can_sign_in(make_member(clinic, Role.ADMIN).user)
    browser = sign_in(colleague)[0]
    theirs = browser.cookies["sessionid"].value
    session = browser.session
    session["left"] = "by the colleague"
    session.save()
    mine = signs_in(browser, person)
    assert mine != theirs
    assert not opens(theirs)
    assert "left" not in browser.session


@pytest.mark.parametrize("method", ["get", "head", "options"])
@pytest.mark.parametrize("page", ["/admin/logout/", "/admin/sign-out-everywhere/"])
def test_a_link_signs_nobody_out(person: User, page: str, method: str) -> None:
    browser = sign_in(person)[0]
    key, kept = browser.cookies["sessionid"].value, Session.objects.count()
    known_since = User.objects.get(pk=person.pk).browsers_known_since
    answer: Any = getattr(browser, method)(page)
    assert answer.status_code in {200, 302, 405}
    assert browser.cookies["sessionid"].value == key
    assert (Session.objects.count(), opens(key)) == (kept, True)
    assert User.objects.get(pk=person.pk).browsers_known_since == known_since


class Counted:
    """Counts how often a password is hashed, and hashes it."""

    def __init__(self, hasher: BasePasswordHasher) -> None:
        self.encode, self.times = hasher.encode, 0

    def __call__(self, *args: Any, **kwargs: Any) -> str:
        self.times += 1
        return str(self.encode(*args, **kwargs))


def hashes_for(**form: str) -> int:
    """How many passwords are hashed for one try to sign in."""
    hasher = get_hasher()
    counted = Counted(hasher)
    with patch.object(hasher, "encode", counted):
        assert Client().post(LOGIN, form).status_code == 200
    return counted.times


def test_a_name_that_nobody_has_costs_what_a_wrong_password_costs(clinic: Clinic, person: User) -> None:
    """And so does the name of somebody who was shut out, of one without a password, and a missing code."""
    gone = can_sign_in(make_member(clinic, Role.CLINICIAN).user)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    invited = make_member(clinic, Role.CLINICIAN).user
    invited.set_unusable_password()
    invited.save()
    cost = hashes_for(username=person.username, password="wrong")
    assert cost == 1
    assert hashes_for(username="nobody", password="wrong") == cost
    assert hashes_for(username=gone.username, password="wrong") == cost
    assert hashes_for(username=gone.username, password=PASSWORD) == cost
    assert hashes_for(username=invited.username, password="wrong") == cost
