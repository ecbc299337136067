"""What is kept for a time goes when it is over, and nothing else does."""

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone
from oauth2_provider.models import AccessToken
from rest_framework.test import APIClient

from assessments.exports.models import Change, Export, ExportChunk
from assessments.exports.services import changes
from assessments.exports.services.write import write_due_exports
from assessments.privacy.services import retention
from assessments.privacy.services.retention import RULES, forget_what_is_past
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic
from patients.models import Patient
from tests.api_edge.checks import assert_problem
from tests.factories import make_patient, make_token

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
OPERATIONS = (Path(__file__).resolve().parents[2] / "docs" / "operations.md").read_text()


def in_words(duration: dt.timedelta) -> str:
    hours = duration / dt.timedelta(hours=1)
    assert hours == int(hours)
    return f"{int(hours)} hours" if hours <= 24 else f"{duration.days} days"


def test_the_table_of_the_documentation_is_that_of_the_code() -> None:
    section = OPERATIONS[OPERATIONS.index("## What is kept, and how long") :]
    rows = re.findall(r"^\| (.+) \| (\d+ \w+) \| (.+) \|$", section, re.MULTILINE)
    assert rows == [
        (", ".join(f"`{table}`" for table in rule.tables), in_words(rule.kept_for), rule.why)
        for rule in RULES
    ]


def test_every_table_of_the_rules_exists() -> None:
    tables = set(connection.introspection.table_names())
    assert {table for rule in RULES for table in rule.tables} <= tables


def test_it_runs_every_hour_on_the_queue_of_what_can_wait() -> None:
    (planned,) = [
        entry
        for entry in settings.CELERY_BEAT_SCHEDULE.values()
        if entry["task"] == "assessments.tasks.forget_what_is_past"
    ]
    assert planned["schedule"] == 3600
    assert settings.CELERY_TASK_ROUTES[planned["task"]] == {"queue": "default"}


def export_of(api: APIClient) -> str:
    export: str = api.post("/api/v1/exports", {}).json()["id"]
    write_due_exports(clock=timezone.now)
    return export


def test_the_lines_of_an_export_go_a_day_after_it_is_ready_and_the_export_after_ninety(
    api: APIClient, clinic: Clinic, patient: Patient
) -> None:
    address = f"/api/v1/exports/{export_of(api)}"
    now = timezone.now()
    forget_what_is_past(now=now + DAY - dt.timedelta(minutes=1))
    assert api.get(address).json()["state"] == "ready"
    forget_what_is_past(now=now + DAY + dt.timedelta(minutes=1))
    assert api.get(address).json()["state"] == "expired"
    with clinic_scope(clinic.id):
        assert not ExportChunk.objects.exists()
    forget_what_is_past(now=now + 89 * DAY)
    assert api.get(address).status_code == 200
    forget_what_is_past(now=now + 91 * DAY)
    assert api.get(address).status_code == 404


