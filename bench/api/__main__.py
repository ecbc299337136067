"""`python -m bench.api`: what a POST /assessments costs, beside two floors in the same run."""

import argparse
import datetime as dt
import os
import platform
import sys
from collections import defaultdict
from importlib.metadata import version
from statistics import median

from bench.api.contenders import (
    CONNECTIONS,
    FASTAPI_FLOOR,
    FLOORS,
    OPEN_FLOOR,
    SERVICE,
    SERVICE_EMERGENCY,
    SERVICE_KEYED,
    WSGI_FLOOR,
    Contender,
)
from bench.api.processes import Machine, machine
from bench.api.turns import Turn, access_token, check_agreement, take_turn
from tools.environment import exit_on_sigterm
from tools.run import WEB_PROCESSES

TARGET = 0.35  # of the FastAPI floor's requests for each second
WARM_UP_SECONDS = 2.0

Turns = dict[Contender, list[Turn]]


def main(arguments: list[str] | None = None) -> int:
    """Exit status 0 when every answer was 201 and every row in place, else 1; a missed target is printed."""
    options = _parser().parse_args(arguments)
    exit_on_sigterm()
    contenders = [SERVICE, SERVICE_KEYED, WSGI_FLOOR, FASTAPI_FLOOR, OPEN_FLOOR]
    contenders += [SERVICE_EMERGENCY] if options.emergency else []
    try:
        with machine(fsync=options.fsync == "on") as running:
            turns = _measure(running, contenders, options)
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    _print_setting(options)
    _print_turns(turns)
    _print_ratios(turns)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench.api",
        description="Post assessments over HTTP to the service and to two floors that write the same rows.",
    )
    parser.add_argument("--seconds", type=_positive, default=10.0, help="length of one turn (default 10)")
    parser.add_argument("--rounds", type=_count, default=3, help="turns of each contender (default 3)")
    parser.add_argument("--concurrency", type=_count, default=8, help="connections kept alive (default 8)")
    parser.add_argument("--fsync", choices=("on", "off"), default="on", help="durable commits (default on)")
    parser.add_argument("--emergency", action="store_true", help="also post records that open an escalation")
    return parser


def _positive(text: str) -> float:
    number = float(text)
    if not 0 < number <= 600:
        raise argparse.ArgumentTypeError("must be more than 0 and at most 600")
    return number


def _count(text: str) -> int:
    number = int(text)
    if not 0 < number <= 64:
        raise argparse.ArgumentTypeError("must be at least 1 and at most 64")
    return number


def _measure(running: Machine, contenders: list[Contender], options: argparse.Namespace) -> Turns:
    """Warm up and compare the contenders, then let them take turns; each round starts with another one."""
    token = access_token(running)
    started = dt.datetime.now(dt.UTC)

    def turn(contender: Contender, seconds: float, now: dt.datetime) -> Turn:
        return take_turn(
            running, contender, token=token, connections=options.concurrency, seconds=seconds, now=now
        )

    samples = {contender: turn(contender, WARM_UP_SECONDS, started) for contender in contenders}
    for floor in (*FLOORS, OPEN_FLOOR):
        check_agreement(running, samples[SERVICE], samples[floor], name=floor.name)
    turns: Turns = defaultdict(list)
    for number in range(options.rounds):
        shift = number % len(contenders)
        for contender in contenders[shift:] + contenders[:shift]:
            turns[contender].append(turn(contender, options.seconds, dt.datetime.now(dt.UTC)))
    return {contender: turns[contender] for contender in contenders}


def _print_setting(options: argparse.Namespace) -> None:
    packages = ("django", "granian", "fastapi", "uvicorn", "psycopg", "asyncpg")
    print(f"Python {platform.python_version()}, " + ", ".join(f"{name} {version(name)}" for name in packages))
    load = f"load average {os.getloadavg()[0]:.1f} in the end"
    print(f"{os.cpu_count()} CPUs for servers, PostgreSQL and generator together; {load}")
    print(
        f"each server: {WEB_PROCESSES} process(es), {CONNECTIONS} database connections each; "
        f"fsync {options.fsync}; {options.concurrency} connections kept alive; "
        f"{options.rounds} rounds of {options.seconds:g} s; medians of the rounds\n"
    )


def _print_turns(turns: Turns) -> None:
    print(f"{'':<26} {'':>10} {'':>8} {'':>8} {'CPU ms for each request':>33}")
    names = (
        f"{'requests/s':>10} {'p50 ms':>8} {'p99 ms':>8} {'server':>10} {'PostgreSQL':>11} {'generator':>10}"
    )
    print(f"{'':<26} {names}")
    for contender, taken in turns.items():

        def middle(name: str, taken: list[Turn] = taken) -> float:
            return float(median(getattr(turn, name) for turn in taken))

        print(
            f"{contender.name:<26} {middle('per_second'):>10.0f} {middle('p50_ms'):>8.1f} "
            f"{middle('p99_ms'):>8.1f} {middle('cpu_ms'):>10.2f} {middle('database_cpu_ms'):>11.2f} "
            f"{middle('generator_cpu_ms'):>10.2f}"
        )
    print()


def _print_ratios(turns: Turns) -> None:
    """Ratios within each round, their median, and whether the target is met."""
    for floor in FLOORS:
        pairs = list(zip(turns[SERVICE], turns[floor], strict=True))
        ratios = [ours.per_second / theirs.per_second for ours, theirs in pairs]
        cpu = median(theirs.cpu_ms / ours.cpu_ms for ours, theirs in pairs)
        rounds = ", ".join(f"{ratio:.2f}" for ratio in ratios)
        print(
            f"beside {floor.name}: {median(ratios):.2f} of its requests/s (rounds {rounds}); "
            f"its server CPU is {cpu:.2f} of ours"
        )
        if floor is FASTAPI_FLOOR:
            verdict = "target met" if median(ratios) >= TARGET else "TARGET MISSED"
            print(f"target: at least {TARGET} of {floor.name}: {verdict}")
    _print_walls(turns)


def _print_walls(turns: Turns) -> None:
    """What stands around a record, in CPU of one POST: with it less without it, medians of the rounds."""
    for name, dearer, cheaper in (
        ("token, row-level security, history, changes, foreign keys", FASTAPI_FLOOR, OPEN_FLOOR),
        ("Idempotency-Key", SERVICE_KEYED, SERVICE),
    ):
        pairs = list(zip(turns[dearer], turns[cheaper], strict=True))
        server = median(more.cpu_ms - less.cpu_ms for more, less in pairs)
        database = median(more.database_cpu_ms - less.database_cpu_ms for more, less in pairs)
        rate = median(more.per_second / less.per_second for more, less in pairs)
        print(
            f"{name}: {server:+.2f} ms in the server, {database:+.2f} ms in PostgreSQL "
            f"({dearer.name} does {rate:.2f} of the requests/s of {cheaper.name})"
        )


if __name__ == "__main__":
    raise SystemExit(main())
