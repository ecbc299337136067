"""Who has no token is counted by address, and nobody behind another address notices."""

import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver
from rest_framework.test import APIClient

from backend.platform.api import throttling
from backend.platform.edge.doors import DOORS, UNCOUNTED, door_of
from clinics.checks.routes import OPEN_ROUTES, Route
from clinics.checks.routes import routes as every_route
from tests.served import serving
from tools.embedded.redis import RedisServer

STRANGER, CLINIC = "198.51.100.7", "198.51.100.8"


@pytest.fixture
def three_a_minute(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit that a test can use up, in a minute that doesn't end."""
    settings.RATE_LIMIT_PER_ADDRESS = 3
    monkeypatch.setattr("backend.platform.edge.doors.time.time", lambda: 1_800_000_018.0)


def knock(path: str, address: str, method: str = "GET", **headers: str) -> int:
    return Client().generic(method, path, REMOTE_ADDR=address, headers=headers).status_code


@pytest.mark.parametrize(
    "path",
    [
        "/admin/login/",
        "/oauth/token/",
        "/check-in/x",
        "/cds-services",
        "/admin/password-reset/",
        "/api/problems/throttled",
        "/fhir/.well-known/smart-configuration",
        "/fhir/CodeSystem/decision",
    ],
)
def test_an_address_that_knocks_too_often_waits_and_others_do_not(
    db: None, three_a_minute: None, path: str
) -> None:
    statuses = [knock(path, f"203.0.113.{len(path)}", X_FORWARDED_FOR=f"10.0.0.{n}") for n in range(5)]
    assert [status == 429 for status in statuses] == [False, False, False, True, True]
    assert knock(path, f"203.0.113.{100 + len(path)}") != 429


def test_pages_that_are_loaded_without_end_keep_out_no_report(db: None, three_a_minute: None) -> None:
    assert [knock("/check-in/x", STRANGER) for _ in range(5)][-1] == 429
    assert knock("/check-in/x", STRANGER, "POST") != 429


def test_the_answer_says_when_and_the_log_says_who_once(
    db: None, three_a_minute: None, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(6):
        answer = Client().post("/oauth/token/", REMOTE_ADDR="203.0.113.201")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "42")
    assert answer.json()["code"] == "throttled"
    assert caplog.text.count("address_limited") == 1
    assert "203.0.113.201" in caplog.text


def test_a_proxy_of_ours_that_asks_for_itself_is_not_counted(three_a_minute: None, settings: Any) -> None:
    settings.TRUSTED_PROXIES = ["203.0.113.0/24"]
    assert {knock("/cds-services", "203.0.113.77") for _ in range(9)} == {200}


def test_a_network_of_ipv6_is_one_caller(three_a_minute: None) -> None:
    assert [knock("/cds-services", f"2001:db8::{n}") for n in range(5)] == [200, 200, 200, 429, 429]


@pytest.mark.parametrize("probe", UNCOUNTED)
def test_an_orchestrator_is_never_shut_out(db: None, three_a_minute: None, probe: str) -> None:
    assert {knock(probe, "203.0.113.202") for _ in range(9)} == {200}


@pytest.mark.parametrize(
    ("path", "credential"),
    [
        ("/api/v1/patients", "Bearer made-up"),
        ("/api/v1/patients", ""),
        ("/fhir/Patient", "Bearer made-up"),
        ("/statusz", "Bearer guess"),
        ("/metrics", ""),
    ],
)
def test_what_a_token_would_have_opened_is_counted_when_it_is_refused(
    db: None,
    three_a_minute: None,
    settings: Any,
    caplog: pytest.LogCaptureFixture,
    path: str,
    credential: str,
) -> None:
    settings.STATUS_TOKEN = "for-monitors"
    address = f"203.0.113.{20 + len(path) + len(credential)}"
    headers = {"Authorization": credential} if credential else {}
    assert {knock(path, address, **headers) for _ in range(3)} == {401}
    assert "address_refused" not in caplog.text
    assert {knock(path, address, **headers) for _ in range(4)} == {401}, "a token that ran out hears why"
    assert caplog.text.count("address_refused") == 1
    assert address in caplog.text
    assert "made-up" not in caplog.text


def test_who_makes_up_tokens_never_shuts_out_a_real_one_from_the_same_address(
    api: APIClient, three_a_minute: None, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.STATUS_TOKEN = "for-monitors"
    real, address = api._credentials["HTTP_AUTHORIZATION"], "203.0.113.203"
    for path in ("/api/v1/patients", "/statusz") * 9:
        knock(path, address, Authorization="Bearer made-up")
    assert caplog.text.count("address_refused") == 2
    assert {knock("/api/v1/patients", address, Authorization=real) for _ in range(9)} == {200}
    assert 429 not in {knock("/statusz", address, Authorization="Bearer for-monitors") for _ in range(9)}


@pytest.mark.process
def test_without_redis_everybody_gets_in(
    three_a_minute: None,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    redis_run_dir: Path,
) -> None:
    monkeypatch.setattr(throttling, "_paused_until", 0.0)
    with RedisServer(redis_run_dir) as redis:
        settings.REDIS_URL = redis.broker_url
        assert knock("/cds-services", STRANGER) == 200
        redis.stop()
        assert {knock("/cds-services", STRANGER) for _ in range(9)} == {200}
    assert caplog.text.count("rate_limit_uncounted") == 1


@pytest.mark.parametrize("door", DOORS)
def test_every_door_leads_somewhere(door: str) -> None:
    below = {
        "/oauth/": "token/",
        "/admin/invitation/": "x/",
        "/check-in/": "x",
        "/fhir/CodeSystem/": "decision",
        "/fhir/.well-known/": "smart-configuration",
        "/api/problems/": "throttled",
    }
    get_resolver().resolve(f"{door}{below.get(door, '')}")
    assert door_of(door) == DOORS[door]


OPEN = [route for route in every_route() if route.name in OPEN_ROUTES]


@pytest.mark.parametrize("route", OPEN, ids=lambda route: route.name)
def test_every_open_route_is_counted_or_says_why_not(
    db: None, settings: Any, caplog: pytest.LogCaptureFixture, route: Route
) -> None:
    """Before it answers; after it where it refuses whoever brings no token; or never, for a reason."""
    path, settings.STATUS_TOKEN = f"/{route.path}", "for-monitors"
    assert bool(door_of(path)) + bool(path in UNCOUNTED) <= 1
    if not door_of(path) and path not in UNCOUNTED:
        settings.RATE_LIMIT_PER_ADDRESS = 0
        assert knock(path, f"192.0.2.{OPEN.index(route)}") == 401
        assert "address_refused" in caplog.text


def test_every_page_of_the_dashboard_that_opens_to_strangers_is_counted(db: None) -> None:
    """Found by asking for each of them without a session; the others lead to the sign-in."""
    pages = [f"/{route.path}" for route in every_route() if route.path.startswith("admin/")]
    addresses = {re.sub(r"\(.*|<[^>]*>", str(uuid.uuid4()), page) for page in pages}
    assert len(addresses) > 40
    assert {page for page in addresses if not door_of(page) and not leads_to_sign_in(page)} == set()


def leads_to_sign_in(page: str) -> bool:
    """Whatever the page is asked with."""
    answers = [answer for answer in (Client().get(page), Client().post(page)) if answer.status_code != 405]
    return {answer.get("Location", "").startswith("/admin/login/") for answer in answers} == {True}


@pytest.mark.process
def test_behind_a_proxy_the_real_server_counts_the_caller(transactional_db: None) -> None:
    """Two callers behind one proxy on this machine: one knocks too often, the other gets in."""
    with serving(TRUSTED_PROXIES="127.0.0.1", RATE_LIMIT_PER_ADDRESS="5") as served:

        def login(caller: str) -> int:
            return served.ask("GET", "/admin/login/", X_Forwarded_For=f"192.0.2.99, {caller}")[0]

        assert [login(STRANGER) for _ in range(12)][-1] == 429
        assert login(CLINIC) == 200
