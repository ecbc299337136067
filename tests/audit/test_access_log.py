"""Who read which patient is noted for ever, and whoever tampers with it is found out."""

import datetime as dt
import io
import json
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from backend.platform.storage.tenancy import clinic_scope
from clinics.access_log.models import AccessLogEntry
from clinics.identity.models import Clinic, Role
from patients.models import Patient
from tests.api_edge.checks import assert_matches, assert_problem
from tests.audit.test_amendments import record
from tests.factories import api_for, make_member, make_patient

LOG = "/api/v1/clinic/access-log"


def entries(api: APIClient, **filters: str) -> list[dict[str, Any]]:
    """The log, oldest first."""
    answer = api.get(LOG, filters)
    assert answer.status_code == 200, answer.json()
    return list(reversed(answer.json()["results"]))


def reads(api: APIClient) -> list[tuple[str, str]]:
    return [(entry["action"], entry["patient"]) for entry in entries(api)]


def test_reading_a_patient_is_noted_with_who_when_why_and_request(
    api: APIClient, clinic: Clinic, patient: Patient
) -> None:
    before = timezone.now()
    headers = {"X-Access-Purpose": "Preparing the visit", "X-Request-ID": "visit-0001"}
    api.get(f"/api/v1/patients/{patient.id}", headers=headers)
    [entry] = entries(api)
    assert_matches("AccessLogEntry", entry)
    with clinic_scope(clinic.id):
        client = clinic.api_clients.get()
    assert entry["client"] == {"id": str(client.id), "name": client.name}
    assert (entry["patient"], entry["user"]) == (str(patient.id), None)
    assert (entry["purpose"], entry["request_id"]) == ("Preparing the visit", "visit-0001")
    assert entry["action"] == "GET patient"
    assert before <= dt.datetime.fromisoformat(entry["at"]) <= timezone.now()


def test_a_person_is_noted_by_name(clinic: Clinic, patient: Patient) -> None:
    member = make_member(clinic, Role.CLINICIAN)
    api_for(clinic, user=member.user).get(f"/api/v1/patients/{patient.id}")
    [entry] = entries(api_for(clinic))
    assert entry["user"] == {"id": str(member.user.id), "name": "Clinician Person"}


def test_every_way_to_read_a_patients_data_is_noted(api: APIClient, patient: Patient) -> None:
    made = record(api, patient, bladder_change=None)
    reading = {
        f"/api/v1/assessments/{made['id']}": "assessment",
        f"/api/v1/escalations/{made['escalation']}": "escalation",
        f"/api/v1/escalations/{made['escalation']}/history": "escalation-history",
        f"/api/v1/patients/{patient.id}/run-permission": "run-permission",
        f"/api/v1/patients/{patient.id}/timeline": "patient-timeline",
        f"/api/v1/follow-ups/{api.get('/api/v1/follow-ups').json()['results'][0]['id']}": "follow-up",
        "/api/v1/patients": "patients",
        "/api/v1/assessments": "assessments",
        "/api/v1/escalations": "escalations",
        "/api/v1/follow-ups": "follow-ups",
    }
    for address in reading:
        assert api.get(address).status_code == 200
    api.post("/api/v1/patients/search", {"family_name": "Runner"})
    noted = reads(api)[2:]  # before them the answer of recording, and the list of follow-ups above
    assert noted == [
        *((f"GET {name}", str(patient.id)) for name in reading.values()),
        ("POST patient-search", str(patient.id)),
    ]


def test_a_list_notes_each_patient_of_the_page_once(api: APIClient, clinic: Clinic, patient: Patient) -> None:
    other = make_patient(clinic)
    for who in (patient, other, patient):
        record(api, who)
    before = len(reads(api))
    api.get("/api/v1/assessments")
    assert sorted(reads(api)[before:]) == sorted(
        [("GET assessments", str(patient.id)), ("GET assessments", str(other.id))]
    )


def test_what_shows_nobody_is_not_noted(
    api: APIClient, other_api: APIClient, clinic: Clinic, patient: Patient
) -> None:
    tag = api.get(f"/api/v1/patients/{patient.id}").headers["ETag"]
    assert len(reads(api)) == 1
    unchanged = api.get(f"/api/v1/patients/{patient.id}", headers={"if-none-match": tag})
    assert unchanged.status_code == 304
    assert_problem(other_api.get(f"/api/v1/patients/{patient.id}"), "not_found")
    assert_problem(api.get(f"/api/v1/patients/{uuid.uuid4()}"), "not_found")
    for address in ("/api/v1/assessments", "/api/v1/clinic", "/api/v1/protocols", LOG):
        assert api.get(address).status_code == 200
    assert len(reads(api)) == 1
    assert reads(other_api) == []


@pytest.mark.parametrize("purpose", ["", "  ", "x" * 201, "two\tcolumns"])
def test_a_purpose_is_one_line_or_nothing_is_shown(api: APIClient, patient: Patient, purpose: str) -> None:
    answer = api.get(f"/api/v1/patients/{patient.id}", headers={"X-Access-Purpose": purpose})
    assert_problem(answer, "invalid", "/X-Access-Purpose")
    assert reads(api) == []


