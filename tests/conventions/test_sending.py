"""Whatever goes out to somebody is capped for each destination, or has its reason for not being.

So is ending a lockout, which lets guessing go on.
"""

import ast
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.allowances import LIMITS
from clinics.identity.models import Allowance, Clinic, Role
from clinics.members.services.invitations import send_due_invitations
from clinics.sign_in.services.reset_password import send_due_resets
from tests.api_edge.checks import assert_problem
from tests.dashboard.settings_pages import signed_in, take
from tests.factories import make_member
from tests.mail import Postbox
from tests.notify.receivers import Receiver, http_receiver
from tests.security.oauth import can_sign_in

ROOT = Path(__file__).resolve().parents[2]
NOON = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)

#: Every place that sends, by the kind of allowance it takes.
CAPPED = {
    ("assessments/escalations/channels/services/on_call_services.py", "try_on_call_service"): "on_call_test",
    ("assessments/webhooks/services/endpoints.py", "ping"): "webhook",
    ("assessments/webhooks/services/redeliver.py", "_send_again"): "webhook",
    ("clinics/sign_in/services/reset_password.py", "_send"): "password_reset",
    ("clinics/members/services/invitations.py", "_send"): "invitation",
}
#: And those that aren't capped.
UNCAPPED = {
    ("backend/platform/outbound/email.py", "send"): "the channel itself: who calls it stands here too",
    ("backend/platform/outbound/delivery.py", "send_mail"): (
        "every mail's way out: who calls it stands here too"
    ),
    ("backend/platform/outbound/delivery.py", "_send"): "the same",
    (
        "assessments/escalations/channels/services/send_round.py",
        "_try",
    ): "escalations and follow-ups, to the clinic's own people "
    "and services: they must arrive, and the ladder says how often",
    ("assessments/webhooks/services/notices.py", "_tell"): "one mail for each time an endpoint fails or is "
    "gone, to the clinic's own admins",
    ("assessments/webhooks/services/emit.py", "emit"): "events as they happen: at most ten endpoints a "
    "clinic, one message in hand for each, and a rest after failures",
    ("assessments/management/commands/send_test_mail.py", "handle"): "the operator's own, at a terminal",
}
#: What sends, or has a worker send, as it is called or handed on.
SENDING = {"EmailMessage", "EmailMultiAlternatives", "send_mail", "mail_admins", "nudge_webhooks"}
#: Whose ``send`` goes to nobody outside: a signal, or an answer of our own.
OURS = {"archiving", "user_login_failed", "user_locked_out", "self", "super"}


def sends(node: ast.AST) -> bool:
    """Whether a part of a function sends something."""
    if isinstance(node, ast.Attribute) and node.attr == "send":
        return not (isinstance(node.value, ast.Name) and node.value.id in OURS)
    return isinstance(node, ast.Name) and node.id in SENDING


def senders() -> set[tuple[str, str]]:
    """Every function outside of tests that sends something, as file and name."""
    found = set()
    for folder in ("assessments", "clinics", "patients", "backend"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.FunctionDef) and any(map(sends, ast.walk(node))):
                    found.add((str(path.relative_to(ROOT)), node.name))
    return found


def test_every_place_that_sends_is_capped_or_has_its_reason() -> None:
    assert senders() == CAPPED.keys() | UNCAPPED.keys()


#: What sends nothing and is capped all the same.
CAPPED_BESIDES = {("clinics/members/services/unlock_member.py", "unlock_member"): "unlock"}


def test_every_kind_is_taken_somewhere() -> None:
    assert {*CAPPED.values(), *CAPPED_BESIDES.values()} == LIMITS.keys()


def test_whoever_ends_a_lockout_is_capped_or_has_a_reason() -> None:
    """The service's own is capped; a reset by its mail, and the operator sits at a terminal."""
    found = set()
    for path in (ROOT / "clinics").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and any(
                isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id == "unlock"
                for part in ast.walk(node)
            ):
                found.add((str(path.relative_to(ROOT)), node.name))
    by_mail = {("clinics/sign_in/services/reset_password.py", "reset_password")}
    assert found == CAPPED_BESIDES.keys() | by_mail | {("clinics/management/commands/unlock.py", "handle")}


