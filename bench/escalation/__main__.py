"""`python -m bench.escalation`: how soon an emergency reaches the mail server, and what a claim costs."""

import argparse
import os
import platform
import sys

from bench.escalation.claims import Claims, measure_claims
from bench.escalation.latency import Latency, LostError, measure_latencies
from tools.environment import exit_on_sigterm

TARGET_RATIO = 2.0


def main(arguments: list[str] | None = None) -> int:
    """Exit status 0; 1 when a message was lost or a claim's cost grows with the rows stored."""
    options = _parser().parse_args(arguments)
    exit_on_sigterm()
    flat = True
    try:
        latencies = measure_latencies(options.rates, seconds=options.seconds) if options.rates else []
    except LostError as error:
        print(error, file=sys.stderr)
        return 1
    found = measure_claims(options.rows, claims=options.claims) if options.rows else []
    print(f"Python {platform.python_version()}, {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}\n")
    if latencies:
        _print_latencies(latencies)
    for claims in found:
        flat = _print_claims(claims) and flat
    return 0 if flat else 1


def _print_latencies(latencies: list[Latency]) -> None:
    print("| emergencies a second, asked for | reached | posted | p50 ms | p99 ms |")
    print("|---|---|---|---|---|")
    for found in latencies:
        reached = f"{found.posted / found.seconds:.1f}"
        print(
            f"| {found.rate:g} | {reached} | {found.posted} | {found.p50 * 1e3:.0f} | {found.p99 * 1e3:.0f} |"
        )
    print()


def _print_claims(claims: Claims) -> bool:
    """Print one queue's figures and plan; returns whether the cost stays flat."""
    print(f"| rows in {claims.queue.table} | median ms of a claim | when nothing is due |\n|---|---|---|")
    for size, milliseconds in claims.milliseconds.items():
        print(f"| {size // claims.queue.one_in:,} | {milliseconds:.2f} | {claims.idle[size]:.2f} |")
    flat = claims.ratio < TARGET_RATIO
    verdict = "target met" if flat else "TARGET MISSED"
    print(f"\nlargest beside smallest: {claims.ratio:.2f} (target: under {TARGET_RATIO:g}): {verdict}\n")
    print(claims.plan, end="\n\n")
    return flat


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench.escalation",
        description="Measure commit to mail under load, and a claim among few and many rows.",
    )
    parser.add_argument("--rates", type=_numbers, default=[1.0, 5.0, 10.0], help="a second (default 1,5,10)")
    parser.add_argument("--seconds", type=float, default=20.0, help="at each rate (default 20)")
    parser.add_argument(
        "--rows",
        type=_sizes,
        default=[10_000, 1_000_000, 5_000_000],
        help="follow-ups stored (default 10000,1000000,5000000), and a quarter as many escalations",
    )
    parser.add_argument("--claims", type=int, default=300, help="in each database (default 300)")
    return parser


def _numbers(text: str) -> list[float]:
    return [float(part) for part in text.split(",") if part]


def _sizes(text: str) -> list[int]:
    return [int(part) for part in text.split(",") if part]


if __name__ == "__main__":
    raise SystemExit(main())
