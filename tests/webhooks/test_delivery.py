"""How events get to receivers that are slow, broken, away or gone, and what the clinic sees of it."""

import datetime as dt
import threading
import time

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from assessments.operations.services.counters import CRITICAL, WEBHOOKS, note
from assessments.operations.services.rotate_secrets import rotate_secrets
from assessments.operations.services.status import status
from assessments.operations.services.sweep import sweep
from assessments.privacy.services.retention import forget_what_is_past
from assessments.webhooks.models import EventType, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from assessments.webhooks.services.circuit import (
    FAILURES_BEFORE_REST,
    LONGEST_REST,
    RETRIED_FOR,
    WAITS,
    wait_after,
)
from assessments.webhooks.services.emit import emit
from assessments.webhooks.services.endpoints import lock_endpoint, rotate_key
from assessments.webhooks.services.notices import send_due_notices
from assessments.webhooks.services.redeliver import redeliver, redeliver_span
from backend.platform.storage.due_work import claim_next
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic
from patients.models import Patient
from tests.clock import Clock
from tests.mail import Postbox, SilentServer, free_port
from tests.notify.receivers import Received, Receiver, http_receiver
from tests.webhooks.endpoints import Listening, deliver, listen

pytestmark = pytest.mark.django_db
State = WebhookDelivery.State


def happen(clinic: Clinic, clock: Clock, times: int = 1) -> None:
    """Something happens, so many times."""
    with clinic_scope(clinic.id):
        for _ in range(times):
            emit(clinic, (EventType.ASSESSMENT_RECORDED, clinic.id), now=clock())


def states(endpoint: Listening) -> list[str]:
    return [delivery.state for delivery in endpoint.deliveries()]


def test_a_receiver_that_fails_is_asked_again_with_the_same_id_until_it_takes_it(
    clinic: Clinic, endpoint: Listening, clock: Clock
) -> None:
    endpoint.receiver.status = 503
    happen(clinic, clock)
    for _ in range(2):
        assert deliver(clock) == 1
        assert deliver(clock) == 0, "not before its time"
        clock.advance(minutes=6)
    endpoint.receiver.status = 200
    deliver(clock)
    (delivery,) = endpoint.deliveries()
    assert (delivery.state, delivery.attempts, delivery.failures) == (State.DELIVERED, 3, 0)
    assert set(endpoint.message_ids()) == {str(delivery.event_id)}
    bodies = {request.body for request in endpoint.receiver.received}
    assert len(bodies) == 1, "the same at every try"


def test_the_schedule_is_that_of_standard_webhooks_with_jitter_and_then_it_is_given_up() -> None:
    seconds = [wait.total_seconds() for wait in WAITS]
    assert (seconds[0], seconds[-1], len(seconds)) == (5, 24 * 3600, 9)
    for failures, wait in enumerate(WAITS, start=1):
        least, most = wait_after(failures, chance=lambda: 0.0), wait_after(failures, chance=lambda: 1.0)
        assert least == wait
        assert most == wait * 1.1
    assert wait_after(len(WAITS) + 1) is None
    assert sum((wait * 1.1 for wait in WAITS), dt.timedelta()) < RETRIED_FOR


def test_what_no_try_delivers_is_given_up_visibly(clinic: Clinic, endpoint: Listening, clock: Clock) -> None:
    endpoint.receiver.status = 500
    happen(clinic, clock)
    for _ in range(len(WAITS) + 1):
        assert states(endpoint) == [State.PENDING]
        deliver(clock)
        clock.advance(hours=27)
        if clock.now - endpoint.deliveries()[0].created_at > RETRIED_FOR:
            break
    deliver(clock)
    (delivery,) = endpoint.deliveries()
    assert (delivery.state, delivery.last_error, delivery.next_attempt_at) == (
        State.GIVEN_UP,
        "HTTP 500",
        None,
    )
    clock.advance(days=30)
    assert deliver(clock) == 0


