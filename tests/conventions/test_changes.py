"""Whoever asks for the changes since a cursor misses none and sees none twice, whatever commits when."""

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone
from rest_framework.test import APIClient

from assessments.exports.models import Change, ForgottenChanges
from assessments.exports.services.changes import forget_changes, last_position
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic
from patients.models import Patient
from tests.api_edge.checks import assert_matches, assert_problem
from tests.conventions.threads import start
from tests.factories import assessment_body, make_patient, reassuring_answers

pytestmark = pytest.mark.django_db(transaction=True)


def read(api: APIClient, cursor: str = "0", **query: object) -> tuple[list[dict[str, Any]], str]:
    """Everything after a cursor, page by page, and where it ends."""
    entries, more = [], True
    while more:
        answer = api.get("/api/v1/changes", {"cursor": cursor, **query}).json()
        entries += answer["results"]
        cursor, more = answer["cursor"], answer["more"]
    return entries, cursor


def said(entries: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return [(entry["type"], entry["id"], entry["change"]) for entry in entries]


def test_what_is_made_and_changed_is_told_in_order(api: APIClient, patient: Patient) -> None:
    _, cursor = read(api)
    recorded = api.post(
        "/api/v1/assessments", assessment_body(patient, reassuring_answers(bladder_change="yes"))
    ).json()
    api.post(f"/api/v1/escalations/{recorded['escalation']}/acknowledge", {})
    entries, _ = read(api, cursor)

    *together, last = said(entries)

    assert sorted(together) == sorted(
        [
            ("assessment", recorded["id"], "created"),
            ("escalation", recorded["escalation"], "created"),
            *(("follow_up", follow_up, "created") for follow_up in recorded["follow_ups"]),
        ]
    )
    assert last == ("escalation", recorded["escalation"], "updated")
    for entry in entries:
        assert_matches("ChangeEntry", entry)


def test_an_amendment_and_an_override_change_the_assessment_they_are_about(
    api: APIClient, patient: Patient
) -> None:
    body = assessment_body(patient)
    first = api.post("/api/v1/assessments", body).json()["id"]
    amended = {**body, "reason": "Misheard"}
    del amended["patient"]
    _, cursor = read(api)
    second = api.post(f"/api/v1/assessments/{first}/amendments", amended).json()["id"]
    after_amendment, cursor = read(api, cursor)
    api.post(
        f"/api/v1/assessments/{second}/overrides", {"decision": "refer_urgent", "reason": "Looks unwell"}
    )
    after_override, _ = read(api, cursor)

    assert {("assessment", second, "created"), ("assessment", first, "updated")} <= set(said(after_amendment))
    assert ("assessment", second, "updated") in said(after_override)


def test_a_patient_is_told_with_every_visible_change(api: APIClient) -> None:
    made = api.post("/api/v1/patients", {"given_name": "Robin", "family_name": "Runner"})
    path = f"/api/v1/patients/{made.json()['id']}"
    api.patch(path, {"given_name": "Alex"}, headers={"if-match": api.get(path).headers["ETag"]})

    mine = [entry for entry in said(read(api)[0]) if entry[1] == made.json()["id"]]
    assert [change for _, _, change in mine] == ["created", "updated"]


def test_a_workers_lease_is_no_change(api: APIClient, patient: Patient) -> None:
    body = assessment_body(patient, reassuring_answers(bladder_change="yes"))
    api.post("/api/v1/assessments", body)
    _, cursor = read(api)
    with connection.cursor() as database:
        database.execute("SELECT * FROM claim_due_escalation(now(), now() + interval '1 minute')")
        assert database.fetchone() is not None

    assert read(api, cursor)[0] == []


def test_what_is_rolled_back_is_never_told(api: APIClient, clinic: Clinic) -> None:
    _, cursor = read(api)
    with clinic_scope(clinic.id):
        clinic.patients.create(given_name="Robin", family_name="Runner")
        transaction.set_rollback(True)
    kept = make_patient(clinic)

    assert said(read(api, cursor)[0]) == [("patient", str(kept.id), "created")]


def test_another_clinic_is_told_nothing(api: APIClient, other_api: APIClient, patient: Patient) -> None:
    assert read(api)[0]
    assert read(other_api)[0] == []


def test_the_service_can_only_read_it(clinic: Clinic, patient: Patient) -> None:
    for statement in (
        "UPDATE assessments_change SET change = 'erased'",
        "DELETE FROM assessments_change",
        (
            "INSERT INTO assessments_change (clinic_id, type, row_id, change, at) "
            "SELECT clinic_id, type, row_id, change, at FROM assessments_change"
        ),
    ):
        with pytest.raises(ProgrammingError), clinic_scope(clinic.id), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.parametrize("query", [{"cursor": "x"}, {"cursor": "-1"}, {"page_size": 0}, {"since": "1"}])
def test_a_query_that_makes_no_sense_is_refused(api: APIClient, query: dict[str, object]) -> None:
    assert_problem(api.get("/api/v1/changes", query), "invalid", f"/{next(iter(query))}")


@pytest.mark.parametrize("beyond", [1, 1000, 10**15])
def test_nobody_follows_from_a_place_that_wasnt_given_out(
    api: APIClient, patient: Patient, beyond: int
) -> None:
    _, cursor = read(api)
    assert_problem(api.get("/api/v1/changes", {"cursor": str(int(cursor) + beyond)}), "gone")
    assert api.get("/api/v1/changes", {"cursor": cursor}).status_code == 200


def test_after_a_new_beginning_every_cursor_of_before_is_gone(
    api: APIClient, clinic: Clinic, other_clinic: Clinic, patient: Patient, other_api: APIClient
) -> None:
    make_patient(other_clinic)
    _, cursor = read(api)
    _, theirs = read(other_api)
    call_command("begin_changes_anew", stdout=StringIO())
    one = make_patient(clinic)
    for old in ("0", str(int(cursor) - 1), cursor, str(int(cursor) + 7)):
        assert_problem(api.get("/api/v1/changes", {"cursor": old}), "gone")
    assert_problem(other_api.get("/api/v1/changes", {"cursor": theirs}), "gone")

    with clinic_scope(other_clinic.id):
        begun = last_position(clinic=other_clinic)
    assert begun > int(theirs)
    two = make_patient(other_clinic)
    entries, _ = read(other_api, str(begun))
    assert said(entries) == [("patient", str(two.id), "created")]

    with clinic_scope(clinic.id):
        begun = ForgottenChanges.objects.get().position
        forget_changes(before=timezone.now(), at_most=0)
        assert ForgottenChanges.objects.get().position == begun
    entries, _ = read(api, str(begun))
    assert said(entries) == [("patient", str(one.id), "created")]
    call_command("begin_changes_anew", stdout=StringIO())
    assert_problem(api.get("/api/v1/changes", {"cursor": str(begun)}), "gone")


def test_one_who_commits_late_is_not_missed(api: APIClient, clinic: Clinic) -> None:
    """The first to write commits last, and somebody asks in between."""
    wrote, may_commit = threading.Event(), threading.Event()
    with ThreadPoolExecutor(1) as pool:
        slow = start(pool, lambda: _register_slowly(clinic, wrote, may_commit))
        assert wrote.wait(20)
        quick = make_patient(clinic)
        between, cursor = read(api)
        may_commit.set()
        late = slow.result(20)

    assert said(between) == [("patient", str(quick.id), "created")]
    assert said(read(api, cursor)[0]) == [("patient", str(late.id), "created")]


def _register_slowly(clinic: Clinic, wrote: threading.Event, may_commit: threading.Event) -> Patient:
    with clinic_scope(clinic.id):
        patient = clinic.patients.create(given_name="Robin", family_name="Runner")
        wrote.set()
        assert may_commit.wait(20)
    return patient


def test_a_poller_beside_many_writers_sees_each_row_once(api: APIClient, clinic: Clinic) -> None:
    """Writers of one to three rows, some rolled back, commit in whatever order they come to it."""
    done = threading.Event()
    seen: list[tuple[str, str, str]] = []

    def poll() -> None:
        cursor, last_round = "0", False
        while not last_round:
            last_round = done.is_set()
            entries, cursor = read(api, cursor, page_size=3)
            seen.extend(said(entries))

    with ThreadPoolExecutor(9) as pool:
        poller = start(pool, poll)
        writers = [start(pool, _writer(clinic, seed)) for seed in range(8)]
        kept = [patient for writer in writers for patient in writer.result(60)]
        done.set()
        poller.result(60)

    assert len(seen) == len(set(seen)), "nothing twice"
    assert set(seen) == {("patient", str(patient), "created") for patient in kept}
    with clinic_scope(clinic.id):
        positions = list(Change.objects.order_by("position").values_list("row_id", flat=True))
    assert [row for _, row, _ in seen] == [str(row) for row in positions], "in the order of the list"


def _writer(clinic: Clinic, seed: int) -> Callable[[], list[Any]]:
    def write() -> list[Any]:
        chance, kept = random.Random(seed), []
        for _ in range(12):
            with clinic_scope(clinic.id):
                made = []
                for _ in range(chance.randint(1, 3)):
                    made.append(clinic.patients.create(given_name="Robin", family_name="Runner").id)
                    time.sleep(chance.random() / 200)
                if chance.random() < 0.2:
                    transaction.set_rollback(True)
                else:
                    kept += made
        return kept

    return write


def test_times_are_those_of_the_commit(api: APIClient, patient: Patient) -> None:
    before = timezone.now()
    recorded = api.post("/api/v1/assessments", assessment_body(patient)).json()
    entry = next(entry for entry in read(api)[0] if entry["id"] == recorded["id"])

    assert before.isoformat() <= entry["at"].replace("Z", "+00:00") <= timezone.now().isoformat()
