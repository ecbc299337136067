"""The front by itself: what Django is shown of a request, and how an answer leaves."""

import asyncio
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from backend.platform.edge import arrival, front
from backend.platform.edge.arrival import GoneError
from backend.platform.edge.front import TURN_BYTES, Front
from backend.platform.edge.middleware import REFUSAL
from backend.serve import command_line

SCOPE = {
    "type": "http",
    "http_version": "1.1",
    "method": "POST",
    "path": "/a b",
    "raw_path": b"/a%20b",
    "query_string": b"c=%C3%A9",
    "scheme": "http",
    "server": ("127.0.0.1", 8000),
    "client": ("192.0.2.1", 4711),
    "headers": [(b"host", b"x")],
}
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Line:
    """A connection: what arrives on it, and what was sent."""

    def __init__(self, *arriving: dict[str, Any]) -> None:
        self.arriving, self.sent = list(arriving), list[dict[str, Any]]()

    async def receive(self) -> dict[str, Any]:
        if not self.arriving:
            await asyncio.Event().wait()
        return self.arriving.pop(0)

    async def send(self, message: Any) -> None:
        self.sent.append(message)

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.sent)


def part(body: bytes, *, more: bool = False) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


def answered(application: Wsgi, line: Line, **scope: Any) -> Line:
    asyncio.run(Front(application)({**SCOPE, **scope}, line.receive, line.send))
    return line


def shown(line: Line, *headers: tuple[bytes, bytes], **scope: Any) -> dict[str, Any]:
    """The environment that the application was called with."""
    called: list[dict[str, Any]] = []

    def application(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        called.append(environ)
        start("200 OK", [("Content-Length", "2")])
        return [b"ok"]

    assert answered(application, line, headers=list(headers), **scope).body == b"ok"
    return called[0]


def length(count: int) -> tuple[bytes, bytes]:
    return b"content-length", str(count).encode()


def test_a_body_in_parts_is_whole_before_the_application_is_called() -> None:
    environ = shown(Line(part(b"ab", more=True), part(b"", more=True), part(b"cd")), length(4))
    assert (environ["wsgi.input"].read(), environ["CONTENT_LENGTH"]) == (b"abcd", "4")
    assert (environ["PATH_INFO"], environ["QUERY_STRING"]) == ("/a b", "c=%C3%A9")
    assert environ["REMOTE_ADDR"] == "192.0.2.1"


def test_a_header_with_an_underscore_is_no_way_past_a_proxy() -> None:
    """WSGI has one name for both spellings, and proxies guard one of them."""
    environ = shown(
        Line(),
        (b"x_forwarded_for", b"203.0.113.9"),
        (b"x-forwarded-for", b"198.51.100.7"),
        (b"x-forwarded-for", b"10.0.0.1"),
        (b"x_forwarded_proto", b"https"),
        (b"cookie", b"a=1"),
        (b"cookie", b"b=2"),
    )
    assert environ["HTTP_X_FORWARDED_FOR"] == "198.51.100.7,10.0.0.1"
    assert environ["HTTP_COOKIE"] == "a=1; b=2"
    assert "HTTP_X_FORWARDED_PROTO" not in environ


def test_nothing_of_the_processs_environment_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_OF_THE_PROCESS", "x")
    assert "SECRET_OF_THE_PROCESS" not in shown(Line())


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ([length(65537)], "body_too_large"),
        ([(b"content-length", b"+4")], "bad_request"),
        ([length(4), length(5)], "bad_request"),
        ([(b"transfer-encoding", b"chunked")], "length_required"),
        ([(b"transfer-encoding", b"chunked"), length(4)], "length_required"),
    ],
)
def test_a_body_that_can_not_be_read_is_refused_without_reading(
    headers: list[tuple[bytes, bytes]], code: str
) -> None:
    line = Line(part(b"abcd"))
    environ = shown(line, *headers)
    assert (environ[REFUSAL], environ["wsgi.input"].read()) == (code, b"")
    assert (b"connection", b"close") in line.sent[0]["headers"]
    assert line.arriving, "it was never asked for"


def test_a_body_that_does_not_arrive_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrival, "BODY_SECONDS", 0.05)
    assert shown(Line(part(b"ab", more=True)), length(4))[REFUSAL] == "request_timeout"


def test_nobody_is_answered_who_hung_up() -> None:
    line = answered(lambda *_: [b"never"], Line({"type": "http.disconnect"}), headers=[length(4)])
    assert line.sent == []


def large(made: list[int], closed: list[bool], *, announced: bool = True) -> Wsgi:
    """An application that makes an answer of eight turns."""

    def chunks() -> Iterator[bytes]:
        try:
            for number in range(8):
                made.append(number)
                yield b"x" * TURN_BYTES
        finally:
            closed.append(True)

    def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterator[bytes]:
        start("200 OK", [("Content-Length", str(8 * TURN_BYTES))] if announced else [])
        return chunks()

    return application


def test_a_large_answer_leaves_in_its_order_and_ends() -> None:
    line = answered(large([], closed := []), Line())
    assert (len(line.body), closed) == (8 * TURN_BYTES, [True])
    assert [message["more_body"] for message in line.sent[1:]].count(False) == 1


class Stuck(Line):
    """A caller who takes the first pieces and no more."""

    async def send(self, message: Any) -> None:
        await super().send(message)
        if len(self.sent) > 3:
            await asyncio.Event().wait()


@pytest.mark.parametrize("announced", [True, False])
def test_an_answer_that_is_not_taken_ends_and_never_looks_whole(
    monkeypatch: pytest.MonkeyPatch, announced: bool
) -> None:
    monkeypatch.setattr(front, "PIECE_SECONDS", 0.05)
    made, closed, line = list[int](), list[bool](), Stuck()
    application = large(made, closed, announced=announced)
    if announced:
        answered(application, line)
    else:
        with pytest.raises(GoneError):
            answered(application, line)
    assert (made, closed) == ([0], [True]), "nothing is made that nobody takes"
    assert all(message["more_body"] for message in line.sent[1:])


def test_nothing_more_is_made_for_who_hung_up() -> None:
    made = list[int]()
    answered(large(made, closed := []), Line({"type": "http.disconnect"}))
    assert (len(made) < 3, closed) == (True, [True])


def test_no_thread_is_held_while_callers_do_not_read() -> None:
    """More of them than there are threads, and the next one is answered."""

    async def crowd() -> bytes:
        served = Front(large([], []))
        stuck = [
            asyncio.ensure_future(served(SCOPE, line.receive, line.send))
            for line in (Stuck() for _ in range(20))
        ]
        await asyncio.sleep(0.2)
        line = Line()
        await asyncio.wait_for(served(SCOPE, line.receive, line.send), 10)
        for waiting in stuck:
            waiting.cancel()
        return line.body

    assert len(asyncio.run(crowd())) == 8 * TURN_BYTES


def test_what_fails_is_logged_by_its_kind(caplog: pytest.LogCaptureFixture) -> None:
    def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterator[bytes]:
        start("200 OK", [("Content-Length", "900")])
        yield b"x"
        raise ValueError("a row of a patient")

    answered(application, Line())
    assert "answer_broken_off" in caplog.text
    assert "patient" not in caplog.text
    assert threading.active_count() < 50


def test_the_servers_own_access_log_stays_off() -> None:
    """It would hold addresses, and granian turns it on by a word or by its environment; a word wins."""
    words = command_line(host="127.0.0.1", port=8000, processes=1, application="backend.asgi:application")
    assert [word for word in words if "access-log" in word] == ["--no-access-log"]