def test_every_try_is_kept_with_heads_and_latency_and_without_secrets(
    clinic: Clinic, endpoint: Listening, clock: Clock
) -> None:
    receiver = endpoint.receiver
    receiver.status, receiver.body = 500, b"Robin Runner has back pain"
    receiver.headers = {
        "X-Trace": "abc",
        "Set-Cookie": "session=1",
        "X-Long": "y" * 5000,
        "X-Auth-Token": "t",
    }
    happen(clinic, clock)
    deliver(clock)
    (delivery,) = endpoint.deliveries()
    (attempt,) = delivery.tries.all()
    assert (attempt.result, attempt.reason, attempt.status) == ("failed", "HTTP 500", 500)
    assert attempt.latency_ms < 5000
    sent, answered = dict(attempt.request_headers), dict(attempt.response_headers)
    assert sent["webhook-id"] == str(delivery.event_id)
    assert sent["webhook-signature"] == "[redacted]"
    assert (answered["X-Trace"], answered["Set-Cookie"], answered["X-Auth-Token"]) == (
        "abc",
        "[redacted]",
        "[redacted]",
    )
    assert len(answered["X-Long"]) == 200
    with clinic_scope(clinic.id):
        kept = str(list(WebhookAttempt.objects.values())) + str(list(WebhookDelivery.objects.values()))
    assert "back pain" not in kept
    assert receiver.received[0].headers["webhook-signature"] not in kept


def test_the_log_is_forgotten_after_thirty_days(clinic: Clinic, endpoint: Listening, clock: Clock) -> None:
    happen(clinic, clock)
    deliver(clock)
    for days, left in ((29, 1), (31, 0)):
        forget_what_is_past(now=clock() + dt.timedelta(days=days))
        assert len(endpoint.deliveries()) == left
        with clinic_scope(clinic.id):
            assert WebhookAttempt.objects.count() == left


def test_a_head_that_no_column_takes_is_kept_all_the_same(
    clinic: Clinic, endpoint: Listening, clock: Clock
) -> None:
    endpoint.receiver.headers = {f"X-{number}": "\x00\x1b[31m" for number in range(60)}
    happen(clinic, clock)
    deliver(clock)
    (delivery,) = endpoint.deliveries()
    assert delivery.state == State.DELIVERED
    (attempt,) = delivery.tries.all()
    assert len(attempt.response_headers) == 30
    assert "\x00" not in str(attempt.response_headers)


def test_410_switches_it_off_gives_up_what_waits_and_the_clinic_hears_of_it_once(
    clinic: Clinic, endpoint: Listening, clock: Clock, postbox: Postbox
) -> None:
    endpoint.receiver.status = 410
    happen(clinic, clock, 3)
    deliver(clock)
    gone = endpoint.now()
    assert (gone.enabled, gone.disabled_because, gone.disabled_at) == (False, "gone", clock.now)
    assert states(endpoint) == [State.GIVEN_UP] * 3
    assert len(endpoint.receiver.received) == 1
    happen(clinic, clock)
    assert len(endpoint.deliveries()) == 3, "it is told nothing more"
    assert send_due_notices(clock=clock) == 1
    assert send_due_notices(clock=clock) == 0
    with clinic_scope(clinic.id):
        admin = clinic.members.get(id=clinic.lead_id).user.email
    (mail,) = postbox.messages
    assert mail["To"] == admin
    assert "410" in mail.as_string()
    assert endpoint.key not in mail.as_string()


def test_a_notice_that_no_mail_server_takes_is_sent_later_under_the_same_id(
    clinic: Clinic, endpoint: Listening, clock: Clock, postbox: Postbox
) -> None:
    endpoint.receiver.status = 410
    happen(clinic, clock)
    deliver(clock)
    postbox.answer = "451 Not now"
    assert send_due_notices(clock=clock) == 0
    postbox.answer = "250 OK"
    assert send_due_notices(clock=clock) == 0, "not at once"
    clock.advance(minutes=6)
    assert send_due_notices(clock=clock) == 1


def test_an_endpoint_that_fails_for_a_day_is_mentioned_once_and_goes_on_being_tried(
    clinic: Clinic, endpoint: Listening, clock: Clock, postbox: Postbox
) -> None:
    endpoint.receiver.status = 500
    for _ in range(5):
        happen(clinic, clock)
        deliver(clock)
        send_due_notices(clock=clock)
        clock.advance(hours=12)
    assert endpoint.now().enabled
    assert len(postbox.messages) == 1
    endpoint.receiver.status = 200
    deliver(clock)
    assert endpoint.now().failing_since is None


