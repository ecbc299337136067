"""Who has forgotten their password gets a link by mail, once, and still needs their one-time code."""

import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from clinics.identity.models import Clinic, Membership, Role, User
from clinics.sign_in.models import Authenticator
from clinics.sign_in.services.reset_password import Reset, send_due_resets
from tests.factories import make_member
from tests.mail import Postbox
from tests.security.oauth import PASSWORD, can_sign_in
from tests.security.test_sign_in import attempt, code

PAGE = "/admin/password-reset/"
NEW = "walks-every-evening-2026"
CHOSEN = {"new_password1": NEW, "new_password2": NEW}


@pytest.fixture
def person(clinic: Clinic) -> User:
    """A clinician who may sign in."""
    return can_sign_in(make_member(clinic, Role.CLINICIAN).user)


def ask(email: str) -> Any:
    return Client().post(PAGE, {"email": email}, follow=True)


def link_of(person: User) -> str:
    return f"{PAGE}{Reset.of(User.objects.get(pk=person.pk)).sealed()}/"


def test_the_sign_in_leads_there_and_the_mail_back(person: User, postbox: Postbox) -> None:
    assert f'href="{PAGE}"' in Client().get("/admin/login/").content.decode()
    assert Client().get(PAGE).status_code == 200
    ask(person.email.upper())
    assert send_due_resets(now=timezone.now()) == 1
    (mail,) = postbox.messages
    assert mail["To"] == person.email
    text = mail.get_payload(decode=True).decode()  # type: ignore[union-attr]
    found = re.search(r"http://localhost:8000(/admin/password-reset/\S+)", text)
    assert found is not None
    page = Client().get(found[1])
    assert (page.status_code, "no-store" in page["Cache-Control"]) == (200, True)
    assert Client().post(found[1], CHOSEN)["Location"] == "/admin/login/"
    assert attempt(person.username, PASSWORD).status_code == 200
    assert attempt(person.username, NEW).status_code == 302


def test_the_answer_is_the_same_whoever_has_the_address(person: User, clinic: Clinic) -> None:
    gone = can_sign_in(make_member(clinic, Role.CLINICIAN).user)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    pages = [ask(email).content for email in (person.email, "nobody@clinic.example", gone.email)]
    without_tokens = {re.sub(rb'value="[A-Za-z0-9]{64}"', b"", page) for page in pages}
    assert len(without_tokens) == 1
    assert User.objects.filter(password_reset_due_at__isnull=False).get() == person


def test_a_link_works_once_and_for_an_hour(person: User) -> None:
    link = link_of(person)
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=61)):
        assert Client().get(link).status_code == 410
    assert Client().post(link, CHOSEN).status_code == 302
    for answer in (Client().get(link), Client().post(link, CHOSEN)):
        assert answer.status_code == 410


def test_two_links_are_good_for_one_use_together(person: User) -> None:
    first, second = link_of(person), link_of(person)
    assert Client().post(second, CHOSEN).status_code == 302
    assert Client().post(first, CHOSEN).status_code == 410


@pytest.mark.parametrize("forged", ["x", "WyJhIiwiYiJd:1abc:forged"])
def test_a_forged_link_is_over_too(db: None, forged: str) -> None:
    assert Client().post(f"{PAGE}{forged}/", CHOSEN).status_code == 410


def test_a_weak_password_is_refused(person: User) -> None:
    link = link_of(person)
    assert Client().post(link, {"new_password1": "short", "new_password2": "short"}).status_code == 200
    assert attempt(person.username, PASSWORD).status_code == 302


def test_the_one_time_code_is_still_asked_for(person: User) -> None:
    device = Authenticator.objects.create(user=person, name="authenticator")
    assert Client().post(link_of(person), CHOSEN).status_code == 302
    assert attempt(person.username, NEW).status_code == 200
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=2)):
        token = code(Authenticator.objects.get(pk=device.pk))
        assert attempt(person.username, NEW, otp_token=token).status_code == 302


def test_a_new_password_opens_a_door_that_was_locked(person: User) -> None:
    statuses = [attempt(person.username, "forgotten").status_code for _ in range(5)]
    assert statuses[-1] == 429
    assert Client().post(link_of(person), CHOSEN).status_code == 302
    assert attempt(person.username, NEW).status_code == 302


def test_a_mail_that_did_not_leave_is_tried_again_for_an_hour(person: User, postbox: Postbox) -> None:
    ask(person.email)
    postbox.refuse = lambda _: "451 later"
    now = timezone.now()
    assert send_due_resets(now=now) == 0
    postbox.refuse = lambda _: None
    assert send_due_resets(now=now + dt.timedelta(minutes=2)) == 1
    assert send_due_resets(now=now + dt.timedelta(minutes=4)) == 0


def test_who_was_invited_and_never_accepted_follows_the_invitation(clinic: Clinic, postbox: Postbox) -> None:
    invited: Membership = make_member(clinic, Role.CLINICIAN, accepted=False)
    ask(invited.user.email)
    assert send_due_resets(now=timezone.now()) == 0