KIM = {"email": "kim@clinic.example", "name": "Kim New", "role": "clinician"}


def test_an_address_gets_three_invitations_a_day_over_all_clinics(
    api: APIClient, other_api: APIClient, postbox: Postbox
) -> None:
    answers = []
    with time_machine.travel(NOON, tick=False) as clock:
        for one in (api, other_api):
            member = one.post("/api/v1/clinic/members", KIM).json()["id"]
            for _ in range(4):
                answers.append(one.post(f"/api/v1/clinic/members/{member}/invitation"))
                send_due_invitations(now=timezone.now())
        assert {answer.status_code for answer in answers} == {200}, "nobody is told"
        assert len(postbox.messages) == 3
        clock.shift(dt.timedelta(days=1))
        assert send_due_invitations(now=timezone.now()) == 2, "what was held back goes the next day"


def test_known_and_unknown_addresses_are_invited_alike(
    api: APIClient, other_clinic: Clinic, postbox: Postbox
) -> None:
    known = can_sign_in(make_member(other_clinic, Role.CLINICIAN).user)
    told: list[list[tuple[int, set[str]]]] = []
    for email in (known.email, "nobody-knows@clinic.example"):
        first = api.post("/api/v1/clinic/members", {**KIM, "email": email})
        again = [api.post(f"/api/v1/clinic/members/{first.json()['id']}/invitation") for _ in range(5)]
        told.append([(answer.status_code, set(answer.json())) for answer in (first, *again)])
        send_due_invitations(now=timezone.now())
    assert told[0] == told[1]
    assert len(postbox.messages) == 2


def test_a_mail_server_that_is_away_costs_no_allowance(api: APIClient, postbox: Postbox) -> None:
    api.post("/api/v1/clinic/members", KIM)
    postbox.refuse = lambda _: "451 later"
    for minutes in range(0, 60, 6):
        send_due_invitations(now=NOON + dt.timedelta(minutes=minutes))
    assert {row.used for row in Allowance.objects.all()} <= {0}
    postbox.refuse = lambda _: None
    assert send_due_invitations(now=timezone.now() + dt.timedelta(minutes=6)) == 1


def test_an_address_gets_three_links_for_another_password_a_day(clinic: Clinic, postbox: Postbox) -> None:
    person = can_sign_in(make_member(clinic, Role.CLINICIAN).user)
    with time_machine.travel(NOON, tick=False) as clock:
        pages = [Client().post("/admin/password-reset/", {"email": person.email}) for _ in range(2)]
        assert len({page["Location"] for page in pages}) == 1
        for _ in range(6):
            Client().post("/admin/password-reset/", {"email": person.email})
            send_due_resets(now=timezone.now())
        assert len(postbox.messages) == 3
        clock.shift(dt.timedelta(days=1))
        Client().post("/admin/password-reset/", {"email": person.email})
        assert send_due_resets(now=timezone.now()) == 1


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A service on this machine that answers."""
    with http_receiver() as receiver:
        yield receiver


@pytest.fixture
def low(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two a day of what takes long to use up."""
    for kind in ("webhook", "on_call_test"):
        monkeypatch.setitem(LIMITS, kind, 2)


def endpoint(api: APIClient, path: str) -> str:
    hook = {"url": f"https://receiver.example/{path}", "events": []}
    return str(api.post("/api/v1/webhook-endpoints", hook).json()["id"])


