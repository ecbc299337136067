"""The signed POST: against real servers over TLS, kind and hostile."""

import json
import socket
import time
from pathlib import Path
from typing import Any

import pytest
import urllib3
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from assessments.escalations.channels.webhook import WebhookChannel
from backend.platform.outbound import http as guarded
from backend.platform.outbound.delivery import DeliveryError, Message
from backend.platform.outbound.http import new_secret
from tests.mail import SilentServer, free_port
from tests.notify.certificates import certify
from tests.notify.names import HOST, Names
from tests.notify.receivers import Receiver, dribbler, http_receiver

KEY = new_secret()


def channel(port: int, path: str = "/in?x=1") -> WebhookChannel:
    return WebhookChannel(f"https://{HOST}:{port}{path}", [KEY])


def failure(port: int, message: Message) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        channel(port).send(message)
    return caught.value


def test_a_receiver_verifies_it_and_learns_an_id_and_no_more(hook: Receiver, message: Message) -> None:
    channel(hook.port).send(message)
    (request,) = hook.received
    event = Webhook(KEY).verify(request.body, request.headers)
    assert event.keys() == {"type", "timestamp", "data"}
    assert (event["type"], event["data"]) == ("escalation.calling", {"id": str(message.about)})
    assert request.headers["webhook-id"] == str(message.id)
    assert request.headers["Host"] == f"{HOST}:{hook.port}"
    assert request.path == "/in?x=1"


def test_a_changed_body_or_another_key_is_found_out(hook: Receiver, message: Message) -> None:
    channel(hook.port).send(message)
    (request,) = hook.received
    for key, body in ((KEY, request.body + b" "), (new_secret(), request.body)):
        with pytest.raises(WebhookVerificationError):
            Webhook(key).verify(body, request.headers)


def test_while_a_key_changes_either_of_the_two_verifies(hook: Receiver, message: Message) -> None:
    other = new_secret()
    WebhookChannel(f"https://{HOST}:{hook.port}/", [KEY, other]).send(message)
    (request,) = hook.received
    for key in (KEY, other):
        assert Webhook(key).verify(request.body, request.headers)


def test_the_same_message_again_carries_the_same_id(hook: Receiver, message: Message) -> None:
    hook.status = 500
    assert failure(hook.port, message).reason == "HTTP 500"
    hook.status = 200
    channel(hook.port).send(message)
    assert len({request.headers["webhook-id"] for request in hook.received}) == 1


@pytest.mark.parametrize(
    ("status", "permanent"),
    [
        *((500, False), (502, False), (503, False), (408, False), (425, False), (429, False)),
        *((400, True), (401, True), (403, True), (404, True), (410, True), (301, True), (302, True)),
        *((307, True), (308, True)),
    ],
)
def test_what_an_answer_means(hook: Receiver, message: Message, status: int, permanent: bool) -> None:
    hook.status = status
    refused = failure(hook.port, message)
    assert (refused.reason, refused.permanent) == (f"HTTP {status}", permanent)


def test_a_redirect_is_not_followed(hook: Receiver, message: Message) -> None:
    with http_receiver() as inside:
        hook.status, hook.headers = 307, {"Location": f"http://{inside.address}/admin"}
        assert failure(hook.port, message).permanent
        assert inside.received == []


def test_a_name_that_changes_between_check_and_connection_changes_nothing(
    names: Names, message: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached: list[tuple[str, int]] = []

    def connect(address: tuple[str, int], *_: Any, **__: Any) -> socket.socket:
        reached.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(urllib3.util.connection, "create_connection", connect)
    names.answers = [["93.184.216.34"], ["127.0.0.1"]]
    assert failure(8443, message).reason == "NewConnectionError"
    assert reached == [("93.184.216.34", 8443)], "the address that was checked, not the name"
    assert names.asked == 1


def test_every_send_is_checked_anew(names: Names, message: Message, monkeypatch: pytest.MonkeyPatch) -> None:
    with http_receiver() as inside:
        names.answers = [["127.0.0.1"]]
        refused = failure(inside.port, message)
    assert (refused.reason, refused.permanent) == ("PrivateAddress", True)
    assert inside.received == []


def test_a_certificate_of_another_name_is_refused_before_anything_is_said(
    tmp_path: Path, names: Names, loopback_is_public: None, message: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, trusted = certify(tmp_path, "elsewhere.example.org")
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    guarded._tls.cache_clear()
    with http_receiver(context) as receiver:
        refused = failure(receiver.port, message)
    guarded._tls.cache_clear()
    assert (refused.reason, refused.permanent) == ("CertificateRefused", True)
    assert receiver.received == []


def test_a_receiver_that_is_away_may_come_back(
    names: Names, loopback_is_public: None, message: Message
) -> None:
    refused = failure(free_port(), message)
    assert (refused.reason, refused.permanent) == ("NewConnectionError", False)


def test_the_next_address_is_tried_when_one_does_not_answer(
    hook: Receiver, names: Names, message: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.platform.outbound.addresses.is_public", lambda _: True)
    names.answers = [["127.0.0.9", "127.0.0.1"]]
    channel(hook.port).send(message)
    assert len(hook.received) == 1


def test_a_huge_answer_is_not_read(hook: Receiver, message: Message) -> None:
    hook.status, hook.body = 200, b"x" * 200_000_000
    began = time.monotonic()
    channel(hook.port).send(message)
    assert time.monotonic() - began < 2


def test_a_silent_receiver_costs_the_time_limit_and_no_more(
    names: Names, loopback_is_public: None, message: Message, settings: Any
) -> None:
    settings.SEND_TIME_LIMIT = 0.2
    port = free_port()
    silent = SilentServer(port)
    began = time.monotonic()
    assert failure(port, message).reason == "TimeLimit"
    assert time.monotonic() - began < 5
    silent.stop()


def test_a_receiver_that_dribbles_outlasts_no_time_limit(message: Message, settings: Any) -> None:
    settings.SEND_TIME_LIMIT, settings.ALLOW_PRIVATE_WEBHOOKS = 0.2, True
    with dribbler(b"HTTP/1.1 200 OK\r\nX-Wait: a\r\nX-Wait: b\r\n", every=0.01) as port:
        hook = WebhookChannel(f"http://127.0.0.1:{port}/", [KEY])
        for _ in range(2):  # it was ended: nothing hangs that would refuse the second
            with pytest.raises(DeliveryError) as caught:
                hook.send(message)
            assert caught.value.reason == "TimeLimit"
            time.sleep(0.05)


def test_a_url_that_is_unsafe_by_now_is_refused_for_good(message: Message) -> None:
    for url in ("http://hooks.example.org/", "https://127.0.0.1/", "https://jo@hooks.example.org/"):
        with pytest.raises(DeliveryError) as caught:
            WebhookChannel(url, [KEY]).send(message)
        assert (caught.value.reason, caught.value.permanent) == ("UnsafeUrl", True)


def test_the_body_is_json_and_nothing_of_the_message_is_in_it(hook: Receiver, message: Message) -> None:
    channel(hook.port).send(message)
    text = hook.received[0].body.decode()
    assert message.subject not in text
    assert json.loads(text)["timestamp"].endswith("+00:00")
