"""`python -m bench.replay`: stored assessments evaluated again, a minute and a core."""

import argparse
import os
import platform
import sys

from tools.environment import exit_on_sigterm, throwaway_servers

TARGET_A_MINUTE = 20_000


def main(arguments: list[str] | None = None) -> int:
    """Exit status 0; 1 when it is slower than the target."""
    options = _parser().parse_args(arguments)
    exit_on_sigterm()
    with throwaway_servers() as environment:
        os.environ.update(environment)
        import django

        django.setup()
        from bench.replay.measure import measure

        found = measure(assessments=options.assessments, rounds=options.rounds, seed=options.seed)
    print(f"Python {platform.python_version()}, {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}\n")
    print("| stored assessments | decisions that flip | a minute | a minute of CPU | peak memory grows by |")
    print("|---|---|---|---|---|")
    for one in found:
        print(_row(one))
    slowest = min(one.a_minute for one in found)
    met = slowest >= TARGET_A_MINUTE
    print(
        f"\nslowest: {slowest:,.0f} (target {TARGET_A_MINUTE:,}): {'target met' if met else 'TARGET MISSED'}"
    )
    return 0 if met else 1


def _row(one: "Measured") -> str:  # type: ignore[name-defined] # noqa: F821 - imported once Django is set up
    figures = f"{one.a_minute:,.0f} | {one.a_cpu_minute:,.0f} | {one.memory_mb:.1f} MB"
    return f"| {one.assessments:,} | {one.flips:,} | {figures} |"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench.replay", description="Measure how fast stored assessments are evaluated again."
    )
    parser.add_argument("--assessments", type=int, default=100_000, help="stored (default 100000)")
    parser.add_argument("--rounds", type=int, default=3, help="how often all of them (default 3)")
    parser.add_argument("--seed", type=int, default=6, help="of the records (default 6)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
