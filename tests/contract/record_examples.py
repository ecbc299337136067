"""Writes the examples of the OpenAPI document anew: what each operation's sample is answered with.

Not a test of `make test`: `make examples` runs it. An example that its schemas still allow stays as it is,
unless EXAMPLES_ANEW is set, so that a change shows what it changed.
"""

import json
import os
from typing import Any

import pytest

from clinics.checks.routes import Route
from clinics.identity.models import Clinic
from tests.contract.examples import Steady, drop_stale, is_recorded, operation_of, write
from tests.security.samples import api_with, fill
from tests.security.test_permission_matrix import OPERATIONS, ask, each, sample, seen


def test_stale_examples_are_dropped() -> None:
    drop_stale()


@each([(route, method) for route, method in OPERATIONS if route.path.startswith("api/v1/")])
def test_the_answer_becomes_the_example(clinic: Clinic, route: Route, method: str) -> None:
    operation = operation_of(route.path, method)
    if is_recorded(operation) and not os.environ.get("EXAMPLES_ANEW"):
        pytest.skip("still true")
    world = fill(clinic)
    request = sample(route, method, world)
    answer = ask(api_with(world), route, method, request, headers=seen(world, route, method, request))
    assert answer.status_code < 300, answer.content
    steady = Steady(world)
    write(
        operation["operationId"],
        {
            "request": steady.example(json.loads(json.dumps(request.body, default=str)), shorten=False),
            "response": steady.example(body_of(answer), shorten=True),
        },
    )


def body_of(answer: Any) -> Any:
    """JSON as it is, the first line of JSON lines, other text whole; null for what is neither."""
    if answer.streaming:
        lines = b"".join(answer.streaming_content).decode().splitlines(keepends=True)
        return "".join(lines[:1])
    if answer.headers.get("Content-Type", "").startswith("application/json"):
        return answer.json() if answer.content else None
    return answer.content.decode() if answer.headers.get("Content-Type", "").startswith("text/") else None
