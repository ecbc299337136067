"""An export holds every row once, as the API shows it, and goes when it should."""

import datetime as dt
import json
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from assessments.escalations.services.deliver import deliver_due_escalations
from assessments.exports.models import Export, ExportChunk
from assessments.exports.services import write as write_exports
from assessments.exports.services.exports import AT_ONCE, take_away_results
from assessments.exports.services.kinds import KINDS
from assessments.exports.services.write import MAX_STALLED, TURN, write_due_exports
from assessments.letters.models import Letter
from assessments.letters.services import draft_letter
from backend.platform.storage.tenancy import clinic_scope
from clinics.access_log.services import verify_access_log
from clinics.identity.clinicians import NamedClinician
from clinics.identity.models import Clinic, Role
from patients.models import Patient
from tests.api_edge.checks import assert_matches, assert_problem
from tests.clock import Clock
from tests.conventions.threads import all_at_once, start
from tests.factories import (
    api_for,
    assessment_body,
    make_feedback,
    make_member,
    make_patient,
    reassuring_answers,
)

pytestmark = pytest.mark.django_db
EXPORTS = "/api/v1/exports"
ROUTES = {
    "patient": "patients",
    "assessment": "assessments",
    "escalation": "escalations",
    "follow_up": "follow-ups",
    "programme": "programmes",
}


@pytest.fixture
def clock() -> Clock:
    """Begins now, because requests are made now."""
    return Clock(timezone.now())


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three rows a chunk, so that a small clinic has several."""
    monkeypatch.setattr(write_exports, "CHUNK_ROWS", 3)


def tell_a_story(api: APIClient, clinic: Clinic) -> Patient:
    """A runner with a row of everything there is; returns them."""
    runner = make_patient(clinic, external_id="R-1", contact={"email": "robin@runner.example"})
    first = api.post("/api/v1/assessments", assessment_body(runner)).json()
    programme = api.post("/api/v1/programmes", {"assessment": first["id"]}).json()["id"]
    api.post(f"/api/v1/programmes/{programme}/release", {})
    pair = {"name": "Blue", "started_on": "2026-01-05"}
    shoe = api.post(f"/api/v1/patients/{runner.id}/shoes", pair).json()["id"]
    done = {"exercise": "walking_cycling", "done_on": timezone.now().date().isoformat()}
    api.put(f"/api/v1/programmes/{programme}/exercises", done)
    api.post(f"/api/v1/programmes/{programme}/runs", {"ended_at": timezone.now().isoformat(), "shoe": shoe})
    other_decision = {"decision": "refer_urgent", "reason": "Looks unwell"}
    api.post(f"/api/v1/assessments/{first['id']}/overrides", other_decision)
    answers = reassuring_answers(bladder_change="yes", clinician_note="Ümlaut\nand a line")
    emergency = api.post("/api/v1/assessments", assessment_body(runner, answers)).json()
    deliver_due_escalations(clock=timezone.now)
    api.post(f"/api/v1/escalations/{emergency['escalation']}/acknowledge", {})
    begin_letter(clinic, emergency["escalation"])
    make_feedback(clinic, runner.id, comment="Seen this morning.")
    return runner


def begin_letter(clinic: Clinic, escalation: str) -> None:
    """A draft of the clinic's on-call clinician."""
    assert clinic.on_call is not None
    by, about = NamedClinician(clinic.on_call), uuid.UUID(escalation)
    draft_letter(clinic=clinic, escalation_id=about, to=Letter.To.GP, by=by, now=timezone.now())


def ask(api: APIClient, **body: object) -> dict[str, Any]:
    answer = api.post(EXPORTS, body)
    assert answer.status_code == 202, answer.content
    assert answer.headers["Location"].endswith(f"{EXPORTS}/{answer.json()['id']}")
    document: dict[str, Any] = answer.json()
    return document


def state_of(api: APIClient, export: dict[str, Any]) -> dict[str, Any]:
    answer = api.get(f"{EXPORTS}/{export['id']}")
    assert_matches("Export", answer.json())
    document: dict[str, Any] = answer.json()
    return document


