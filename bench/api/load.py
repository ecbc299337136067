"""The load generator: `python -m bench.api.load` reads one order as JSON from stdin and prints one result.

A process of its own, so that its work never shares an interpreter with a server. Each connection is kept
alive and posts as soon as it has the last answer (closed loop); requests are made beforehand and answers are
barely read, so that the generator costs little and the same against every server.
"""

import json
import socket
import sys
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

TIMEOUT_SECONDS = 15.0
CREATED = b"HTTP/1.1 201"
NO_KEY = b"0" * 32


class LoadError(RuntimeError):
    """A server answered something other than 201, or not at all."""


@dataclass
class Tally:
    """What one connection saw: seconds each request took, and one whole answer."""

    seconds: list[float] = field(default_factory=list)
    answer: bytes = b""
    ended: float = 0.0
    error: str = ""


def main() -> int:
    """Carry out the order; exit status 1 with a message when an answer is not 201."""
    try:
        print(json.dumps(run(json.load(sys.stdin))))
    except (LoadError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def run(order: dict[str, Any]) -> dict[str, Any]:
    """Post for ``order["seconds"]`` on ``order["connections"]`` connections; returns counts and latencies."""
    count = order["connections"]
    tallies = [Tally() for _ in range(count)]
    ready = threading.Barrier(count + 1)
    threads = [
        threading.Thread(
            target=_post, args=(order, order["patients"][place::count], ready, tally), daemon=True
        )
        for place, tally in enumerate(tallies)
    ]
    for thread in threads:
        thread.start()
    ready.wait(TIMEOUT_SECONDS)
    started, cpu = time.perf_counter(), time.process_time()
    for thread in threads:
        thread.join(order["seconds"] + 2 * TIMEOUT_SECONDS)
    if errors := [tally.error for tally in tallies if tally.error]:
        raise LoadError(errors[0])
    return {
        "latencies": sorted(second for tally in tallies for second in tally.seconds),
        "elapsed": max(tally.ended for tally in tallies) - started,
        "cpu": time.process_time() - cpu,
        "answer": json.loads(tallies[0].answer),
    }


def _post(order: dict[str, Any], patients: Sequence[str], ready: threading.Barrier, tally: Tally) -> None:
    """Post for one runner after the other, each its own, until the time is over."""
    requests = _requests(order, patients)
    try:
        with socket.create_connection(("127.0.0.1", order["port"]), timeout=TIMEOUT_SECONDS) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            ready.wait(TIMEOUT_SECONDS)
            _post_until(time.perf_counter() + order["seconds"], connection, requests, tally)
    except (LoadError, OSError, threading.BrokenBarrierError) as error:
        tally.error = f"{type(error).__name__}: {error}"
        ready.abort()


def _post_until(deadline: float, connection: socket.socket, requests: Iterator[bytes], tally: Tally) -> None:
    now = time.perf_counter()
    while now < deadline:
        connection.sendall(next(requests))
        head, body = read_answer(connection)
        tally.seconds.append(-now + (now := time.perf_counter()))
        if not head.startswith(CREATED):
            raise LoadError(f"{head.partition(bytes([13]))[0].decode()} {body.decode(errors='replace')}")
        tally.answer = tally.answer or body
    tally.ended = now


def _requests(order: dict[str, Any], patients: Sequence[str]) -> Iterator[bytes]:
    """The requests of one connection, for ever; of a keyed order each has a key of its own."""
    made = [_request(order, patient) for patient in patients]
    for request in cycle(made):
        yield request.replace(NO_KEY, uuid.uuid4().hex.encode(), 1) if order["keyed"] else request


def _request(order: dict[str, Any], patient: str) -> bytes:
    body = json.dumps({**order["body"], "patient": patient}).encode()
    key = f"Idempotency-Key: {NO_KEY.decode()}\r\n" if order["keyed"] else ""
    head = (
        "POST /api/v1/assessments HTTP/1.1\r\n"
        f"Host: 127.0.0.1:{order['port']}\r\n"
        f"Authorization: Bearer {order['token']}\r\n"
        "Content-Type: application/json\r\n"
        f"{key}"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def read_answer(connection: socket.socket) -> tuple[bytes, bytes]:
    """Head and body of one answer; raises LoadError when the server hangs up or doesn't tell the length."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += _receive(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    _, found, rest = head.lower().partition(b"\r\ncontent-length:")
    if not found:
        raise LoadError(f"No Content-Length in {head!r}")
    length = int(rest.partition(b"\r\n")[0])
    while len(body) < length:
        body += _receive(connection)
    return head, body


def _receive(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise LoadError("The server closed the connection.")
    return data


if __name__ == "__main__":
    raise SystemExit(main())
