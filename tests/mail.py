"""A real SMTP server that remembers what it took, and can be told to misbehave."""

import email
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import Message
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from assessments.escalations.channels.mail import Mail
from assessments.escalations.channels.registry import CHANNELS
from backend.platform.outbound.delivery import Channel


class Postbox:
    """What arrived, in order.

    ``refuse`` says to every recipient the SMTP reply that refuses them (None: take it), ``answer`` is the
    reply to every message.
    """

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.refuse: Callable[[str], str | None] = lambda _: None
        self.answer = "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[Any]
    ) -> str:
        """Take a recipient, or refuse it."""
        refusal = self.refuse(address)
        if refusal is None:
            envelope.rcpt_tos.append(address)
        return refusal or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep the message, or refuse it."""
        if self.answer.startswith("2"):
            self.messages.append(email.message_from_bytes(bytes(envelope.content or b"")))
        return self.answer

    def wait_for(self, count: int, *, seconds: float = 20) -> list[Message]:
        """Return the messages once so many have come; fails when they don't come in time."""
        until = time.monotonic() + seconds
        while len(self.messages) < count:
            assert time.monotonic() < until, f"{len(self.messages)} of {count} messages after {seconds} s"
            time.sleep(0.02)
        return self.messages

    @property
    def ids(self) -> list[str]:
        """The message ids, in order of arrival."""
        return [str(message["Message-ID"]) for message in self.messages]


def free_port() -> int:
    """A TCP port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serve(postbox: Postbox, port: int) -> Controller:
    """Start a server; ``controller.stop()`` ends it."""
    controller = Controller(postbox, hostname="127.0.0.1", port=port)
    controller.start()
    return controller


class SilentServer:
    """Accepts connections and says nothing: a sender hangs in the middle of sending."""

    def __init__(self, port: int) -> None:
        self._listener = socket.create_server(("127.0.0.1", port))
        self._connections: list[socket.socket] = []
        self.somebody_hangs = threading.Event()
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._connections.append(connection)
            self.somebody_hangs.set()

    def stop(self) -> None:
        """Close everything, so that the port is free again."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._connections:
            connection.close()
        self._thread.join(timeout=5)


class _MailThrough(Mail):
    """Mail that leaves by a channel of the test's."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def opened(self, clinic_id: uuid.UUID, address: str) -> Channel:
        return self._channel


@contextmanager
def mailed_through(channel: Channel) -> Iterator[None]:
    """Let mails of this process leave by another channel than the mail server's."""
    usual = CHANNELS[Mail.code]
    CHANNELS[Mail.code] = _MailThrough(channel)
    try:
        yield
    finally:
        CHANNELS[Mail.code] = usual
