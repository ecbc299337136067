"""The caller's address and scheme are what trusted proxies say, and nothing a caller writes changes them."""

from typing import Any

import pytest
from axes.helpers import get_client_ip_address
from axes.models import AccessAttempt
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from backend.platform.edge.caller import CallerMiddleware, caller_address, neighbourhood

PROXIES = ["10.0.0.0/24", "2001:db8:aa::/48"]
CALLER, FORGED = "198.51.100.7", "203.0.113.99"


@pytest.fixture
def behind_proxies(settings: Any) -> None:
    """Two networks of proxies are trusted."""
    settings.TRUSTED_PROXIES = PROXIES


def seen(peer: str, **headers: str) -> HttpRequest:
    """The request as the rest of the service has it."""
    passed: list[HttpRequest] = []

    def rest(request: HttpRequest) -> HttpResponse:
        passed.append(request)
        return HttpResponse()

    named = {f"HTTP_{name}": value for name, value in headers.items()}
    CallerMiddleware(rest)(RequestFactory().get("/livez", REMOTE_ADDR=peer, **named))
    return passed[0]


@pytest.mark.parametrize(
    ("peer", "said", "address"),
    [
        (CALLER, "", CALLER),
        (CALLER, FORGED, CALLER),
        ("10.0.0.5", CALLER, CALLER),
        ("10.0.0.5", f"{FORGED}, {CALLER}", CALLER),
        ("10.0.0.5", f"{FORGED}, 10.0.0.9, {CALLER}", CALLER),
        ("10.0.0.5", f"{FORGED},{CALLER} , 10.0.0.9", CALLER),
        ("10.0.0.5", f"10.0.0.77, {CALLER}, 10.0.0.9, 10.0.0.8", CALLER),
        ("10.0.0.5", f"{CALLER}:51234", CALLER),
        ("10.0.0.5", "[2001:db8::7]:443", "2001:db8::7"),
        ("10.0.0.5", f"::ffff:{CALLER}", CALLER),
        ("::ffff:10.0.0.5", CALLER, CALLER),
        ("2001:db8:aa::1", CALLER, CALLER),
        ("2001:db8:ab::1", CALLER, "2001:db8:ab::1"),
        ("10.0.0.5", "", "10.0.0.5"),
        ("10.0.0.5", f"{CALLER}, unknown", "10.0.0.5"),
        ("10.0.0.5", f"{CALLER},", "10.0.0.5"),
        ("10.0.0.5", "'; DROP TABLE", "10.0.0.5"),
        ("10.0.0.5", "10.0.0.6, 10.0.0.7", "10.0.0.6"),
        ("", CALLER, ""),
    ],
)
def test_the_address_is_the_last_that_is_no_trusted_proxys(
    behind_proxies: None, peer: str, said: str, address: str
) -> None:
    assert caller_address({"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": said}) == address


def test_a_proxy_on_a_unix_socket_is_trusted_when_it_is_named(settings: Any) -> None:
    meta = {"REMOTE_ADDR": "", "HTTP_X_FORWARDED_FOR": f"{FORGED}, {CALLER}"}
    settings.TRUSTED_PROXIES = ["unix"]
    assert caller_address(meta) == CALLER
    settings.TRUSTED_PROXIES = ["none"]
    assert caller_address(meta) == ""


def test_nobody_is_trusted_where_none_is_named(settings: Any) -> None:
    settings.TRUSTED_PROXIES = []
    assert seen("127.0.0.1", X_FORWARDED_FOR=FORGED).META["REMOTE_ADDR"] == "127.0.0.1"


@pytest.mark.parametrize(
    ("peer", "said", "secure"),
    [
        ("10.0.0.5", "https", True),
        ("10.0.0.5", "https, https", True),
        ("10.0.0.5", "https, http", False),
        ("10.0.0.5", "http", False),
        ("10.0.0.5", "", False),
        (CALLER, "https", False),
    ],
)
def test_the_scheme_is_what_every_trusted_proxy_says(
    behind_proxies: None, peer: str, said: str, secure: bool
) -> None:
    assert seen(peer, X_FORWARDED_PROTO=said).is_secure() is secure


@pytest.mark.parametrize("peer", [CALLER, "10.0.0.5"])
def test_nothing_else_that_is_said_of_a_caller_arrives(behind_proxies: None, peer: str) -> None:
    said = {
        "FORWARDED": f"for={FORGED};proto=https;host=evil.example",
        "X_FORWARDED_HOST": "evil.example",
        "X_FORWARDED_PORT": "8443",
        "X_REAL_IP": FORGED,
    }
    request = seen(peer, **said)
    assert [name for name in said if f"HTTP_{name}" in request.META] == []
    assert (request.get_host(), request.build_absolute_uri("/")) == ("testserver", "http://testserver/")


def test_the_lockout_counts_by_the_callers_address(behind_proxies: None, db: None) -> None:
    """Five wrong tries behind the proxy shut out the one who made them, whatever they claim to be."""
    form = {"username": "jo", "password": "wrong"}

    def tries(caller: str, claimed: str) -> int:
        said = {"X-Forwarded-For": f"{claimed}, {caller}"}
        return Client().post("/admin/login/", form, REMOTE_ADDR="10.0.0.5", headers=said).status_code

    assert [tries(CALLER, f"203.0.113.{number}") for number in range(5)] == [200, 200, 200, 200, 429]
    assert tries("198.51.100.8", CALLER) == 200
    assert {row.ip_address for row in AccessAttempt.objects.all()} == {CALLER, "198.51.100.8"}


def test_whatever_reads_the_address_reads_this_one(behind_proxies: None) -> None:
    assert get_client_ip_address(seen("10.0.0.5", X_FORWARDED_FOR=f"{FORGED}, {CALLER}")) == CALLER


def test_limits_count_a_network_of_ipv6_as_one_caller() -> None:
    assert neighbourhood("2001:db8::1") == neighbourhood("2001:db8::2:1") == "2001:db8::/64"
    assert (neighbourhood(CALLER), neighbourhood("")) == (CALLER, "")
