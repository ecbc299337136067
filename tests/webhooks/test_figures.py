"""What monitors count of webhooks."""

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from assessments.operations.services.recent import webhook_figures
from assessments.webhooks.models import EventType
from assessments.webhooks.services.circuit import FAILURES_BEFORE_REST
from assessments.webhooks.services.emit import emit
from assessments.webhooks.services.redeliver import redeliver
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic
from tests.clock import Clock
from tests.notify.receivers import Receiver, http_receiver
from tests.webhooks.endpoints import Listening, deliver, listen

pytestmark = pytest.mark.django_db
TOKEN = "k3v9-Tq2xW8rZ5mN7pL4sB6yD1fG0hJcUa"


def happen(clinic: Clinic, clock: Clock) -> None:
    with clinic_scope(clinic.id):
        emit(clinic, (EventType.ASSESSMENT_RECORDED, clinic.id), now=clock())


def test_what_waits_is_counted_by_how_long_it_has_waited(
    clinic: Clinic, endpoint: Listening, clock: Clock
) -> None:
    happen(clinic, clock)
    for duration, label in (({"seconds": 59}, "minute"), ({"minutes": 58}, "hour"), ({"hours": 22}, "day")):
        clock.advance(**duration)
        assert webhook_figures(now=clock()).pending == dict.fromkeys(
            ("minute", "hour", "day", "longer"), 0
        ) | {label: 1}
    clock.advance(hours=2)
    assert webhook_figures(now=clock()).pending["longer"] == 1
    deliver(clock)
    assert sum(webhook_figures(now=clock()).pending.values()) == 0
    with clinic_scope(clinic.id):
        redeliver(endpoint=endpoint.now(), delivery=endpoint.deliveries()[0], now=clock())
    assert webhook_figures(now=clock()).pending["minute"] == 1, "it waits since it was asked for again"


def test_tries_and_endpoints_are_counted_by_how_they_went(
    clinic: Clinic, other_clinic: Clinic, endpoint: Listening, clock: Clock
) -> None:
    with http_receiver() as taking:
        listen(other_clinic, taking)
        listen(clinic, Receiver(port=1), enabled=False)
        endpoint.receiver.status = 500
        happen(clinic, clock)
        happen(other_clinic, clock)
        deliver(clock)
        found = webhook_figures(now=clock())
        assert found.tries == {"delivered": 1, "failed": 1}
        assert found.endpoints == {"well": 1, "failing": 1, "resting": 0, "off": 1}
    for _ in range(1, FAILURES_BEFORE_REST):
        clock.advance(minutes=31)
        deliver(clock)
    found = webhook_figures(now=clock())
    assert found.endpoints == {"well": 1, "failing": 0, "resting": 1, "off": 1}
    clock.advance(days=5)
    deliver(clock)
    assert webhook_figures(now=clock()).given_up == {"": 1}
    clock.advance(days=1, seconds=1)
    assert webhook_figures(now=clock()).given_up == {"": 0}


def test_monitors_are_given_them(clinic: Clinic, endpoint: Listening, settings: Settings) -> None:
    settings.STATUS_TOKEN = TOKEN
    text = Client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).content.decode()
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    named = {(sample.name, *sample.labels.values()): sample.value for sample in samples}
    assert named["return_to_run_webhook_endpoints", "well"] == 1
    assert named["return_to_run_webhooks_pending", "longer"] == 0
    assert named["return_to_run_webhook_tries_last_day", "failed"] == 0
    assert named["return_to_run_webhooks_given_up_last_day",] == 0
