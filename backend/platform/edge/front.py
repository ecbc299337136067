"""What stands between the web server and Django: a request takes a thread only once it is here as a whole.

The server speaks ASGI to this front, and the front WSGI to Django. Reading and writing cost no thread, so a
caller who sends or reads slowly, or not at all, holds nothing that others need; and each of them ends.
"""

import asyncio
import contextvars
import os
import socket
from collections.abc import Awaitable, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from backend.platform.edge.arrival import (
    THREADS,
    GoneError,
    Message,
    Receive,
    RefusedError,
    build_environ,
    hung_up,
    read_body,
    read_headers,
)
from backend.platform.edge.middleware import REFUSAL

logger = structlog.get_logger(__name__)

Send = Callable[[Message], Awaitable[None]]
WsgiApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

#: Seconds within which a caller takes the next piece of an answer.
PIECE_SECONDS = 20.0
PIECE_BYTES = 16 * 1024
#: How much of an answer a thread makes before it is free for another request.
TURN_BYTES = 256 * 1024


class Front:
    """An ASGI application that runs one of WSGI."""

    def __init__(self, application: WsgiApplication) -> None:
        self._application = application
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="request")
        # Apart, so that hundreds of bodies that end at the same moment stand in nobody's way.
        self._refusing = ThreadPoolExecutor(1, thread_name_prefix="refusal")
        self._bounded = False

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request, or follow the server's start and end."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            if not self._bounded:
                self._bounded = True
                bound_unread_answers()
            await self._answer(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        for threads in (self._threads, self._refusing):
            threads.shutdown(wait=False, cancel_futures=True)
        await send({"type": "lifespan.shutdown.complete"})

    async def _answer(self, scope: Message, receive: Receive, send: Send) -> None:
        headers = read_headers(scope["headers"])
        refusal = ""
        try:
            body = await read_body(headers, receive)
        except GoneError:
            return
        except RefusedError as exc:
            body, refusal = b"", exc.code
        environ = build_environ(scope, headers, body)
        if refusal:
            environ[REFUSAL] = refusal
        answer = Answer(self._application, environ)
        reader = Reader(receive, send, bodiless=scope["method"] == "HEAD", closing=answer.refused)
        try:
            await self._hand_over(answer, reader)
        except GoneError:
            if not answer.announced:
                raise  # or the server would end it as if it were whole
        finally:
            reader.leave()
            if not answer.closed:
                await self._in_thread(answer, answer.close)

    async def _hand_over(self, answer: "Answer", reader: "Reader") -> None:
        """Pass the answer on, turn by turn; raises ``GoneError`` when it ends before its end."""
        turn = await self._in_thread(answer, answer.begin)
        await reader.begin(answer.status, answer.headers)
        while not await reader.take(turn):
            turn = await self._in_thread(answer, answer.take)

    async def _in_thread(self, answer: "Answer", job: Callable[[], "Turn"]) -> "Turn":
        loop = asyncio.get_running_loop()
        threads = self._refusing if answer.refused else self._threads
        try:
            return await loop.run_in_executor(threads, answer.context.run, job)
        except Exception as exc:  # noqa: BLE001 - whatever it is, the answer ends here
            # What the exception says may hold a row: its kind is enough.
            logger.error("answer_broken_off", kind=type(exc).__name__)
            raise GoneError from None


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn in a thread has made of an answer."""

    data: bytes
    last: bool


class Answer:
    """One request's answer, made turn by turn in whichever thread is free, always in the same context."""

    def __init__(self, application: WsgiApplication, environ: dict[str, Any]) -> None:
        self.context = contextvars.copy_context()
        self.status = 500
        self.headers: list[tuple[bytes, bytes]] = []
        self._application, self._environ = application, environ
        self._made: Iterable[bytes] = ()
        self._chunks: Iterator[bytes] = iter(())
        self.closed = False
        self.refused = REFUSAL in environ

    def begin(self) -> Turn:
        """Run the application, and take the first turn."""
        self._made = self._application(self._environ, self._start)
        self._chunks = iter(self._made)
        return self.take()

    def take(self) -> Turn:
        """The next ``TURN_BYTES`` or so; the application cleans up with the last of them."""
        taken = bytearray()
        for chunk in self._chunks:
            taken += chunk
            if len(taken) >= TURN_BYTES:
                return Turn(bytes(taken), last=False)
        self.close()
        return Turn(bytes(taken), last=True)

    def close(self) -> Turn:
        """Let the application clean up: transactions, connections."""
        self.closed = True
        getattr(self._made, "close", lambda: None)()
        return Turn(b"", last=True)

    @property
    def announced(self) -> bool:
        """Whether the caller knows how long it is, and so when it was cut short."""
        return any(name == b"content-length" for name, _ in self.headers)

    def _start(self, status: str, headers: list[tuple[str, str]], exc_info: object = None) -> None:  # noqa: ARG002
        self.status = int(status.split(" ", 1)[0])
        self.headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]


class Reader:
    """The caller as one who takes an answer, piece by piece and within a time for each."""

    def __init__(self, receive: Receive, send: Send, *, bodiless: bool, closing: bool) -> None:
        self._receive, self._send = receive, send
        self._bodiless, self._closing = bodiless, closing
        self._gone: asyncio.Future[None] | None = None

    async def begin(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        """Send the head."""
        if self._closing:
            headers = [*headers, (b"connection", b"close")]
        await self._send({"type": "http.response.start", "status": status, "headers": headers})

    async def take(self, turn: "Turn") -> bool:
        """Send what a turn made; True when that was all. Raises ``GoneError``."""
        last = turn.last or self._bodiless
        data = b"" if self._bodiless else turn.data
        if len(data) > PIECE_BYTES and self._gone is None:
            self._gone = asyncio.ensure_future(hung_up(self._receive))
        for at in range(0, len(data), PIECE_BYTES) or [0]:
            await self._give(data[at : at + PIECE_BYTES], more=not last or at + PIECE_BYTES < len(data))
        return last

    async def _give(self, piece: bytes, *, more: bool) -> None:
        if self._gone is not None and self._gone.done():
            raise GoneError
        try:
            async with asyncio.timeout(PIECE_SECONDS):
                await self._send({"type": "http.response.body", "body": piece, "more_body": more})
        except (TimeoutError, OSError, RuntimeError):
            raise GoneError from None

    def leave(self) -> None:
        """Stop looking whether the caller is still there."""
        if self._gone is not None:
            self._gone.cancel()


def bound_unread_answers() -> None:
    """Let the system end connections of this process whose callers leave the end of an answer unread.

    The server hands the last pieces to the system and has no limit of its own for them. What is set on a
    socket that listens counts for every connection it accepts.
    """
    option = getattr(socket, "TCP_USER_TIMEOUT", None)
    if option is None:
        return  # pragma: no cover - not Linux
    for descriptor in [path for path in Path("/proc/self/fd").iterdir() if path.is_socket()]:
        with suppress(OSError), socket.socket(fileno=os.dup(int(descriptor.name))) as known:
            if known.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                known.setsockopt(socket.IPPROTO_TCP, option, int(PIECE_SECONDS * 1000))
