"""A clinic's key server, whatever it does, keeps nobody waiting but the clinic's own software."""

import base64
import datetime as dt
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from django.utils import timezone
from jwcrypto.jwk import JWK
from pytest_django import Settings
from rest_framework.test import APIClient

from backend.platform.broker import redis
from backend.platform.storage.tenancy import clinic_scope
from clinics.clients.models import PublishedKeys
from clinics.clients.services.key_sets import KEPT_FOR, WANTED
from clinics.clients.services.look_up_keys import look_up_due_keys
from clinics.clients.services.register import revoke_client
from clinics.clients.services.signed_clients import ASSERTION_TYPE, token_url
from clinics.identity.models import ApiClient, Clinic
from tests.api_edge.checks import having_seen
from tests.clock import Clock
from tests.conventions.threads import start
from tests.security.key_servers import (
    Manner,
    answers,
    dribbles,
    key_server,
    publish_at,
    refuses,
    says_nothing,
)
from tests.security.oauth import SECRET, ask_token, register
from tests.security.signing import claims, key_set, new_key, sign
from tests.served import Served, serving

KEY = new_key()
#: How long the key server is waited for, and how long anybody else may wait meanwhile; in seconds.
HANGS_SECONDS, AT_ONCE = 10, 1.5
BAD: list[Manner] = [says_nothing, dribbles, refuses]
bad_servers = pytest.mark.parametrize("manner", BAD, ids=lambda manner: manner.__name__)


@pytest.fixture(autouse=True)
def this_machine_may_be_asked(settings: Settings) -> Iterator[None]:
    settings.ALLOW_PRIVATE_WEBHOOKS = True
    settings.SEND_TIME_LIMIT = 2
    server = redis()
    server.delete(WANTED, *server.keys("keys:asked:*"))
    yield
    server.delete(WANTED)


@pytest.fixture
def clock() -> Clock:
    return Clock(timezone.now())


def software(clinic: Clinic, address: str) -> ApiClient:
    """Registered with the address of its keys, which nobody has looked up yet."""
    client = register(
        clinic,
        ApiClient.GRANT_CLIENT_CREDENTIALS,
        redirect_uris="",
        allowed_scopes="patients:read",
        token_endpoint_auth_method="private_key_jwt",
        client_jwks_uri=address,
    )
    publish_at(clinic, address)
    return client


def ask(client: ApiClient, key: JWK = KEY, **header: Any) -> Any:
    form = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION_TYPE}
    signed = sign(key, claims(client.client_id, token_url()), **header)
    return Client().post("/oauth/token/", form | {"client_assertion": signed})


def later(clock: Clock, **by: float) -> None:
    clock.now += dt.timedelta(**by)
    redis().delete(*redis().keys("keys:asked:*") or ["none"])


def kept(clinic: Clinic) -> PublishedKeys:
    with clinic_scope(clinic.id):
        return PublishedKeys.objects.get(clinic=clinic)


def assert_try_again(answer: Any) -> None:
    assert (answer.status_code, answer.json()) == (503, {"error": "temporarily_unavailable"})
    assert int(answer.headers["Retry-After"]) <= 5


def test_the_first_use_works_as_soon_as_a_worker_has_looked(clinic: Clinic, clock: Clock) -> None:
    with key_server(answers) as server:
        server.body = key_set(KEY).encode()
        client = software(clinic, server.address)
        assert_try_again(ask(client))
        assert server.connections == [], "no request looks anything up"
        assert look_up_due_keys(clock=clock) == 1
        for _ in range(3):
            assert ask(client).status_code == 200
        assert len(server.connections) == 1


def test_a_registered_address_is_looked_up_at_once(api: APIClient, clinic: Clinic, clock: Clock) -> None:
    new = {"name": "EHR", "grant_type": "client_credentials", "scopes": ["patients:read"]}
    made = api.post("/api/v1/clinic/clients", new).json()
    address = "https://ehr.example/jwks.json"
    path = f"/api/v1/clinic/clients/{made['id']}"
    for _ in range(2):
        answer = api.put(f"{path}/keys", {"jwks_uri": address}, headers=having_seen(api, path))
        assert answer.status_code == 200
    row = kept(clinic)
    assert (row.address, row.looked_at) == (address, None)
    assert row.due_at <= timezone.now()