def result_of(api: APIClient, export: dict[str, Any], **headers: str) -> list[dict[str, Any]]:
    answer = api.get(f"{EXPORTS}/{export['id']}/result", headers=headers)
    assert answer.status_code == 200, answer.json()
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert int(answer.headers["Content-Length"]) == len(content)
    assert content.endswith(b"\n") or not content
    return [json.loads(line) for line in content.decode().splitlines()]


def exported(api: APIClient, clock: Clock, **body: object) -> list[dict[str, Any]]:
    export = ask(api, **body)
    clock.now = timezone.now()
    assert write_due_exports(clock=clock) == 1
    return result_of(api, export)


def shown(api: APIClient, line: dict[str, Any]) -> Any:
    """What the API shows of a line's row at its own address."""
    return api.get(f"/api/v1/{ROUTES[line['type']]}/{line['id']}").json()


def rows_of(clinic: Clinic) -> set[tuple[str, str]]:
    """Every row of the clinic that belongs in an export."""
    with clinic_scope(clinic.id):
        return {
            (name, str(id_))
            for name, kind in KINDS.items()
            for id_ in kind.rows(clinic).values_list("id", flat=True)
        }


def test_every_line_is_what_the_api_shows(api: APIClient, clinic: Clinic, clock: Clock) -> None:
    tell_a_story(api, clinic)
    lines = exported(api, clock)

    assert set(Counter(line["type"] for line in lines)) == set(KINDS), "the story has a row of everything"
    for line in lines:
        if line["type"] in ROUTES:
            assert line == {"type": line["type"], **shown(api, line)}
    (override,) = [line for line in lines if line["type"] == "override"]
    about = api.get(f"/api/v1/assessments/{override['assessment']}").json()
    assert {"type": "override", "assessment": about["id"], **about["overrides"][0]} == override


@pytest.mark.usefixtures("small_chunks")
def test_each_row_stands_once_and_all_of_a_patient_together(
    api: APIClient, clinic: Clinic, other_api: APIClient, other_clinic: Clinic, clock: Clock
) -> None:
    for told, of in ((api, clinic), (other_api, other_clinic), (api, clinic)):
        tell_a_story_again(told, of)
    lines = exported(api, clock)

    keys = [(line["type"], line["id"]) for line in lines]
    assert len(keys) == len(set(keys))
    assert set(keys) == rows_of(clinic)
    patients = [line["id"] for line in lines if line["type"] == "patient"]
    owners = [line.get("patient") or line["id"] for line in lines if line["type"] in ROUTES]
    assert [owner for owner, _ in groupby(owners)] == patients


def tell_a_story_again(api: APIClient, clinic: Clinic) -> None:
    runner = make_patient(clinic)
    api.post("/api/v1/assessments", assessment_body(runner))
    api.post("/api/v1/assessments", assessment_body(runner, reassuring_answers(bladder_change="yes")))


@pytest.mark.usefixtures("small_chunks")
def test_a_worker_takes_turns_and_says_how_far_it_is(api: APIClient, clinic: Clinic, clock: Clock) -> None:
    for _ in range(7):
        make_patient(clinic)
    export = ask(api)
    assert (export["state"], export["progress"], export["changes_cursor"]) == ("queued", [], None)
    clock.now = timezone.now()
    seen = []
    while write_due_exports(clock=lambda: slowly(clock)):
        document = state_of(api, export)
        (progress,) = document["progress"]
        seen.append((document["state"], progress["done"], progress["total"]))

    assert seen == [("running", 3, 7), ("running", 6, 7), ("ready", 7, 7)]
    assert len(result_of(api, export)) == 7


