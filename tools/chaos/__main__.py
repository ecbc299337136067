"""`make chaos`: exit status 0 when every promise was kept, 1 when one was broken or something was wrong."""

import argparse
import os
import platform
import sys

from tools.chaos.run import SETTLE_SECONDS, Options, Outcome, run
from tools.chaos.table import table
from tools.environment import exit_on_sigterm


def main(arguments: list[str] | None = None) -> int:
    """Run and print the table."""
    given = _parser().parse_args(arguments)
    exit_on_sigterm()
    options = Options(
        seed=given.seed,
        seconds=given.minutes * 60,
        assessments=given.assessments,
        longest_outage=given.longest_outage,
        lease=given.lease,
    )
    outcome = run(options)
    print(f"\nPython {platform.python_version()}, {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}")
    print(table(options, outcome))
    return _verdict(outcome)


def _verdict(outcome: Outcome) -> int:
    for problem in outcome.report.problems:
        print(f"WRONG: {problem}", file=sys.stderr)
    if outcome.report.lost:
        print(f"LOST: {outcome.report.lost}, {SETTLE_SECONDS:.0f} s after the last fault", file=sys.stderr)
    return 0 if outcome.report.kept else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.chaos",
        description="Post assessments while processes and servers are killed, stopped, emptied and frozen "
        "and receivers misbehave; then count what was lost.",
    )
    usual = Options()
    parser.add_argument("--minutes", type=_positive, default=1.0, help="of faults (default 1)")
    parser.add_argument("--seed", type=int, default=usual.seed, help="of the plan (default %(default)s)")
    parser.add_argument(
        "--assessments", type=_count, default=usual.assessments, help="to post (default %(default)s)"
    )
    parser.add_argument(
        "--longest-outage", type=_positive, default=usual.longest_outage, help="seconds (default %(default)s)"
    )
    parser.add_argument(
        "--lease", type=_positive, default=usual.lease, help="seconds a dead worker holds a row (default 30)"
    )
    return parser


def _positive(text: str) -> float:
    number = float(text)
    if not 0 < number <= 600:
        raise argparse.ArgumentTypeError("must be more than 0 and at most 600")
    return number


def _count(text: str) -> int:
    number = int(text)
    if not 0 < number <= 10_000:
        raise argparse.ArgumentTypeError("must be at least 1 and at most 10000")
    return number


if __name__ == "__main__":
    raise SystemExit(main())
