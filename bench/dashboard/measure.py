"""Ask for every page of the dashboard, found where Django finds it, and take the time inside this process."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import median, quantiles
from time import perf_counter

from django.core.management import call_command
from django.db import connection
from django.test import Client

from bench.dashboard.clinics import demo_clinic, large_clinic, rows_in
from clinics.identity.models import Clinic, Role
from tests.dashboard.settings_pages import signed_in
from tests.dashboard.walk import Page, pages, row_of, statements_of
from tools.embedded.cluster import RUNTIME_ROLE

WARM_UP = 2


@dataclass(frozen=True, slots=True)
class Cost:
    """One page in one clinic: statements, and milliseconds of the server."""

    statements: int
    p50: float
    p95: float


def measure(*, patients: int, rounds: int) -> tuple[dict[str, Cost], dict[str, Cost]]:
    """By page: what it costs in the demo's clinic, and in one with so many patients.

    As a clinic's admin, who sees most, and as the runtime role, so that row-level security is paid for.
    """
    call_command("migrate", verbosity=0)
    clinics = demo_clinic(), large_clinic(patients)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute(f"SET ROLE {RUNTIME_ROLE}")
    demo, large = (dict(_costs(clinic, rounds)) for clinic in clinics)
    return demo, large


def _costs(clinic: Clinic, rounds: int) -> Iterator[tuple[str, Cost]]:
    browser = signed_in(clinic, Role.ADMIN)
    for page, address in _addresses(clinic):
        answer = browser.get(address)
        if answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html"):
            yield page.name, _cost(browser, address, rounds)


def _addresses(clinic: Clinic) -> Iterator[tuple[Page, str]]:
    """Every page for which the clinic has a row to show."""
    rows = rows_in(clinic)
    for page in pages():
        known: Mapping[str, object] = {**rows, "object_id": row_of(clinic, page)}
        if all(known.get(name) is not None for name in page.names):
            yield page, page.address(known)


def _cost(browser: Client, address: str, rounds: int) -> Cost:
    _, statements = statements_of(browser, address)
    times = [_milliseconds(browser, address) for _ in range(WARM_UP + rounds)][WARM_UP:]
    return Cost(statements, median(times), quantiles(times, n=20)[-1])


def _milliseconds(browser: Client, address: str) -> float:
    began = perf_counter()
    browser.get(address)
    return (perf_counter() - began) * 1000
