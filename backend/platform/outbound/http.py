"""The one way out to an address that a clinic chose: pinned to what was checked, no redirects, bounded.

Webhooks, on-call messages and the look for published keys all go through ``ask``.
"""

import base64
import contextlib
import http.client
import secrets
import socket
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from http import HTTPStatus

import urllib3
from django.conf import settings
from standardwebhooks import Webhook
from urllib3.connection import HTTPConnection, HTTPSConnection

from backend.platform.outbound.addresses import Place, UnsafeUrlError, read_url, resolve
from backend.platform.outbound.delivery import DeliveryError, within

#: Answers that the same request may not get a little later.
_PASSING = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
_SILENCE_SECONDS = 5.0
_ADDRESSES_TRIED = 3


@dataclass(frozen=True, slots=True)
class Request:
    """What a server is asked. Of its answer's body nothing is read, unless so many bytes may be kept."""

    method: str
    headers: Mapping[str, str]
    body: bytes | None = None
    most_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said: its status, the head of its answer, and of the body what was asked for."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send a message and return what was answered; raises ``DeliveryError`` as ``ask`` does."""
    return ask(url, Request("POST", headers, body))


def ask(url: str, request: Request) -> Answer:
    """Return what a server answers; raises ``DeliveryError`` when that takes too long or is too long.

    The name is looked up and checked anew each time, and the connection made to the address that was checked,
    under the name's own certificate. No proxy of the environment's is asked.
    """
    try:
        place = read_url(url)
    except UnsafeUrlError as exc:
        raise DeliveryError("UnsafeUrl", permanent=True) from exc
    call = _Call(place, request)
    try:
        within(settings.SEND_TIME_LIMIT, url, call.make, abort=call.abort)
    except ssl.SSLCertVerificationError as exc:
        raise DeliveryError("CertificateRefused", permanent=True) from exc
    except (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError, ValueError) as exc:
        raise DeliveryError(type(exc).__name__) from exc
    if call.answer is None or len(call.answer.body) > request.most_bytes:
        raise DeliveryError("AnswerTooLong")
    return call.answer


def refuse_unless_accepted(status: int) -> None:
    """Raise ``DeliveryError`` for an HTTP status other than 2xx, saying whether it may pass.

    A redirect isn't followed: it leads where nobody looked.
    """
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return
    passing = status in _PASSING or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    raise DeliveryError(f"HTTP {status}", permanent=not passing)


class _Call:
    """One request; ``answer`` is known once it has been made."""

    def __init__(self, place: Place, request: Request) -> None:
        self.answer: Answer | None = None
        self._place = place
        self._request = request
        self._connection: HTTPConnection | None = None

    def make(self) -> None:
        """Look up, connect, ask, and read a byte more than may be kept: it tells that a body is too long."""
        connection = self._connect(resolve(self._place)[:_ADDRESSES_TRIED])
        try:
            self.answer = self._ask(connection)
        finally:
            connection.close()

    def _ask(self, connection: HTTPConnection) -> Answer:
        asked, most = self._request, self._request.most_bytes
        headers = {**asked.headers, "Host": self._place.host_header, "User-Agent": "return-to-run"}
        connection.request(
            asked.method, self._place.path, body=asked.body, headers=headers, preload_content=False
        )
        answer = connection.getresponse()
        body = answer.read(most + 1, decode_content=False) if most else b""
        return Answer(answer.status, tuple(answer.headers.items()), body)

    def _connect(self, addresses: list[str]) -> HTTPConnection:
        """To the first that answers; all of them have been checked."""
        for last, address in enumerate(addresses, start=1):
            self._connection = connection = _connection(self._place, address)
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


_SECRET_BYTES = 32


def new_secret() -> str:
    """Make up a secret to share with one receiver."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def signed_headers(keys: Sequence[str], *, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the headers that sign a body with each of the keys; a receiver needs to know one.

    ``message_id`` stays the same across retries, ``at`` (UTC) is this attempt's.
    """
    text = body.decode()
    signatures = (Webhook(key).sign(msg_id=message_id, timestamp=at, data=text) for key in keys)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
