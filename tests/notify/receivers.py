"""Real servers on 127.0.0.1 that answer, refuse, hang or dribble, as they are told."""

import http.server
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes


def _open() -> threading.Event:
    gate = threading.Event()
    gate.set()
    return gate


@dataclass
class Receiver:
    """An HTTP server's memory and manners: ``status``, ``headers`` and ``body`` are its answer.

    While ``gate`` is closed it takes requests in and answers none.
    """

    port: int = 0
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    received: list[Received] = field(default_factory=list)
    gate: threading.Event = field(default_factory=_open)

    @property
    def address(self) -> str:
        """Where it listens, for URLs."""
        return f"127.0.0.1:{self.port}"


@contextmanager
def http_receiver(tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Run a receiver while the block lasts, over TLS when a context with its certificate is given."""
    receiver = Receiver()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            receiver.received.append(Received(self.path, dict(self.headers), self.rfile.read(length)))
            receiver.gate.wait()
            self.send_response(receiver.status)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(receiver.body)

        do_GET = do_POST  # noqa: N815 - the name that the base class calls

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver.port = server.server_address[1]
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield receiver
        receiver.gate.set()
        server.shutdown()
        thread.join(timeout=5)


@contextmanager
def dribbler(line: bytes, *, every: float = 0.02) -> Iterator[int]:
    """A server that never falls silent and never ends: one byte of ``line`` at a time, for ever; its port."""
    listener = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def talk(connection: socket.socket) -> None:
        with connection:
            while not stop.is_set():
                for byte in line:
                    try:
                        connection.sendall(bytes([byte]))
                    except OSError:
                        return
                    time.sleep(every)

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=talk, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    yield int(listener.getsockname()[1])
    stop.set()
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(timeout=5)
