"""What each event ends, credential by credential: every cell of the table is run."""

import ast
import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from django_otp import DEVICE_ID_SESSION_KEY
from oauth2_provider.models import AccessToken, Grant, RefreshToken
from rest_framework.test import APIClient

from backend.platform.storage.tenancy import clinic_scope
from clinics.identity import end_access
from clinics.identity.models import ApiClient, Clinic, Membership, Role, User
from clinics.members.services.invitations import Invitation
from clinics.sign_in.models import Authenticator
from clinics.sign_in.services.one_time_codes import _new_recovery_codes, pending_authenticator
from clinics.sign_in.services.reset_password import Reset
from tests.factories import api_for, assessment_body, make_member, make_patient, make_token
from tests.security.oauth import (
    PASSWORD,
    SECRET,
    allow,
    ask_token,
    authorization,
    can_sign_in,
    redeem,
    register,
    sign_in,
)
from tests.security.signing import key_set, new_key
from tests.security.test_sign_in import code

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("assessments", "backend", "clinics", "patients")
KEYS = json.loads(key_set(new_key()))
NEW_PASSWORD = "walks-every-evening-2026"

#: Credentials, in the order of the table's columns.
CREDENTIALS = (
    "this session",  # in which the event happens, where it happens in one
    "other session",
    "access token",  # of the person, by the clinic's app
    "refresh token",
    "code",  # allowed and not redeemed yet
    "other app",  # the person's access token by another app of the clinic
    "software",  # a token of the clinic's software
    "other person",  # a colleague's session
    "check-in link",  # a runner's
    "invitation",  # of the person, to another clinic
    "reset link",  # the person's, by which another password is chosen
)

#: What must happen: ``+`` it goes on, ``-`` it has ended.
EXPECTED = {
    # event                      this other access refresh code app2 soft colleague link invitation reset
    "password changed":         "+     -     -      -      -    -    +    +         +    +          -",
    "password changed by the operator": "- - -      -      -    -    +    +         +    +          -",
    "password reset by mail":   "-     -     -      -      -    -    +    +         +    +          -",
    "authenticator set up":     "+     -     -      -      -    -    +    +         +    +          +",
    "authenticator removed":    "+     -     -      -      -    -    +    +         +    +          +",
    "authenticator set up by the operator": "- - -  -      -    -    +    +         +    +          +",
    "signed out everywhere":    "-     -     -      -      -    -    +    +         +    +          +",
    "signed out here":          "-     +     +      +      +    +    +    +         +    +          +",
    "role changed":             "+     +     +      +      +    +    +    +         +    +          +",
    "let go":                   "-     -     -      -      -    -    +    +         +    +          +",
    "let go and taken back":    "-     -     -      -      -    -    +    +         +    +          +",
    "app's secret rotated":     "+     +     -      -      -    +    +    +         +    +          +",
    "app's secret exchanged without ending tokens": "+ + + +  +  + +   +         +    +          +",
    "app revoked":              "+     +     -      -      -    +    +    +         +    +          +",
    "software's secret rotated": "+    +     +      +      +    +    -    +         +    +          +",
    "software switched to keys": "+    +     +      +      +    +    -    +         +    +          +",
    "software revoked":         "+     +     +      +      +    +    -    +         +    +          +",
    "code used twice":          "+     +     -      -      +    +    +    +         +    +          +",
    "invitation taken back":    "+     +     +      +      +    +    +    +         +    -          +",
    "check-in link revoked":    "+     +     +      +      +    +    +    +         -    +          +",
    "recovery code used":       "+     +     +      +      +    +    +    +         +    +          +",
    "refresh token used twice": "+     +     -      -      +    +    +    +         +    +          +",
    "links followed by a mail server": "+ +   +      +      +    +    +    +         +    +          +",
    "person deactivated":       "-     -     -      -      -    -    +    +         +    -          -",
    "person deactivated and taken back": "- - -     -      -    -    +    +         +    +          +",
    "person deactivated in the database": "- - -    -      -    -    +    +         +    -          -",
}  # fmt: skip


