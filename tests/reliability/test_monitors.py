"""What monitors are told: how late what is, and nothing about anybody."""

import datetime as dt
import json
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.checks import run_checks
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings
from rest_framework.test import APIClient

from assessments.escalations.models import Escalation
from assessments.escalations.services.acknowledge import acknowledge
from assessments.escalations.services.deliver import deliver_due_escalations
from assessments.operations.services.counters import CRITICAL, WEBHOOKS, note
from assessments.operations.services.status import Status, status
from assessments.operations.services.sweep import sweep
from assessments.protocol.urgencies import meaning_of
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.clinicians import NamedClinician
from clinics.identity.models import Clinic
from patients.models import Patient
from tests.factories import assessment_body, reassuring_answers
from tests.mail import Postbox

pytestmark = pytest.mark.django_db
TOKEN = "k3v9-Tq2xW8rZ5mN7pL4sB6yD1fG0hJcUa"


@pytest.fixture
def all_is_well() -> None:
    """Workers passed a moment ago."""
    note(CRITICAL, now=timezone.now())
    note(WEBHOOKS, now=timezone.now())
    sweep(now=timezone.now())


@pytest.fixture
def emergency(api: APIClient, clinic: Clinic, patient: Patient) -> Escalation:
    """An open emergency that nobody has been told of yet."""
    body = assessment_body(patient, reassuring_answers(bladder_change="yes"))
    escalation = api.post("/api/v1/assessments", body).json()["escalation"]
    with clinic_scope(clinic.id):
        return clinic.escalations.get(id=escalation)


def ask(path: str, token: str = TOKEN) -> Any:
    return Client().get(path, headers={"Authorization": f"Bearer {token}"})


def later(**duration: float) -> Status:
    """The service as it would stand in a while, if workers passed and this emergency were left alone."""
    now = timezone.now() + dt.timedelta(**duration)
    note(CRITICAL, now=now)
    note(WEBHOOKS, now=now)
    sweep(now=now)
    return status(now=now)


