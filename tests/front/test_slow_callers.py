"""Callers who are slow, silent or lie hold nothing that others need, and each of them ends."""

import re
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import Client
from rest_framework.test import APIClient

from backend.platform.edge.arrival import BODY_SECONDS, THREADS
from backend.serve import HEAD_MILLISECONDS
from clinics.checks.routes import Route, routes
from clinics.identity.models import Clinic
from patients.models import Patient
from tests.factories import assessment_body, reassuring_answers
from tests.front.callers import Caller, calling, wait_until
from tests.platform.processes import descendants
from tests.served import Served

pytestmark = pytest.mark.process
FIFTY = 50
#: Where most bodies arrive, by each way in.
BUSIEST = (
    "/oauth/token/",
    "/admin/login/",
    "/api/v1/assessments",
    "/fhir/QuestionnaireResponse",
    "/check-in/x",
)
#: So many doors are found at least, or the walk has missed a part.
DOORS_AT_LEAST = 150
#: Seconds that an ordinary answer may take meanwhile.
AT_ONCE = 1.0
HELD_SECONDS = 30.0
#: What the machine may add to a deadline.
MARGIN_SECONDS = 8.0


def head(method: str, path: str, *headers: str) -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *headers, "\r\n"]).encode()


#: What is written in an address for what its route leaves open.
_OPEN = re.compile(r"<(?:(\w+):)?\w+>|\(\?P<.*")


def takes_a_body(route: Route) -> str:
    """The method by which a body is sent there; a page that isn't REST framework's may take a form."""
    methods = route.methods if route.view else ["POST"]
    return next((method for method in ("POST", "PUT", "PATCH") if method in methods), "")


def doors(bearer: str, cookie: str) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Every route that takes a body: method, address, and what else a caller sends there."""
    for route in routes():
        method = takes_a_body(route)
        path = "/" + _OPEN.sub(lambda named: str(uuid.UUID(int=1)) if named[1] == "uuid" else "x", route.path)
        token = f"Authorization: {bearer}"
        if not method:
            continue
        if path.startswith("/api/v1/"):
            yield method, path, (token, "Content-Type: application/json")
        elif path.startswith("/fhir/"):
            yield method, path, (token, "Content-Type: application/fhir+json")
        elif path.startswith("/cds-services"):
            yield method, path, ("Content-Type: application/json",)
        else:
            yield (
                method,
                path,
                ("Content-Type: application/x-www-form-urlencoded", f"Cookie: csrftoken={cookie}"),
            )


def sockets_of(served: Served) -> int:
    """How many sockets the server's processes hold."""
    folders = [Path(f"/proc/{pid}/fd") for pid in descendants(served.process.pid)]
    return sum(path.is_socket() for folder in folders for path in folder.iterdir())


def emergency(api: APIClient, patient: Patient, served: Served) -> Callable[[], tuple[int, float]]:
    """Returns what posts an emergency and says status and seconds."""
    body = assessment_body(patient, reassuring_answers(bladder_change="yes"))
    bearer = api._credentials["HTTP_AUTHORIZATION"]

    def post() -> tuple[int, float]:
        status, _, _, seconds = served.ask("POST", "/api/v1/assessments", body, Authorization=bearer)
        return status, seconds

    return post


def slow_bodies(api: APIClient) -> list[Caller]:
    """At each door one who is silent after three bytes and one with a byte a second; fifty at the busiest."""
    cookie = str(Client().get("/admin/login/").cookies["csrftoken"].value)
    bearer = api._credentials["HTTP_AUTHORIZATION"]
    return [
        Caller(path, head(method, path, *headers, "Content-Length: 50000") + b"a=b", drip=b"x" * (number % 2))
        for method, path, headers in doors(bearer, cookie)
        for number in range(FIFTY if path in BUSIEST else 2)
    ]


def other_kinds() -> list[Caller]:
    """Fifty who are slow or lie in other ways, ten of each."""
    unread = {
        "unread page": head("GET", "/api/schema"),
        "unread pages": head("GET", "/api/schema") * 3,
    }
    callers = {
        "silent": b"",
        "half a head": b"GET /livez HTTP/1.1\r\nHost: x\r\n",
        "idle": head("GET", "/livez"),
    }
    dripping = Caller("endless head", b"GET /livez HTTP/1.1\r\n", drip=b"X-More: 1\r\n")
    return [
        *(Caller(kind, first) for kind, first in callers.items() for _ in range(10)),
        *(Caller(dripping.kind, dripping.first, dripping.drip) for _ in range(10)),
        *(Caller(kind, first, reads=False) for kind, first in unread.items() for _ in range(10)),
    ]


def test_nobody_waits_for_callers_who_are_slow_and_each_of_them_ends(
    clinic: Clinic, api: APIClient, patient: Patient, served: Served
) -> None:
    post, bodies, others = emergency(api, patient, served), slow_bodies(api), other_kinds()
    assert len({caller.kind for caller in bodies}) >= DOORS_AT_LEAST
    assert {caller.kind for caller in bodies} > set(BUSIEST)
    for path in ("/api/schema", "/livez"):
        served.ask("GET", path)  # the first of a process takes longer
    assert post()[0] == 201
    taken, ordinary = list[float](), sockets_of(served) + 2 * THREADS
    with calling([*bodies, *others], served.port):
        until = time.monotonic() + HELD_SECONDS
        while time.monotonic() < until:
            status, _, _, seconds = served.ask("GET", "/livez")
            recorded, longer = post()
            assert (status, recorded) == (200, 201)
            taken += [seconds, longer]
            time.sleep(0.5)
        wait_until(lambda: sockets_of(served) <= ordinary, MARGIN_SECONDS)
        assert sockets_of(served) <= ordinary, "the process holds no connection any more"
    assert max(taken) < AT_ONCE, taken
    assert {(caller.kind, caller.status) for caller in bodies} == {(caller.kind, 408) for caller in bodies}
    assert max(caller.lasted for caller in bodies) < BODY_SECONDS + MARGIN_SECONDS
    for caller in others:
        if caller.reads:
            assert 0 < caller.lasted < HEAD_MILLISECONDS / 1000 + MARGIN_SECONDS, caller.kind


def test_a_body_that_breaks_off_leaves_nothing_behind(
    clinic: Clinic, api: APIClient, patient: Patient, served: Served
) -> None:
    """Cut off before its end, it is never taken for a whole one."""
    bearer = f"Authorization: {api._credentials['HTTP_AUTHORIZATION']}"
    announced = head(
        "POST", "/api/v1/patients", bearer, "Content-Type: application/json", "Content-Length: 900"
    )
    chunked = head(
        "POST", "/api/v1/patients", bearer, "Content-Type: application/json", "Transfer-Encoding: chunked"
    )
    name = b'{"given_name": "Robin", "family_name": "Runner"}'
    broken = [Caller("announced", announced + name), Caller("chunked", chunked + b"30\r\n" + name)]
    with calling(broken, served.port):
        time.sleep(1)
    status, _, listed, _ = served.ask("GET", "/api/v1/patients", Authorization=bearer.partition(" ")[2])
    assert (status, len(re.findall(rb'"family_name"', listed))) == (200, 1), "the one of the fixture"
    assert broken[1].status == 411