@dataclass
class World:
    """A person with every credential, the software around them, and an admin's API."""

    api: APIClient
    member: Membership
    person: User
    app: ApiClient
    software: ApiClient
    this: Client
    other: Client
    colleague: Client
    tokens: dict[str, str]
    software_token: str
    second_app: str
    used: tuple[str, str]
    waiting: tuple[str, str]
    follow_up: str
    link: str
    invitation: str
    reset_link: str
    elsewhere: APIClient
    invited: str
    secret: str = SECRET

    def alive(self) -> dict[str, bool]:
        """Whether each credential opens its door now; those with one use come last."""
        signed_in = [browser.get("/admin/").status_code for browser in (self.this, self.other)]
        return dict(
            zip(
                CREDENTIALS,
                [
                    *(status == 200 for status in signed_in),
                    opens(self.tokens["access_token"]),
                    self._refreshes(),
                    redeem_with(self.app, self.secret, *self.waiting) == 200,
                    opens(self.second_app),
                    opens(self.software_token),
                    self.colleague.get("/admin/").status_code == 200,
                    Client().get(self.link).status_code == 200,
                    Client().get(self.invitation).status_code == 200,
                    Client().get(self.reset_link).status_code == 200,
                ],
                strict=True,
            )
        )

    def _refreshes(self) -> bool:
        form = {"grant_type": "refresh_token", "refresh_token": self.tokens["refresh_token"]}
        return bool(ask_token(self.app, secret=self.secret, **form).status_code == 200)


def opens(token: str) -> bool:
    """Whether a token is taken; a role that may read no clinic is still somebody."""
    caller = APIClient(headers={"Authorization": f"Bearer {token}"})
    return caller.get("/api/v1/clinic").status_code in {200, 403}


def redeem_with(app: ApiClient, secret: str, code: str, verifier: str) -> int:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": app.redirect_uris}
    answer = ask_token(app, secret=secret, **form, code_verifier=verifier)
    return int(answer.status_code)


def allowed(browser: Client, app: ApiClient) -> tuple[str, str]:
    parameters, verifier = authorization(app)
    return allow(browser, parameters)["code"], verifier


@pytest.fixture
def world(clinic: Clinic, other_clinic: Clinic) -> World:
    api = api_for(clinic)
    member = make_member(clinic, Role.CLINICIAN)
    person = can_sign_in(member.user)
    this, other = sign_in(person)[0], sign_in(person)[0]
    app, second = (register(clinic, ApiClient.GRANT_AUTHORIZATION_CODE) for _ in range(2))
    software = register(clinic, ApiClient.GRANT_CLIENT_CREDENTIALS, redirect_uris="")
    used = allowed(this, app)
    by_itself = ask_token(software, grant_type="client_credentials").json()["access_token"]
    api.post("/api/v1/assessments", assessment_body(make_patient(clinic)))
    due = next(row for row in api.get("/api/v1/follow-ups").json()["results"] if row["state"] == "scheduled")
    link = api.post(f"/api/v1/follow-ups/{due['id']}/check-in-link", {}).json()["url"]
    elsewhere = api_for(other_clinic)
    body = {"email": person.email, "name": "Kim", "role": "clinician"}
    invited = elsewhere.post("/api/v1/clinic/members", body).json()["id"]
    with clinic_scope(other_clinic.id):
        sealed = Invitation.of(Membership.objects.select_related("user").get(id=invited)).sealed()
    return World(
        api=api,
        member=member,
        person=person,
        app=app,
        software=software,
        this=this,
        other=other,
        colleague=sign_in(can_sign_in(make_member(clinic, Role.ADMIN).user))[0],
        tokens=redeem(app, *used).json(),
        software_token=by_itself,
        second_app=redeem(second, *allowed(this, second)).json()["access_token"],
        used=used,
        waiting=allowed(this, app),
        follow_up=due["id"],
        link="/" + link.split("/", 3)[3],
        invitation=f"/admin/invitation/{sealed}/",
        reset_link=f"/admin/password-reset/{Reset.of(User.objects.get(pk=person.pk)).sealed()}/",
        elsewhere=elsewhere,
        invited=invited,
    )


