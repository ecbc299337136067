"""`python -m bench.protocol`: compare, then time, the protocol and its two measuring sticks."""

import argparse
import platform
import sys
from importlib.metadata import version

from bench.protocol.agreement import Agreement, compare
from bench.protocol.contenders import CONTENDERS, DECISION, EXPLAINED, HANDWRITTEN, ZEN, ZEN_ALONE, Contender
from bench.protocol.records import EMERGENCY, REASSURING, TYPICAL, generate
from bench.protocol.timing import Timing, measure

RECORDS = {"reassuring": REASSURING, "typical": TYPICAL, "emergency": EMERGENCY}
EXPLAINED_TARGET = 10  # at least so many times faster than zen-engine
DECISION_TARGET = 5  # at most so many times slower than the hand-written function
SHOWN_DISAGREEMENTS = 20


def main(arguments: list[str] | None = None) -> int:
    """Exit status 0 when all contenders agree on every criterion, 1 when not; missed targets are printed."""
    options = _parser().parse_args(arguments)
    agreement = compare(generate(options.seed, options.records))
    _print_agreement(agreement, seed=options.seed)
    if not agreement.complete:
        return 1
    timings = measure(CONTENDERS, RECORDS, seconds=options.seconds)
    _print_timings(timings)
    _print_ratios(timings)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench.protocol",
        description="Check that protocol, hand-written function and zen-engine decide alike, then time them.",
    )
    parser.add_argument("--records", type=_positive, default=10_000, help="records compared (default 10000)")
    parser.add_argument("--seed", type=int, default=2026, help="seed of those records (default 2026)")
    parser.add_argument("--seconds", type=float, default=10, help="time spent on timing (default 10)")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _print_agreement(agreement: Agreement, *, seed: int) -> None:
    decisions = ", ".join(f"{name} {count}" for name, count in agreement.decisions.most_common())
    print(f"{agreement.records} records, seed {seed}: {decisions}")
    for line in agreement.disagreements[:SHOWN_DISAGREEMENTS]:
        print(f"DISAGREEMENT {line}", file=sys.stderr)
    if agreement.disagreements:
        print(f"{len(agreement.disagreements)} disagreements", file=sys.stderr)
    elif agreement.never_met:
        missing = ", ".join(agreement.never_met)
        print(f"Met by no record, so not compared (more --records?): {missing}", file=sys.stderr)
    else:
        key, count = min(agreement.met.items(), key=lambda item: item[1])
        print(f"All agree on decision, urgency and criteria; rarest criterion {key}, met {count} times.\n")


def _print_timings(timings: list[Timing]) -> None:
    print(f"Python {platform.python_version()}, zen-engine {version('zen-engine')}, one thread")
    print(f"{'record':<11} {'':<30} {'evaluations/s':>13} {'median µs':>10} {'p99 µs':>8}")
    for timing in timings:
        figures = f"{timing.per_second:>13,.0f} {timing.median:>10.1f} {timing.p99:>8.1f}"
        print(f"{timing.record:<11} {timing.contender.name:<30} {figures}")
    print()


def _print_ratios(timings: list[Timing]) -> None:
    """Ratios of medians, and whether the target is met."""
    medians = {(timing.record, timing.contender.name): timing.median for timing in timings}
    for record in RECORDS:

        def ratio(over: Contender, under: Contender, record: str = record) -> float:
            return medians[record, over.name] / medians[record, under.name]

        alone = ratio(DECISION, HANDWRITTEN)
        print(
            f"{record:<11} decision alone: {alone:.2f} x hand-written, {_verdict(alone <= DECISION_TARGET)}"
        )
        for engine in (ZEN_ALONE, ZEN):
            faster = ratio(engine, EXPLAINED)
            verdict = _verdict(faster >= EXPLAINED_TARGET)
            print(f"{'':<11} explained: {faster:.1f} times as fast as {engine.name}, {verdict}")
    print(f"targets: at most {DECISION_TARGET} x hand-written; at least {EXPLAINED_TARGET} times zen-engine")


def _verdict(met: bool) -> str:
    return "target met" if met else "TARGET MISSED"


if __name__ == "__main__":
    raise SystemExit(main())
