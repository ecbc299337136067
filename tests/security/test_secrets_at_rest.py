"""Whoever reads the database, or a dump of it, holds no secret with which a door opens."""

import base64
import re
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import Grant
from rest_framework.test import APIClient

from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import ApiClient, Clinic, Role, User
from clinics.identity.sessions import SessionStore
from clinics.members.services.invitations import Invitation
from clinics.sign_in.models import Authenticator
from clinics.sign_in.services.reset_password import send_due_resets
from tests.factories import assessment_body, make_member, make_patient
from tests.mail import Postbox
from tests.security.dump import every_row, spellings, tables_holding
from tests.security.oauth import (
    PASSWORD,
    allow,
    authorization,
    can_sign_in,
    redeem,
    register,
    sign_in,
)
from tests.security.test_sign_in import code

CODES = "/admin/one-time-codes/"
NEW_PASSWORD = "walks-every-evening-2026"


@pytest.fixture
def person(clinic: Clinic) -> User:
    """An admin who may sign in."""
    return can_sign_in(make_member(clinic, Role.ADMIN).user)


def enrolled(browser: Client) -> dict[str, str]:
    """Set up an authenticator; returns its seed in two spellings, the code typed, and recovery codes."""
    page = browser.get(CODES).content.decode()
    found = re.search(r"<code>([A-Z2-7]{32})</code>", page)
    assert found is not None
    seed = base64.b32decode(found[1])
    device = Authenticator.objects.get(confirmed=False)
    answer = browser.post(f"{CODES}confirm/", {"password": PASSWORD, "code": code(device)})
    assert answer.status_code == 200
    recovery = {f"recovery code {place}": one for place, one in enumerate(answer.context["codes"])}
    return {"seed": found[1], "seed in hex": seed.hex()} | recovery


def authorized(browser: Client, clinic: Clinic) -> dict[str, str]:
    """Allow two codes and redeem one; returns what was used."""
    app = register(clinic, ApiClient.GRANT_AUTHORIZATION_CODE)
    parameters, verifier = authorization(app)
    waiting = allow(browser, parameters)["code"]
    used = allow(browser, parameters)["code"]
    tokens = redeem(app, used, verifier).json()
    assert Grant.objects.count() == 1, "one is waiting to be redeemed"
    return {
        "code": waiting,
        "used code": used,
        "access token": tokens["access_token"],
        "refresh token": tokens["refresh_token"],
    }


def rotated(api: APIClient) -> dict[str, str]:
    """Register software, rotate its secret, add a receiver of webhooks and rotate its key."""
    body = {
        "name": "Practice system",
        "grant_type": "client_credentials",
        "redirect_uris": [],
        "scopes": ["patients:read"],
        "acts_for": None,
    }
    made = api.post("/api/v1/clinic/clients", body).json()
    again = api.post(f"/api/v1/clinic/clients/{made['id']}/rotate-secret").json()
    hook = {"url": "https://receiver.example/events", "events": []}
    receiver = api.post("/api/v1/webhook-endpoints", hook).json()
    another = api.post(f"/api/v1/webhook-endpoints/{receiver['id']}/rotate-secret").json()
    return {
        "client secret": made["client_secret"],
        "new client secret": again["client_secret"],
        "webhook secret": receiver["secret"],
        "new webhook secret": another["secret"],
    }


def invited(api: APIClient, clinic: Clinic) -> dict[str, str]:
    """Invite somebody; returns the secret part of the link."""
    kim = {"email": "kim@clinic.example", "name": "Kim New", "role": "clinician"}
    member_id = api.post("/api/v1/clinic/members", kim).json()["id"]
    with clinic_scope(clinic.id):
        member = clinic.members.select_related("user").get(id=member_id)
    return {"invitation": Invitation.of(member).sealed()}