def change_password(world: World) -> None:
    form = {"old_password": PASSWORD, "new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
    assert world.this.post("/admin/password_change/", form).status_code == 302


def change_by_command(world: World) -> None:
    """As ``manage.py changepassword`` does, which asks at a terminal."""
    person = User.objects.get(pk=world.person.pk)
    person.set_password(NEW_PASSWORD)
    person.save()


def enrol(world: World) -> None:
    world.this.get("/admin/one-time-codes/")
    typed = {"password": PASSWORD, "code": code(pending_authenticator(world.person))}
    assert world.this.post("/admin/one-time-codes/confirm/", typed).status_code == 200
    assert Authenticator.objects.filter(user=world.person, confirmed=True).exists()


def remove_authenticator(world: World) -> None:
    """One that has been there all along: what it got is what ends."""
    device = pending_authenticator(world.person)
    device.confirmed = True
    device.save()
    session = world.this.session
    session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session.save()
    typed = {"password": PASSWORD, "code": code(device)}
    assert world.this.post("/admin/one-time-codes/remove/", typed).status_code == 302
    assert not Authenticator.objects.filter(user=world.person).exists()


def enrol_by_command(world: World) -> None:
    call_command("enrol_authenticator", world.person.username, stdout=StringIO())


def sign_out_everywhere(world: World) -> None:
    answer = world.this.post("/admin/sign-out-everywhere/")
    assert answer["Location"].startswith("/admin/login/")


def as_read(api: APIClient, address: str) -> dict[str, str]:
    """``If-Match`` of somebody who has just read what they change."""
    return {"if-match": api.get(address).headers["ETag"]}


def change_member(world: World, **changes: object) -> None:
    address = f"/api/v1/clinic/members/{world.member.id}"
    answer = world.api.patch(address, changes, headers=as_read(world.api, address))
    assert answer.status_code == 200, answer.json()


def let_go(world: World) -> None:
    change_member(world, active=False)


def let_go_and_take_back(world: World) -> None:
    let_go(world)
    change_member(world, active=True)


def of_client(world: World, client: ApiClient, action: str, body: dict[str, Any] | None = None) -> Any:
    answer = world.api.post(f"/api/v1/clinic/clients/{client.id}/{action}", body or {})
    assert answer.status_code == 200, answer.json()
    return answer.json()


def rotate_app(world: World) -> None:
    world.secret = of_client(world, world.app, "rotate-secret")["client_secret"]


def exchange_app(world: World) -> None:
    world.secret = of_client(world, world.app, "rotate-secret", {"end_tokens": False})["client_secret"]


def switch_to_keys(world: World) -> None:
    client = f"/api/v1/clinic/clients/{world.software.id}"
    answer = world.api.put(f"{client}/keys", {"jwks": KEYS}, headers=as_read(world.api, client))
    assert answer.status_code == 200, answer.json()


def use_code_again(world: World) -> None:
    assert redeem(world.app, *world.used).status_code == 400


def take_back_invitation(world: World) -> None:
    address = f"/api/v1/clinic/members/{world.invited}"
    answer = world.elsewhere.patch(address, {"active": False}, headers=as_read(world.elsewhere, address))
    assert answer.status_code == 200


def revoke_link(world: World) -> None:
    assert world.api.delete(f"/api/v1/follow-ups/{world.follow_up}/check-in-link").status_code == 204


def reset_by_mail(world: World) -> None:
    page = f"/admin/password-reset/{Reset.of(User.objects.get(pk=world.person.pk)).sealed()}/"
    chosen = {"new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
    assert Client().post(page, chosen).status_code == 302


def use_recovery_code(world: World) -> None:
    """In a browser that nobody knows; those that are there have given their code before."""
    device = pending_authenticator(world.person)
    device.confirmed = True
    device.save()
    for browser in (world.this, world.other):
        session = browser.session
        session[DEVICE_ID_SESSION_KEY] = device.persistent_id
        session.save()
    one = _new_recovery_codes(world.person)[0]
    form = {"username": world.person.username, "password": PASSWORD, "otp_token": one}
    assert Client().post("/admin/login/", form).status_code == 302
    assert Client().post("/admin/login/", form).status_code == 200, "it was used up"


def use_refresh_token_again(world: World) -> None:
    """What it was turned into ends with it."""
    form = {"grant_type": "refresh_token", "refresh_token": world.tokens["refresh_token"]}
    world.tokens = ask_token(world.app, **form).json()
    assert opens(world.tokens["access_token"])
    assert ask_token(world.app, **form).status_code == 400


def follow_links(world: World) -> None:
    """As programs do that look for harm behind each link of a mail, before its reader opens it."""
    for _ in range(3):
        for link in (world.link, world.invitation, world.reset_link):
            assert [getattr(Client(), method)(link).status_code for method in ("get", "head")] == [200, 200]
            assert Client().options(link).status_code < 500


def deactivate(world: World) -> None:
    """As the operator does, for all clinics: nothing is kept that could come back."""
    call_command("deactivate", world.person.username, stdout=StringIO())
    for kept in (AccessToken, RefreshToken, Grant):
        assert not kept.objects.filter(user_id=world.person.pk).exists()
    sessions = [row.get_decoded() for row in Session.objects.all()]
    assert str(world.person.pk) not in {said.get(SESSION_KEY) for said in sessions}


def deactivate_and_take_back(world: World) -> None:
    deactivate(world)
    call_command("deactivate", world.person.username, "--take-back", stdout=StringIO())


def deactivate_in_the_database(world: World) -> None:
    """Around the command: what they have stays there, and opens nothing."""
    User.objects.filter(pk=world.person.pk).update(is_active=False)


EVENTS: dict[str, Callable[[World], Any]] = {
    "password changed": change_password,
    "password changed by the operator": change_by_command,
    "password reset by mail": reset_by_mail,
    "authenticator set up": enrol,
    "authenticator removed": remove_authenticator,
    "authenticator set up by the operator": enrol_by_command,
    "signed out everywhere": sign_out_everywhere,
    "signed out here": lambda world: world.this.post("/admin/logout/"),
    "role changed": lambda world: change_member(world, role="auditor"),
    "let go": let_go,
    "let go and taken back": let_go_and_take_back,
    "app's secret rotated": rotate_app,
    "app's secret exchanged without ending tokens": exchange_app,
    "app revoked": lambda world: of_client(world, world.app, "revoke"),
    "software's secret rotated": lambda world: of_client(world, world.software, "rotate-secret"),
    "software switched to keys": switch_to_keys,
    "software revoked": lambda world: of_client(world, world.software, "revoke"),
    "code used twice": use_code_again,
    "invitation taken back": take_back_invitation,
    "check-in link revoked": revoke_link,
    "recovery code used": use_recovery_code,
    "refresh token used twice": use_refresh_token_again,
    "links followed by a mail server": follow_links,
    "person deactivated": deactivate,
    "person deactivated and taken back": deactivate_and_take_back,
    "person deactivated in the database": deactivate_in_the_database,
}

#: Every function that ends what was got before, and the events by which it is run.
ENDING = {
    "clinics/members/services/change_member.py: change_member": {"let go", "let go and taken back"},
    "clinics/clients/services/register.py: rotate_secret": {
        "app's secret rotated",
        "app's secret exchanged without ending tokens",
        "software's secret rotated",
    },
    "clinics/clients/services/register.py: revoke_client": {"app revoked", "software revoked"},
    "clinics/clients/services/register.py: set_keys": {"software switched to keys"},
    "clinics/sign_in/services/one_time_codes.py: confirm_authenticator": {"authenticator set up"},
    "clinics/sign_in/services/one_time_codes.py: remove_authenticator": {"authenticator removed"},
    "clinics/management/commands/enrol_authenticator.py: handle": {"authenticator set up by the operator"},
    "clinics/sign_in/pages/sign_out.py: everywhere": {"signed out everywhere"},
    "clinics/management/commands/deactivate.py: handle": {
        "person deactivated",
        "person deactivated and taken back",
    },
    "clinics/identity/end_access.py: deactivate_person": {"person deactivated"},
    "clinics/clients/authorization_codes.py: _end_what_came_of": {"code used twice"},
    # Called by Django for every password that is set.
    "clinics/identity/end_access.py: password_changed": {
        "password changed",
        "password changed by the operator",
        "password reset by mail",
    },
    "clinics/identity/end_access.py: sign_out_everywhere": {"signed out everywhere"},
    "clinics/identity/end_access.py: end_member_access": {"let go", "let go and taken back"},
    "clinics/identity/end_access.py: end_person_access": {"password changed"},
}
#: What ends something, by the name that is called.
ENDS = {
    "deactivate_person",
    "sign_out_everywhere",
    "revoke_family",
    *(name for name in vars(end_access) if name.startswith("end_")),
}


def functions_that_end() -> set[str]:
    """Each function of the service that calls one of them, with its file."""
    found = set()
    for path in sorted(file for part in PARTS for file in (ROOT / part).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and called_in(node) & ENDS:
                found.add(f"{path.relative_to(ROOT)}: {node.name}")
    return found


def called_in(function: ast.FunctionDef) -> set[str]:
    """The names that it calls, with or without what they belong to."""
    calls = [node.func for node in ast.walk(function) if isinstance(node, ast.Call)]
    return {getattr(call, "id", getattr(call, "attr", "")) for call in calls}


def test_every_function_that_ends_something_has_its_row() -> None:
    assert functions_that_end() == ENDING.keys()
    assert set().union(*ENDING.values()) <= EVENTS.keys()


def test_every_event_has_its_row() -> None:
    assert EVENTS.keys() == EXPECTED.keys()


def test_without_an_event_every_credential_goes_on(world: World) -> None:
    assert all(world.alive().values())


@pytest.mark.parametrize("event", EVENTS)
def test_an_event_ends_what_rests_on_it_and_nothing_else(world: World, event: str) -> None:
    EVENTS[event](world)
    wanted = dict(zip(CREDENTIALS, (cell == "+" for cell in EXPECTED[event].split()), strict=True))
    assert world.alive() == wanted


def test_a_deactivation_that_fails_has_not_begun(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shut out and ended, or neither: nobody is out with what they have kept for later."""

    def fails(**_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(end_access, "sign_out_everywhere", fails)
    with pytest.raises(RuntimeError):
        call_command("deactivate", world.person.username, stdout=StringIO())
    assert User.objects.get(pk=world.person.pk).is_active


def test_who_is_unknown_is_not_deactivated(db: None) -> None:
    with pytest.raises(CommandError, match="no such person"):
        call_command("deactivate", "nobody")


def test_a_role_that_was_taken_away_is_gone_from_the_tokens_that_go_on(world: World) -> None:
    caller = APIClient(headers={"Authorization": f"Bearer {world.tokens['access_token']}"})
    assert caller.get("/api/v1/patients").status_code == 200
    change_member(world, role="auditor")
    assert caller.get("/api/v1/patients").status_code == 403


def test_only_the_tokens_of_the_code_end_with_its_second_use(world: World) -> None:
    """Those of a later sign-in through the same app go on, and turned ones are found too."""
    later = redeem(world.app, *world.waiting).json()
    form = {"grant_type": "refresh_token", "refresh_token": world.tokens["refresh_token"]}
    turned = ask_token(world.app, **form).json()
    assert opens(turned["access_token"])
    use_code_again(world)
    assert not opens(turned["access_token"])
    again = {"grant_type": "refresh_token", "refresh_token": turned["refresh_token"]}
    assert ask_token(world.app, **again).status_code == 400
    assert opens(later["access_token"])


def test_another_app_ends_nothing_with_a_code_that_isnt_its_own(world: World, clinic: Clinic) -> None:
    stranger = register(clinic, ApiClient.GRANT_AUTHORIZATION_CODE)
    assert redeem(stranger, *world.used).status_code == 400
    assert opens(world.tokens["access_token"])


def test_keys_that_stay_as_they_are_end_nothing(world: World) -> None:
    switch_to_keys(world)
    with clinic_scope(world.software.clinic_id):
        token = make_token(world.software)
    client = f"/api/v1/clinic/clients/{world.software.id}"
    kept = {"jwks": KEYS, "cds_patient_system": "https://ehr.example/ids"}
    assert world.api.put(f"{client}/keys", kept, headers=as_read(world.api, client)).status_code == 200
    assert opens(token)
    assert world.api.put(f"{client}/keys", {}, headers=as_read(world.api, client)).status_code == 200
    assert not opens(token), "back to the secret: what the keys got ends"


def test_a_browser_is_a_strangers_again_after_signing_out_everywhere(world: World) -> None:
    sign_out_everywhere(world)
    with time_machine.travel(timezone.now() + dt.timedelta(seconds=2)):
        for _ in range(5):
            Client().post("/admin/login/", {"username": world.person.username, "password": "wrong"})
        form = {"username": world.person.username, "password": PASSWORD}
        assert world.this.post("/admin/login/", form).status_code == 429
