"""Requests with two readings, hosts that aren't ours, other sites' scripts and paths that leave the tree."""

import re
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse

from tests.served import serving

pytestmark = pytest.mark.process

HOST = "Host: 127.0.0.1\r\n"
#: What is hidden behind a request: its answer would show that a body was taken for another request.
HIDDEN = f"GET /api/problems/hidden HTTP/1.1\r\n{HOST}\r\n"
#: A body of three bytes and its length, for what is whole.
BODY = "a=b"
#: How long an answer may take; who keeps the connection open is waited for so long.
SECONDS = 2.0


@pytest.fixture(scope="module")
def port(django_db_setup: Any) -> Iterator[int]:
    """One server for all of these: none of them needs a row."""
    with serving() as served:
        yield served.port


def sent(port: int, text: str) -> tuple[list[int], str, bool]:
    """The statuses of all answers on one connection, their whole text, and whether the server ended it."""
    got, ended = b"", False
    with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as line:
        line.sendall(text.encode("latin-1"))
        try:
            while piece := line.recv(65536):
                got += piece
            ended = True
        except TimeoutError:
            pass
        except ConnectionResetError:
            ended = True
    said = got.decode("latin-1")
    return [int(status) for status in re.findall(r"HTTP/1\.[01] (\d{3})", said)], said, ended


def post(*lines: str, body: str = BODY, version: str = "1.1") -> str:
    """A request to the token endpoint, whose head ends with these lines."""
    head = "".join(f"{line}\r\n" for line in lines)
    return f"POST /oauth/token/ HTTP/{version}\r\n{HOST}{head}\r\n{body}"


CHUNKED, NOTHING = "Transfer-Encoding: chunked", "0\r\n\r\n"
#: Two readings of where the body ends, or a chunked body, which is never read.
TWO_READINGS = {
    "length and chunks": post("Content-Length: 6", CHUNKED, body=f"{NOTHING}X"),
    "chunks and length": post(CHUNKED, "Content-Length: 6", body=f"{NOTHING}X"),
    "two lengths": post("Content-Length: 3", "Content-Length: 4"),
    "a list of lengths": post("Content-Length: 3, 4"),
    "a length with a sign": post("Content-Length: +3"),
    "a negative length": post("Content-Length: -3"),
    "a length in hex": post("Content-Length: 0x3"),
    "a space before the colon": post("Content-Length : 3"),
    "a length on a second line": post("Content-Length:\r\n 3"),
    "an encoding on a second line": post("Transfer-Encoding:\r\n chunked", body=NOTHING),
    "an encoding before a space": post("Transfer-Encoding : chunked", body=NOTHING),
    "an encoding behind a tab": post("Transfer-Encoding:\tchunked", body=NOTHING),
    "an encoding in capitals": post("TRANSFER-ENCODING: CHUNKED", body=NOTHING),
    "an encoding behind a vertical tab": post("Transfer-Encoding: \x0bchunked", "Content-Length: 3"),
    "an encoding that nobody knows": post("Transfer-Encoding: xchunked", "Content-Length: 3"),
    "identity and a length": post("Transfer-Encoding: identity", "Content-Length: 3"),
    "chunks inside another encoding": post("Transfer-Encoding: chunked, identity", body=NOTHING),
    "chunks around another encoding": post("Transfer-Encoding: gzip, chunked", body=NOTHING),
    "two encodings": post(CHUNKED, "Transfer-Encoding: identity", body=NOTHING),
    "chunks in HTTP/1.0": post(CHUNKED, body=NOTHING, version="1.0"),
    "a line feed in a chunk's extension": post(CHUNKED, body=f"3;x=\n1\r\n{BODY}\r\n{NOTHING}"),
    "a chunk's size that is none": post(CHUNKED, body=f"zz\r\n{BODY}\r\n{NOTHING}"),
    "a length behind the chunks": post(CHUNKED, body="0\r\nContent-Length: 5\r\n\r\n"),
    "an encoding behind a bare line feed": post(f"X: y\n{CHUNKED}", "Content-Length: 3"),
    "a bare carriage return in a header": post("X: y\rContent-Length: 3", body=""),
    "a bare carriage return after each line": post().replace("\r\n", "\r"),
    "NUL in a header": post("X: y\x00z", "Content-Length: 3"),
    "another protocol": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
}


@pytest.mark.parametrize("what", TWO_READINGS)
def test_what_can_be_read_in_two_ways_is_refused_and_its_connection_ends(port: int, what: str) -> None:
    """So that no proxy before it and this server ever differ about which request comes next."""
    statuses, _, ended = sent(port, TWO_READINGS[what] + HIDDEN)
    assert (len(statuses) < 2, ended) == (True, True), statuses
    assert set(statuses) <= {400, 411}


#: One reading, whatever stands in it: the request behind it is the next one.
ONE_READING = {
    "a length": (post("Content-Length: 3"), 400),
    "one length, said twice": (post("Content-Length: 3", "Content-Length: 3"), 400),
    "a header with an underscore": (post("Transfer_Encoding: chunked", "Content-Length: 3"), 400),
    "a length that is named as the connection's": (
        post("Connection: Content-Length", "Content-Length: 3"),
        400,
    ),
    "a body where none belongs": (f"GET /livez HTTP/1.1\r\n{HOST}Content-Length: 3\r\n\r\n{BODY}", 200),
    "an offer to change to HTTP/2": (
        f"GET /livez HTTP/1.1\r\n{HOST}Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
        200,
    ),
    # As docs/adr/0034 says: the server takes it so, and nobody behind it reads the head again.
    "bare line feeds": ("GET /livez HTTP/1.1\nHost: 127.0.0.1\n\n", 200),
}


