"""The floor below which no Python service gets: raw psycopg in a bare WSGI function.

Writes the same rows with the same statements and answers with the same document, but validates nothing and
decides nothing: answers, evaluation and planned follow-ups are those of the one record it is meant for,
worked out when the process starts.
"""

import datetime as dt
import hashlib
import json
import os
import threading
import uuid
from collections.abc import Callable, Iterable
from typing import Any

import psycopg
from uuid_utils.compat import uuid7

from assessments.protocol import evaluate
from assessments.protocol.follow_up import PlannedFollowUp, plan_follow_ups
from backend.platform.storage.proofs import mac
from bench.api import statements
from bench.api.record import ASSESSOR_ROLE, REASSURING

AUTHENTICATE, CLINIC, LOCK_PATIENT, TAKE_OVER, INSERT = (
    statements.for_psycopg(statement).encode()
    for statement in (
        statements.AUTHENTICATE,
        statements.CLINIC,
        statements.LOCK_PATIENT,
        statements.TAKE_OVER,
        statements.INSERT,
    )
)
SECRET_KEY = os.environ["SECRET_KEY"]
EPOCH = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)

_evaluation = evaluate(REASSURING)
_document = _evaluation.as_dict()
ANSWERS, EVALUATION = json.dumps(_evaluation.answers), json.dumps(_document)
FIXED = (
    _document["decision"],
    _document["urgency"],
    _document["protocol_version"],
    _document["protocol_hash"],
)
FIXED_ANSWER = (
    f', "answers": {ANSWERS}, "absent_reasons": {{}}, "evaluation": {EVALUATION}, "notices": []}}'.encode()
)
PLANNED = plan_follow_ups(
    decision=_evaluation.decision,
    run_status=_evaluation.run_status,
    answers=_evaluation.answers,
    assessed_at=EPOCH,
    duration_days=REASSURING["episode_duration_days"],
)

_threads = threading.local()


def application(
    environ: dict[str, Any], start_response: Callable[[str, list[tuple[str, str]]], object]
) -> Iterable[bytes]:
    """Answer a POST with 201, an unknown token with 401 and anything else with 404."""
    if environ["REQUEST_METHOD"] != "POST":
        start_response("404 Not Found", [("Content-Length", "0")])
        return [b""]
    answer = _record(environ["HTTP_AUTHORIZATION"], json.loads(environ["wsgi.input"].read()))
    if answer is None:
        start_response("401 Unauthorized", [("Content-Length", "0")])
        return [b""]
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))]
    start_response("201 Created", headers)
    return [answer]


def _record(authorization: str, body: dict[str, Any]) -> bytes | None:
    """Write the rows in one transaction; returns the answer, ``None`` for an unknown token."""
    now = dt.datetime.now(dt.UTC)
    checksum = hashlib.sha256(authorization.partition(" ")[2].encode()).hexdigest()
    patient, assessed_at = uuid.UUID(body["patient"]), dt.datetime.fromisoformat(body["assessed_at"])
    identifier = uuid7()
    columns = statements.follow_up_columns(_moved(plan, assessed_at - EPOCH) for plan in PLANNED)
    connection = _connection()
    with connection.transaction(), connection.cursor() as cursor:
        token = cursor.execute(
            AUTHENTICATE, statements.named(checksum, now, mac(SECRET_KEY, "token", checksum))
        ).fetchone()
        if token is None:
            return None
        client, clinic, _ = token
        cursor.execute(CLINIC, statements.named(client)).fetchone()
        cursor.execute(LOCK_PATIENT, statements.named(clinic, patient)).fetchone()
        cursor.execute(TAKE_OVER, statements.named(patient, assessed_at, now)).fetchone()
        head = (identifier, clinic, patient, assessed_at, ASSESSOR_ROLE, client)
        values = statements.named(*head, ANSWERS, "{}", EVALUATION, "[]", *FIXED, now, *columns)
        cursor.execute(INSERT, values)
    varying = statements.document(
        identifier=identifier,
        patient=patient,
        client=client,
        assessed_at=assessed_at,
        created_at=now,
        follow_ups=columns[0],
        lapses_at=statements.lapse(columns),
        evaluation=_document,
    )
    return json.dumps(varying).encode()[:-1] + FIXED_ANSWER


def _moved(plan: PlannedFollowUp, by: dt.timedelta) -> PlannedFollowUp:
    lapses = plan.permission_lapses_at
    return PlannedFollowUp(
        plan.kind, plan.opens_at + by, plan.due_at + by, plan.overdue_at + by, lapses and lapses + by
    )


def _connection() -> psycopg.Connection:
    """This thread's connection, kept open as the service keeps its own."""
    if not hasattr(_threads, "connection"):
        _threads.connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
    connection: psycopg.Connection = _threads.connection
    return connection
