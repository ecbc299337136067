"""The lockout through a real reverse proxy, from addresses that really differ."""

import http.client
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest
from axes.models import AccessAttempt, AccessLog
from pytest_django.live_server_helper import LiveServer

from clinics.identity.models import Clinic, Role, User
from tests.factories import make_member
from tests.security.oauth import PASSWORD, can_sign_in
from tests.security.reverse_proxy import reverse_proxy

pytestmark = pytest.mark.process
STRANGER, CLINICIAN = "127.0.0.2", "127.0.0.3"
LOGIN = "/admin/login/"


@dataclass
class Browser:
    """Keeps cookies, and connects from an address of its own."""

    port: int
    address: str
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, form: dict[str, str] | None = None, **headers: str) -> Any:
        """One request; remembers the cookies of the answer."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=30, source_address=(self.address, 0)
        )
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), **headers}
        if form is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, urlencode(form) if form is not None else None, sent)
        answer = connection.getresponse()
        body = answer.read().decode()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, kept = value.partition(";")[0].partition("=")
                self.cookies[key] = kept
        connection.close()
        return answer.status, body

    def sign_in(self, person: User, password: str, **headers: str) -> int:
        """As a person does: open the page, fill it in, send it."""
        _, page = self.ask("GET", LOGIN)
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert token is not None
        form = {"username": person.username, "password": password, "csrfmiddlewaretoken": token[1]}
        status, _ = self.ask("POST", LOGIN, form, **headers)
        return int(status)


@pytest.fixture
def proxied(live_server: LiveServer, settings: Any) -> Iterator[int]:
    """The port of a proxy that is trusted, in front of the service."""
    for address in (STRANGER, CLINICIAN):
        try:
            socket.create_server((address, 0)).close()
        except OSError:
            pytest.skip(f"This machine has no {address} of its own.")
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    with reverse_proxy(int(live_server.url.rpartition(":")[2])) as port:
        yield port


@pytest.fixture
def person(proxied: int, clinic: Clinic) -> User:
    """A clinician who may sign in."""
    return can_sign_in(make_member(clinic, Role.CLINICIAN).user)


def test_fifty_wrong_tries_of_a_stranger_shut_no_clinician_out(proxied: int, person: User) -> None:
    known = Browser(proxied, CLINICIAN)
    assert known.sign_in(person, PASSWORD) == 302
    del known.cookies["sessionid"]

    stranger = Browser(proxied, STRANGER)
    statuses = [stranger.sign_in(person, "wrong") for _ in range(50)]
    assert statuses == [200] * 4 + [429] * 46
    assert Browser(proxied, STRANGER).sign_in(person, PASSWORD) == 429
    assert Browser(proxied, CLINICIAN).sign_in(person, PASSWORD) == 302

    neighbour = Browser(proxied, CLINICIAN)
    assert [neighbour.sign_in(person, "wrong") for _ in range(5)][-1] == 429
    assert Browser(proxied, CLINICIAN).sign_in(person, PASSWORD) == 429
    assert known.sign_in(person, PASSWORD) == 302, "the browser they have used is let in all the same"
    assert {row.ip_address for row in AccessLog.objects.all()} == {CLINICIAN}


def test_what_a_stranger_says_of_themselves_changes_nothing(proxied: int, person: User) -> None:
    for number in range(4):
        claims = {
            "X-Forwarded-For": f"203.0.113.{number}",
            "X-Real-IP": CLINICIAN,
            "Forwarded": "for=1.1.1.1",
        }
        assert Browser(proxied, STRANGER).sign_in(person, "wrong", **claims) == 200
    assert Browser(proxied, STRANGER).sign_in(person, "wrong", **{"X-Forwarded-For": CLINICIAN}) == 429
    assert {row.ip_address for row in AccessAttempt.objects.all()} == {STRANGER}
    assert Browser(proxied, CLINICIAN).sign_in(person, PASSWORD) == 302
