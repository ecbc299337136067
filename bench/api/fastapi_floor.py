"""The floor of a fast framework: FastAPI and asyncpg with validation, the same protocol and the same rows.

Written as somebody who wants speed would: pydantic reads the envelope, ``assessments.protocol`` the answers,
statements are prepared, the answer is encoded by hand. Errors get the plainest answer that refuses.

With ``WITHOUT_WALLS`` in its environment (``client,clinic``) it looks up no token and connects as given, so
that the walls' own cost can be seen (``bench.api.processes``).
"""

import datetime as dt
import hashlib
import json
import os
import re
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import asyncpg  # type: ignore[import-untyped]
from fastapi import FastAPI, Header, HTTPException, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from uuid_utils.compat import uuid7

from assessments.protocol import PROTOCOL_VERSION, Evaluation, InvalidAnswers, evaluate
from assessments.protocol.follow_up import plan_follow_ups
from assessments.protocol.vocabulary import AssessorRole, Urgency
from backend.platform.storage.proofs import mac
from bench.api import statements

AUTHENTICATE = statements.for_asyncpg(statements.AUTHENTICATE)
CLINIC = statements.for_asyncpg(statements.CLINIC)
LOCK_PATIENT = statements.for_asyncpg(statements.LOCK_PATIENT)
TAKE_OVER = statements.for_asyncpg(statements.TAKE_OVER)
INSERT = statements.for_asyncpg(statements.INSERT)
SECRET_KEY = os.environ["SECRET_KEY"]
CLOCK_SKEW = dt.timedelta(minutes=5)
WITHOUT_WALLS = [uuid.UUID(part) for part in os.environ.get("WITHOUT_WALLS", "").split(",") if part]
#: A superuser's session in which no trigger fires: neither history nor list of changes nor foreign keys.
NO_TRIGGERS = {"session_replication_role": "replica"} if WITHOUT_WALLS else {}

Connection = Any  # asyncpg tells no types


class Body(BaseModel):
    """The body of POST /assessments."""

    model_config = ConfigDict(extra="forbid")

    patient: uuid.UUID
    assessed_at: AwareDatetime
    assessor_role: AssessorRole
    answers: dict[str, Any]
    absent_reasons: dict[str, str] = {}
    protocol_version: str = Field(PROTOCOL_VERSION, pattern=f"^{re.escape(PROTOCOL_VERSION)}$")


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """One pool for the process, as large as the service has threads."""
    size = int(os.environ["CONNECTIONS"])
    url = os.environ["DATABASE_URL"]
    async with asyncpg.create_pool(url, min_size=size, max_size=size, server_settings=NO_TRIGGERS) as pool:
        app.state.pool = pool
        yield


app = FastAPI(lifespan=lifespan, openapi_url=None)


@app.post("/api/v1/assessments")
async def post_assessment(body: Body, authorization: Annotated[str, Header()]) -> Response:
    """Record an assessment that refers nobody."""
    now = dt.datetime.now(dt.UTC)
    if body.assessed_at > now + CLOCK_SKEW:
        raise HTTPException(422)
    async with app.state.pool.acquire() as connection, connection.transaction():
        client, clinic = await _authenticate(connection, authorization, now)
        settings = await connection.fetchrow(CLINIC, client)
        if not (
            settings["emergency_number"]
            and settings["emergency_destination"]
            and settings["on_call_id"]
            and settings["says_about_pregnancy"]
        ):
            raise HTTPException(409)
        patient = await connection.fetchrow(LOCK_PATIENT, clinic, body.patient)
        if patient is None:
            raise HTTPException(422)
        if patient["erased_at"]:
            raise HTTPException(410)
        if patient["has_programme"] or patient["somebody_listens"] or patient["own_parameters"]:
            raise HTTPException(501)
        answers, notices = _with_age(body, patient["birth_date"], settings["time_zone"])
        try:
            evaluation = evaluate(answers, assessed_at=body.assessed_at, assessor_role=body.assessor_role)
        except InvalidAnswers as exc:
            raise HTTPException(422, [problem.pointer for problem in exc.problems]) from None
        if evaluation.urgency is not Urgency.NONE:
            raise HTTPException(501)  # this floor is for records that open no escalation
        found = await connection.fetchrow(TAKE_OVER, body.patient, body.assessed_at, now)
        if not found["latest"] or found["referral_open"]:
            raise HTTPException(501)  # nor for runners with more to think of
        document = await _insert(connection, body, evaluation, notices, client=client, clinic=clinic, now=now)
    return Response(document, status_code=201, media_type="application/json")


async def _authenticate(
    connection: Connection, authorization: str, now: dt.datetime
) -> tuple[uuid.UUID, uuid.UUID]:
    """Client and clinic of the token; 401 without a live one, 403 without the scope."""
    if WITHOUT_WALLS:
        return WITHOUT_WALLS[0], WITHOUT_WALLS[1]
    checksum = hashlib.sha256(authorization.partition(" ")[2].encode()).hexdigest()
    token = await connection.fetchrow(AUTHENTICATE, checksum, now, mac(SECRET_KEY, "token", checksum))
    if token is None:
        raise HTTPException(401)
    if "assessments:write" not in token["scope"].split():
        raise HTTPException(403)
    return token["client_id"], token["clinic_id"]


def _with_age(
    body: Body, birth_date: dt.date | None, time_zone: str
) -> tuple[Mapping[str, Any], list[dict[str, str]]]:
    """The answers with the age from the birth date, and whether the two contradict each other."""
    if birth_date is None:
        return body.answers, []
    day = body.assessed_at.astimezone(ZoneInfo(time_zone)).date()
    age = day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))
    given = body.answers.get("age_years")
    if given is None or given == "unknown":
        return {**body.answers, "age_years": age}, [{"code": "age_from_birth_date"}]
    return body.answers, [] if given == age else [{"code": "age_differs_from_birth_date"}]


async def _insert(
    connection: Connection,
    body: Body,
    evaluation: Evaluation,
    notices: list[dict[str, str]],
    *,
    client: uuid.UUID,
    clinic: uuid.UUID,
    now: dt.datetime,
) -> bytes:
    """Write assessment and follow-ups; returns the answer's bytes."""
    identifier, explained = uuid7(), evaluation.as_dict()
    planned = plan_follow_ups(
        decision=evaluation.decision,
        run_status=evaluation.run_status,
        answers=evaluation.answers,
        assessed_at=body.assessed_at,
        duration_days=evaluation.answers.get("episode_duration_days"),  # type: ignore[arg-type]
    )
    columns = statements.follow_up_columns(planned)
    head = (identifier, clinic, body.patient, body.assessed_at, body.assessor_role.value, client)
    texts = [json.dumps(part) for part in (evaluation.answers, body.absent_reasons, explained, notices)]
    labels = [explained[name] for name in ("decision", "urgency", "protocol_version", "protocol_hash")]
    await connection.execute(INSERT, *head, *texts, *labels, now, *columns)
    varying = statements.document(
        identifier=identifier,
        patient=body.patient,
        client=client,
        assessed_at=body.assessed_at,
        created_at=now,
        follow_ups=columns[0],
        lapses_at=statements.lapse(columns),
        evaluation=explained,
    )
    names = ("answers", "absent_reasons", "evaluation", "notices")
    known = (evaluation.answers, body.absent_reasons, explained, notices)
    return json.dumps({**varying, **dict(zip(names, known, strict=True))}).encode()
