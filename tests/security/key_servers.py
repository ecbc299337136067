"""Servers that publish keys, well and badly: on this machine, counting who connects."""

import contextlib
import datetime as dt
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.utils import timezone

from backend.platform.storage.tenancy import clinic_scope
from clinics.clients.models import PublishedKeys
from clinics.identity.models import Clinic

#: What a server does with a connection, given what it publishes at present.
Manner = Callable[[socket.socket, bytes], None]


@dataclass
class KeyServer:
    """Where it is, what it publishes, and the moments at which somebody connected."""

    port: int
    body: bytes = b""
    connections: list[float] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Where its keys stand."""
        return f"http://127.0.0.1:{self.port}/jwks.json"


def answers(connection: socket.socket, body: bytes) -> None:
    """Publishes them."""
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


def says_nothing(connection: socket.socket, body: bytes) -> None:
    """Takes a connection and stays silent until it is closed."""
    with contextlib.suppress(OSError):
        while connection.recv(4096):
            pass


def dribbles(connection: socket.socket, body: bytes) -> None:
    """A byte each tenth of a second, for ever."""
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n")
    while True:
        connection.sendall(b" ")
        time.sleep(0.1)


def refuses(connection: socket.socket, body: bytes) -> None:
    """Hangs up at once."""


@contextmanager
def key_server(manner: Manner) -> Iterator[KeyServer]:
    """A server of this manner, for as long as the block lasts."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = KeyServer(listening.getsockname()[1])

    def serve(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            manner(connection, server.body)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listening.accept()
                server.connections.append(time.monotonic())
                threading.Thread(target=serve, args=[connection], daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield server
    finally:
        with contextlib.suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()


def publish_at(clinic: Clinic, address: str) -> None:
    """Register an address as the service does when it is told one: to be looked up now."""
    due = timezone.now() - dt.timedelta(seconds=1)
    with clinic_scope(clinic.id):
        PublishedKeys.objects.create(clinic=clinic, address=address, due_at=due)
