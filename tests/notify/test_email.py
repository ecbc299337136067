"""Mail: what is refused for good is told from what may pass, and no mail server can hold us."""

import time
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from backend.platform.outbound.delivery import DeliveryError, Message
from backend.platform.outbound.email import EmailChannel
from tests.mail import Postbox, SilentServer, free_port
from tests.notify.certificates import certify
from tests.notify.receivers import dribbler


def failure(message: Message) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        EmailChannel().send(message)
    return caught.value


@pytest.mark.parametrize(
    ("reply", "permanent"),
    [("550 no such mailbox", True), ("553 not allowed", True), ("450 busy", False), ("451 later", False)],
)
def test_a_recipient_refused_with_a_5_is_refused_for_good(
    message: Message, postbox: Postbox, reply: str, permanent: bool
) -> None:
    postbox.refuse = lambda _: reply
    refused = failure(message)
    assert (refused.reason, refused.permanent) == ("SMTPRecipientsRefused", permanent)


@pytest.mark.parametrize(("reply", "permanent"), [("554 rejected", True), ("452 disk full", False)])
def test_a_message_refused_with_a_5_is_refused_for_good(
    message: Message, postbox: Postbox, reply: str, permanent: bool
) -> None:
    postbox.answer = reply
    refused = failure(message)
    assert (refused.reason, refused.permanent) == ("SMTPDataError", permanent)


def test_a_mail_server_that_is_away_may_come_back(message: Message, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    refused = failure(message)
    assert (refused.reason, refused.permanent) == ("ConnectionRefusedError", False)


def test_an_address_that_is_none_is_refused_for_good(message: Message, postbox: Postbox) -> None:
    wrong = Message(message.id, "jo\n@clinic.example", "s", "b", message.event, message.about)
    assert failure(wrong).permanent
    assert postbox.messages == []


def test_a_silent_mail_server_costs_the_time_limit_and_no_more(message: Message, settings: Any) -> None:
    port = free_port()
    silent = SilentServer(port)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 60
    settings.SEND_TIME_LIMIT = 0.2
    began = time.monotonic()
    refused = failure(message)
    assert (refused.reason, refused.permanent) == ("TimeLimit", False)
    assert time.monotonic() - began < 5
    silent.stop()


def test_a_mail_server_that_dribbles_outlasts_no_time_limit(message: Message, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.SEND_TIME_LIMIT = "127.0.0.1", 0.2
    with dribbler(b"220-wait\r\n") as settings.EMAIL_PORT:
        began = time.monotonic()
        assert failure(message).reason == "TimeLimit"
        assert time.monotonic() - began < 5


def test_what_still_hangs_gets_no_second_send_beside_it(message: Message, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.SEND_TIME_LIMIT = "127.0.0.1", 0.1
    with dribbler(b"220-wait\r\n") as settings.EMAIL_PORT:
        assert [failure(message).reason for _ in range(3)] == ["TimeLimit", "StillHanging", "StillHanging"]


def test_over_tls_nothing_leaves_to_a_server_that_cannot_prove_its_name(
    message: Message, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, trusted = certify(tmp_path, "localhost")
    box, port = Postbox(), free_port()
    server = Controller(box, hostname="127.0.0.1", port=port, tls_context=context, require_starttls=True)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "localhost", port, True
    assert failure(message).reason == "SSLCertVerificationError"
    assert box.messages == []
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    EmailChannel().send(message)
    assert len(box.messages) == 1
    server.stop()