@pytest.mark.django_db(transaction=True)
def test_without_its_entry_nothing_is_shown(api: APIClient, clinic: Clinic, patient: Patient) -> None:
    with owner() as database:
        database.execute("ALTER TABLE clinics_accesslogentry ADD CONSTRAINT full_disk CHECK (false)")
        try:
            answer = api.get(f"/api/v1/patients/{patient.id}")
        finally:
            database.execute("ALTER TABLE clinics_accesslogentry DROP CONSTRAINT full_disk")
    assert answer.status_code >= 500
    assert b"Robin" not in answer.content


def test_the_log_is_filtered_by_patient_and_time_and_read_in_pages(api: APIClient, clinic: Clinic) -> None:
    runners = [make_patient(clinic) for _ in range(3)]
    for runner in runners:
        api.get(f"/api/v1/patients/{runner.id}")
    moment = entries(api)[1]["at"]
    assert [item["sequence"] for item in entries(api, patient=str(runners[1].id))] == [2]
    assert [item["sequence"] for item in entries(api, since=moment)] == [2, 3]
    assert [item["sequence"] for item in entries(api, updated_since=moment)] == [2, 3]
    assert [item["sequence"] for item in entries(api, until=moment)] == [1]
    page = api.get(LOG, {"page_size": 2}).json()
    assert [item["sequence"] for item in page["results"]] == [3, 2]
    assert [item["sequence"] for item in api.get(page["next"]).json()["results"]] == [1]
    assert_problem(api.get(LOG, {"who": "x"}), "invalid", "/who")
    assert_problem(api.get(LOG, {"since": "2026-01-01T00:00:00"}), "invalid", "/since")


def test_the_log_needs_its_own_scope_and_shows_the_own_clinic_only(
    api: APIClient, other_api: APIClient, clinic: Clinic, patient: Patient
) -> None:
    api.get(f"/api/v1/patients/{patient.id}")
    assert entries(other_api) == []
    assert entries(other_api, patient=str(patient.id)) == []
    assert_problem(api_for(clinic, scopes="patients:read").get(LOG), "permission_denied")
    for method in ("post", "put", "patch", "delete"):
        assert getattr(api, method)(LOG, {}).status_code == 405


def test_the_service_itself_can_neither_change_nor_delete_an_entry(
    api: APIClient, clinic: Clinic, patient: Patient
) -> None:
    api.get(f"/api/v1/patients/{patient.id}")
    with pytest.raises(DatabaseError, match="permission denied"), clinic_scope(clinic.id):
        AccessLogEntry.objects.update(purpose="x")
    with pytest.raises(DatabaseError, match="permission denied"), clinic_scope(clinic.id):
        AccessLogEntry.objects.all()._raw_delete("default")


@pytest.mark.django_db(transaction=True)
def test_reading_costs_one_statement_more(
    api: APIClient, patient: Patient, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    api.get(f"/api/v1/patients/{patient.id}")
    with django_assert_num_queries(6) as captured:  # BEGIN, token, client, patient, entry, COMMIT
        api.get(f"/api/v1/patients/{patient.id}")
    assert sum("log_access" in query["sql"] for query in captured.captured_queries) == 1


@pytest.mark.django_db(transaction=True)
def test_readers_at_once_make_one_chain(clinic: Clinic, patient: Patient) -> None:
    api = api_for(clinic)
    together = threading.Barrier(8)

    def read(_: int) -> None:
        try:
            together.wait()
            for _ in range(5):
                assert api.get(f"/api/v1/patients/{patient.id}").status_code == 200
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(read, range(8)))
    assert [item["sequence"] for item in entries(api)] == list(range(1, 41))
    assert "40 entries" in verify()


def verify(**options: object) -> str:
    """What the command prints; ``CommandError`` when it finds something."""
    said = io.StringIO()
    call_command("verify_access_log", stdout=said, stderr=said, **options)
    return said.getvalue()


@contextmanager
def owner() -> Iterator[psycopg.Connection]:
    """A connection of the role that owns the tables, its triggers off: an attacker with the keys."""
    wanted = connection.get_connection_params()
    known = ("dbname", "user", "password", "host", "port")
    parts = {name: wanted[name] for name in known if wanted.get(name)}
    with psycopg.connect(**parts, autocommit=True) as database:
        database.execute("ALTER TABLE clinics_accesslogentry DISABLE TRIGGER append_only")
        yield database
        database.execute("ALTER TABLE clinics_accesslogentry ENABLE TRIGGER append_only")


