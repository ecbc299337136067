"""A request as it arrives at the front: its headers, its body within a deadline, and its form in WSGI."""

import asyncio
import io
import sys
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any
from urllib.parse import unquote_to_bytes

from django.conf import settings

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]

#: Requests that a process works on at a time, and so its connections to PostgreSQL; the others wait.
THREADS = 4
#: Seconds within which a body is here as a whole.
BODY_SECONDS = 10.0


class GoneError(Exception):
    """The caller hung up, or stopped taking the answer."""


class RefusedError(Exception):
    """The body won't be read; ``code`` is the problem to answer with."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def read_headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Each header once, in lower case; what came several times is joined in its order.

    A name with an underscore is dropped: WSGI can't tell it from the same name with a hyphen, so a caller
    could write one past a proxy that guards the other.
    """
    headers: dict[str, str] = {}
    for name_bytes, value_bytes in raw:
        name, value = name_bytes.decode("latin-1").lower(), value_bytes.decode("latin-1")
        if "_" in name:
            continue
        between = "; " if name == "cookie" else ","
        headers[name] = f"{headers[name]}{between}{value}" if name in headers else value
    return headers


async def read_body(headers: dict[str, str], receive: Receive) -> bytes:
    """The whole body; raises ``RefusedError`` or ``GoneError``."""
    if "transfer-encoding" in headers:
        raise RefusedError("length_required")
    announced = headers.get("content-length", "0")
    if not (announced.isascii() and announced.isdigit()):
        raise RefusedError("bad_request")
    if int(announced) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        raise RefusedError("body_too_large")
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while len(body) < int(announced):
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise GoneError
                body += message.get("body", b"")
                if not message.get("more_body"):
                    break
    except TimeoutError:
        raise RefusedError("request_timeout") from None
    return bytes(body)


async def hung_up(receive: Receive) -> None:
    """Return once the caller has closed the connection."""
    while (await receive())["type"] != "http.disconnect":
        pass


def build_environ(scope: Message, headers: dict[str, str], body: bytes) -> dict[str, Any]:
    """The request as WSGI has it (PEP 3333); nothing of the process's own environment is in it."""
    path = scope.get("raw_path") or scope["path"].encode()
    host, port = scope.get("server") or ("", 0)
    environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "CONTENT_TYPE": headers.get("content-type", ""),
        "CONTENT_LENGTH": str(len(body)) if "content-length" in headers else "",
        "SERVER_NAME": str(host),
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": str((scope.get("client") or ("",))[0] or ""),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    named = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    del_content = {"HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH"}
    return environ | {name: value for name, value in named.items() if name not in del_content}
