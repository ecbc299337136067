"""Every page that asks for a secret locks after five wrong ones; pages are found, not listed."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone

from clinics.checks.routes import routes
from clinics.identity.models import Clinic, Role, User
from clinics.sign_in.models import Authenticator
from clinics.sign_in.services.one_time_codes import confirm_authenticator, pending_authenticator
from tests.factories import make_member
from tests.security.oauth import PASSWORD, can_sign_in
from tests.security.test_sign_in import code

#: What a browser is told that a field holds: a secret that the person has already.
SECRETS = {"current-password", "one-time-code"}
#: Pages that ask for one, as the search must find them at least.
KNOWN = {"/admin/login/", "/admin/password_change/", "/admin/one-time-codes/"}


@dataclass(frozen=True)
class Asked:
    """A form that asks for secrets: where it goes, and its fields with what they are said to hold."""

    page: str
    action: str
    fields: tuple[tuple[str, str, str], ...]

    def filled(self, secrets: dict[str, str], person: User) -> dict[str, str]:
        """The form as somebody sends it; a new password is another one."""
        said = {**secrets, "username": person.username, "new-password": "walks-every-evening-2026"}
        return {name: said.get(holds, value) for name, holds, value in self.fields}


class Forms(HTMLParser):
    """The forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, list[tuple[str, str, str]]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append((said.get("action", ""), []))
        elif tag == "input" and self.found and said.get("name"):
            holds = said.get("autocomplete", "") or said.get("type", "")
            self.found[-1][1].append((said["name"], holds, said.get("value", "")))


def pages() -> list[str]:
    """Every address of the dashboard and of the authorization server that needs no id."""
    found = {f"/{route.path}" for route in routes() if route.path.startswith(("admin/", "oauth/"))}
    plain = {re.sub(r"^\^|\$$", "", page) for page in found}
    return sorted(page for page in plain if not re.search(r"[<(\\]", page))


def asked_on(browser: Client, page: str) -> Iterator[Asked]:
    answer = browser.get(page)
    if answer.status_code != 200 or "text/html" not in answer["Content-Type"]:
        return
    reader = Forms()
    reader.feed(answer.content.decode())
    for action, fields in reader.found:
        if any(holds in SECRETS or holds == "password" for _, holds, _ in fields):
            yield Asked(page, action or page, tuple(fields))


@pytest.fixture
def person(clinic: Clinic) -> User:
    """An admin, who sees every page."""
    return can_sign_in(make_member(clinic, Role.ADMIN).user)


def with_authenticator(person: User) -> Authenticator:
    device = pending_authenticator(person)
    confirm_authenticator(user=person, code=code(device), now=timezone.now())
    return Authenticator.objects.get(user=person)


def browser_of(person: User, device: Authenticator | None) -> Client:
    browser = Client()
    browser.force_login(person)
    if device is not None:
        session = browser.session
        session["otp_device_id"] = device.persistent_id
        session.save()
    return browser


def every_form(person: User, device: Authenticator | None) -> list[Asked]:
    """Of a stranger and of the person signed in."""
    browsers = (Client(), browser_of(person, device))
    found = [one for browser in browsers for page in pages() for one in asked_on(browser, page)]
    return list({one.page: one for one in found}.values())


def right(device: Authenticator | None) -> dict[str, str]:
    secrets = {"current-password": PASSWORD, "password": PASSWORD}
    return secrets | ({"one-time-code": code(device)} if device else {})


@pytest.mark.parametrize("enrolled", [False, True], ids=["password", "password-and-code"])
def test_five_wrong_secrets_close_every_page_that_asks_for_one(person: User, enrolled: bool) -> None:
    device = with_authenticator(person) if enrolled else None
    forms = every_form(person, device)
    assert {form.page for form in forms} >= KNOWN
    for place, form in enumerate(forms):
        held = [holds for _, holds, _ in form.fields if holds in SECRETS]
        assert held, f"{form.page} doesn't tell browsers what its secret is"
        for wrong in held if enrolled else ["current-password"]:
            # Each in an hour of its own: the lock of the one before is over, and codes are new.
            with time_machine.travel(timezone.now() + dt.timedelta(hours=1 + place), tick=False):
                assert_locks(person, device, form, wrong)


def assert_locks(person: User, device: Authenticator | None, form: Asked, wrong: str) -> None:
    """Five with one wrong secret, the others right, end in 429; so does the right form afterwards."""
    Authenticator.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    browser = Client() if form.page == settings_login() else browser_of(person, device)
    statuses = []
    for attempt in range(5):
        # The authenticator itself makes who guesses wait; the lock must not depend on that.
        Authenticator.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None, last_t=-1)
        secrets = right(device) | {wrong: f"00000{attempt}"}
        statuses.append(browser.post(form.action, form.filled(secrets, person)).status_code)
    assert statuses[-1] == 429, f"{form.page} after five of {wrong}: {statuses}"
    assert 302 not in statuses
    again = browser.post(form.action, form.filled(right(device), person))
    assert again.status_code == 429, f"{form.page} takes the right {wrong} when it is locked"


def settings_login() -> str:
    return "/admin/login/"


def test_whatever_such_a_page_is_sent_is_kept_out_of_the_records(person: User) -> None:
    forms = every_form(person, None) + every_form(person, with_authenticator(person))
    typed = {
        name
        for form in forms
        for name, holds, _ in form.fields
        if holds in SECRETS | {"new-password", "password", "username"}
    }
    assert typed
    assert typed <= set(settings.AXES_SENSITIVE_PARAMETERS)


def test_the_search_knows_the_dashboards_addresses() -> None:
    assert set(pages()) >= KNOWN