def test_a_new_key_is_looked_for_and_not_oftener_than_once_a_minute(clinic: Clinic, clock: Clock) -> None:
    rotated = new_key(kid="key-2027")
    with key_server(answers) as server:
        server.body = key_set(KEY).encode()
        client = software(clinic, server.address)
        look_up_due_keys(clock=clock)
        server.body = key_set(KEY, rotated).encode()
        refused = ask(client, rotated)
        assert (refused.status_code, refused.json()["error_description"]) == (401, "key")
        with clinic_scope(clinic.id):
            PublishedKeys.objects.update(looked_at=timezone.now() - dt.timedelta(seconds=61))
        assert_try_again(ask(client, rotated))
        assert redis().scard(WANTED) == 1
        later(clock, seconds=1)
        assert look_up_due_keys(clock=clock) == 1
        assert ask(client, rotated).status_code == 200
        assert len(server.connections) == 2


def test_published_keys_are_read_every_ten_minutes_whether_or_not_they_are_used(
    clinic: Clinic, clock: Clock
) -> None:
    with key_server(answers) as server:
        server.body = key_set(KEY).encode()
        client = software(clinic, server.address)
        look_up_due_keys(clock=clock)
        server.body = key_set(new_key(kid="another")).encode()
        for minutes, found in ((9, 0), (1, 1), (1, 0)):
            later(clock, minutes=minutes, seconds=1)
            assert look_up_due_keys(clock=clock) == found
    assert ask(client).status_code == 401, "a key that was withdrawn"


def test_keys_count_through_an_outage_and_not_for_ever(clinic: Clinic, clock: Clock) -> None:
    with key_server(answers) as server:
        server.body = key_set(KEY).encode()
        client = software(clinic, server.address)
        look_up_due_keys(clock=clock)
    later(clock, minutes=11)
    assert look_up_due_keys(clock=clock) == 1
    assert kept(clinic).failure == "no_answer"
    assert ask(client).status_code == 200
    with clinic_scope(clinic.id):
        PublishedKeys.objects.update(read_at=timezone.now() - KEPT_FOR)
    assert_try_again(ask(client))


def test_what_is_no_set_of_public_keys_is_a_failure(clinic: Clinic, clock: Clock) -> None:
    private = json.dumps({"keys": [json.loads(KEY.export())]})
    with key_server(answers) as server:
        client = software(clinic, server.address)
        for body in ("", "{}", "\xff", private):
            server.body = body.encode("latin-1")
            later(clock, minutes=11)
            assert look_up_due_keys(clock=clock) == 1
            assert (kept(clinic).failure, kept(clinic).keys) == ("no_keys", "")
            assert_try_again(ask(client))


def test_only_the_registered_address_may_be_named(clinic: Clinic, clock: Clock) -> None:
    with key_server(answers) as server, key_server(answers) as evil:
        server.body = key_set(KEY).encode()
        client = software(clinic, server.address)
        look_up_due_keys(clock=clock)
        assert ask(client, jku=evil.address).status_code == 401
        assert ask(client, jku=server.address).status_code == 200
        look_up_due_keys(clock=clock)
        assert evil.connections == []


def test_an_address_that_no_software_has_is_forgotten(clinic: Clinic, clock: Clock) -> None:
    with key_server(answers) as server:
        server.body = key_set(KEY).encode()
        client = software(clinic, server.address)
        look_up_due_keys(clock=clock)
        with clinic_scope(clinic.id):
            revoke_client(client=client, by=None)
        for _ in range(2):
            later(clock, minutes=11)
            look_up_due_keys(clock=clock)
        with clinic_scope(clinic.id):
            assert not PublishedKeys.objects.exists()
        assert len(server.connections) == 2


def test_without_redis_a_look_up_waits_for_its_turn(clinic: Clinic, clock: Clock, settings: Settings) -> None:
    with key_server(answers) as server:
        server.body = key_set(KEY).encode()
        client = software(clinic, server.address)
        settings.REDIS_URL = "redis://127.0.0.1:1/0"
        assert_try_again(ask(client))
        assert look_up_due_keys(clock=clock) == 1


# Servers that do a clinic harm, and must do no other any