def slowly(clock: Clock) -> dt.datetime:
    """A clock by which whatever a worker does takes longer than its turn."""
    clock.now += TURN
    return clock.now


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("small_chunks")
def test_a_row_made_or_changed_meanwhile_is_told_by_the_changes(
    api: APIClient, clinic: Clinic, clock: Clock
) -> None:
    """What an export began with, and what changed since its cursor, are together everything as it is."""
    tell_a_story(api, clinic)
    late = make_patient(clinic)
    export = ask(api)
    clock.now = timezone.now()
    write_due_exports(clock=lambda: slowly(clock))
    tell_a_story_again(api, clinic)
    for patient in (state_of_patients(api)[0], state_of_patients(api)[-1]):
        rename(api, patient["id"])
    api.post("/api/v1/assessments", assessment_body(late))
    while write_due_exports(clock=lambda: slowly(clock)):
        pass
    assert state_of(api, export)["state"] == "ready"

    known = {(line["type"], line["id"]): line for line in result_of(api, export) if line["type"] in ROUTES}
    for type_, id_ in changed_since(api, state_of(api, export)["changes_cursor"]):
        line = {"type": type_, "id": id_}
        known[type_, id_] = {**line, **shown(api, line)}
    assert {key for key in rows_of(clinic) if key[0] in ROUTES} == set(known)
    for line in known.values():
        assert line == {"type": line["type"], **shown(api, line)}