def test_a_host_is_sent_so_many_tests_and_repeats_a_day(low: None, api: APIClient) -> None:
    """Whatever stands behind the host in the address, and by whichever of the three ways."""
    first, second = (endpoint(api, path) for path in ("one", "two"))
    delivery = api.post(f"/api/v1/webhook-endpoints/{first}/test")
    assert delivery.status_code == 201
    span = {"since": "2026-01-01T00:00:00Z", "until": "2026-01-02T00:00:00Z"}
    assert api.post(f"/api/v1/webhook-endpoints/{second}/redeliver", span).status_code == 200
    address = f"/api/v1/webhook-endpoints/{first}/deliveries/{delivery.json()['id']}/redeliver"
    for path, body in (
        (f"/api/v1/webhook-endpoints/{second}/test", {}),
        (f"/api/v1/webhook-endpoints/{second}/redeliver", span),
        (address, {}),
    ):
        refused = api.post(path, body)
        assert_problem(refused, "throttled")
        assert int(refused["Retry-After"]) <= 86_401


def test_the_dashboards_button_is_held_to_the_same(low: None, clinic: Clinic, api: APIClient) -> None:
    one = endpoint(api, "one")
    browser = signed_in(clinic)
    page = f"/admin/settings/webhooks/{one}/"
    assert [take(browser, page, "ping").status_code for _ in range(3)] == [302, 302, 422]


def test_a_service_is_tried_so_often_a_day_even_when_it_is_added_anew(
    low: None, api: APIClient, clinic: Clinic, settings: Any, receiver: Receiver
) -> None:
    settings.ALLOW_PRIVATE_WEBHOOKS = True
    tried = []
    for _ in range(3):
        body = {"name": "Pager", "kind": "webhook", "url": f"http://{receiver.address}/"}
        service = api.post("/api/v1/clinic/on-call-services", body).json()["id"]
        tried.append(api.post(f"/api/v1/clinic/on-call-services/{service}/test").status_code)
        with clinic_scope(clinic.id):
            clinic.on_call_services.all().delete()
    assert tried == [200, 200, 429]
    assert len(receiver.received) == 2


def test_one_clinics_tests_use_up_nothing_of_anothers(
    low: None, api: APIClient, other_api: APIClient, settings: Any, receiver: Receiver
) -> None:
    """Of the same host and of the same vendor, to the last one and beyond it."""
    settings.ALLOW_PRIVATE_WEBHOOKS = True
    told = []
    for one in (api, other_api):
        mine = endpoint(one, "mine")
        body = {"name": "Pager", "kind": "webhook", "url": f"http://{receiver.address}/"}
        service = one.post("/api/v1/clinic/on-call-services", body).json()["id"]
        tests = (f"webhook-endpoints/{mine}/test", f"clinic/on-call-services/{service}/test")
        told += [[one.post(f"/api/v1/{path}").status_code for _ in range(3)] for path in tests]
    assert told == [[201, 201, 429], [200, 200, 429]] * 2


def test_a_member_is_unlocked_five_times_a_day_by_whichever_way(
    api: APIClient, clinic: Clinic, other_api: APIClient, other_clinic: Clinic
) -> None:
    member = make_member(clinic, Role.CLINICIAN)
    with clinic_scope(other_clinic.id):
        elsewhere = other_clinic.members.create(user=member.user, role=Role.CLINICIAN, name="Kim")
    page = f"/admin/settings/members/{member.id}/"
    with time_machine.travel(NOON, tick=False) as clock:
        browser = signed_in(clinic)
        assert [take(browser, page, "unlock").status_code for _ in range(3)] == [302, 302, 302]
        address = f"/api/v1/clinic/members/{member.id}/unlock"
        assert [api.post(address).status_code for _ in range(2)] == [200, 200]
        refused = api.post(address)
        assert_problem(refused, "throttled")
        assert int(refused["Retry-After"]) <= 86_401
        assert take(browser, page, "unlock").status_code == 422
        assert other_api.post(f"/api/v1/clinic/members/{elsewhere.id}/unlock").status_code == 200
        clock.shift(dt.timedelta(days=1))
        assert api.post(address).status_code == 200


def test_an_allowance_says_nothing_about_whom_it_is_for(api: APIClient, postbox: Postbox) -> None:
    api.post("/api/v1/clinic/members", KIM)
    send_due_invitations(now=timezone.now())
    (row,) = Allowance.objects.values_list("kind", "destination", "used")
    assert row[::2] == ("invitation", 1)
    assert "kim" not in row[1]
