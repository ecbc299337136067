"""`python -m bench.dashboard`: statements and server time of every page, in two clinics."""

import argparse
import os
import platform
import sys
from typing import TYPE_CHECKING

from tools.environment import exit_on_sigterm, throwaway_servers

if TYPE_CHECKING:
    from bench.dashboard.measure import Cost

FEWER_STATEMENTS_THAN = 15
TARGET_MS = 150


def main(arguments: list[str] | None = None) -> int:
    """Exit status 0; 1 when a page misses a target."""
    options = _parser().parse_args(arguments)
    exit_on_sigterm()
    with throwaway_servers() as environment:
        os.environ.update(environment | {"ALLOWED_HOSTS": "testserver"})
        import django

        django.setup()
        from bench.dashboard.measure import measure

        demo, large = measure(patients=options.patients, rounds=options.rounds)
    print(f"Python {platform.python_version()}, {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}\n")
    figures = "statements | p50 ms | p95 ms"
    print(f"| page | demo: {figures} | {options.patients:,} patients: {figures} |")
    print("|---|---|---|---|---|---|---|")
    for name in sorted({**demo, **large}, key=lambda name: -large[name].p50 if name in large else 0):
        print(f"| {name} | {_figures(demo.get(name))} | {_figures(large.get(name))} |")
    missed = [name for costs in (demo, large) for name, cost in costs.items() if _misses(cost)]
    print(f"\ntarget, {TARGET_MS} ms (p50) and fewer than {FEWER_STATEMENTS_THAN} statements: ", end="")
    print(f"TARGET MISSED by {', '.join(sorted(set(missed)))}" if missed else "target met by every page")
    return 1 if missed else 0


def _figures(cost: "Cost | None") -> str:
    return f"{cost.statements} | {cost.p50:.0f} | {cost.p95:.0f}" if cost else "- | - | -"


def _misses(cost: "Cost") -> bool:
    return cost.statements >= FEWER_STATEMENTS_THAN or cost.p50 > TARGET_MS


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench.dashboard", description="Measure every page of the dashboard."
    )
    parser.add_argument("--patients", type=int, default=20_000, help="of the large clinic (default 20000)")
    parser.add_argument("--rounds", type=int, default=20, help="how often each page (default 20)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
