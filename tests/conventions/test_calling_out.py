"""The service calls out from workers, outside every transaction and within a time limit.

A request that waits for somebody else's server holds a thread that an emergency needs; a transaction that
does holds rows and a connection. The one exception is a person's own press of a test. Whatever could call out
stands here with its reason, so that a new one fails until it has one.
"""

import ast
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from assessments.escalations.services.deliver import deliver_due_escalations
from assessments.operations.services.watchdog import ping
from assessments.webhooks.models import WebhookEndpoint
from assessments.webhooks.services.deliver import deliver_due_webhooks
from assessments.webhooks.services.notices import send_due_notices
from backend.platform.storage.tenancy import clinic_scope
from clinics.clients.models import PublishedKeys
from clinics.clients.services.look_up_keys import look_up_due_keys
from clinics.identity.models import ApiClient, Clinic, Role
from clinics.members.services.invitations import send_due_invitations
from clinics.sign_in.services.reset_password import send_due_resets
from patients.models import Patient
from tests.api_edge.checks import assert_problem
from tests.factories import api_for, assessment_body, make_member, reassuring_answers
from tests.mail import Postbox
from tests.notify.receivers import Receiver, http_receiver
from tests.security.oauth import can_sign_in, register

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("assessments", "patients", "clinics", "backend")

#: What can reach another machine, or start what can. The database, Redis and Celery's broker are our own.
REACHES_OUT = {
    *(
        "socket",
        "ssl",
        "http.client",
        "urllib.request",
        "urllib3",
        "requests",
        "httpx",
        "aiohttp",
        "websockets",
    ),
    *("smtplib", "imaplib", "poplib", "ftplib", "telnetlib", "xmlrpc", "dns", "apprise", "subprocess"),
    *("socketserver", "asyncio", "django.core.mail", "multiprocessing", "paramiko", "grpc", "boto3"),
}
#: Which modules hold such a thing, and what for.
HOLDS = {
    "backend/platform/outbound/addresses.py": "looks names up, inside the time limit of http.py",
    "backend/platform/outbound/email.py": "forms a mail; backend/platform/outbound/delivery.py sends it",
    "backend/platform/outbound/http.py": "the way out to an address that a clinic chose",
    "assessments/escalations/channels/apprise.py": "the way out to an on-call service, by Apprise",
    "backend/platform/print/pdf.py": "sets a PDF in a process without network, bounded in time; calls nobody",
    "assessments/operations/services/watchdog.py": "the operator's dead man's switch",
    "backend/platform/edge/arrival.py": "serves: answers who calls in",
    "backend/platform/edge/front.py": "serves: answers who calls in",
    "backend/platform/outbound/delivery.py": "every mail's way out",
    "clinics/sign_in/services/reset_password.py": (
        "forms a mail; backend/platform/outbound/delivery.py sends it"
    ),
    "clinics/members/services/invitations.py": "forms a mail; backend/platform/outbound/delivery.py sends it",
}
#: The ways out, by the module that defines them; ``.send`` of a channel is one too.
WAYS_OUT = {
    "backend.platform.outbound.addresses": {"resolve"},
    "assessments.webhooks.services.send": {"tell"},
    "clinics.clients.services.key_sets": {"published_keys"},
    "backend.platform.outbound.http": {"ask", "post"},
    "assessments.operations.services.watchdog": {"ping"},
    "backend.platform.outbound.delivery": {"send_mail", "within"},
}
WORKER, COMMAND, PRESS, INSIDE = (
    "a worker",
    "the operator at a terminal",
    "a person's press",
    "a way out itself",
)
#: Who takes one, and what that runs in.
TAKES = {
    ("backend/platform/outbound/email.py", "send"): INSIDE,
    ("assessments/webhooks/services/send.py", "tell"): INSIDE,
    ("clinics/clients/services/key_sets.py", "published_keys"): INSIDE,
    ("backend/platform/outbound/http.py", "ask"): INSIDE,
    ("backend/platform/outbound/http.py", "make"): INSIDE,
    ("backend/platform/outbound/http.py", "post"): INSIDE,
    ("assessments/escalations/channels/apprise.py", "send"): INSIDE,
    ("assessments/escalations/channels/webhook.py", "send"): INSIDE,
    ("backend/platform/outbound/delivery.py", "_send"): INSIDE,
    ("backend/platform/outbound/delivery.py", "send_mail"): INSIDE,
    ("assessments/operations/services/watchdog.py", "keep_watch"): WORKER,
    ("assessments/operations/services/watchdog.py", "ping"): WORKER,
    ("clinics/clients/services/look_up_keys.py", "_look_up"): WORKER,
    ("assessments/escalations/channels/services/send_round.py", "_try"): WORKER,
    ("assessments/webhooks/services/deliver.py", "_begin"): WORKER,
    ("assessments/webhooks/services/notices.py", "_tell"): WORKER,
    ("clinics/sign_in/services/reset_password.py", "_send"): WORKER,
    ("clinics/members/services/invitations.py", "_send"): WORKER,
    ("assessments/management/commands/send_test_mail.py", "handle"): COMMAND,
    ("assessments/escalations/channels/services/on_call_services.py", "try_on_call_service"): PRESS,
}
#: Whose ``send`` calls nobody: a signal, or an answer of our own.
SIGNALS = {"archiving", "user_login_failed", "user_locked_out", "self", "super"}


