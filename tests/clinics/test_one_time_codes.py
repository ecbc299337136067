"""A person sets up an authenticator themselves; it counts once confirmed, and recovery codes work once."""

import base64
import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone
from django_otp.oath import TOTP

from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic, Role, User
from clinics.sign_in.models import Authenticator, RecoveryCode
from tests.factories import api_for, make_member
from tests.security.oauth import PASSWORD, can_sign_in, sign_in
from tests.security.test_sign_in import attempt, code

PAGE = "/admin/one-time-codes/"


@pytest.fixture
def person(clinic: Clinic) -> User:
    """A clinician who may sign in."""
    return can_sign_in(make_member(clinic, Role.CLINICIAN).user)


@pytest.fixture
def browser(person: User) -> Client:
    """One in which they are signed in."""
    return sign_in(person)[0]


def shown_code(page: Any) -> str:
    """What an authenticator would show that was given the secret on the page."""
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", page.content.decode())
    assert secret is not None
    clock = TOTP(base64.b32decode(secret[1]))
    clock.time = timezone.now().timestamp()
    return f"{clock.token():06d}"


def enrol(browser: Client) -> list[str]:
    """Set one up; returns the recovery codes."""
    token = shown_code(browser.get(PAGE))
    answer = browser.post(f"{PAGE}confirm/", {"password": PASSWORD, "code": token})
    assert answer.status_code == 200, answer.content
    return list(answer.context["codes"])


def test_it_counts_once_a_code_has_confirmed_it(browser: Client, person: User) -> None:
    page = browser.get(PAGE)
    assert "<svg" in page.content.decode()
    assert sign_in(person)[1].status_code == 302
    assert len(enrol(browser)) == 10
    assert browser.get("/admin/").status_code == 200  # this session goes on: it has shown the code
    assert attempt(person.username, PASSWORD).status_code == 200
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=1)):
        token = code(Authenticator.objects.get(user=person))
        assert attempt(person.username, PASSWORD, otp_token=token).status_code == 302


@pytest.mark.parametrize("wrong", [{"code": "000000"}, {"password": "wrong"}, {"code": ""}, {"password": ""}])
def test_without_password_and_code_nothing_counts(
    browser: Client, person: User, wrong: dict[str, str]
) -> None:
    form = {"password": PASSWORD, "code": shown_code(browser.get(PAGE))} | wrong
    answer = browser.post(f"{PAGE}confirm/", form)
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert not Authenticator.objects.filter(user=person, confirmed=True).exists()
    assert not RecoveryCode.objects.exists()


def test_a_recovery_code_signs_in_once(browser: Client, person: User) -> None:
    codes = enrol(browser)
    typed = codes[0].lower().replace("-", " ")
    other = Client()
    form = {"username": person.username, "password": PASSWORD, "otp_token": typed}
    assert other.post("/admin/login/", form).status_code == 302
    assert other.get("/admin/").status_code == 200
    assert attempt(person.username, PASSWORD, otp_token=codes[0]).status_code == 200
    assert "<strong>9</strong>" in browser.get(PAGE).content.decode()


def test_another_persons_recovery_code_is_none(browser: Client, clinic: Clinic, person: User) -> None:
    codes = enrol(browser)
    other = can_sign_in(make_member(clinic, Role.ADMIN).user)
    enrol(sign_in(other)[0])
    assert attempt(other.username, PASSWORD, otp_token=codes[0]).status_code == 200
    assert attempt(person.username, PASSWORD, otp_token=codes[0]).status_code == 302


def test_the_database_keeps_no_recovery_code(browser: Client) -> None:
    codes = enrol(browser)
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(t::text, ' ') FROM clinics_recoverycode t")
        kept = cursor.fetchone()[0]
    assert not [code for code in codes if code in kept or code.replace("-", "") in kept]


def test_secret_and_codes_are_shown_once_and_not_for_caches(browser: Client, person: User) -> None:
    pages = [browser.get(PAGE)]
    secret = Authenticator.objects.get(user=person)
    codes = enrol(browser)
    pages.append(browser.get(PAGE))
    assert all("no-store" in page["Cache-Control"] for page in pages)
    after = pages[1].content.decode()
    assert base64.b32encode(secret.bin_key).decode() not in after
    assert "<svg" not in after.partition("Recovery codes left")[2]
    assert not [code for code in codes if code in after]


