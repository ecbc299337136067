"""The dashboard's door: who guesses is shut out, who set up a code must give it, and cookies stay here."""

import datetime as dt
import logging
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from django_otp.oath import TOTP
from rest_framework.test import APIClient

from clinics.identity.models import Clinic, Role, User
from clinics.sign_in.models import Authenticator
from tests.factories import make_member
from tests.security.oauth import PASSWORD, can_sign_in, sign_in

LOGIN = "/admin/login/"


@pytest.fixture
def person(clinic: Clinic) -> User:
    """A clinician who may sign in."""
    return can_sign_in(make_member(clinic, Role.CLINICIAN).user)


def attempt(username: str, password: str, **more: str) -> Any:
    return Client().post(LOGIN, {"username": username, "password": password, **more})


def enrol(user: User) -> Authenticator:
    """As the operator does it."""
    call_command("enrol_authenticator", user.username, stdout=StringIO())
    return Authenticator.objects.get(user=user)


def code(device: Authenticator) -> str:
    """What the person's authenticator shows now."""
    clock = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)
    clock.time = timezone.now().timestamp()
    return f"{clock.token():06d}"


def test_five_wrong_passwords_close_the_door_to_the_right_one(person: User) -> None:
    for _ in range(4):
        assert attempt(person.username, "wrong").status_code == 200
    assert attempt(person.username, "wrong").status_code == 429
    assert attempt(person.username, PASSWORD).status_code == 429


def wide(name: str) -> str:
    """The name in letters of double width, as keyboards of East Asia write them."""
    return "".join(chr(ord(letter) + 0xFEE0) if letter.isalpha() else letter for letter in name)


@pytest.mark.parametrize("spelled", [str.upper, str.title, " {} ".format, wide])
def test_a_name_is_the_same_in_capitals_wherever_it_is_typed(person: User, spelled: Any) -> None:
    """At the sign-in, with and without a code, and in the operator's commands; wide letters are letters."""
    typed = spelled(person.username)
    assert attempt(typed, PASSWORD).status_code == 302
    for _ in range(5):
        attempt(person.username, "wrong")
    assert attempt(typed, PASSWORD).status_code == 429
    call_command("unlock", typed, stdout=StringIO())
    call_command("enrol_authenticator", typed, stdout=StringIO())
    device = Authenticator.objects.get(user=person)
    assert attempt(typed, PASSWORD, otp_token=code(device)).status_code == 302


def test_a_browser_is_known_by_the_person_in_any_spelling(person: User) -> None:
    """Guesses lock no known browser out, however it spells the name; its own count as those of one name."""
    browser = Client()
    form = {"username": person.username.upper(), "password": PASSWORD}
    assert browser.post(LOGIN, form).status_code == 302
    browser.post("/admin/logout/")
    for _ in range(5):
        attempt(person.username, "wrong")
    assert browser.post(LOGIN, {**form, "username": person.username.title()}).status_code == 302
    browser.post("/admin/logout/")
    spellings = (str.upper, str.lower, str.title, str.swapcase, str.capitalize)
    answers = [
        browser.post(LOGIN, {**form, "username": one(person.username), "password": "x"}) for one in spellings
    ]
    assert answers[-1].status_code == 429


def test_no_two_people_differ_by_capitals(api: APIClient, clinic: Clinic) -> None:
    """Neither by an invitation, nor made by hand, nor by a row that is written past the model."""
    body = {"email": "Kim@Clinic.Example", "name": "Kim", "role": "clinician"}
    assert api.post("/api/v1/clinic/members", body).status_code == 201
    again = api.post("/api/v1/clinic/members", {**body, "email": "KIM@clinic.example"})
    assert again.status_code == 409
    made = User.objects.create_user("JO")
    assert made.username == "jo"
    for make in (
        lambda: User.objects.create_user("Jo"),
        lambda: User.objects.create(username="JO"),
        lambda: User.objects.filter(pk=made.pk).update(username="Jo"),
        lambda: User.objects.create(username="another", email="KIM@CLINIC.EXAMPLE"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            make()


def test_the_door_opens_again_though_somebody_goes_on_guessing(person: User) -> None:
    for _ in range(5):
        attempt(person.username, "wrong")
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=10)):
        assert attempt(person.username, "wrong").status_code == 429
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=15, seconds=1)):
        assert attempt(person.username, PASSWORD).status_code == 302


def test_a_name_that_nobody_has_is_answered_alike(person: User) -> None:
    """Neither the page of a wrong password nor that of the lock says whether the person exists."""
    known = [attempt(person.username, "wrong") for _ in range(6)]
    unknown = [attempt("nobody", "wrong") for _ in range(6)]
    assert [answer.status_code for answer in known] == [answer.status_code for answer in unknown]
    assert known[5].content == unknown[5].content
    assert person.username.encode() not in known[5].content
    assert known[5]["Retry-After"] == "900"


