"""The two clinics whose pages are measured: the demo's, and one with thousands of runners.

The large one has one runner with a long history and a programme, made through the service as the tests make
theirs, and copies of an ordinary history, of an open and of a closed escalation for everybody else. Every
trigger fires, so that history and list of changes are as long as they would be.
"""

import tempfile
import uuid
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from assessments.demo.riverside import RIVERSIDE
from assessments.demo.tell import find_clinic
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic
from tests.dashboard.walk import rows_of
from tests.factories import make_clinic
from tests.programme.weeks import eight_weeks

#: Assessments of the runner who has come for years before the programme, one each 3.5 days.
EARLIER_ASSESSMENTS = 190
BEFORE = timedelta(days=3.5 * EARLIER_ASSESSMENTS + 70)
#: Runners copied at once.
BATCH = 200
#: Of so many runners one has an open escalation, and one a closed one.
ONE_OPEN_IN, ONE_CLOSED_IN = 500, 10

_COPY_RUNNERS = """
INSERT INTO patients_patient SELECT copy.*
FROM patients_patient original, generate_series(1, %(runners)s) number,
LATERAL jsonb_populate_record(original, jsonb_build_object(
    'id', uuidv7(), 'given_name', 'Robin', 'family_name', 'Runner ' || number,
    'external_id', %(batch)s || number
)) copy WHERE original.id = %(runner)s
"""
_COPY_HISTORY = """
WITH runner AS (
    SELECT id AS patient_id, uuidv7() AS assessment_id, random() * interval '42 days' AS earlier
    FROM patients_patient WHERE starts_with(external_id, %(batch)s)
), assessment AS (
    INSERT INTO assessments_assessment SELECT copy.*
    FROM runner, assessments_assessment original, LATERAL jsonb_populate_record(original, jsonb_build_object(
        'id', runner.assessment_id, 'patient_id', runner.patient_id,
        'assessed_at', original.assessed_at - earlier
    )) copy WHERE original.id = %(assessment)s
)
INSERT INTO assessments_followup SELECT copy.*
FROM runner, assessments_followup original, LATERAL jsonb_populate_record(original, jsonb_build_object(
    'id', uuidv7(), 'assessment_id', runner.assessment_id, 'patient_id', runner.patient_id,
    'state', CASE WHEN random() < 0.99 THEN 'cancelled' ELSE 'scheduled' END, 'next_attempt_at', NULL
)) copy WHERE original.assessment_id = %(assessment)s
"""
_COPY_ESCALATION = """
WITH runner AS (
    SELECT id AS patient_id, uuidv7() AS assessment_id, random() * interval '90 days' AS earlier
    FROM patients_patient WHERE starts_with(external_id, 'B') ORDER BY id LIMIT %(runners)s
), assessment AS (
    INSERT INTO assessments_assessment SELECT copy.*
    FROM runner, assessments_escalation original
    JOIN assessments_assessment recorded ON recorded.id = original.assessment_id,
    LATERAL jsonb_populate_record(recorded, jsonb_build_object(
        'id', runner.assessment_id, 'patient_id', runner.patient_id,
        'assessed_at', recorded.assessed_at - earlier
    )) copy WHERE original.id = %(escalation)s
)
INSERT INTO assessments_escalation SELECT copy.*
FROM runner, assessments_escalation original, LATERAL jsonb_populate_record(original, jsonb_build_object(
    'id', uuidv7(), 'assessment_id', runner.assessment_id, 'patient_id', runner.patient_id
)) copy WHERE original.id = %(escalation)s
"""


def demo_clinic() -> Clinic:
    """The larger clinic of `make run`'s demo."""
    with tempfile.TemporaryDirectory() as folder:
        call_command("seed_demo", run_dir=Path(folder), verbosity=0)
    clinic = find_clinic(RIVERSIDE)
    assert clinic is not None
    return clinic


def large_clinic(patients: int) -> Clinic:
    """A clinic with so many patients."""
    clinic = make_clinic("Benchmark")
    told = eight_weeks(clinic)
    rows_of(clinic, told)
    told.now = timezone.now() - BEFORE
    for _ in range(EARLIER_ASSESSMENTS):
        told.assess(pain_usual_nrs=1, pain_run_peak_nrs=2)
        told.later(days=3.5)
    _copy(clinic, told.patient.pk, patients)
    return clinic


def _copy(clinic: Clinic, runner: uuid.UUID, patients: int) -> None:
    """Copy the runner's history for so many others, in transactions that stay small as the service's do."""
    with clinic_scope(clinic.id):
        latest = clinic.assessments.filter(patient_id=runner).latest("assessed_at")
    original = {"runner": runner, "assessment": latest.pk}
    for number, first in enumerate(range(0, patients, BATCH)):
        batch = original | {"runners": min(BATCH, patients - first), "batch": f"B{number}-"}
        with clinic_scope(clinic.id), connection.cursor() as cursor:
            cursor.execute(_COPY_RUNNERS, batch)
            cursor.execute(_COPY_HISTORY, batch)
            if first == 0:
                cursor.execute("ANALYZE")  # else triggers go on with the plans of empty tables
    for state, one_in in (("open", ONE_OPEN_IN), ("resolved", ONE_CLOSED_IN)):
        with clinic_scope(clinic.id), connection.cursor() as cursor:
            escalation = clinic.escalations.filter(state=state).latest("opened_at").pk
            cursor.execute(_COPY_ESCALATION, {"escalation": escalation, "runners": patients // one_in})


def rows_in(clinic: Clinic) -> Mapping[str, uuid.UUID | str]:
    """The clinic's rows by the name that routes give them; the runner is the one with the longest history."""
    longest = "SELECT patient_id FROM assessments_assessment GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
    with clinic_scope(clinic.id):
        with connection.cursor() as cursor:
            cursor.execute(longest)
            [runner] = cursor.fetchone()
        latest = {
            "assessment_id": clinic.assessments.filter(patient_id=runner).order_by("-assessed_at"),
            "programme_id": clinic.programmes.order_by("-pk"),
            "escalation_id": clinic.escalations.filter(state="open").order_by("-opened_at"),
            "letter_id": clinic.letters.order_by("-pk"),
            "member_id": clinic.members.order_by("-pk"),
            "client_id": clinic.api_clients.order_by("-pk"),
            "endpoint_id": clinic.webhook_endpoints.order_by("-pk"),
            "service_id": clinic.on_call_services.order_by("-pk"),
            "follow_up_id": clinic.follow_ups.filter(kind="check_24_hours").order_by("-due_at"),
        }
        found = {name: rows.values_list("pk", flat=True).first() for name, rows in latest.items()}
    known = {name: row for name, row in found.items() if row is not None}
    return {"patient_id": runner, "app_label": "assessments", **known}
