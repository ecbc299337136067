"""From the commit to the mail server's having taken the message, under a steady load of emergencies."""

import sys
import time
from dataclasses import dataclass

from tools.chaos.callers import Callers
from tools.chaos.judge import by_escalation, is_kept, judge
from tools.chaos.records import EMERGENCY, Order
from tools.chaos.run import read_stored
from tools.chaos.stage import Stage, staged
from tools.chaos.table import percentile

CLINICS = 3
PATIENCE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Latency:
    """One rate: latencies of every emergency in seconds, and how many were posted in how long."""

    rate: float
    posted: int
    seconds: float
    p50: float
    p99: float


class LostError(RuntimeError):
    """A message is missing; a latency without it would be a lie."""


def measure_latencies(rates: list[float], *, seconds: float) -> list[Latency]:
    """Post emergencies at each rate for so long, one rate after the other on the same service."""
    with staged() as stage:
        runners = sum(-(-int(rate * seconds) // CLINICS) + 1 for rate in rates)
        seeded = stage.prepare(CLINICS, runners)
        stage.start()
        return [_measure(stage, seeded, rate, seconds) for rate in rates]


def _measure(stage: Stage, seeded: list[dict[str, list[str]]], rate: float, seconds: float) -> Latency:
    orders = [
        Order(f"{rate:g}-{number}", place, seeded[place]["patients"].pop(), EMERGENCY, number / rate)
        for number in range(int(rate * seconds))
        for place in [number % CLINICS]
    ]
    callers = Callers(stage.web_port, seeded, orders)
    began = time.monotonic()
    callers.start()
    while not callers.idle:
        time.sleep(0.05)
    took = time.monotonic() - began
    _wait_for_all(stage, callers)
    callers.stop()
    report = judge(callers.promises, stage.receipts(), {}, read_stored(stage))
    if not report.kept:
        raise LostError(f"{report.lost} lost, {report.problems}")
    found = report.lines[0].latencies
    print(f"  {rate:g} a second: done", file=sys.stderr)
    return Latency(rate, len(found), took, percentile(found, 0.5), percentile(found, 0.99))


def _wait_for_all(stage: Stage, callers: Callers) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        told = by_escalation(stage.receipts())
        if all(is_kept(promise, told.get(promise.escalation or "", []), {}) for promise in callers.promises):
            return
        if time.monotonic() > deadline:
            raise LostError("The messages did not all arrive.")
        time.sleep(0.1)