def test_one_that_keeps_failing_rests_and_is_probed_with_one_message_at_a_time(
    clinic: Clinic, endpoint: Listening, clock: Clock
) -> None:
    endpoint.receiver.status = 500
    happen(clinic, clock, 20)
    assert deliver(clock) == FAILURES_BEFORE_REST
    resting = endpoint.now().rests_until
    assert resting is not None
    happen(clinic, clock, 5)
    assert deliver(clock) == 0, "what happens meanwhile waits for the end of the rest"
    clock.now = resting
    assert deliver(clock) == 1
    for _ in range(20):
        clock.now = endpoint.now().rests_until or clock.now
        deliver(clock)
    longest = endpoint.now().rests_until
    assert longest is not None
    assert longest - clock.now <= LONGEST_REST
    endpoint.receiver.status = 200
    clock.now = longest
    deliver(clock)
    clock.advance(days=2)
    deliver(clock)
    assert set(states(endpoint)) == {State.DELIVERED}


def test_a_resting_endpoint_raises_no_alarm_and_a_queue_without_a_worker_does(
    clinic: Clinic, endpoint: Listening, clock: Clock
) -> None:
    endpoint.receiver.status = 500
    happen(clinic, clock, 5)
    deliver(clock)
    clock.advance(hours=3)
    for name in (CRITICAL, WEBHOOKS):
        note(name, now=clock())
    sweep(now=clock())
    assert status(now=clock()).overdue() == []
    clock.advance(minutes=20)
    note(CRITICAL, now=clock())
    sweep(now=clock())
    assert status(now=clock()).overdue() == ["webhooks_stopped"]


def test_a_hanging_endpoint_slows_no_other(
    clinic: Clinic, other_clinic: Clinic, clock: Clock, receiver: Receiver, settings: Settings
) -> None:
    settings.SEND_TIME_LIMIT = 1.5
    port = free_port()
    silent = SilentServer(port)
    hanging = listen(clinic, Receiver(port=port))
    healthy = [listen(clinic, receiver), listen(other_clinic, receiver)]
    happen(clinic, clock, 20)
    happen(other_clinic, clock, 20)
    arrived: list[float] = []
    begun = time.monotonic()

    def watch() -> None:
        while len(receiver.received) < 40 and time.monotonic() - begun < 30:
            time.sleep(0.01)
        arrived.append(time.monotonic() - begun)

    watcher = threading.Thread(target=watch)
    watcher.start()
    deliver(clock)
    watcher.join()
    silent.stop()
    assert arrived[0] < 1.5, "before the first hanging send has even ended"
    assert [states(endpoint) for endpoint in healthy] == [[State.DELIVERED] * 20] * 2
    assert set(states(hanging)) == {State.PENDING}
    assert hanging.now().failures == FAILURES_BEFORE_REST


def test_an_endpoint_has_one_message_in_hand_whoever_asks(
    clinic: Clinic, endpoint: Listening, clock: Clock
) -> None:
    happen(clinic, clock)
    clock.advance(seconds=1)
    happen(clinic, clock, 2)
    first = claim_next(WebhookDelivery, now=clock())
    assert first is not None
    assert claim_next(WebhookDelivery, now=clock()) is None
    clock.advance(seconds=31)
    again = claim_next(WebhookDelivery, now=clock())
    assert again is not None
    assert again.row_id == first.row_id, "a dead worker's lease runs out"
    assert again.token != first.token


def test_a_result_that_comes_after_the_lease_has_run_out_changes_nothing(
    clinic: Clinic, endpoint: Listening, clock: Clock
) -> None:
    from assessments.webhooks.services.deliver import _begin, _finish

    happen(clinic, clock)
    stale = claim_next(WebhookDelivery, now=clock())
    assert stale is not None
    call = _begin(stale, clock)
    assert call is not None
    clock.advance(seconds=31)
    fresh = claim_next(WebhookDelivery, now=clock())
    endpoint.receiver.status = 500
    _finish(stale, call(), clock())
    assert fresh is not None
    with clinic_scope(clinic.id):
        assert fresh.held().exists()
    assert states(endpoint) == [State.PENDING]