def sources() -> Iterator[tuple[str, ast.Module]]:
    for part in PARTS:
        for path in sorted((ROOT / part).rglob("*.py")):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text())


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{one.name}" for one in node.names)


def reaches_out(name: str) -> bool:
    return any(name == known or name.startswith(f"{known}.") for known in REACHES_OUT)


def ways_out(path: str, tree: ast.Module) -> set[str]:
    """The names by which a module can take one: imported from where it is defined, or defined there."""
    known = {f"{module}.{name}" for module, names in WAYS_OUT.items() for name in names}
    own = WAYS_OUT.get(path.removesuffix(".py").replace("/", "."), set())
    return own | {name.rpartition(".")[2] for name in imported(tree) if name in known}


def takes_one(node: ast.AST, names: set[str]) -> bool:
    if isinstance(node, ast.Attribute) and node.attr == "send":
        return not (isinstance(node.value, ast.Name) and node.value.id in SIGNALS)
    return isinstance(node, ast.Name) and node.id in names and isinstance(node.ctx, ast.Load)


def test_every_module_that_could_call_out_is_listed_with_its_reason() -> None:
    assert {path for path, tree in sources() if any(map(reaches_out, imported(tree)))} == HOLDS.keys()


def test_every_place_that_calls_out_is_a_workers_a_commands_or_a_press() -> None:
    found = set()
    for path, tree in sources():
        names = ways_out(path, tree)
        for node in ast.walk(tree):
            taken = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and any(
                takes_one(part, names) for part in ast.walk(node)
            )
            if taken:
                found.add((path, node.name))
    assert found == TAKES.keys()


def test_a_module_with_a_way_out_is_never_imported_whole() -> None:
    """Else its ways out could be taken by names that the test above doesn't know."""
    for path, tree in sources():
        assert not WAYS_OUT.keys() & set(imported(tree)) - {
            node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
        }, path


@pytest.fixture
def looks() -> Iterator[Callable[[], None]]:
    """Notes, while somebody is called, what other connections hold open; fails at the end if any did."""
    held: list[str] = []
    dsn = connection.get_connection_params()
    name, host, port, user = (dsn.get(key) for key in ("dbname", "host", "port", "user"))
    called: list[float] = []

    def look() -> None:
        time.sleep(0.3)  # what other threads do beside the call is over by then
        with psycopg.connect(
            dbname=name, host=host, port=port, user=user, password=dsn.get("password")
        ) as other:
            rows = other.execute(
                "SELECT query FROM pg_stat_activity WHERE state LIKE 'idle in transaction%' "
                "AND pid <> pg_backend_pid() AND datname = current_database() "
                "AND clock_timestamp() - state_change > interval '200 ms'"
            ).fetchall()
        held.extend(query for (query,) in rows)
        called.append(time.monotonic())

    yield look
    assert called, "nobody was called"
    assert held == [], "a transaction is open during a call"


@pytest.fixture
def receiver(looks: Callable[[], None], settings: Any) -> Iterator[Receiver]:
    """A server that a worker calls, which looks before it answers."""
    settings.ALLOW_PRIVATE_WEBHOOKS = True
    with http_receiver() as receiver:

        class Looking(threading.Event):
            def wait(self, timeout: float | None = None) -> bool:
                looks()
                return True

        receiver.gate = Looking()
        yield receiver


@pytest.fixture
def looking(postbox: Postbox, looks: Callable[[], None]) -> Postbox:
    """A mail server that looks before it takes a recipient."""

    def refuse(_: str) -> None:
        looks()

    postbox.refuse = refuse
    return postbox


