"""A POST to an address that a clinic chose: pinned to what was checked, no redirects, bounded in time."""

import contextlib
import http.client
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus

import urllib3
from django.conf import settings
from urllib3.connection import HTTPConnection, HTTPSConnection

from assessments.notify.addresses import Place, UnsafeUrlError, read_url, resolve
from assessments.notify.channel import DeliveryError
from assessments.notify.time_limit import within

#: Answers that the same request may not get a little later.
_PASSING = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
_SILENCE_SECONDS = 5.0
_ADDRESSES_TRIED = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said: its status and the head of its answer. The body is never read."""

    status: int
    headers: tuple[tuple[str, str], ...]


def post(url: str, body: bytes, headers: Mapping[str, str]) -> None:
    """Have a server take a message; raises ``DeliveryError`` unless it answers 2xx within the time limit."""
    refuse_unless_accepted(ask(url, body, headers).status)


def ask(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send a message and return what was answered; raises ``DeliveryError`` without an answer in time.

    The name is looked up and checked anew each time, and the connection made to the address that was checked,
    under the name's own certificate. Of the answer only the head is read.
    """
    try:
        place = read_url(url)
    except UnsafeUrlError as exc:
        raise DeliveryError("UnsafeUrl", permanent=True) from exc
    call = _Call(place)
    try:
        within(settings.SEND_TIME_LIMIT, url, lambda: call.send(body, headers), abort=call.abort)
    except ssl.SSLCertVerificationError as exc:
        raise DeliveryError("CertificateRefused", permanent=True) from exc
    except (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError, ValueError) as exc:
        raise DeliveryError(type(exc).__name__) from exc
    return Answer(call.status, tuple(call.headers))


def refuse_unless_accepted(status: int) -> None:
    """Raise ``DeliveryError`` for an HTTP status other than 2xx, saying whether it may pass.

    A redirect isn't followed: it leads where nobody looked.
    """
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return
    passing = status in _PASSING or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    raise DeliveryError(f"HTTP {status}", permanent=not passing)


class _Call:
    """One request; ``status`` and ``headers`` are known once ``send`` has returned."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.status = 0
        self.headers: list[tuple[str, str]] = []
        self._connection: HTTPConnection | None = None

    def send(self, body: bytes, headers: Mapping[str, str]) -> None:
        """Look up, connect, ask."""
        connection = self._connect(resolve(self.place)[:_ADDRESSES_TRIED])
        try:
            asked = {**headers, "Host": self.place.host_header, "User-Agent": "return-to-run"}
            connection.request("POST", self.place.path, body=body, headers=asked, preload_content=False)
            answer = connection.getresponse()
            self.status, self.headers = answer.status, list(answer.headers.items())
        finally:
            connection.close()

    def _connect(self, addresses: list[str]) -> HTTPConnection:
        """To the first that answers; all of them have been checked."""
        for last, address in enumerate(addresses, start=1):
            self._connection = connection = _connection(self.place, address)
            try:
                connection.connect()
            except (urllib3.exceptions.HTTPError, OSError):
                connection.close()
                if last == len(addresses):
                    raise
            else:
                return connection
        raise DeliveryError("NameNotResolved")

    def abort(self) -> None:
        """End it from another thread: whoever waits for its bytes is told that there are none."""
        sock = self._connection.sock if self._connection is not None else None
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


def _connection(place: Place, address: str) -> HTTPConnection:
    """A connection to one address that speaks to the host of the URL: its name in SNI and certificate."""
    if place.scheme == "http":
        return HTTPConnection(address, place.port, timeout=_SILENCE_SECONDS)
    return HTTPSConnection(
        address,
        place.port,
        timeout=_SILENCE_SECONDS,
        server_hostname=place.host,
        ssl_context=_tls(),
    )


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()