def as_owner(statement: str, *parameters: object) -> None:
    """Run a statement as the role that owns the tables."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableowner FROM pg_tables WHERE tablename = 'clinics_clinic'")
        cursor.execute(f"SET ROLE {cursor.fetchone()[0]}")
        try:
            with transaction.atomic():
                cursor.execute(statement, parameters)
        finally:
            cursor.execute(f"SET ROLE {settings.DATABASE_APP_ROLE}")


def changed_long_ago(clinic: Clinic, patient: Patient, age: dt.timedelta) -> None:
    """One entry of the list of changes that is as old as said."""
    as_owner(
        "INSERT INTO assessments_change (clinic_id, type, row_id, change, at) "
        "VALUES (%s, 'patient', %s, 'updated', now() - %s)",
        clinic.id,
        patient.id,
        age,
    )


def entries_of(clinic: Clinic) -> list[Any]:
    with clinic_scope(clinic.id):
        return list(Change.objects.order_by("position").values_list("at", flat=True))


def test_a_reader_from_before_what_was_forgotten_is_told_to_start_afresh(
    api: APIClient, clinic: Clinic, other_clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    patient, theirs = make_patient(clinic), make_patient(other_clinic)
    for age in (402, 401, 401, 399):
        changed_long_ago(clinic, patient, age * DAY)
    changed_long_ago(other_clinic, theirs, 399 * DAY)
    with clinic_scope(clinic.id):
        positions = list(Change.objects.order_by("position").values_list("position", flat=True))
    forget_what_is_past(now=timezone.now())

    assert len(entries_of(clinic)) == len(positions) - 3
    assert len(entries_of(other_clinic)) == 1
    for cursor in ("0", str(positions[0]), str(positions[1])):
        assert_problem(api.get("/api/v1/changes", {"cursor": cursor}), "gone")
    assert_problem(api.get("/api/v1/changes"), "gone")
    known = api.get("/api/v1/changes", {"cursor": str(positions[2])})
    assert known.status_code == 200
    assert len(known.json()["results"]) == len(positions) - 3


def test_an_export_of_a_clinic_without_news_says_where_to_go_on(
    api: APIClient, clinic: Clinic, patient: Patient
) -> None:
    changed_long_ago(clinic, patient, 500 * DAY)
    forget_what_is_past(now=timezone.now())
    export = api.get(f"/api/v1/exports/{export_of(api)}").json()

    answer = api.get("/api/v1/changes", {"cursor": export["changes_cursor"]})
    assert answer.status_code == 200


def test_nobody_forgets_a_young_change(clinic: Clinic, patient: Patient) -> None:
    changed_long_ago(clinic, patient, changes.KEPT_FOR - dt.timedelta(hours=1))
    before = entries_of(clinic)
    with pytest.raises(IntegrityError, match="never changed or deleted"):
        as_owner("DELETE FROM assessments_change WHERE clinic_id = %s", clinic.id)
    with pytest.raises(IntegrityError, match="never changed or deleted"), clinic_scope(clinic.id):
        changes.forget_changes(before=timezone.now(), at_most=10)
    assert entries_of(clinic) == before


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM assessments_change",
        "INSERT INTO assessments_forgottenchanges (clinic_id, position) VALUES ('{clinic}', 1)",
        "UPDATE assessments_forgottenchanges SET position = 0",
        "DELETE FROM assessments_forgottenchanges",
    ],
)
def test_the_service_itself_can_neither_delete_changes_nor_say_how_far(
    clinic: Clinic, statement: str
) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), clinic_scope(clinic.id):
        connection.cursor().execute(statement.format(clinic=clinic.id))


def test_sessions_tokens_and_sign_ins_go_and_live_ones_stay(clinic: Clinic) -> None:
    now = timezone.now()
    for name, expires in (("old", now - DAY), ("live", now + DAY)):
        Session.objects.create(session_key=name, session_data="", expire_date=expires)
    with clinic_scope(clinic.id):
        client = clinic.api_clients.get()
    old, live = make_token(client), make_token(client)
    AccessToken.objects.filter(token=old).update(expires=now - DAY)
    for table in (AccessAttempt, AccessFailureLog, AccessLog):
        for days in (89, 91):
            more = {"failures_since_start": 1} if table is AccessAttempt else {}
            made = table.objects.create(username=f"jo-{days}", **more)
            table.objects.filter(pk=made.pk).update(attempt_time=now - days * DAY)
    forget_what_is_past(now=now)

    assert [session.session_key for session in Session.objects.all()] == ["live"]
    assert [token.token for token in AccessToken.objects.filter(token__in=(old, live))] == [live]
    for table in (AccessAttempt, AccessFailureLog, AccessLog):
        assert [row.username for row in table.objects.all()] == ["jo-89"]


def test_one_rule_that_fails_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    done = []

    def fail(now: dt.datetime) -> int:
        raise RuntimeError

    def work(now: dt.datetime) -> int:
        done.append(now)
        return 1

    rules = [retention.Rule(("a",), DAY, "", fail), retention.Rule(("b",), DAY, "", work)]
    monkeypatch.setattr(retention, "RULES", rules)
    now = timezone.now()
    forget_what_is_past(now=now)
    assert done == [now]


def test_nothing_that_happened_to_a_patient_is_ever_forgotten(api: APIClient, clinic: Clinic) -> None:
    patient = make_patient(clinic)
    api.get(f"/api/v1/patients/{patient.id}")
    kept = ("patients", "access_log", "members", "api_clients")

    def count() -> list[int]:
        with clinic_scope(clinic.id):
            return [getattr(clinic, name).count() for name in kept]

    before = count()
    forget_what_is_past(now=timezone.now() + 20 * 365 * DAY)
    assert count() == before
    with clinic_scope(clinic.id):
        assert not Export.objects.exists()
