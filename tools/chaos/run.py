"""One run: stage, callers and faults together, then a while of peace, then the count."""

import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass

import psycopg

from tools.chaos.callers import Callers
from tools.chaos.faults import LONGEST_OUTAGE_SECONDS, Havoc, plan
from tools.chaos.judge import Report, Stored, by_escalation, is_kept, judge
from tools.chaos.records import WEBHOOK, Receipt, write_orders
from tools.chaos.stage import Stage, staged

CLINICS = 3
#: Everything promised must have arrived so long after the last fault. A message that failed again and again
#: waits a minute at most for its next try, a worker that died in the middle of it holds it for a lease.
SETTLE_SECONDS = 150.0
#: How long we listen afterwards for messages that nobody should get any more.
LISTEN_SECONDS = 2.0
QUERY_STORED = """
SELECT id::text, patient_id::text, extract(epoch FROM pg_xact_commit_timestamp(xmin))::float
FROM assessments_assessment
"""
QUERY_DELIVERIES = """
SELECT id::text, coalesce(escalation_id::text, ''), CASE channel WHEN 'email' THEN address ELSE %s END
FROM assessments_delivery
"""


@dataclass(frozen=True, slots=True)
class Options:
    """``longest_outage`` and ``lease`` in seconds; a short run needs both short."""

    seed: int = 7
    seconds: float = 60.0
    assessments: int = 100
    longest_outage: float = LONGEST_OUTAGE_SECONDS
    lease: float = 30.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run, and how it went; ``settled`` is seconds from the last fault to the last promise."""

    report: Report
    faults: Mapping[str, int]
    restarts: int
    requests: int
    settled: float


def run(options: Options) -> Outcome:
    """Stage the service, make havoc of it, wait until every promise is kept or time is up, and judge."""
    began = time.monotonic()
    with staged(CLAIM_LEASE_SECONDS=str(options.lease)) as stage:
        seeded = stage.prepare(CLINICS, -(-options.assessments // CLINICS))
        stage.start()
        print(f"  ready after {time.monotonic() - began:.1f} s", file=sys.stderr)
        patients = [clinic["patients"] for clinic in seeded]
        orders = write_orders(
            options.seed, patients=patients, count=options.assessments, seconds=options.seconds * 0.9
        )
        callers = Callers(stage.web_port, seeded, orders)
        faults = plan(options.seed, seconds=options.seconds, longest=options.longest_outage)
        havoc = Havoc(stage, faults, seconds=options.seconds)
        callers.start()
        havoc.start()
        ended = _watch(stage, callers, havoc)
        settled = _settle(stage, callers) - ended
        time.sleep(LISTEN_SECONDS)
        callers.stop()
        report = judge(
            callers.promises, stage.receipts(), callers.acknowledged, read_stored(stage), frozen=stage.frozen
        )
        report.problems.extend([*callers.unexpected, *havoc.errors])
        if unanswered := len(orders) - len(callers.promises) + callers.unacknowledged:
            report.problems.append(f"{unanswered} requests were never answered")
        return Outcome(report, havoc.counts, stage.restarts, callers.tries, settled)


def _watch(stage: Stage, callers: Callers, havoc: Havoc) -> float:
    """Let the faults happen; returns when the last one was over."""
    said = time.monotonic()
    while havoc.active:
        time.sleep(0.1)
        _show_messages(stage, callers)
        if time.monotonic() - said > 30:
            said = time.monotonic()
            print(f"  {len(callers.promises)} promised, {len(havoc.done)} faults", file=sys.stderr)
    return time.monotonic()


def _settle(stage: Stage, callers: Callers) -> float:
    """Wait until every promise is kept, at most SETTLE_SECONDS; returns when that was."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < deadline:
        received = by_escalation(_show_messages(stage, callers))
        if callers.idle and all(
            is_kept(promise, received.get(promise.escalation or "", []), callers.acknowledged)
            for promise in callers.promises
        ):
            break
        time.sleep(0.1)
    return time.monotonic()


def _show_messages(stage: Stage, callers: Callers) -> list[Receipt]:
    """Let the clinicians see their mails; returns everything that was received."""
    receipts = stage.receipts()
    seen: dict[str, float] = {}
    for receipt in receipts:
        if receipt.address != WEBHOOK:
            seen.setdefault(receipt.escalation, receipt.accepted)
    callers.saw(seen)
    return receipts


def read_stored(stage: Stage) -> Stored:
    with psycopg.connect(stage.postgres.owner_url) as connection:
        rows = connection.execute(QUERY_STORED).fetchall()
        deliveries = connection.execute(QUERY_DELIVERIES, [WEBHOOK]).fetchall()
    return Stored(
        committed={assessment: committed for assessment, _, committed in rows},
        runners={assessment: runner for assessment, runner, _ in rows},
        deliveries={message: (escalation, address) for message, escalation, address in deliveries},
    )
