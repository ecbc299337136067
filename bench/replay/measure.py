"""Fill one clinic with assessments of every kind and evaluate them again, in one process."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from time import perf_counter, process_time
from typing import Any

from django.core.management import call_command
from django.db import connection

from assessments.parameters.replay.evaluate import Tally, assessments_to_replay, replay_assessments
from assessments.parameters.replay.report import Ids, collect
from assessments.protocol import PARAMETERS, CompiledProtocol, evaluate, protocol_for
from assessments.records.models import Assessment
from backend.platform.storage.insert_together import insert_together
from backend.platform.storage.tenancy import clinic_scope, reading_scope
from bench.protocol.records import generate
from clinics.identity.models import Clinic
from patients.models import Patient
from tools.embedded.cluster import RUNTIME_ROLE

BATCH = 1000
STRICTEST = {
    item.name: item.low if item.cautious == "lower" else item.high
    for item in PARAMETERS
    if item.cautious != "fixed"
}


@dataclass(frozen=True, slots=True)
class Measured:
    """One pass through all of them."""

    assessments: int
    flips: int
    seconds: float
    cpu_seconds: float
    memory_mb: float

    @property
    def a_minute(self) -> float:
        """By the clock on the wall."""
        return self.assessments * 60 / self.seconds

    @property
    def a_cpu_minute(self) -> float:
        """By this process's own processor time; PostgreSQL's stands beside it."""
        return self.assessments * 60 / self.cpu_seconds


def measure(*, assessments: int, rounds: int, seed: int) -> list[Measured]:
    """Under the strictest parameters, where most decisions flip and every id is kept."""
    call_command("migrate", verbosity=0)
    clinic = _fill(assessments, seed)
    protocol = protocol_for(STRICTEST)
    with _as_the_service():
        _pass(clinic, protocol, limit=BATCH)  # warm-up
        return [_pass(clinic, protocol) for _ in range(rounds)]


@contextmanager
def _as_the_service() -> Iterator[None]:
    """As the runtime role, so that row-level security is paid for."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {RUNTIME_ROLE}")
    yield


def _pass(clinic: Clinic, protocol: CompiledProtocol, limit: int | None = None) -> Measured:
    tally, ids = Tally(protocol.hash), Ids()
    before, started, cpu = _peak_mb(), perf_counter(), process_time()
    with reading_scope(clinic.id):
        rows = assessments_to_replay(clinic=clinic)
        collect(islice(replay_assessments(assessments=rows, protocol=protocol), limit), tally, ids)
    seconds, cpu_seconds = perf_counter() - started, process_time() - cpu
    return Measured(tally.evaluated, tally.flips.total(), seconds, cpu_seconds, _peak_mb() - before)


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _fill(count: int, seed: int) -> Clinic:
    """A clinic with so many assessments of one runner, each explained as the service stores it."""
    now = datetime.now(UTC)
    clinic = Clinic(
        name="Benchmark",
        emergency_number="999",
        emergency_destination="A&E, General Hospital",
        takes_pregnant_runners=False,
    )
    with clinic_scope(clinic.id):
        clinic.save()
        runner = clinic.patients.create(given_name="Robin", family_name="Runner")
        records = iter(generate(seed, count))
        while some := [_row(clinic, runner, answers, now) for answers in islice(records, BATCH)]:
            insert_together(some)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE assessments_assessment")
    return clinic


def _row(clinic: Clinic, runner: Patient, answers: dict[str, Any], now: datetime) -> Assessment:
    evaluation = evaluate(answers)
    return Assessment(
        clinic=clinic,
        patient=runner,
        assessed_at=now,
        assessor_role="physiotherapist",
        answers=evaluation.answers,
        evaluation=evaluation.as_dict(),
        decision=evaluation.decision.value,
        urgency=evaluation.urgency.value,
        protocol_version=evaluation.protocol_version,
        protocol_hash=evaluation.protocol_hash,
        created_at=now,
    )
