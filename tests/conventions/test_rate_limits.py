"""One application can't take the service from the others."""

import re
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from redis import Redis
from rest_framework.test import APIClient

from assessments.escalations.models import Escalation
from backend.platform.api import throttling
from backend.platform.api.throttling import count_request
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic
from patients.models import Patient
from tests.api_edge.checks import assert_problem
from tests.conventions.routes import Route, routes
from tests.conventions.threads import all_at_once
from tests.factories import api_for, assessment_body, make_client, make_token, reassuring_answers
from tests.served import serving
from tools.embedded.redis import RedisServer

#: Seconds that an emergency may take among all that polling, on a machine that does other things too.
AT_ONCE = 2.0
MINUTE = 1_800_000_000.0  # begins a window


@pytest.fixture
def three_a_minute(settings: Any) -> None:
    """A quota that a test can use up."""
    settings.RATE_LIMIT_PER_MINUTE = settings.RATE_LIMIT_RECORDING = 3


@pytest.fixture
def standing_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """No window ends while the test runs."""
    monkeypatch.setattr("clinics.api.views.time.time", lambda: MINUTE + 18)


def test_what_is_left_counts_down_and_then_it_is_429(
    three_a_minute: None, standing_clock: None, api: APIClient
) -> None:
    answers = [api.get("/api/v1/clinic") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    left = [answer.headers["RateLimit"] for answer in answers]
    assert left == [f'"application";r={n};t=42' for n in (2, 1, 0, 0)]
    assert {answer.headers["RateLimit-Policy"] for answer in answers} == {
        '"application";q=3;w=60, "recording";q=3;w=60'
    }
    assert_problem(answers[3], "throttled")
    assert answers[3].headers["Retry-After"] == "42"


def test_nothing_of_a_throttled_request_is_done(
    three_a_minute: None, standing_clock: None, api: APIClient, clinic: Clinic
) -> None:
    for _ in range(5):
        api.post("/api/v1/patients", {"given_name": "Robin", "family_name": "Runner"})
    with clinic_scope(clinic.id):
        assert clinic.patients.count() == 3


def test_refused_requests_count_too(three_a_minute: None, standing_clock: None, clinic: Clinic) -> None:
    api = api_for(clinic, scopes="")
    assert [api.get("/api/v1/clinic").status_code for _ in range(4)] == [403, 403, 403, 429]


def test_all_tokens_of_an_application_share_its_quota_and_no_other_application_does(
    three_a_minute: None, standing_clock: None, clinic: Clinic, api: APIClient, other_api: APIClient
) -> None:
    with clinic_scope(clinic.id):
        second_token, colleague = APIClient(), APIClient()
        second_token.credentials(HTTP_AUTHORIZATION=f"Bearer {make_token(clinic.api_clients.get())}")
        colleague.credentials(HTTP_AUTHORIZATION=f"Bearer {make_token(make_client(clinic))}")
    for _ in range(3):
        api.get("/api/v1/clinic")

    assert second_token.get("/api/v1/clinic").status_code == 429
    assert colleague.get("/api/v1/clinic").status_code == 200
    assert other_api.get("/api/v1/clinic").status_code == 200


def test_reading_without_end_never_keeps_an_emergency_out(
    three_a_minute: None, standing_clock: None, api: APIClient, patient: Patient
) -> None:
    polled = [api.get("/api/v1/patients").status_code for _ in range(9)]
    emergency = assessment_body(patient, reassuring_answers(bladder_change="yes"))
    recorded = api.post("/api/v1/assessments", emergency)
    with clinic_scope(patient.clinic_id):
        escalation = Escalation.objects.get().id
    taken = api.post(f"/api/v1/escalations/{escalation}/acknowledge")

    assert polled == [200] * 3 + [429] * 6
    assert recorded.status_code == 201
    assert recorded.headers["RateLimit"] == '"recording";r=2;t=42'
    assert taken.status_code == 200
    assert taken.headers["RateLimit"].startswith('"recording"')


def test_every_operation_that_cannot_wait_is_counted_apart() -> None:
    """By these an emergency gets in, is answered and is taken on."""
    apart = {(route.view.__name__, method) for route in routes() for method in cannot_wait(route)}
    assert apart == {
        ("AssessmentsView", "POST"),
        ("AmendmentsView", "POST"),
        ("ConfirmationView", "POST"),
        ("FollowUpResponseView", "POST"),
        ("FollowUpResultView", "POST"),
        ("AcknowledgeView", "POST"),
        ("PatientList", "POST"),
        ("PatientByExternalId", "PUT"),
        ("Responses", "POST"),
        ("ProcessResponse", "POST"),
        ("TaskRead", "PUT"),
    }


def cannot_wait(route: Route) -> frozenset[str]:
    return getattr(route.view, "cannot_wait", frozenset())


def test_a_new_minute_is_a_new_quota(three_a_minute: None) -> None:
    application = uuid.uuid4()
    counted = [count_request(application, now=MINUTE + second) for second in (0, 30, 59, 59.9, 60)]

    assert [quota.exceeded for quota in counted if quota] == [False, False, False, True, False]
    assert [quota.seconds_left for quota in counted if quota] == [60, 30, 1, 1, 60]


def test_requests_at_once_are_all_counted() -> None:
    application = uuid.uuid4()
    counted = all_at_once([lambda: count_request(application, now=MINUTE)] * 20)

    assert sorted(quota.count for quota in counted) == list(range(1, 21))


#: What may be counted: an application by its id, a runner's link by its hash, an address without its name.
IDS = (
    r"(recording:)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|check-in-(pages|answers):[0-9a-f]{64}"
    r"|door:[a-z-]+:(read|write|refused):[0-9a-f]{32}"
)


def test_what_redis_holds_is_an_id_and_ends_by_itself(api: APIClient) -> None:
    api.get("/api/v1/clinic")
    url = django_settings.REDIS_URL.replace("redis+socket://", "unix://").replace("virtual_host=", "db=")
    with Redis.from_url(url) as redis:
        keys = list(redis.scan_iter("rate:*"))
        assert keys
        for key in keys:
            _, *what, window = key.decode().split(":")
            assert re.fullmatch(IDS, ":".join(what)), "an application's id, or the hash of a link"
            assert window.isdigit()
            # -1 would mean for ever; another test's key may be ending right now.
            assert redis.ttl(key) in {-2, *range(121)}


@pytest.mark.process
def test_at_the_real_server_software_that_polls_without_end_gets_its_emergency_in(
    transactional_db: None, clinic: Clinic, api: APIClient, patient: Patient
) -> None:
    """With a loop that never waits, and through as many connections as it opens."""
    bearer = api._credentials["HTTP_AUTHORIZATION"]
    with serving(RATE_LIMIT_PER_MINUTE="20", RATE_LIMIT_RECORDING="5") as served:
        began = time.time() // 60

        def poll() -> list[int]:
            return [served.ask("GET", "/api/v1/patients", Authorization=bearer)[0] for _ in range(30)]

        with ThreadPoolExecutor(4) as pool:
            polling = [pool.submit(poll) for _ in range(4)]
            polled = [status for each in polling for status in each.result(60)]
            last = pool.submit(poll)
            emergency = assessment_body(patient, reassuring_answers(bladder_change="yes"))
            status, headers, _, seconds = served.ask(
                "POST", "/api/v1/assessments", emergency, Authorization=bearer
            )
        minutes = time.time() // 60 - began + 1
        assert (status, seconds < AT_ONCE) == (201, True)
        assert headers["ratelimit"].startswith('"recording";r=')
        statuses = [*polled, *last.result(60)]
        assert set(statuses) == {200, 429}
        assert statuses.count(200) <= 20 * minutes
    with clinic_scope(patient.clinic_id):
        assert Escalation.objects.count() == 1


@pytest.mark.process
def test_without_redis_requests_go_on_and_it_is_logged(
    api: APIClient,
    settings: Any,
    tmp_path_factory: Any,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    redis_run_dir: Path,
) -> None:
    monkeypatch.setattr(throttling, "_paused_until", 0.0)
    with RedisServer(redis_run_dir) as redis:
        settings.REDIS_URL = redis.broker_url
        counted = api.get("/api/v1/clinic")
        redis.stop()
        uncounted = [api.get("/api/v1/clinic") for _ in range(3)]

    assert "RateLimit" in counted.headers
    assert [answer.status_code for answer in uncounted] == [200, 200, 200]
    assert all("RateLimit" not in answer.headers for answer in uncounted)
    assert all("RateLimit-Policy" in answer.headers for answer in uncounted)
    assert caplog.text.count("rate_limit_uncounted") == 1, "then Redis is left alone for a while"
