"""Per-call times, taken in turns so that a busy moment of the machine falls on every contender alike."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter, perf_counter_ns
from typing import Any

from bench.protocol.contenders import Contender

__all__ = ["Timing", "measure"]

CALLS_A_TURN = 250  # enough that the cold first call of a turn stays outside the 99th percentile


@dataclass(frozen=True, slots=True)
class Timing:
    """Microseconds of one contender on one record, the clock's own cost (about 0.1 µs) included."""

    contender: Contender
    record: str
    median: float
    p99: float
    per_second: float


def measure(
    contenders: Sequence[Contender], records: Mapping[str, Mapping[str, Any]], *, seconds: float
) -> list[Timing]:
    """Time every contender on every record for `seconds` in all, at least one turn each."""
    cells = [(c, name, c.takes(record)) for name, record in records.items() for c in contenders]
    samples: list[list[int]] = [[] for _ in cells]
    for contender, _, answers in cells:
        _turn(contender, answers, [])  # warm-up
    end = perf_counter() + seconds
    while perf_counter() < end or not samples[-1]:
        for (contender, _, answers), sample in zip(cells, samples, strict=True):
            _turn(contender, answers, sample)
    return [_timing(c, name, sample) for (c, name, _), sample in zip(cells, samples, strict=True)]


def _turn(contender: Contender, answers: Mapping[str, Any], sample: list[int]) -> None:
    run, clock, add = contender.run, perf_counter_ns, sample.append
    for _ in range(CALLS_A_TURN):
        start = clock()
        run(answers)
        add(clock() - start)


def _timing(contender: Contender, record: str, sample: list[int]) -> Timing:
    """Evaluations per second are calls over the sum of their times, slow ones included."""
    sample.sort()
    p99 = sample[int(len(sample) * 0.99)]
    return Timing(
        contender, record, statistics.median(sample) / 1000, p99 / 1000, len(sample) * 1e9 / sum(sample)
    )