def test_during_the_overlap_either_secret_verifies_and_then_only_the_new_one(
    clinic: Clinic, endpoint: Listening, clock: Clock
) -> None:
    clock.now = timezone.now()
    with clinic_scope(clinic.id):
        row = lock_endpoint(clinic, id=endpoint.row.id)
        assert row is not None
        new = rotate_key(endpoint=row, now=clock(), overlap=dt.timedelta(hours=1))
    happen(clinic, clock)
    deliver(clock)
    rotate_secrets()  # the operator's own rotation changes nothing for the receiver
    happen(clinic, clock)
    deliver(clock)
    for request in endpoint.receiver.received:
        assert verifies(endpoint.key, request)
        assert verifies(new, request)
    endpoint.receiver.received.clear()
    clock.advance(hours=1, seconds=1)
    happen(clinic, clock)
    deliver(clock)
    (request,) = endpoint.receiver.received
    assert request.headers["webhook-signature"].count("v1,") == 1
    assert verifies(new, request)
    assert not verifies(endpoint.key, request)


def verifies(key: str, request: Received) -> bool:
    """What the published library says at the time of the request."""
    try:
        with time_machine.travel(int(request.headers["webhook-timestamp"]), tick=False):
            Webhook(key).verify(request.body, request.headers)
    except WebhookVerificationError:
        return False
    return True


def test_a_secret_that_no_key_reads_any_more_is_a_failure_and_not_a_crash(
    clinic: Clinic, endpoint: Listening, clock: Clock
) -> None:
    with clinic_scope(clinic.id):
        clinic.webhook_endpoints.update(sealed_keys=[{"key": "gAAAAA", "until": None}])
    happen(clinic, clock)
    deliver(clock)
    assert endpoint.deliveries()[0].last_error == "UnreadableSecret"


def test_what_was_given_up_or_delivered_is_sent_again_with_its_old_id(
    clinic: Clinic, endpoint: Listening, clock: Clock
) -> None:
    happen(clinic, clock)
    deliver(clock)
    clock.advance(days=1)
    happen(clinic, clock)
    deliver(clock)
    first, second = endpoint.deliveries()
    with clinic_scope(clinic.id):
        redeliver(endpoint=endpoint.now(), delivery=first, now=clock())
    deliver(clock)
    assert endpoint.message_ids()[2:] == [str(first.event_id)]
    with clinic_scope(clinic.id):
        span = (second.event.at - dt.timedelta(hours=1), second.event.at + dt.timedelta(hours=1))
        ended = (State.DELIVERED,)
        redeliver_span(endpoint=endpoint.now(), since=span[0], until=span[1], states=ended, now=clock())
    deliver(clock)
    assert endpoint.message_ids()[3:] == [str(second.event_id)]


def test_an_address_that_is_unsafe_by_now_is_refused_when_it_is_sent_to(
    clinic: Clinic, endpoint: Listening, clock: Clock, settings: Settings
) -> None:
    settings.ALLOW_PRIVATE_WEBHOOKS = False
    happen(clinic, clock)
    deliver(clock)
    assert endpoint.deliveries()[0].last_error == "UnsafeUrl"
    assert endpoint.receiver.received == []


def test_a_redirect_is_a_failure_and_not_followed(clinic: Clinic, endpoint: Listening, clock: Clock) -> None:
    with http_receiver() as inside:
        endpoint.receiver.status = 307
        endpoint.receiver.headers = {"Location": f"http://{inside.address}/admin"}
        happen(clinic, clock)
        deliver(clock)
        assert inside.received == []
    assert endpoint.deliveries()[0].last_error == "HTTP 307"


def test_an_endpoint_that_is_removed_takes_nothing_down_with_it(
    api: APIClient, clinic: Clinic, patient: Patient, endpoint: Listening, clock: Clock
) -> None:
    happen(clinic, clock)
    with clinic_scope(clinic.id):
        WebhookEndpoint.objects.get(id=endpoint.row.id).delete()
    assert deliver(clock) == 0
    happen(clinic, clock)
