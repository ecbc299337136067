"""A webhook outlives the worker that sends it, and a receiver that hangs holds no emergency back.

Real processes: one is killed exactly where it is to die, held there by a table lock or by the receiver.
"""

import datetime as dt
import time
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings as django_settings
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from assessments.webhooks.models import EventType, WebhookAttempt, WebhookDelivery
from assessments.webhooks.services.deliver import deliver_due_webhooks
from assessments.webhooks.services.emit import emit
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic
from patients.models import Patient
from tests.mail import Postbox, free_port, serve
from tests.notify.receivers import Receiver, http_receiver
from tests.reliability.conftest import LEASE_SECONDS, Start
from tests.reliability.test_crash_points import (
    Worker,
    locked,
    wait_until,
    wait_until_somebody_waits_for,
)
from tests.reliability.test_crashes import report_an_emergency
from tests.webhooks.endpoints import Listening, listen

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True)]
TASK = "assessments.tasks.deliver_due_webhooks"
ATTEMPTS = WebhookAttempt._meta.db_table
DELIVERIES = WebhookDelivery._meta.db_table
State = WebhookDelivery.State


@pytest.fixture(scope="module")
def worker(django_db_setup: None) -> Iterator[Worker]:
    """Processes that may tell this machine."""
    worker = Worker(free_port(), ALLOW_PRIVATE_WEBHOOKS="1")
    yield worker
    worker.close()


@pytest.fixture
def receiver(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """On this machine, which this process and those it starts may tell."""
    settings.ALLOW_PRIVATE_WEBHOOKS = True
    monkeypatch.setenv("ALLOW_PRIVATE_WEBHOOKS", "1")
    with http_receiver() as receiver:
        yield receiver


@pytest.fixture
def endpoint(clinic: Clinic, receiver: Receiver) -> Listening:
    return listen(clinic, receiver)


def while_it_claims(worker: Worker, receiver: Receiver) -> None:
    with locked(DELIVERIES) as holder:
        worker.begin(TASK)
        wait_until_somebody_waits_for(DELIVERIES, holder)
        worker.kill()


def in_the_middle_of_sending(worker: Worker, receiver: Receiver) -> None:
    receiver.gate.clear()
    worker.begin(TASK)
    wait_until(lambda: len(receiver.received) == 1)
    worker.kill()


def after_it_was_taken_before_that_is_stored(worker: Worker, receiver: Receiver) -> None:
    receiver.gate.clear()
    worker.begin(TASK)
    wait_until(lambda: len(receiver.received) == 1)
    with locked(ATTEMPTS) as holder:
        receiver.gate.set()
        wait_until_somebody_waits_for(ATTEMPTS, holder)
        worker.kill()


#: Where it dies, and how often the message has arrived by then.
POINTS: list[tuple[Callable[[Worker, Receiver], None], int]] = [
    (while_it_claims, 0),
    (in_the_middle_of_sending, 1),
    (after_it_was_taken_before_that_is_stored, 1),
]


def carry_on(**later: float) -> int:
    """Another worker's pass, so much later; returns how many messages it tried."""
    moment = timezone.now() + dt.timedelta(**later)
    return deliver_due_webhooks(clock=lambda: moment)


@pytest.mark.parametrize(("die", "arrived"), POINTS, ids=[point[0].__name__ for point in POINTS])
def test_a_worker_killed_in_the_middle_of_a_webhook_loses_nothing(
    die: Callable[[Worker, Receiver], None],
    arrived: int,
    clinic: Clinic,
    endpoint: Listening,
    worker: Worker,
) -> None:
    with clinic_scope(clinic.id):
        emit(clinic, (EventType.ASSESSMENT_RECORDED, clinic.id), now=timezone.now())
    die(worker, endpoint.receiver)
    (delivery,) = endpoint.deliveries()
    assert (delivery.state, delivery.attempts, list(delivery.tries.all())) == (State.PENDING, 0, [])
    assert len(endpoint.receiver.received) == arrived
    if arrived:
        assert carry_on() == 0, "it is still the dead worker's, until its lease runs out"
    endpoint.receiver.gate.set()

    wait_until(lambda: carry_on(seconds=LEASE_SECONDS + 1) == 1)
    (delivery,) = endpoint.deliveries()
    assert (delivery.state, delivery.attempts) == (State.DELIVERED, 1)
    assert [attempt.result for attempt in delivery.tries.all()] == ["delivered"]
    assert endpoint.heard() == [("assessment.recorded", str(clinic.id))] * (arrived + 1)
    assert set(endpoint.message_ids()) == {str(delivery.event_id)}, "the receiver can tell a duplicate"
    assert carry_on(days=1) == 0


def test_a_receiver_that_hangs_holds_no_emergency_s_mail_back(
    endpoint: Listening, start: Start, api: APIClient, clinic: Clinic, patient: Patient, smtp_port: int
) -> None:
    """The two workers as they are run, beside each other, and more events than the hanging one can take."""
    endpoint.receiver.gate.clear()
    with http_receiver() as second:
        healthy = listen(clinic, second)
        postbox = Postbox()
        server = serve(postbox, smtp_port)
        start(*worker_of("webhooks"))
        start(*worker_of("critical,default"))
        with clinic_scope(clinic.id):
            for _ in range(5):
                emit(clinic, (EventType.ASSESSMENT_RECORDED, clinic.id), now=timezone.now())
        wait_until(lambda: endpoint.receiver.received != [])
        begun = time.monotonic()
        escalation = report_an_emergency(api, patient)
        (message, *_) = postbox.wait_for(1, seconds=30)
        took = time.monotonic() - begun
        wait_until(lambda: ("escalation.opened", escalation) in healthy.heard())
        server.stop()
    assert escalation in message.as_string()
    assert took < django_settings.SEND_TIME_LIMIT, "sooner than one hanging send ends"
    assert len(endpoint.receiver.received) == 1, "which it still does"


def worker_of(queues: str) -> tuple[str, ...]:
    return ("worker", "-Q", queues, "-c", "1", "-l", "WARNING", "--without-gossip", "--without-mingle")
