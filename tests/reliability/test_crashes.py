"""Neither Redis nor beat is what a promise rests on: real worker, beat, Redis and SMTP."""

import pytest
from django.conf import settings
from rest_framework.test import APIClient

from patients.models import Patient
from tests.factories import assessment_body, reassuring_answers
from tests.mail import Postbox, serve
from tests.reliability.conftest import Start
from tools.embedded.redis import RedisServer

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True)]
WORKER = (
    "worker",
    "-Q",
    "critical,default",
    "-c",
    "1",
    "-l",
    "WARNING",
    "--without-gossip",
    "--without-mingle",
)


def report_an_emergency(api: APIClient, patient: Patient) -> str:
    answers = reassuring_answers(bladder_change="yes")
    answer = api.post("/api/v1/assessments", assessment_body(patient, answers))
    assert answer.status_code == 201
    return str(answer.json()["escalation"])


def beat(folder: str) -> tuple[str, ...]:
    return ("beat", "-l", "WARNING", "-s", f"{folder}/schedule", "--pidfile=")


@pytest.mark.holds("HZ-30")
@pytest.mark.smoke
def test_an_emptied_redis_loses_nothing(
    start: Start, api: APIClient, patient: Patient, redis: RedisServer, smtp_port: int, tmp_path: object
) -> None:
    from redis import Redis

    escalation = report_an_emergency(api, patient)
    with Redis.from_url(redis.url) as broker:
        assert broker.llen("critical") == 1, "the nudge is waiting"
        broker.flushall()
    postbox = Postbox()
    server = serve(postbox, smtp_port)
    start(*WORKER)
    start(*beat(str(tmp_path)))
    (message, *_) = postbox.wait_for(1, seconds=40)
    server.stop()
    assert escalation in message.as_string()


@pytest.mark.smoke
def test_a_nudge_needs_no_beat(start: Start, api: APIClient, patient: Patient, smtp_port: int) -> None:
    postbox = Postbox()
    server = serve(postbox, smtp_port)
    start(*WORKER)
    escalation = report_an_emergency(api, patient)
    (message, *_) = postbox.wait_for(1, seconds=40)
    server.stop()
    assert escalation in message.as_string()
    assert settings.CELERY_BEAT_SCHEDULE["deliver-due-escalations"]["schedule"] <= 5