@pytest.mark.django_db(transaction=True)
def test_with_the_changes_since_it_is_everything_however_many_write_meanwhile(
    api: APIClient, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Writers register and rename while every turn of the worker writes two rows."""
    monkeypatch.setattr(write_exports, "CHUNK_ROWS", 2)
    monkeypatch.setattr(write_exports, "TURN", dt.timedelta(0))
    for _ in range(12):
        make_patient(clinic)

    def write() -> None:
        for number in range(4):
            make_patient(clinic)
            with clinic_scope(clinic.id):
                patient = clinic.patients.select_for_update().order_by("given_name", "id").first()
                assert patient is not None
                patient.given_name = f"Writer {number}"
                patient.save()

    with ThreadPoolExecutor(3) as pool:
        writers = [start(pool, write) for _ in range(3)]
        export = ask(api)
        while write_due_exports(clock=timezone.now) or not all(writer.done() for writer in writers):
            pass
        for writer in writers:
            writer.result(20)

    known = {line["id"]: line["given_name"] for line in result_of(api, export)}
    for _, id_ in changed_since(api, state_of(api, export)["changes_cursor"]):
        known[id_] = api.get(f"/api/v1/patients/{id_}").json()["given_name"]
    with clinic_scope(clinic.id):
        assert known == {str(id_): name for id_, name in clinic.patients.values_list("id", "given_name")}


#: Tables of a clinic's record that no export holds, and why.
NOT_EXPORTED = {
    "assessments.Card": "what was shown in another system; its feedback says what",
    "assessments.CheckInLink": "the hash of a key and when it ended; its answer is a follow-up's",
    "assessments.OnCallPlan": "a setting of the clinic",
    "assessments.OnCallService": "a setting of the clinic",
    "assessments.WebhookEndpoint": "a setting of the clinic",
    "assessments.ParameterPreview": "what a setting of the clinic would do; listed beside it",
    "assessments.ParameterSet": "a setting of the clinic, which each assessment names",
    "assessments.WebhookAttempt": "how receivers answered; listed for as long as it is kept",
    "assessments.WebhookDelivery": "who was told of an id; listed for as long as it is kept",
    "assessments.WebhookEvent": "names rows that are in it",
    "assessments.Change": "names rows that are in it",
    "assessments.Export": "says how exports were made",
    "assessments.ExportChunk": "what an export is made of",
    "assessments.ForgottenChanges": "how far the list of changes goes back",
    "patients.Erasure": "who was erased when, by ids; the ledger prints it",
}


def test_every_table_of_the_record_is_exported_or_has_its_reason(clinic: Clinic) -> None:
    tables = {
        model._meta.label
        for app in ("patients", "assessments")
        for model in apps.get_app_config(app).get_models()
        if any(field.name == "clinic" for field in model._meta.fields)
        and not model.__name__.endswith("History")
    }
    held = {kind.rows(clinic).model._meta.label for kind in KINDS.values()}
    assert tables == held | set(NOT_EXPORTED)
    assert not held & set(NOT_EXPORTED)


def state_of_patients(api: APIClient) -> list[dict[str, Any]]:
    patients: list[dict[str, Any]] = api.get("/api/v1/patients").json()["results"]
    return sorted(patients, key=lambda patient: str(patient["id"]))


def rename(api: APIClient, patient: str) -> None:
    url = f"/api/v1/patients/{patient}"
    renamed = api.patch(url, {"given_name": "Renamed"}, headers={"if-match": api.get(url).headers["ETag"]})
    assert renamed.status_code == 200


def changed_since(api: APIClient, cursor: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    more = True
    while more:
        answer = api.get("/api/v1/changes", {"cursor": cursor}).json()
        found += [(entry["type"], entry["id"]) for entry in answer["results"]]
        cursor, more = answer["cursor"], answer["more"]
    return found


def test_of_one_patient_it_holds_everything_and_of_others_nothing(
    api: APIClient, clinic: Clinic, clock: Clock
) -> None:
    runner = tell_a_story(api, clinic)
    mine = rows_of(clinic)
    tell_a_story_again(api, clinic)
    lines = exported(api, clock, patient=str(runner.id))

    assert {(line["type"], line["id"]) for line in lines} == mine


def test_one_patient_alone_is_refused_to_who_may_not_export(
    api: APIClient, clinic: Clinic, patient: Patient, other_clinic: Clinic, clock: Clock
) -> None:
    """Who may read the patient has none made and reads none; another clinic's patient is nobody."""
    wish = {"patient": str(patient.id)}
    ready = f"{EXPORTS}/{ask(api, **wish)['id']}"
    clock.now = timezone.now()
    write_due_exports(clock=clock)
    people = [make_member(clinic, role).user for role in (Role.CLINICIAN, Role.AUDITOR, Role.RECEPTION)]
    tokens = [{"user": person} for person in people]
    for token in [*tokens, {"scopes": "patients:read patients:write assessments:read"}]:
        caller = api_for(clinic, **token)
        assert_problem(caller.post(EXPORTS, wish), "permission_denied")
        assert_problem(caller.get(f"{ready}/result"), "permission_denied")
    elsewhere = api_for(other_clinic)
    theirs, nobodys = (elsewhere.post(EXPORTS, {"patient": one}) for one in (wish["patient"], uuid.uuid4()))
    assert theirs.json()["errors"] == nobodys.json()["errors"]
    assert_problem(theirs, "invalid", "/patient")
    assert_problem(elsewhere.get(f"{ready}/result"), "not_found")
    for each, kept in ((clinic, 1), (other_clinic, 0)):
        with clinic_scope(each.id):
            assert each.exports.count() == kept


def test_since_a_time_it_holds_what_was_made_or_changed_since(
    api: APIClient, clinic: Clinic, clock: Clock
) -> None:
    runner = make_patient(clinic)
    first, second = (api.post("/api/v1/assessments", assessment_body(runner)).json()["id"] for _ in range(2))
    since = timezone.now()
    api.post(f"/api/v1/assessments/{second}/overrides", {"decision": "stop_and_rehab", "reason": "Limps"})
    new = make_patient(clinic)
    lines = exported(api, clock, updated_since=since.isoformat())
    kept = {(line["type"], line["id"]) for line in lines}

    assert {("patient", str(new.id)), ("assessment", second)} <= kept
    assert not {("patient", str(runner.id)), ("assessment", first)} & kept
    assert [line["type"] for line in lines].count("override") == 1


def test_an_empty_clinic_has_an_empty_file(api: APIClient, clock: Clock) -> None:
    assert exported(api, clock) == []


def test_until_it_is_ready_there_is_nothing_to_read(api: APIClient, patient: Patient) -> None:
    export = ask(api)
    assert_problem(api.get(f"{EXPORTS}/{export['id']}/result"), "conflict")
    assert state_of(api, export)["result"] is None


def test_after_a_day_it_has_expired_and_its_lines_are_gone(
    api: APIClient, clinic: Clinic, patient: Patient, clock: Clock
) -> None:
    export = ask(api)
    clock.now = timezone.now() - dt.timedelta(hours=24)
    with clinic_scope(clinic.id):
        Export.objects.update(next_attempt_at=clock())
    write_due_exports(clock=clock)

    assert state_of(api, export)["state"] == "expired"
    assert_problem(api.get(f"{EXPORTS}/{export['id']}/result"), "gone")


def test_the_file_is_named_and_for_no_cache(api: APIClient, patient: Patient, clock: Clock) -> None:
    export = ask(api)
    clock.now = timezone.now()
    write_due_exports(clock=clock)
    for accept in ("*/*", "application/x-ndjson", "application/json"):
        answer = api.get(f"{EXPORTS}/{export['id']}/result", headers={"accept": accept})
        assert answer.headers["Content-Type"] == "application/x-ndjson"
        assert answer.headers["Cache-Control"] == "no-store"
        assert f'{export["id"]}.ndjson"' in answer.headers["Content-Disposition"]
        assert answer.headers["Content-Disposition"].startswith("attachment;")


def test_deleting_removes_every_line_at_once_and_stays_in_the_history(
    api: APIClient, clinic: Clinic, patient: Patient, clock: Clock
) -> None:
    export = ask(api)
    clock.now = timezone.now()
    write_due_exports(clock=clock)
    assert api.delete(f"{EXPORTS}/{export['id']}").status_code == 204

    assert_problem(api.get(f"{EXPORTS}/{export['id']}"), "not_found")
    assert_problem(api.get(f"{EXPORTS}/{export['id']}/result"), "not_found")
    with clinic_scope(clinic.id):
        assert not ExportChunk.objects.exists()
        history = Export.history.rel.related_model.objects.order_by("pgh_id")  # type: ignore[attr-defined]
        assert [row.pgh_label for row in history] == ["insert", "update", "update", "delete"]
        assert history.last().requested_by_client_id == clinic.api_clients.get().id


@pytest.mark.usefixtures("small_chunks")
def test_a_worker_stops_at_an_export_that_was_deleted(api: APIClient, clinic: Clinic, clock: Clock) -> None:
    for _ in range(7):
        make_patient(clinic)
    export = ask(api)
    times = iter([timezone.now()] * 5)

    def delete_in_between() -> dt.datetime:
        moment = next(times, None)
        if moment is None:
            assert api.delete(f"{EXPORTS}/{export['id']}").status_code in {204, 404}
        return moment or timezone.now()

    write_due_exports(clock=delete_in_between)
    with clinic_scope(clinic.id):
        assert not Export.objects.exists()
        assert not ExportChunk.objects.exists()


def test_a_row_that_cannot_be_written_ends_it_and_holds_up_nobody(
    api: APIClient, clinic: Clinic, other_api: APIClient, other_clinic: Clinic, clock: Clock
) -> None:
    broken, _ = make_patient(clinic), make_patient(other_clinic)
    with clinic_scope(clinic.id):
        clinic.patients.filter(id=broken.id).update(running_profile={"usual_weekly_km": "a lot"})
    export, other = ask(api), ask(other_api)
    clock.now = timezone.now()
    for _ in range(MAX_STALLED + 2):
        write_due_exports(clock=clock, limit=10)
        clock.advance(minutes=1)

    assert len(result_of(other_api, other)) == 1
    failed = state_of(api, export)
    assert (failed["state"], failed["failure"], failed["result"]) == ("failed", "not_written", None)
    assert_problem(api.get(f"{EXPORTS}/{export['id']}/result"), "conflict")
    with clinic_scope(clinic.id):
        assert not ExportChunk.objects.exists()


class DiedError(BaseException):
    """Nothing catches it, as nothing catches a SIGKILL."""


def test_workers_that_die_again_and_again_end_it_too(api: APIClient, patient: Patient, clock: Clock) -> None:
    export = ask(api)
    clock.now = timezone.now()
    calls = 0

    def dies_at_the_third_look() -> dt.datetime:
        nonlocal calls
        calls += 1
        if calls % 3 == 0:
            raise DiedError
        return clock()

    for _ in range(MAX_STALLED):
        with pytest.raises(DiedError):
            write_due_exports(clock=dies_at_the_third_look)
        clock.advance(minutes=1)
    assert state_of(api, export)["state"] in {"queued", "running"}
    write_due_exports(clock=clock)

    assert state_of(api, export)["failure"] == "not_written"


@pytest.mark.usefixtures("small_chunks")
def test_whoever_reads_it_is_noted_once_for_each_patient(
    api: APIClient, clinic: Clinic, clock: Clock
) -> None:
    for _ in range(2):
        tell_a_story_again(api, clinic)
    runners = {patient["id"] for patient in state_of_patients(api)}
    export = ask(api)
    clock.now = timezone.now()
    write_due_exports(clock=clock)
    before = log_of(api)
    result_of(
        api, export, **{"x-access-purpose": "Subject access request", "x-request-id": "trace-0123456789"}
    )
    entries = log_of(api)[: -len(before)]

    assert sorted(entry["patient"] for entry in entries) == sorted(runners)
    for entry in entries:
        assert entry["action"] == "GET export-result"
        assert entry["purpose"] == "Subject access request"
        assert entry["request_id"] == "trace-0123456789"
    assert verify_access_log(clinic_id=clinic.id, report=lambda _: None).broken_at is None


def log_of(api: APIClient) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = api.get("/api/v1/clinic/access-log").json()["results"]
    return entries


def test_a_clinic_keeps_only_so_many(api: APIClient, patient: Patient) -> None:
    exports = [ask(api) for _ in range(AT_ONCE)]
    assert_problem(api.post(EXPORTS, {}), "conflict")
    api.delete(f"{EXPORTS}/{exports[0]['id']}")
    ask(api)


@pytest.mark.django_db(transaction=True)
def test_a_clinic_keeps_only_so_many_however_many_ask_at_once(clinic: Clinic) -> None:
    api = api_for(clinic)
    answers = all_at_once([lambda: api.post(EXPORTS, {}).status_code] * (AT_ONCE + 4))
    assert sorted(answers) == [202] * AT_ONCE + [409] * 4


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"patient": "R-1"}, "/patient"),
        ({"updated_since": "2026-01-01T00:00:00"}, "/updated_since"),
        ({"updated_since": "yesterday"}, "/updated_since"),
        ({"since": "2026-01-01T00:00:00Z"}, "/since"),
        ({"patient": "0192f1c4-0000-7000-8000-000000000000"}, "/patient"),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused(
    api: APIClient, clinic: Clinic, body: dict[str, object], pointer: str
) -> None:
    assert_problem(api.post(EXPORTS, body), "invalid", pointer)
    with clinic_scope(clinic.id):
        assert not Export.objects.exists()


def test_an_erasure_takes_away_what_was_written(
    api: APIClient, clinic: Clinic, patient: Patient, clock: Clock
) -> None:
    written, clock.now = ask(api), timezone.now()
    write_due_exports(clock=clock)
    waiting = ask(api)
    assert take_away_results(clinic=clinic, failure=Export.Failure.PATIENT_ERASED) == 1

    assert state_of(api, written)["failure"] == "patient_erased"
    assert state_of(api, waiting)["state"] == "queued"
    with clinic_scope(clinic.id):
        assert not ExportChunk.objects.exists()


def test_a_chunk_takes_as_many_statements_for_many_rows_as_for_few(
    api: APIClient, clinic: Clinic, clock: Clock
) -> None:
    counts = []
    for _ in range(2):
        tell_a_story(api, clinic)
        with clinic_scope(clinic.id):
            clinic.patients.update(external_id=None)
        ask(api)
        clock.now = timezone.now()
        with CaptureQueriesContext(
            connection,
        ) as statements:
            write_due_exports(clock=clock)
        counts.append(len(statements))

    assert counts[0] == counts[1]
    assert counts[1] <= 46