TAMPERING = {
    "an entry is changed": ("UPDATE clinics_accesslogentry SET purpose = 'x' WHERE sequence = 3", 3),
    "the patient is changed": (
        "UPDATE clinics_accesslogentry SET patient_id = gen_random_uuid() WHERE sequence = 2",
        2,
    ),
    "the time is changed": (
        "UPDATE clinics_accesslogentry SET at = at - interval '1 microsecond' WHERE sequence = 4",
        4,
    ),
    "the first is deleted": ("DELETE FROM clinics_accesslogentry WHERE sequence = 1", 1),
    "one in the middle is deleted": ("DELETE FROM clinics_accesslogentry WHERE sequence = 3", 3),
    "the last is deleted": ("DELETE FROM clinics_accesslogentry WHERE sequence = 5", 5),
    "one is deleted and the rest moved up": (
        """DELETE FROM clinics_accesslogentry WHERE sequence = 2;
        UPDATE clinics_accesslogentry SET sequence = sequence - 1 WHERE sequence > 2""",
        2,
    ),
    "one is added at the end": (
        """INSERT INTO clinics_accesslogentry SELECT (jsonb_populate_record(entry,
        jsonb_build_object('id', gen_random_uuid(), 'sequence', 6, 'previous_hash', hash))).*
        FROM clinics_accesslogentry AS entry WHERE sequence = 5""",
        6,
    ),
    "everything is deleted": ("DELETE FROM clinics_accesslogentry", 1),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", TAMPERING)
def test_tampering_is_found_and_the_first_broken_link_named(
    clinic: Clinic, other_clinic: Clinic, patient: Patient, how: str
) -> None:
    """In the words of ``TAMPERING``."""
    api, other_api = api_for(clinic), api_for(other_clinic)
    for _ in range(5):
        api.get(f"/api/v1/patients/{patient.id}")
    other_api.get(f"/api/v1/patients/{make_patient(other_clinic).id}")
    end = entries(api)[-1]["hash"]
    assert f"{clinic.id}: 5 entries, end {end}" in verify()

    statement, place = TAMPERING[how]
    with owner() as database:
        for step in statement.split(";"):
            database.execute(step.encode())
    said = io.StringIO()
    with pytest.raises(CommandError, match="is broken"):
        call_command("verify_access_log", stdout=said, stderr=said)
    assert f"{clinic.id}: broken at entry {place}:" in said.getvalue()


FORGE = """
UPDATE clinics_accesslogentry SET purpose = 'forged' WHERE sequence = 2;
DO $$ DECLARE entry clinics_accesslogentry; before text := ''; made text; BEGIN
    FOR entry IN SELECT * FROM clinics_accesslogentry ORDER BY sequence LOOP
        made := encode(sha256(convert_to(concat_ws(E'\\n', before, entry.sequence, entry.clinic_id,
            to_char(entry.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), entry.patient_id,
            coalesce(entry.user_id::text, ''), coalesce(entry.client_id::text, ''), entry.action,
            entry.purpose, entry.request_id), 'UTF8')), 'hex');
        UPDATE clinics_accesslogentry SET previous_hash = before, hash = made WHERE id = entry.id;
        before := made;
    END LOOP;
    UPDATE clinics_accessloghead SET hash = before;
END $$
"""


@pytest.mark.django_db(transaction=True)
def test_a_forged_chain_is_found_by_an_end_kept_outside(
    clinic: Clinic, patient: Patient, tmp_path: Path
) -> None:
    kept = tmp_path / "ends.jsonl"
    api = api_for(clinic)
    for _ in range(3):
        api.get(f"/api/v1/patients/{patient.id}")
    verify(ends=kept)
    api.get(f"/api/v1/patients/{patient.id}")
    verify(ends=kept)
    assert [json.loads(line)["entries"] for line in kept.read_text().splitlines()] == [3, 4]

    with owner() as database:
        database.execute(FORGE.encode())
    assert "4 entries" in verify(), "by itself the forged chain is whole"
    said = io.StringIO()
    with pytest.raises(CommandError, match="is broken"):
        call_command("verify_access_log", stdout=said, stderr=said, ends=kept)
    assert f"{clinic.id}: broken at entry 3: it isn't what was kept outside" in said.getvalue()


@pytest.mark.django_db(transaction=True)
def test_a_chain_cut_off_with_its_head_is_found_by_an_end_kept_outside(
    clinic: Clinic, patient: Patient, tmp_path: Path
) -> None:
    kept = tmp_path / "ends.jsonl"
    api = api_for(clinic)
    for _ in range(2):
        api.get(f"/api/v1/patients/{patient.id}")
    verify(ends=kept)
    with owner() as database:
        database.execute("DELETE FROM clinics_accesslogentry WHERE sequence = 2")
        database.execute(
            "UPDATE clinics_accessloghead SET sequence = 1, hash = (SELECT hash FROM clinics_accesslogentry)"
        )
    verify()
    with pytest.raises(CommandError, match="is broken"):
        verify(ends=kept)


def test_a_file_that_holds_no_ends_is_refused(db: None, tmp_path: Path) -> None:
    wrong = tmp_path / "ends.jsonl"
    wrong.write_text('{"clinic": 1}\n')
    with pytest.raises(CommandError, match="Line 1 of"):
        verify(ends=wrong)
