"""Who has no token is counted by address, and nobody behind another address notices."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver

from backend.api import throttling
from backend.api.doors import DOORS, door_of
from backend.embedded import RedisServer
from tests.served import serving

STRANGER, CLINIC = "198.51.100.7", "198.51.100.8"


@pytest.fixture
def three_a_minute(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit that a test can use up, in a minute that doesn't end."""
    settings.RATE_LIMIT_PER_ADDRESS = 3
    monkeypatch.setattr("backend.api.doors.time.time", lambda: 1_800_000_018.0)


def knock(path: str, address: str, method: str = "GET", **headers: str) -> int:
    return Client().generic(method, path, REMOTE_ADDR=address, headers=headers).status_code


@pytest.mark.parametrize(
    "path",
    ["/admin/login/", "/oauth/token/", "/check-in/x", "/cds-services", "/livez", "/admin/password-reset/"],
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
    assert {knock("/livez", "203.0.113.77") for _ in range(9)} == {200}


def test_a_network_of_ipv6_is_one_caller(three_a_minute: None) -> None:
    assert [knock("/livez", f"2001:db8::{n}") for n in range(5)] == [200, 200, 200, 429, 429]


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
        assert knock("/livez", STRANGER) == 200
        redis.stop()
        assert {knock("/livez", STRANGER) for _ in range(9)} == {200}
    assert caplog.text.count("rate_limit_uncounted") == 1


@pytest.mark.parametrize("door", DOORS)
def test_every_door_leads_somewhere(door: str) -> None:
    below = {"/oauth/": "token/", "/admin/invitation/": "x/", "/check-in/": "x"}
    get_resolver().resolve(f"{door}{below.get(door, '')}")
    assert door_of(door) == DOORS[door]


@pytest.mark.process
def test_behind_a_proxy_the_real_server_counts_the_caller(transactional_db: None) -> None:
    """Two callers behind one proxy on this machine: one knocks too often, the other gets in."""
    with serving(TRUSTED_PROXIES="127.0.0.1", RATE_LIMIT_PER_ADDRESS="5") as served:

        def login(caller: str) -> int:
            return served.ask("GET", "/admin/login/", X_Forwarded_For=f"192.0.2.99, {caller}")[0]

        assert [login(STRANGER) for _ in range(12)][-1] == 429
        assert login(CLINIC) == 200