def _an_invitation(clinic: Clinic) -> None:
    details = {"email": "kim@clinic.example", "name": "Kim", "role": "clinician"}
    assert api_for(clinic).post("/api/v1/clinic/members", details).status_code == 201


def _a_reset(clinic: Clinic) -> None:
    person = can_sign_in(make_member(clinic, Role.CLINICIAN).user)
    Client().post("/admin/password-reset/", {"email": person.email})


def _a_notice(clinic: Clinic) -> None:
    with clinic_scope(clinic.id):
        due = {"notice": WebhookEndpoint.Notice.FAILING, "notice_due_at": timezone.now()}
        clinic.webhook_endpoints.create(url="https://receiver.example/", **due)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("owe", "send"),
    [
        (_an_invitation, lambda: send_due_invitations(now=timezone.now())),
        (_a_reset, lambda: send_due_resets(now=timezone.now())),
        (_a_notice, lambda: send_due_notices(clock=timezone.now)),
    ],
    ids=["invitation", "reset", "notice"],
)
def test_no_transaction_is_open_while_a_mail_is_sent(
    clinic: Clinic, looking: Postbox, owe: Callable[[Clinic], None], send: Callable[[], int]
) -> None:
    owe(clinic)
    assert send() == 1
    assert send() == 0


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_an_escalation_calls(
    clinic: Clinic, api: APIClient, patient: Patient, looking: Postbox, receiver: Receiver
) -> None:
    """By mail, a service of the clinic's and its endpoints."""
    address = f"http://{receiver.address}/"
    service = {"name": "Pager", "kind": "webhook", "url": address, "urgencies": ["emergency_now"]}
    assert api.post("/api/v1/clinic/on-call-services", service).status_code == 201
    assert api.post("/api/v1/webhook-endpoints", {"url": address, "events": []}).status_code == 201
    api.post("/api/v1/assessments", assessment_body(patient, reassuring_answers(bladder_change="yes")))
    assert deliver_due_escalations(clock=timezone.now) == 1
    before = len(receiver.received)
    assert before
    deliver_due_webhooks(clock=timezone.now)
    assert len(receiver.received) > before
    assert looking.messages


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_keys_are_read_or_the_switch_is_told(
    clinic: Clinic, receiver: Receiver
) -> None:
    client = register(clinic, ApiClient.GRANT_CLIENT_CREDENTIALS, redirect_uris="")
    with clinic_scope(clinic.id):
        address = f"http://{receiver.address}/keys"
        clinic.api_clients.filter(pk=client.pk).update(client_jwks_uri=address)
        PublishedKeys.objects.create(clinic=clinic, address=address, due_at=timezone.now())
    assert look_up_due_keys(clock=timezone.now) == 1
    assert ping(f"http://{receiver.address}/switch")


@pytest.mark.django_db(transaction=True)
def test_a_clinic_has_one_test_at_a_time_and_another_clinic_its_own(
    clinic: Clinic, other_clinic: Clinic, settings: Any
) -> None:
    """Presses of a clinic whose services are silent hold one thread, and nobody else's press."""
    settings.ALLOW_PRIVATE_WEBHOOKS = True
    with http_receiver() as silent, http_receiver() as good, ThreadPoolExecutor(1) as pool:
        silent.gate.clear()
        mine, theirs = _service(clinic, silent), _service(other_clinic, good)
        first = pool.submit(_press, clinic, mine)
        until = time.monotonic() + 10
        while not silent.received and time.monotonic() < until:
            time.sleep(0.01)
        second = _press(clinic, _service(clinic, good))
        assert_problem(second, "throttled")
        assert int(second["Retry-After"]) <= settings.SEND_TIME_LIMIT
        assert _press(other_clinic, theirs).json()["last_test"]["result"] == "sent"
        silent.gate.set()
        assert first.result(20).status_code == 200
        assert _press(clinic, mine).status_code == 200


def _service(clinic: Clinic, receiver: Receiver) -> str:
    body = {"name": "Pager", "kind": "webhook", "url": f"http://{receiver.address}/"}
    return str(api_for(clinic).post("/api/v1/clinic/on-call-services", body).json()["id"])


def _press(clinic: Clinic, service: str) -> Any:
    try:
        return api_for(clinic).post(f"/api/v1/clinic/on-call-services/{service}/test")
    finally:
        if threading.current_thread() is not threading.main_thread():
            connection.close()