def test_one_persons_lock_is_nobody_elses(clinic: Clinic, person: User) -> None:
    colleague = can_sign_in(make_member(clinic, Role.ADMIN).user)
    for _ in range(5):
        attempt(person.username, "wrong")
    assert attempt(colleague.username, PASSWORD).status_code == 302


def test_a_right_password_forgets_the_wrong_ones(person: User) -> None:
    for _ in range(2):
        for _ in range(4):
            attempt(person.username, "wrong")
        assert attempt(person.username, PASSWORD).status_code == 302


def test_a_failed_sign_in_is_not_logged_with_what_was_typed(
    person: User, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("axes").setLevel(logging.CRITICAL)
        for _ in range(6):
            attempt("typed-here-by-mistake", "wrong")
    assert "typed-here-by-mistake" not in caplog.text


def test_without_an_authenticator_the_password_is_enough(person: User) -> None:
    browser, answer = sign_in(person)
    assert answer.status_code == 302
    assert browser.get("/admin/").status_code == 200


def test_with_one_the_code_is_needed_once(person: User) -> None:
    device = enrol(person)
    assert attempt(person.username, PASSWORD).status_code == 200
    assert attempt(person.username, PASSWORD, otp_token="000000").status_code == 200
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=1)):  # the device waits after a wrong code
        browser, token = Client(), code(device)
        form = {"username": person.username, "password": PASSWORD, "otp_token": token}
        assert browser.post(LOGIN, form).status_code == 302
        assert browser.get("/admin/").status_code == 200
        assert Client().post(LOGIN, form).status_code == 200  # the same code again


def test_a_missing_code_says_no_more_than_a_wrong_password(person: User) -> None:
    enrol(person)
    told = [attempt(person.username, password).context["form"].errors for password in (PASSWORD, "wrong")]
    assert told[0] == told[1]


def test_guessing_codes_closes_the_door_too(person: User) -> None:
    enrol(person)
    answers = [attempt(person.username, PASSWORD, otp_token="000000").status_code for _ in range(5)]
    assert answers == [200] * 4 + [429]


def test_a_session_without_the_code_ends_when_an_authenticator_is_set_up(person: User) -> None:
    browser, _ = sign_in(person)
    assert browser.get("/admin/").status_code == 200
    enrol(person)
    for page in ("/admin/", "/oauth/authorize/"):
        assert browser.get(page).status_code == 302
    assert browser.get("/admin/")["Location"].startswith(LOGIN)


def test_another_persons_code_is_no_code(clinic: Clinic, person: User) -> None:
    enrol(person)
    other = enrol(can_sign_in(make_member(clinic, Role.ADMIN).user))
    assert attempt(person.username, PASSWORD, otp_token=code(other)).status_code == 200


def test_an_authenticator_is_not_replaced_by_accident(person: User) -> None:
    device = enrol(person)
    with pytest.raises(CommandError, match="--replace"):
        call_command("enrol_authenticator", person.username)
    said = StringIO()
    call_command("enrol_authenticator", person.username, "--replace", stdout=said)
    assert said.getvalue().startswith("otpauth://totp/Return")
    assert not Authenticator.objects.filter(pk=device.pk).exists()
    with pytest.raises(CommandError, match="no such person"):
        call_command("enrol_authenticator", "nobody")


def test_the_session_cookie_stays_with_this_site(person: User, settings: Any) -> None:
    assert not django_settings.SESSION_COOKIE_SECURE  # the tests speak plain HTTP, as the demo does
    settings.SESSION_COOKIE_SECURE = True
    browser, _ = sign_in(person)
    cookie = browser.cookies["sessionid"]
    assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Lax")


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/"])
def test_signing_in_leads_nowhere_else(person: User, elsewhere: str) -> None:
    _, answer = sign_in(person, next_page=elsewhere)
    assert answer["Location"] == "/admin/"


@pytest.mark.parametrize(
    ("page", "scripts"),
    [("/admin/login/", "'self' 'unsafe-eval'"), ("/api/docs", None), ("/oauth/authorize/", None)],
)
def test_every_page_says_that_it_loads_nothing_from_elsewhere(
    db: None, page: str, scripts: str | None
) -> None:
    policy = dict(
        part.strip().partition(" ")[::2] for part in Client().get(page)["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == policy.get("img-src", "").replace(" data:", "") == "'self'"
    assert policy.get("script-src") == scripts
    assert policy.get("form-action") == (None if page == "/oauth/authorize/" else "'self'")
    assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == "'none'"
