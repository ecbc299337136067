"""Apprise, held to what the operator allows, against a real receiver."""

import json
import socket
import time
import uuid
from typing import Any

import pytest

from assessments.escalations.channels.apprise import OnCallServiceChannel, load
from backend.platform.outbound.addresses import UnsafeUrlError
from backend.platform.outbound.delivery import DeliveryError, Message
from tests.mail import SilentServer, free_port
from tests.notify.receivers import Receiver, dribbler

KEY = "a1" * 16
#: One URL of each service that is allowed without further ado, and where it must lead.
DEFAULTS = {
    f"pagerduty://{KEY}@{KEY}": "events.pagerduty.com",
    f"opsgenie://{KEY}": "api.opsgenie.com",
    f"signl4://{KEY}": "connect.signl4.com",
    f"ilert://{KEY}": "api.ilert.com",
    f"squadcast://{KEY}": "api.squadcast.com",
    f"pagertree://int_{KEY[:10]}": "api.pagertree.com",
    f"incidentio://{KEY}/{KEY}": "api.incident.io",
    f"spike://{KEY}": "api.spike.sh",
}


@pytest.fixture
def local(settings: Any, receiver: Receiver) -> OnCallServiceChannel:
    """A service that the operator allows, on this machine."""
    settings.ON_CALL_SCHEMAS, settings.ALLOW_PRIVATE_WEBHOOKS = ["json"], True
    return OnCallServiceChannel(f"json://{receiver.address}/alert")


def failure(channel: OnCallServiceChannel, message: Message) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        channel.send(message)
    return caught.value


def test_it_takes_the_message(local: OnCallServiceChannel, receiver: Receiver, message: Message) -> None:
    local.send(message)
    (request,) = receiver.received
    alert = json.loads(request.body)
    assert alert["title"].startswith(message.subject)
    assert message.body.strip() in alert["message"]
    assert str(message.id) in alert["message"]
    assert alert["attachments"] == []


def test_no_two_messages_can_be_merged_by_their_title_and_a_retry_can(
    local: OnCallServiceChannel, receiver: Receiver, message: Message
) -> None:
    other = Message(uuid.uuid4(), *(getattr(message, name) for name in Message.__slots__[1:]))
    for sent in (message, message, other):
        local.send(sent)
    first, again, second = (json.loads(request.body)["title"] for request in receiver.received)
    assert first == again != second


@pytest.mark.parametrize(
    ("status", "permanent"),
    [(400, True), (401, True), (404, True), (302, True), (429, False), (500, False), (503, False)],
)
def test_what_an_answer_means(
    local: OnCallServiceChannel, receiver: Receiver, message: Message, status: int, permanent: bool
) -> None:
    receiver.status = status
    refused = failure(local, message)
    assert (refused.reason, refused.permanent) == (f"HTTP {status}", permanent)


def test_a_redirect_is_not_followed(
    local: OnCallServiceChannel, receiver: Receiver, message: Message
) -> None:
    receiver.status, receiver.headers = 307, {"Location": f"http://{receiver.address}/elsewhere"}
    assert failure(local, message).permanent
    assert [request.path for request in receiver.received] == ["/alert"]


def test_a_service_that_is_away_may_come_back(local: OnCallServiceChannel, message: Message) -> None:
    away = OnCallServiceChannel(f"json://127.0.0.1:{free_port()}/")
    refused = failure(away, message)
    assert (refused.reason, refused.permanent) == ("ServiceFailed", False)


def test_a_silent_service_costs_the_time_limit_and_no_more(
    local: OnCallServiceChannel, message: Message, settings: Any
) -> None:
    local.send(message)  # loads Apprise's services, once in a process
    settings.SEND_TIME_LIMIT = 0.2
    port = free_port()
    silent = SilentServer(port)
    began = time.monotonic()
    assert failure(OnCallServiceChannel(f"json://127.0.0.1:{port}/"), message).reason == "TimeLimit"
    assert time.monotonic() - began < 5
    silent.stop()
    with dribbler(b"HTTP/1.1 200 OK\r\nX: y\r\n") as port:
        dribbling = OnCallServiceChannel(f"json://127.0.0.1:{port}/")
        assert [failure(dribbling, message).reason for _ in range(2)] == ["TimeLimit", "StillHanging"]


def test_a_private_address_is_refused_when_the_connection_is_made(
    receiver: Receiver, message: Message, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ON_CALL_SCHEMAS = ["json"]
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda _, *more, **rest: real("127.0.0.1", *more, **rest))
    for host in ("alerts.example.org", "127.0.0.1", "localhost", "2130706433"):
        refused = failure(OnCallServiceChannel(f"json://{host}:{receiver.port}/"), message)
        assert (refused.reason, refused.permanent) == ("PrivateAddress", True)
    assert receiver.received == []


@pytest.mark.parametrize(("url", "host"), DEFAULTS.items())
def test_a_service_of_the_default_reaches_its_vendor_and_nothing_else(
    url: str, host: str, message: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: set[tuple[str, int]] = set()

    def look_up(name: str, port: int, *_: Any, **__: Any) -> Any:
        asked.add((name, port))
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    assert not failure(OnCallServiceChannel(url), message).permanent
    assert asked == {(host, 443)}


def test_the_default_is_those_services(settings: Any) -> None:
    assert [url.partition(":")[0] for url in DEFAULTS] == settings.ON_CALL_SCHEMAS


@pytest.mark.parametrize(
    "url",
    [
        *("file:///etc/passwd", "json://127.0.0.1/", "jsons://example.org/", "xml://example.org/"),
        *("form://example.org/", "mailto://jo:pw@example.org", "syslog://", "dbus://", "windows://"),
        *("apprise://example.org/token", "exec://ls", "foo://bar", "", "pagerduty", "://", "pagerduty://"),
        *(f"https://connect.signl4.com/webhook/{KEY}/", f" signl4://{KEY}", f"signl4://{KEY}\n"),
        f"signl4://{KEY},json://127.0.0.1/",
        f"signl4://{KEY} json://127.0.0.1/",
    ],
)
def test_nothing_else_is_taken(url: str) -> None:
    with pytest.raises(UnsafeUrlError) as refused:
        load(url)
    assert KEY not in str(refused.value)


@pytest.mark.parametrize(
    "option",
    [
        *(
            "verify=no",
            "redirect=yes",
            "optional=yes",
            "retry=5",
            "wait=9",
            "rto=600",
            "cto=600",
            "store=yes",
        ),
        *("action=resolve", "action=acknowledge", "status=resolved", "dedup=one", "external_id=one"),
        *(
            "tag=x",
            "format=html",
            "overflow=split",
            "emojis=yes",
            "+X-Header=y",
            "-x=y",
            ":a=b",
            "a;optional=yes",
        ),
        *("OPTIONAL=yes", "%6Fptional=yes"),
    ],
)
def test_no_option_mutes_merges_or_weakens_an_alert(option: str) -> None:
    with pytest.raises(UnsafeUrlError):
        load(f"signl4://{KEY}?{option}")


def test_options_that_say_where_and_how_loudly_are_taken() -> None:
    assert load(f"opsgenie://{KEY}?region=eu&priority=p1")
    assert load(f"PagerDuty://{KEY}@{KEY}?severity=critical")


def test_a_service_that_the_operator_no_longer_allows_is_refused_for_good(
    message: Message, settings: Any
) -> None:
    settings.ON_CALL_SCHEMAS = ["opsgenie"]
    refused = failure(OnCallServiceChannel(f"signl4://{KEY}"), message)
    assert (refused.reason, refused.permanent) == ("ServiceNotAllowed", True)
