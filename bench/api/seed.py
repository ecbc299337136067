"""A clinic with runners to post for: `python -m bench.api.seed` migrates, makes them and prints who they are.

Runs as the owner of the database. Every runner has one earlier assessment with its follow-ups, so that there
is something to replace and the planner knows tables in use.
"""

import datetime as dt
import json
import secrets
from typing import TYPE_CHECKING

import django

from bench.api.record import ASSESSOR_ROLE, REASSURING

if TYPE_CHECKING:
    from clinics.identity.models import ApiClient

PATIENTS = 2000
COPY_HISTORY = """
WITH runner AS (
    SELECT id AS patient_id, uuidv7() AS assessment_id FROM patients_patient WHERE id <> %s
), assessment AS (
    INSERT INTO assessments_assessment
    SELECT copy.* FROM runner, assessments_assessment AS original, LATERAL jsonb_populate_record(
        original, jsonb_build_object('id', assessment_id, 'patient_id', runner.patient_id)
    ) AS copy
)
INSERT INTO assessments_followup
SELECT copy.* FROM runner, assessments_followup AS original, LATERAL jsonb_populate_record(
    original,
    jsonb_build_object('id', uuidv7(), 'assessment_id', runner.assessment_id, 'patient_id', runner.patient_id)
) AS copy
"""


def main() -> None:
    """Print ``{client, clinic, client_id, client_secret, patients}``."""
    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    seeded = _seed(now=dt.datetime.now(dt.UTC))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    print(json.dumps(seeded))


def _seed(*, now: dt.datetime) -> dict[str, object]:
    from backend.platform.storage.tenancy import clinic_scope
    from clinics.identity.models import ApiClient, Clinic, Role, User

    clinic = Clinic(
        name="Benchmark",
        emergency_number="999",
        emergency_destination="A&E, General Hospital",
        takes_pregnant_runners=False,
    )
    secret = secrets.token_urlsafe(32)
    with clinic_scope(clinic.id):
        clinic.save()
        user = User.objects.create_user("clinician", email="clinician@benchmark.example")
        clinic.on_call = clinic.members.create(user=user, role=Role.CLINICIAN)
        clinic.save()
        client = clinic.api_clients.create(
            name="Benchmark",
            client_type=ApiClient.CLIENT_CONFIDENTIAL,
            authorization_grant_type=ApiClient.GRANT_CLIENT_CREDENTIALS,
            allowed_scopes="assessments:read assessments:write",
            client_secret=secret,
        )
        patients = _runners_with_history(client, earlier=now - dt.timedelta(days=7))
    return {
        "client": str(client.id),
        "clinic": str(clinic.id),
        "client_id": client.client_id,
        "client_secret": secret,
        "patients": patients,
    }


def _runners_with_history(client: "ApiClient", *, earlier: dt.datetime) -> list[str]:
    """The first runner's history comes from the service itself; the others get a copy of its rows."""
    from django.db import connection

    from assessments.decisions.services.submit import Submission, submit_assessment
    from clinics.identity.clinicians import Actor
    from patients.models import Patient

    clinic = client.clinic
    birth_date = earlier.date().replace(year=earlier.year - REASSURING["age_years"] - 1, month=12, day=31)
    runners = Patient.objects.bulk_create(
        Patient(clinic=clinic, given_name="Robin", family_name=f"Runner {place}", birth_date=birth_date)
        for place in range(PATIENTS)
    )
    submission = Submission(runners[0].id, earlier, ASSESSOR_ROLE, REASSURING)
    submit_assessment(clinic=clinic, actor=Actor(client), submission=submission, now=earlier)
    with connection.cursor() as cursor:
        cursor.execute(COPY_HISTORY, [runners[0].id])
    return [str(runner.id) for runner in runners]


if __name__ == "__main__":
    main()