@pytest.mark.parametrize("path", ["/statusz", "/metrics"])
def test_monitors_need_the_operators_token(path: str, settings: Settings) -> None:
    assert ask(path).status_code == 404, "closed until a token is set"
    assert ask(path, "").status_code == 404
    settings.STATUS_TOKEN = TOKEN
    for wrong in ("", TOKEN[:-1], TOKEN + "x"):
        refused = ask(path, wrong)
        assert (refused.status_code, refused.headers["WWW-Authenticate"][:6]) == (401, "Bearer")
    assert Client().get(path).status_code == 401
    assert ask(path).headers["Cache-Control"] == "no-store"
    assert Client().post(path, headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 405


@pytest.mark.parametrize(
    ("token", "refused"), [("", False), ("short", True), ("a" * 40, True), (TOKEN, False)]
)
def test_a_token_that_can_be_guessed_is_refused_at_the_start(
    token: str, refused: bool, settings: Settings
) -> None:
    settings.STATUS_TOKEN = token
    assert ("clinics.E023" in [message.id for message in run_checks()]) is refused


def test_all_is_well(all_is_well: None, settings: Settings) -> None:
    settings.STATUS_TOKEN = TOKEN
    answer = ask("/statusz")
    assert answer.status_code == 200
    document = answer.json()
    assert (document["status"], document["overdue"], document["escalations"]) == ("ok", [], {})
    assert document["due"]["escalation"] == {"rows": 0, "oldest_seconds": 0}
    assert document["last_seconds_ago"]["critical"] < 60
    assert document["last_seconds_ago"]["heartbeat"] is None
    assert set(document["queues"]) == {"critical", "default", "webhooks"}


def test_without_a_pass_of_critical_or_a_sweep_all_is_not_well(settings: Settings) -> None:
    settings.STATUS_TOKEN = TOKEN
    answer = ask("/statusz")
    assert answer.status_code == 503
    assert answer.json()["overdue"] == ["critical_stopped", "webhooks_stopped", "sweep_stopped"]


def test_a_redis_that_is_down_is_said_and_nothing_more(all_is_well: None, settings: Settings) -> None:
    settings.STATUS_TOKEN = TOKEN
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    answer = ask("/statusz")
    assert (answer.status_code, answer.json()["queues"]) == (200, None)


def test_an_escalation_nobody_carries_out_is_late(emergency: Escalation) -> None:
    assert later(seconds=100).overdue() == []
    found = later(seconds=130)
    assert found.overdue() == ["escalation_late", "escalation_untold"]
    assert found.work["escalation"].rows == 1
    (row,) = found.escalations
    assert (row.urgency, row.open, row.past_deadline, row.untold) == ("emergency_now", 1, 0, 1)
    assert row.opened_at == row.due_at == emergency.opened_at
    assert later(minutes=16).escalations[0].past_deadline == 1


def test_an_escalation_whose_messages_do_not_leave_is_untold(
    emergency: Escalation, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert deliver_due_escalations(clock=timezone.now) == 1
    with clinic_scope(emergency.clinic_id):
        Escalation.objects.update(next_attempt_at=timezone.now() + dt.timedelta(hours=1))
    assert later(seconds=130).overdue() == ["escalation_untold"]


def test_an_escalation_that_was_told_waits_for_a_person_and_nothing_is_overdue(
    emergency: Escalation, postbox: Postbox
) -> None:
    deliver_due_escalations(clock=timezone.now)
    assert later(seconds=130).overdue() == []


@pytest.mark.parametrize(
    ("urgency", "untold"),
    [("routine", False), ("same_day", False), ("complete_screen_now", True), ("emergency_now", True)],
)
def test_what_quiet_hours_hold_back_is_not_untold_and_an_emergency_never_is_held_back(
    urgency: str, untold: bool, emergency: Escalation
) -> None:
    assert meaning_of(urgency).waits_for_quiet_hours is not untold
    with clinic_scope(emergency.clinic_id):
        Escalation.objects.update(urgency=urgency, next_attempt_at=timezone.now() + dt.timedelta(minutes=10))
    assert later(minutes=8).overdue() == ["escalation_untold"] * untold
    assert later(minutes=13).overdue() == ["escalation_late", "escalation_untold"]


def test_an_escalation_that_reached_nobody_is_untold_whatever_its_urgency(emergency: Escalation) -> None:
    with clinic_scope(emergency.clinic_id):
        soon = timezone.now() + dt.timedelta(hours=1)
        Escalation.objects.update(urgency="routine", next_attempt_at=soon)
        emergency.deliveries.create(
            clinic_id=emergency.clinic_id, round=0, address="gone@clinic.example", state="refused"
        )
    assert later(minutes=3).overdue() == ["escalation_untold"]


def test_a_follow_up_may_be_a_quarter_of_an_hour_late(api: APIClient, patient: Patient) -> None:
    api.post("/api/v1/assessments", assessment_body(patient))
    assert later(hours=24, minutes=14).overdue() == []
    found = later(hours=24, minutes=16)
    assert found.overdue() == ["follow_up_late"]
    with clinic_scope(patient.clinic_id):
        due = patient.clinic.follow_ups.filter(due_at__lte=found.at)
        assert found.work["follow_up"].rows == due.count() > 0


def test_the_numbers_for_prometheus(
    all_is_well: None, emergency: Escalation, clinic: Clinic, postbox: Postbox, settings: Settings
) -> None:
    settings.STATUS_TOKEN = TOKEN
    assert numbers()["return_to_run_escalations_open", "emergency_now"] == 1
    deliver_due_escalations(clock=timezone.now)
    with clinic_scope(clinic.id):
        Escalation.objects.update(opened_at=emergency.opened_at - dt.timedelta(seconds=90))
    assert clinic.on_call is not None
    by = NamedClinician(clinic.on_call, None)
    acknowledge(clinic=clinic, escalation_id=emergency.id, by=by, now=emergency.opened_at)
    found = numbers()
    assert ("return_to_run_escalations_open", "emergency_now") not in found
    assert found["return_to_run_deliveries_last_day", "email", "sent"] == len(postbox.messages) > 0
    assert found["return_to_run_acknowledgements_last_day", "emergency_now"] == 1
    assert found["return_to_run_acknowledgements_late_last_day", "emergency_now"] == 0
    assert found["return_to_run_acknowledge_seconds", "0.5", "emergency_now"] == pytest.approx(90)
    assert found["return_to_run_work_due", "follow_up"] == 0
    assert 0 <= found["return_to_run_pass_age_seconds", "sweep"] < 60
    assert found["return_to_run_overdue",] == 0


def numbers() -> dict[tuple[str, ...], float]:
    """Every sample of /metrics by name and values of its labels (sorted by label), as Prometheus reads it."""
    answer = ask("/metrics")
    assert answer.status_code == 200
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


@pytest.mark.parametrize("path", ["/statusz", "/metrics"])
def test_neither_names_a_clinic_a_person_or_a_row(
    path: str, emergency: Escalation, clinic: Clinic, patient: Patient, settings: Settings
) -> None:
    settings.STATUS_TOKEN = TOKEN
    text = ask(path).content.decode()
    assert "emergency_now" in text
    for secret in (clinic.name, patient.family_name, str(clinic.id), str(emergency.id), "bladder"):
        assert secret not in text


def test_beat_and_broker_keep_the_contract() -> None:
    routes = {name: route["queue"] for name, route in django_settings.CELERY_TASK_ROUTES.items()}
    beat = django_settings.CELERY_BEAT_SCHEDULE
    assert {entry["task"] for entry in beat.values()} <= routes.keys()
    critical = [name for name, queue in routes.items() if queue == "critical"]
    assert critical == ["assessments.tasks.deliver_due_escalations"]
    assert all(entry["options"]["expires"] for entry in beat.values()), (
        "a queue nobody reads can't grow stale"
    )
    broker = django_settings.CELERY_BROKER_TRANSPORT_OPTIONS
    assert broker["visibility_timeout"] > django_settings.CELERY_TASK_TIME_LIMIT
    assert broker["unacked_restore_throttle"] == 1
    assert django_settings.CELERY_TASK_ACKS_LATE
    assert django_settings.CELERY_TASK_REJECT_ON_WORKER_LOST
    assert django_settings.CELERY_WORKER_PREFETCH_MULTIPLIER == 1
    assert django_settings.CELERY_TASK_IGNORE_RESULT
    assert json.dumps(sorted(set(routes.values()))) == '["critical", "default", "webhooks"]'