@pytest.mark.parametrize("with_recovery_code", [True, False])
def test_removing_needs_password_and_code(browser: Client, person: User, with_recovery_code: bool) -> None:
    codes = enrol(browser)
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=1)):
        token = codes[0] if with_recovery_code else code(Authenticator.objects.get(user=person))
        wrong = ({"password": "wrong", "code": token}, {"password": PASSWORD, "code": "not-a-code"}, {})
        for form in wrong:
            assert browser.post(f"{PAGE}remove/", form).status_code == 200
            assert Authenticator.objects.filter(user=person, confirmed=True).exists()
        with time_machine.travel(timezone.now() + dt.timedelta(seconds=10)):
            answer = browser.post(f"{PAGE}remove/", {"password": PASSWORD, "code": token})
    assert answer.status_code == 302
    assert not Authenticator.objects.filter(user=person).exists()
    assert not RecoveryCode.objects.filter(user=person).exists()
    assert sign_in(person)[1].status_code == 302


def test_guessing_the_password_there_closes_the_door(browser: Client) -> None:
    token = shown_code(browser.get(PAGE))
    form = {"password": "wrong", "code": token}
    assert [browser.post(f"{PAGE}confirm/", form).status_code for _ in range(5)][-1] == 429
    assert browser.post(f"{PAGE}confirm/", {"password": PASSWORD, "code": token}).status_code == 429


def test_following_a_link_or_a_forged_form_changes_nothing(
    browser: Client, clinic: Clinic, person: User
) -> None:
    enrol(browser)
    assert browser.get(f"{PAGE}remove/").status_code == 405
    forging = Client(enforce_csrf_checks=True)
    forging.cookies = browser.cookies
    form = {"password": PASSWORD, "code": "1", "opened_in": f"{clinic.id}.{person.id}"}
    assert forging.post(f"{PAGE}remove/", form).status_code == 403
    assert Authenticator.objects.filter(user=person, confirmed=True).exists()


def test_nobody_gets_there_without_signing_in(db: None) -> None:
    for answer in (Client().get(PAGE), Client().post(f"{PAGE}confirm/"), Client().post(f"{PAGE}remove/")):
        assert answer["Location"].startswith("/admin/login/")


def test_a_clinic_that_requires_them_sends_its_people_there_first(
    browser: Client, clinic: Clinic, person: User
) -> None:
    api = api_for(clinic)
    tag = api.get("/api/v1/clinic").headers["ETag"]
    changed = api.patch("/api/v1/clinic", {"require_one_time_codes": True}, headers={"if-match": tag})
    assert changed.json()["require_one_time_codes"] is True
    for page in ("/admin/", "/admin/patients/patient/"):
        assert browser.get(page)["Location"] == PAGE
    with clinic_scope(clinic.id):
        client = clinic.api_clients.get().client_id
    assert browser.get("/oauth/authorize/", {"client_id": client})["Location"] == PAGE
    enrol(browser)
    assert browser.get("/admin/patients/patient/").status_code == 200


def test_another_password_takes_the_old_one_and_the_code(browser: Client, person: User) -> None:
    enrol(browser)
    new = {"new_password1": "walks-every-evening-2026", "new_password2": "walks-every-evening-2026"}
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=2), tick=False):
        right = {"old_password": PASSWORD, "code": code(Authenticator.objects.get(user=person))} | new
        for wrong in ({"old_password": ""}, {"old_password": "wrong"}, {"code": ""}, {"code": "000000"}):
            Authenticator.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
            answer = browser.post("/admin/password_change/", right | wrong)
            assert (answer.status_code, list(answer.context["form"].errors)) == (200, list(wrong))
            assert User.objects.get(pk=person.pk).check_password(PASSWORD)
        Authenticator.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
        assert browser.post("/admin/password_change/", right).status_code == 302
    assert User.objects.get(pk=person.pk).check_password(new["new_password1"])
