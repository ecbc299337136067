"""Whatever asks an address that a clinic chose is guarded as it asks, against every attack we know.

The doors are those by which the service goes out: an event, a call to a receiver of escalations, and the keys
that a clinic's software publishes. What was checked when the address was stored counts for nothing here.
"""

import ast
import socket
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from assessments.escalations.channels.webhook import WebhookChannel
from assessments.webhooks.models import EventType
from assessments.webhooks.services.emit import emit
from assessments.webhooks.services.send import Notification, tell
from backend.platform.outbound.delivery import DeliveryError, Message
from backend.platform.outbound.http import new_secret
from backend.platform.storage.tenancy import clinic_scope
from clinics.clients.services.key_sets import KeysUnavailableError, published_keys
from clinics.identity.models import Clinic
from tests.clock import Clock
from tests.notify.attacks import NOT_PUBLIC, UNSAFE_URLS
from tests.notify.names import HOST, Names
from tests.notify.receivers import Receiver, http_receiver
from tests.webhooks.endpoints import deliver

ROOT = Path(__file__).resolve().parents[2]
KEY = new_secret()
PUBLIC = "93.184.216.34"
#: Modules that may open a connection themselves. Mail goes where the operator says, by Django.
GOES_OUT = {
    "backend/platform/outbound/http.py": "the guard",
    "backend/platform/outbound/addresses.py": "the guard's look-up",
    "assessments/escalations/channels/apprise.py": "a library's own, each looked at before it is made",
    "backend/platform/edge/front.py": "options of the connections that callers made",
    "assessments/operations/services/watchdog.py": "the dead man's switch, whose address the operator sets",
}
_CONNECTS = {"urllib3", "socket", "httpx", "requests", "aiohttp", "apprise"}


def an_event(url: str) -> str:
    told = tell(
        url, [KEY], Notification(uuid.uuid4(), "ping", timezone.now(), uuid.uuid4()), at=timezone.now()
    )
    return told.reason


def an_escalation(url: str) -> str:
    message = Message(uuid.uuid4(), "", "", "", "escalation.calling", uuid.uuid4())
    try:
        WebhookChannel(url, [KEY]).send(message)
    except DeliveryError as refused:
        return refused.reason
    return ""


def published(url: str) -> str:
    try:
        published_keys(url)
    except KeysUnavailableError:
        return "KeysUnavailable"
    return ""


Door = Callable[[str], str]
DOORS = [an_event, an_escalation, published]
every_door = pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)


@pytest.fixture
def reached(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every address that anything of ours has begun to connect to; none of them answers."""
    reached: list[Any] = []

    def connect(_: socket.socket, address: Any) -> None:
        reached.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", connect)
    return reached


@every_door
@pytest.mark.parametrize("url", UNSAFE_URLS)
def test_an_unsafe_url_is_neither_looked_up_nor_asked(
    door: Door, url: str, names: Names, reached: list[Any]
) -> None:
    assert door(url) in {"UnsafeUrl", "KeysUnavailable"}
    assert (names.looked_up, reached) == ([], [])


@every_door
@pytest.mark.parametrize("address", [address for address in NOT_PUBLIC if "." in address or ":" in address])
def test_a_name_that_leads_inside_is_never_asked(
    door: Door, address: str, names: Names, reached: list[Any]
) -> None:
    for answer in ([address], [PUBLIC, address], [address, PUBLIC]):
        names.answers = [answer]
        assert door(f"https://{HOST}/") in {"PrivateAddress", "KeysUnavailable"}
    assert reached == []


@every_door
def test_the_address_that_was_checked_is_the_one_that_is_asked_and_the_next_time_it_is_checked_anew(
    door: Door, names: Names, reached: list[Any]
) -> None:
    names.answers = [[PUBLIC], ["169.254.169.254"]]
    assert door(f"https://{HOST}/") in {"NewConnectionError", "KeysUnavailable"}
    assert reached == [(PUBLIC, 443)]
    assert names.asked == 1, "no second look between the check and the connection"
    assert door(f"https://{HOST}/") in {"PrivateAddress", "KeysUnavailable"}
    assert reached == [(PUBLIC, 443)]


@every_door
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(door: Door, status: int, hook: Receiver, names: Names) -> None:
    with http_receiver() as inside:
        for place in (f"http://{inside.address}/admin", f"https://{HOST}:{hook.port}/elsewhere"):
            hook.status, hook.headers = status, {"Location": place, "Content-Length": "0"}
            assert door(f"https://{HOST}:{hook.port}/in") in {f"HTTP {status}", "KeysUnavailable"}
        assert inside.received == []
    assert {request.path for request in hook.received} == {"/in"}


@every_door
def test_a_proxy_of_the_environment_is_not_asked(
    door: Door, names: Names, reached: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    names.answers = [[PUBLIC]]
    for variable in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(variable, "http://127.0.0.1:3128")
    door(f"https://{HOST}/")
    assert reached == [(PUBLIC, 443)]


@pytest.mark.django_db
def test_an_endpoint_whose_name_turns_inside_waits_until_it_leads_out_again(
    api: APIClient, clinic: Clinic, clock: Clock, hook: Receiver, names: Names, settings: Settings
) -> None:
    settings.ALLOW_PRIVATE_WEBHOOKS = False
    added = api.post("/api/v1/webhook-endpoints", {"url": f"https://{HOST}:{hook.port}/in", "events": []})
    assert added.status_code == 201
    names.answers = [["10.0.0.1"], ["127.0.0.1"]]
    with clinic_scope(clinic.id):
        emit(clinic, (EventType.ASSESSMENT_RECORDED, clinic.id), now=clock())
        (delivery,) = clinic.webhook_endpoints.get().deliveries.all()
    assert deliver(clock) == 1
    assert hook.received == []
    clock.advance(seconds=6)
    assert deliver(clock) == 1
    assert len(hook.received) == 1
    with clinic_scope(clinic.id):
        assert [attempt.reason for attempt in delivery.tries.order_by("at")] == ["PrivateAddress", ""]


def test_nothing_else_of_the_service_opens_a_connection() -> None:
    """A new way out has to go through the guard, or say here why it needs none."""
    found = {
        path.relative_to(ROOT).as_posix()
        for app in ("assessments", "patients", "clinics", "backend")
        for path in (ROOT / app).rglob("*.py")
        if _imports(path) & _CONNECTS
    }
    assert found == GOES_OUT.keys()


def _imports(path: Path) -> set[str]:
    """Top-level packages that a file imports; of the standard library's, only what connects."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        names = (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
        found |= {name.partition(".")[0] for name in names if name != "http"}
        if {"urllib.request", "http.client"} & set(names):
            found.add("socket")
    return found