@bad_servers
@pytest.mark.django_db(transaction=True)
def test_twenty_requests_make_one_connection_and_hold_nobody_up(
    clinic: Clinic, other_clinic: Clinic, manner: Manner
) -> None:
    """Also while the look-up lasts: no request waits for it, and it holds no transaction."""
    theirs = register(other_clinic, ApiClient.GRANT_CLIENT_CREDENTIALS, redirect_uris="")
    with key_server(manner) as server, ThreadPoolExecutor(8) as pool:
        client = software(clinic, server.address)
        passes = [start(pool, lambda: look_up_due_keys(clock=timezone.now)) for _ in range(3)]
        wait_for(lambda: bool(server.connections))
        asked = [start(pool, lambda: timed(lambda: ask(client))) for _ in range(20)]
        others = timed(lambda: ask_token(theirs, grant_type="client_credentials"))
        assert manner is refuses or idle_in_transaction() == []
        for answer, seconds in (one.result(30) for one in asked):
            assert_try_again_or_wait(answer)
            # Far above what a request takes on a busy machine, and far below twenty look-ups in turn.
            assert seconds < 15
        assert (others[0].status_code, others[1] < 10) == (200, True)
        assert sum(one.result(30) for one in passes) == 1
        assert look_up_due_keys(clock=timezone.now) == 0, "a failure is remembered as a success is"
        assert len(server.connections) == 1
        again = look_up_due_keys(clock=lambda: timezone.now() + dt.timedelta(minutes=11))
        assert (again, len(server.connections)) == (1, 2)


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("manner", [says_nothing, dribbles], ids=lambda manner: manner.__name__)
def test_at_the_real_server_nobody_waits_while_a_key_server_hangs(
    clinic: Clinic, other_clinic: Clinic, manner: Manner, settings: Settings
) -> None:
    """More callers than the server has threads, all for a client whose keys nobody can read."""
    settings.SEND_TIME_LIMIT = HANGS_SECONDS
    theirs = register(other_clinic, ApiClient.GRANT_CLIENT_CREDENTIALS, redirect_uris="")
    basic = base64.b64encode(f"{theirs.client_id}:{SECRET}".encode()).decode()
    with serving() as served, key_server(manner) as server, ThreadPoolExecutor(25) as pool:
        client = software(clinic, server.address)

        def forged() -> tuple[int, float]:
            said = claims(client.client_id, f"{served.address}/oauth/token/")
            form = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION_TYPE}
            return post(served, form | {"client_assertion": sign(new_key(), said)})

        def others() -> tuple[int, float]:
            form = {"grant_type": "client_credentials"}
            return post(served, form, Authorization=f"Basic {basic}")

        assert (forged()[0], others()[0]) == (503, 200)  # the first of a process takes longer
        looking = start(pool, lambda: look_up_due_keys(clock=timezone.now))
        wait_for(lambda: bool(server.connections))
        asked = [pool.submit(forged) for _ in range(20)]
        alive, opened = [], []
        while not looking.done() and len(alive) < 8:
            status, _, _, seconds = served.ask("GET", "/livez")
            alive.append((status, seconds < AT_ONCE))
            status, seconds = others()
            opened.append((status, seconds < AT_ONCE))
        assert not looking.done(), "the key server hangs all the while"
        assert (set(alive), set(opened)) == ({(200, True)}, {(200, True)})
        assert {one.result(30)[0] for one in asked} == {503}
        assert max(one.result()[1] for one in asked) < HANGS_SECONDS, "none of them waited for it"
        assert looking.result(30) == 1
        assert len(server.connections) == 1


def post(served: Served, form: dict[str, str], **headers: str) -> tuple[int, float]:
    """Status and seconds of a request to the token endpoint."""
    named = {"Content_Type": "application/x-www-form-urlencoded", **headers}
    status, _, _, seconds = served.ask("POST", "/oauth/token/", urlencode(form), **named)
    return status, seconds


def assert_try_again_or_wait(answer: Any) -> None:
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    begun = time.monotonic()
    return work(), time.monotonic() - begun


def wait_for(happened: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.02)


def idle_in_transaction() -> list[str]:
    """What other connections do that hold a transaction open without working, for longer than a moment."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT query FROM pg_stat_activity WHERE state LIKE 'idle in transaction%%' "
            "AND pid <> pg_backend_pid() AND datname = current_database() "
            "AND query LIKE '%%published%%' AND now() - state_change > interval '200 ms'"
        )
        return [query for (query,) in cursor.fetchall()]


@pytest.mark.django_db(transaction=True)
def test_one_clinics_silent_servers_leave_room_for_anothers(clinic: Clinic, other_clinic: Clinic) -> None:
    """Two of the eight at a time are one clinic's, however many addresses it has."""
    with key_server(says_nothing) as silent, key_server(answers) as good, ThreadPoolExecutor(4) as pool:
        good.body = key_set(KEY).encode()
        for number in range(6):
            software(clinic, f"{silent.address}?{number}")
        client = software(other_clinic, good.address)
        busy = start(pool, lambda: look_up_due_keys(clock=timezone.now))
        wait_for(lambda: bool(good.connections))
        assert len(silent.connections) <= 2
        wait_for(lambda: ask(client).status_code == 200)
        busy.result(60)


def test_a_look_up_runs_with_what_can_wait_and_soon() -> None:
    (planned,) = [
        entry
        for entry in django_settings.CELERY_BEAT_SCHEDULE.values()
        if entry["task"] == "assessments.tasks.look_up_keys"
    ]
    assert planned["schedule"] <= 15
    assert django_settings.CELERY_TASK_ROUTES[planned["task"]] == {"queue": "default"}