@pytest.mark.parametrize("what", ONE_READING)
def test_what_has_one_reading_leaves_the_next_request_whole(port: int, what: str) -> None:
    text, status = ONE_READING[what]
    assert sent(port, text + HIDDEN)[0] == [status, 404]


EVIL = "evil.example"
FOREIGN_HOSTS = [
    EVIL,
    f"127.0.0.1@{EVIL}",
    f"127.0.0.1:80@{EVIL}",
    f"{EVIL}:8000",
    f"127.0.0.1.{EVIL}",
    "127.0.0.1:evil",
    "127.0.0.1/evil",
    "127.0.0.1, evil.example",
    "[::ffff:evil]",
    "",
]
PAGES = [
    "/admin/login/",
    "/admin/password-reset/",
    "/api/v1/patients",
    "/fhir/metadata",
    "/livez",
    "/nothing",
]


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
def test_another_host_is_answered_by_nothing(port: int, host: str) -> None:
    for page in PAGES:
        statuses, said, _ = sent(port, f"GET {page} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")
        assert statuses == [400], page
        assert "evil" not in said


@pytest.mark.parametrize(
    "head",
    [
        f"GET /admin/login/ HTTP/1.1\r\n{HOST}Host: {EVIL}",
        "GET /admin/login/ HTTP/1.1\r\nX: y",
        "GET /admin/login/ HTTP/1.0\r\nX: y",
    ],
    ids=["two hosts", "no host", "no host in HTTP/1.0"],
)
def test_a_host_is_said_once(port: int, head: str) -> None:
    statuses, said, _ = sent(port, f"{head}\r\nConnection: close\r\n\r\n")
    assert (statuses, EVIL in said) == ([400], False)


@pytest.mark.parametrize("page", [*PAGES, "/admin/"])
def test_no_answer_repeats_a_host_that_a_caller_made_up(port: int, page: str) -> None:
    """In an address of a page, of a redirect or of a mail."""
    for target, more in (
        (page, f"X-Forwarded-Host: {EVIL}\r\nForwarded: host={EVIL}\r\n"),
        (f"http://{EVIL}{page}", ""),
    ):
        statuses, said, _ = sent(port, f"GET {target} HTTP/1.1\r\n{HOST}{more}Connection: close\r\n\r\n")
        assert len(statuses) == 1
        assert EVIL not in said


def test_nothing_that_was_sent_comes_back_by_trace(port: int) -> None:
    for page in PAGES:
        said = sent(port, f"TRACE {page} HTTP/1.1\r\n{HOST}Cookie: a=hush\r\nConnection: close\r\n\r\n")[1]
        assert "hush" not in said
    assert sent(port, f"CONNECT {EVIL}:80 HTTP/1.1\r\n{HOST}Connection: close\r\n\r\n")[0] == [404]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_no_other_sites_script_is_let_read_an_answer(port: int, method: str, origin: str) -> None:
    """Neither by the answer nor by what a browser asks before it."""
    asks = "Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: authorization\r\n"
    for page in [*PAGES, "/oauth/token/", "/cds-services", "/check-in/x", reverse("schema")]:
        said = sent(
            port,
            f"{method} {page} HTTP/1.1\r\n{HOST}Origin: {origin}\r\n{asks}Content-Length: 0\r\n"
            "Connection: close\r\n\r\n",
        )[1]
        assert "access-control-" not in said.lower(), page


@pytest.mark.parametrize(
    "path",
    [
        "/.git/config",
        "/.git/HEAD",
        "/.env",
        "/.venv/pyvenv.cfg",
        "/.well-known/nothing",
        "/manage.py",
        "/pyproject.toml",
        "/docker-compose.yml",
        "/backend/settings.py",
        "/static/",
        "/static/.env",
        "/static/../backend/settings.py",
        "/static/../../backend/settings.py",
        "/static/%2e%2e/backend/settings.py",
        "/static/%2e%2e%2fbackend/settings.py",
        "/static/..%2fbackend/settings.py",
        "/static/..%5cbackend%5csettings.py",
        "/static/%252e%252e/backend/settings.py",
        "/static/....//backend/settings.py",
        "/static/..;/backend/settings.py",
        "/static/admin/../../backend/settings.py",
        "/static//etc/passwd",
        "/static/%2fetc/passwd",
        "/static/\xc0\xae\xc0\xae/backend/settings.py",
        "/static/admin/css/base.css%00.py",
        "//etc/passwd",
        "/../../../../etc/passwd",
        "/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    ],
)
def test_no_file_is_read_but_the_pages_own(port: int, path: str) -> None:
    statuses, said, _ = sent(port, f"GET {path} HTTP/1.1\r\n{HOST}Connection: close\r\n\r\n")
    assert set(statuses) <= {400, 404}, statuses
    assert not re.search(r"SECRET_KEY|root:|\[core\]|ref: refs", said)


def test_the_pages_own_files_are_read(port: int) -> None:
    said = sent(port, f"GET /static/admin/css/base.css HTTP/1.1\r\n{HOST}Connection: close\r\n\r\n")
    assert said[0] == [200]
