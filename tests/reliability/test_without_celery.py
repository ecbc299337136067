"""What is due leaves without Celery and Redis, and two beats at once do no harm."""

import subprocess
import sys
import time

import pytest
from celery import current_app
from django.conf import settings
from rest_framework.test import APIClient

from patients.models import Patient
from tests.factories import assessment_body, reassuring_answers
from tests.mail import Postbox, serve
from tests.reliability.conftest import ROOT, Start, service_environment
from tools.embedded.redis import RedisServer

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True)]


def report_an_emergency(api: APIClient, patient: Patient) -> str:
    answers = reassuring_answers(bladder_change="yes")
    answer = api.post("/api/v1/assessments", assessment_body(patient, answers))
    assert answer.status_code == 201
    return str(answer.json()["escalation"])


def test_with_redis_dead_one_command_sends_what_is_due(
    api: APIClient, patient: Patient, redis: RedisServer, smtp_port: int
) -> None:
    redis.stop()
    escalation = report_an_emergency(api, patient)
    postbox = Postbox()
    server = serve(postbox, smtp_port)
    command = [sys.executable, "manage.py", "work_once"]
    environment = service_environment(redis.broker_url, smtp_port)
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    server.stop()
    assert done.returncode == 0, done.stderr
    assert "1 escalations attempted" in done.stdout
    (message,) = postbox.messages
    assert escalation in message.as_string()


def test_what_two_beats_ask_for_at_once_is_done_once(
    start: Start, api: APIClient, patient: Patient, redis: RedisServer, smtp_port: int
) -> None:
    from redis import Redis

    postbox = Postbox()
    server = serve(postbox, smtp_port)
    report_an_emergency(api, patient)
    entry = settings.CELERY_BEAT_SCHEDULE["deliver-due-escalations"]
    for _ in range(10):  # five ticks of each
        current_app.send_task(entry["task"])
    start("worker", "-Q", "critical", "-c", "2", "-l", "ERROR", "--without-gossip", "--without-mingle")
    postbox.wait_for(1, seconds=60)
    until = time.monotonic() + 60
    with Redis.from_url(redis.url) as broker:
        while broker.llen("critical") or broker.hlen("unacked"):
            assert time.monotonic() < until, "the worker doesn't work"
            time.sleep(0.05)
    server.stop()
    assert len(postbox.ids) == 1
