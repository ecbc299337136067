"""One turn: post to one contender for a while, check what came back and what was stored."""

from __future__ import annotations

import datetime as dt
import http.client
import json
import subprocess
import sys
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg

from bench.api.contenders import Contender
from bench.api.processes import Machine, cpu_seconds
from bench.api.record import ASSESSOR_ROLE
from tools.environment import ROOT

TABLES = ("assessments_assessment", "assessments_followup", "assessments_escalation")
#: Differs between two answers to the same body, and says nothing about whether they agree.
OWN = ("id", "patient", "created_at", "escalation", "follow_ups")


class DisagreementError(RuntimeError):
    """A contender answered or stored something else than the service did."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Figures of one contender in one round; CPU in milliseconds for each request."""

    per_second: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float
    database_cpu_ms: float
    generator_cpu_ms: float
    requests: int
    answer: Mapping[str, Any]


def access_token(machine: Machine) -> str:
    """A token from the service's own token endpoint, good for every contender."""
    pair = f"{machine.seeded['client_id']}:{machine.seeded['client_secret']}"
    connection = http.client.HTTPConnection("127.0.0.1", machine.ports["service"], timeout=15)
    headers = {
        "Authorization": f"Basic {b64encode(pair.encode()).decode()}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    connection.request("POST", "/oauth/token/", "grant_type=client_credentials", headers)
    answer = json.load(connection.getresponse())
    connection.close()
    return str(answer["access_token"])


def take_turn(
    machine: Machine, contender: Contender, *, token: str, connections: int, seconds: float, now: dt.datetime
) -> Turn:
    """Post for ``seconds``; raises DisagreementError unless rows and answers match in number."""
    body = {
        "assessed_at": now.replace(microsecond=0).isoformat(),
        "assessor_role": ASSESSOR_ROLE,
        "answers": contender.answers,
    }
    order = {
        "port": machine.ports[contender.server],
        "token": token,
        "patients": machine.seeded["patients"],
        "body": body,
        "keyed": contender.keyed,
        "connections": connections,
        "seconds": seconds,
    }
    pids = (machine.pids[contender.server], machine.postgres_pid)
    rows, cpu = count_rows(machine), [cpu_seconds(pid) for pid in pids]
    result = _generate(order)
    used = [cpu_seconds(pid) - before for pid, before in zip(pids, cpu, strict=True)]
    _check_rows(machine, contender, rows, result)
    return _turn(result, *used)


def _turn(result: Mapping[str, Any], server_cpu: float, database_cpu: float) -> Turn:
    latencies = result["latencies"]
    requests = len(latencies)
    return Turn(
        per_second=requests / result["elapsed"],
        p50_ms=latencies[requests // 2] * 1000,
        p99_ms=latencies[requests * 99 // 100] * 1000,
        cpu_ms=server_cpu / requests * 1000,
        database_cpu_ms=database_cpu / requests * 1000,
        generator_cpu_ms=result["cpu"] / requests * 1000,
        requests=requests,
        answer=result["answer"],
    )


def _generate(order: Mapping[str, Any]) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.api.load"]
    done = subprocess.run(
        command, input=json.dumps(order), cwd=ROOT, check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise DisagreementError(done.stderr.strip())
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def count_rows(machine: Machine) -> list[int]:
    """How many assessments, follow-ups and escalations there are."""
    query = "SELECT " + ", ".join(f"(SELECT count(*) FROM {table})" for table in TABLES)
    with psycopg.connect(machine.owner_url) as connection:
        return [int(count) for count in connection.execute(query.encode()).fetchone() or ()]


def _check_rows(machine: Machine, contender: Contender, before: list[int], result: Mapping[str, Any]) -> None:
    requests, answer = len(result["latencies"]), result["answer"]
    expected = [requests, requests * len(answer["follow_ups"]), requests * (answer["escalation"] is not None)]
    written = [after - earlier for after, earlier in zip(count_rows(machine), before, strict=True)]
    if written != expected:
        raise DisagreementError(f"{contender.name} wrote {written} rows of {TABLES}, not {expected}")


def check_agreement(machine: Machine, service: Turn, floor: Turn, *, name: str) -> None:
    """Raise DisagreementError unless a floor's answer and rows are the service's, ids and moments aside."""
    pairs = [(comparable(turn.answer), *_stored(machine, turn)) for turn in (service, floor)]
    for what, ours, theirs in zip(("answers", "assessment", "follow-ups"), *pairs, strict=True):
        if ours != theirs:
            raise DisagreementError(f"{name}: {what} differ:\n{ours}\n{theirs}")


def comparable(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The answer without what is its own; a permission rests on the answer's own assessment."""
    shared = {key: value for key, value in answer.items() if key not in OWN}
    permission = answer["run_permission"]
    rests_on_itself = permission["assessment"] == answer["id"]
    return shared | {"run_permission": permission | {"assessment": rests_on_itself}}


def _stored(machine: Machine, turn: Turn) -> tuple[Any, Any]:
    """Assessment and follow-ups as stored; without the state and its reason, which a later turn changes."""
    with psycopg.connect(machine.owner_url) as connection:
        assessment = connection.execute(
            "SELECT to_jsonb(row) - %s::text[] FROM assessments_assessment row WHERE id = %s",
            [["id", "patient_id", "created_at", "updated_at"], turn.answer["id"]],
        ).fetchone()
        changing = [
            "id",
            "patient_id",
            "assessment_id",
            "created_at",
            "updated_at",
            "state",
            "cancelled_because",
            "next_attempt_at",
        ]
        follow_ups = connection.execute(
            "SELECT to_jsonb(row) - %s::text[] FROM assessments_followup row "
            "WHERE assessment_id = %s ORDER BY due_at",
            [changing, turn.answer["id"]],
        ).fetchall()
    return assessment, follow_ups
