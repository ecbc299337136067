"""However wrong a body is, its answer is short, soon made, and leaves no memory behind."""

import gc
import json
import time
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from backend.platform.api.problems import MORE, PLACES_NAMED, Problem
from backend.platform.refusals import POINTER_CHARACTERS, FieldProblem
from clinics.checks.routes import Route
from tests.security.samples import World
from tests.security.test_permission_matrix import OPERATIONS, SAMPLES, SIGNED, caller, each, sample, seen
from tests.worlds import *  # noqa: F403 - fixtures

CAP = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
#: Seconds of CPU, with room for a slow machine.
CPU_SECONDS = 2.0
#: What a process may keep of one request; the worst body once left 900 MB.
KEPT_BYTES = 4 * 1024 * 1024
BODIES = [(route, method) for route, method in OPERATIONS if method in {"POST", "PUT", "PATCH"}]


def filled(make: Callable[[int], str]) -> str:
    """The largest text of a kind that the cap allows."""
    low, high = 1, CAP
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if len(make(middle)) <= CAP else (low, middle - 1)
    return make(low)


def below(depth: int, inner: str, name: str = "k" * 70) -> str:
    return f'{{"{name}":' * depth + inner + "}" * depth


def wide(value: str, count: int) -> str:
    return "{" + ",".join(f'"field_{n}":{value}' for n in range(count)) + "}"


SHAPES: dict[str, str] = {
    "deep": filled(lambda n: '{"a":' * n + "1" + "}" * n),
    "duplicates at the bottom": filled(lambda n: below(400, "{" + ",".join(['"a":1'] * n) + "}")),
    "duplicates under the names of fields": filled(
        lambda n: below(400, "{" + ",".join(['"a":1'] * n) + "}", "kept_name")
    ),
    "texts with NUL at the bottom": filled(lambda n: below(400, "[" + ",".join(['"\\u0000"'] * n) + "]")),
    "texts with half a pair": filled(lambda n: '{"a":[' + ",".join(['"\\ud800"'] * n) + "]}"),
    "names with NUL": filled(lambda n: "{" + ",".join(f'"\\u0000{m}":1' for m in range(n)) + "}"),
    "unknown names": filled(lambda n: wide("1", n)),
    "nested lists": filled(lambda n: '{"answers":' + "[" * n + "]" * n + "}"),
}
WRONG = ("1", '"x"', "{}")


def spoiled(body: dict[str, Any]) -> Iterator[str]:
    """A good body with each of its lists and objects as full of wrong things as the cap allows."""
    for name, value in body.items():
        room = CAP - len(json.dumps({**body, name: 0}))
        for wrong in WRONG:
            if isinstance(value, list):
                inner = "[" + ",".join([wrong] * (room // (len(wrong) + 1) - 1)) + "]"
            elif isinstance(value, dict):
                inner = wide(wrong, room // (len(wrong) + 15))
            else:
                continue
            rest = json.dumps({key: kept for key, kept in body.items() if key != name})
            yield f'{rest[:-1]}{", " if len(rest) > 2 else ""}"{name}": {inner}}}'


def assert_bounded(answer: Any, sent: int, seconds: float, said: str) -> None:
    assert answer.status_code < 500, said
    assert len(answer.content) <= 10 * sent + 16 * 1024, said
    assert len(answer.content) <= 64 * 1024 or answer.status_code < 400, said
    assert seconds < CPU_SECONDS, said


@each(BODIES)
def test_every_answer_to_the_worst_bodies_is_short_and_soon_made(
    world: World, route: Route, method: str
) -> None:
    """Native, FHIR and CDS Hooks; the caller has seen what they change, so that the body is read."""
    request = sample(route, method, world)
    if request.form:
        return
    path, headers = reverse(route.name, kwargs=request.path), seen(world, route, method, request)
    api, kind = caller(world, route), "application/json"
    unread = {401, 403, 404, 428} | (set() if route.path.startswith(SIGNED) else {412})
    bodies = {**SHAPES, **{f"spoiled {n}": text for n, text in enumerate(spoiled(request.body or {}))}}
    for shape, text in bodies.items():
        assert len(text) <= CAP, shape
        began = time.process_time()
        answer = api.generic(method, path, text, content_type=kind, headers=headers)
        assert_bounded(answer, len(text), time.process_time() - began, shape)
        assert answer.status_code not in unread, "the body was looked at"


def test_a_list_that_is_too_long_is_refused_as_such(api: APIClient, world: World) -> None:
    body = {**SAMPLES["clinic-clients", "POST"](world).body, "scopes": ["nothing:known"] * 101}
    (error,) = api.post("/api/v1/clinic/clients", body).json()["errors"]
    assert (error["pointer"], error["code"]) == ("/scopes", "max_length")


def test_memory_is_back_afterwards(api: APIClient) -> None:
    def ask() -> None:
        for text in SHAPES.values():
            api.generic("POST", "/api/v1/evaluations", text, content_type="application/json")

    ask()
    gc.collect()
    tracemalloc.start()
    ask()
    gc.collect()
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < KEPT_BYTES
    assert peak < 100 * 1024 * 1024


def test_the_first_places_are_named_and_the_others_counted(api: APIClient) -> None:
    answer = api.generic("POST", "/api/v1/patients", wide("1", 500), content_type="application/json")
    errors = answer.json()["errors"]
    assert len(errors) == PLACES_NAMED + 1
    assert errors[-1]["code"] == MORE
    assert int(errors[-1]["detail"].split()[0]) >= 480


def test_a_pointer_ends_between_two_names_before_it_is_too_long() -> None:
    place = FieldProblem("/abcdefghi" * 30, "wrong", "It is wrong.")
    assert place.pointer == "/abcdefghi" * (POINTER_CHARACTERS // 10)
    assert FieldProblem("/abcdefghi" * 20, "wrong", "It is wrong.").pointer == "/abcdefghi" * 20


def test_what_is_not_named_is_not_made() -> None:
    made = []

    def one() -> FieldProblem:
        made.append(1)
        return FieldProblem("/a", "wrong", "It is wrong.")

    assert len(Problem("malformed", errors=[one] * 9000).errors) == PLACES_NAMED + 1
    assert len(made) == PLACES_NAMED


@pytest.mark.parametrize("path", ["/admin/login/", "/oauth/token/", "/check-in/made-up"])
def test_a_form_of_the_largest_size_gets_a_bounded_page(db: None, path: str) -> None:
    for text in ("&".join(f"n{n}=x" for n in range(900)), "username=" + "%22" * 21000, "a=" + "\\x00" * 9000):
        began = time.process_time()
        answer = Client().generic("POST", path, text, content_type="application/x-www-form-urlencoded")
        assert_bounded(answer, len(text), time.process_time() - began, path)