def reset_by_mail(person: User, postbox: Postbox) -> dict[str, str]:
    """Ask for another password, get the mail, and choose one; returns the secret part of the link."""
    Client().post("/admin/password-reset/", {"email": person.email})
    assert send_due_resets(now=timezone.now()) == 1
    text = postbox.messages[-1].get_payload(decode=True).decode()  # type: ignore[union-attr]
    found = re.search(r"/admin/password-reset/(\S+)/", text)
    assert found is not None
    chosen = {"new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
    assert Client().post(found[0], chosen).status_code == 302
    return {"reset link": found[1], "new password": NEW_PASSWORD}


def checked_in(api: APIClient, clinic: Clinic) -> dict[str, str]:
    """Have a runner's link made, twice under one key, and follow it; returns its secret part."""
    api.post("/api/v1/assessments", assessment_body(make_patient(clinic)))
    (due, *_) = [
        row for row in api.get("/api/v1/follow-ups").json()["results"] if row["state"] == "scheduled"
    ]
    address, key = f"/api/v1/follow-ups/{due['id']}/check-in-link", {"idempotency-key": "a-link-once"}
    made = [api.post(address, {}, headers=key).json()["url"] for _ in range(2)]
    assert made[1] is None, "it is shown once"
    token = str(made[0]).rpartition("/")[2]
    assert Client().get(f"/check-in/{token}").status_code == 200
    Client().post(f"/check-in/{token}", {"nothing": "answered"})
    return {"check-in link": token, "check-in token": token.partition(".")[0]}


def on_call_service(api: APIClient) -> dict[str, str]:
    """Add one whose address is a secret, and test it, in vain; returns address and key."""
    secret = "a-token-in-the-path-2026"
    body = {"name": "Night desk", "kind": "webhook", "url": f"https://desk.invalid/{secret}"}
    made = api.post("/api/v1/clinic/on-call-services", body)
    assert made.status_code == 201, made.json()
    tested = api.post(f"/api/v1/clinic/on-call-services/{made.json()['id']}/test")
    assert tested.status_code == 200, tested.json()
    return {"on-call address": secret, "on-call key": made.json()["signing_key"]}


@pytest.fixture
def used(person: User, api: APIClient, clinic: Clinic, postbox: Postbox) -> dict[str, str]:
    """Every secret that was used, by what it is."""
    browser = sign_in(person)[0]
    secrets = {"password": PASSWORD, **enrolled(browser)}
    secrets |= authorized(browser, clinic) | rotated(api) | invited(api, clinic)
    secrets |= checked_in(api, clinic) | on_call_service(api)
    secrets["session key"] = browser.cookies["sessionid"].value
    secrets["known browser"] = browser.cookies["known_browser"].value
    # Typed wrongly, and typed where it doesn't belong.
    wrong = {"password": "mistyped-password-2026", "code": "314159"}
    browser.post(f"{CODES}remove/", wrong)
    Client().post("/admin/login/", {"username": "a-password-typed-as-a-name", "password": "x"})
    secrets |= {"mistyped password": wrong["password"], "code typed": wrong["code"]}
    return secrets | reset_by_mail(person, postbox)


def test_no_secret_that_was_used_is_in_any_table(used: dict[str, str]) -> None:
    rows = list(every_row())
    assert len({table for table, _ in rows}) > 10, "the dump holds something"
    found = {
        (what, table)
        for what, secret in used.items()
        for table, row in rows
        if any(one in row for one in spellings(secret))
    }
    assert found == set()


def test_the_search_would_find_one(person: User) -> None:
    assert tables_holding(person.email) >= {"clinics_user"}
    assert tables_holding("nowhere in any table") == set()


def test_what_the_database_keeps_of_a_session_opens_none(person: User) -> None:
    browser = sign_in(person)[0]
    key = browser.cookies["sessionid"].value
    (kept,) = SessionStore.get_model_class().objects.values_list("session_key", flat=True)
    assert kept != key
    assert SessionStore().exists(key)
    thief = Client()
    thief.cookies["sessionid"] = kept
    assert thief.get("/admin/").status_code == 302
    assert browser.get("/admin/").status_code == 200


def test_what_the_database_keeps_of_a_code_is_no_code(person: User, clinic: Clinic) -> None:
    app = register(clinic, ApiClient.GRANT_AUTHORIZATION_CODE)
    parameters, verifier = authorization(app)
    code = allow(sign_in(person)[0], parameters)["code"]
    assert redeem(app, Grant.objects.get().code, verifier).status_code == 400
    assert redeem(app, code, verifier).status_code == 200


def test_the_second_factor_outlives_an_exchange_of_keys(person: User, settings: Any) -> None:
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    settings.ENCRYPTION_KEYS = [old]
    device = Authenticator.objects.create(user=person, name="authenticator")
    seed = device.bin_key
    settings.ENCRYPTION_KEYS = [new, old]
    call_command("rotate_encryption_keys")
    settings.ENCRYPTION_KEYS = [new]
    assert Authenticator.objects.get(pk=device.pk).bin_key == seed


def test_a_second_factor_that_no_key_reads_is_named_and_lets_nobody_in(person: User, settings: Any) -> None:
    Authenticator.objects.create(user=person, name="authenticator")
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(CommandError, match=str(person.id)):
        call_command("rotate_encryption_keys")
    form = {"username": person.username, "password": PASSWORD, "otp_token": "000000"}
    assert Client().post("/admin/login/", form).status_code == 200
