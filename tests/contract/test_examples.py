"""Every example of the OpenAPI document is one: there, and what its schema says."""

import re
from typing import Any

import pytest

from backend.platform.api.problems import CONTENT_TYPE, PROBLEMS
from backend.platform.openapi.docs import openapi_document
from backend.platform.openapi.document import EXAMPLES, operations, shown_bodies
from tests.contract.examples import faults

OPERATIONS = list(operations(openapi_document()))
MAKE_THEM = (
    "Give the operation a request that works in tests/security/samples.py (SAMPLES, by route name and "
    "method), then run make examples: it records the answer and writes openapi.yaml."
)
each_operation = pytest.mark.parametrize(
    "operation", [operation for *_, operation in OPERATIONS], ids=lambda found: found["operationId"]
)


@each_operation
def test_every_body_has_an_example_that_its_schema_allows(operation: dict[str, Any]) -> None:
    for place, media in shown_bodies(operation):
        name = f"The {place} of {operation['operationId']}"
        assert "example" in media, f"{name} has no example. {MAKE_THEM}"
        wrong = faults(media["schema"], media["example"])
        assert not wrong, f"{name} has an example that its schema refuses: {wrong}. {MAKE_THEM}"


@each_operation
def test_every_error_has_an_example_of_each_of_its_codes(operation: dict[str, Any]) -> None:
    shared = openapi_document()["components"]["examples"]
    for status, answer in operation["responses"].items():
        if status < "400":
            continue
        media = answer["content"][CONTENT_TYPE]
        assert media["examples"], status
        for code, reference in media["examples"].items():
            example = shared[reference["$ref"].rsplit("/", 1)[1]]["value"]
            assert (example["code"], example["status"], PROBLEMS[code][0]) == (code, int(status), int(status))
            assert not faults(media["schema"], example)


@each_operation
def test_an_operation_says_more_than_its_name(operation: dict[str, Any]) -> None:
    assert operation["summary"]
    assert operation["description"] not in {"", operation["summary"]}, "Its method needs a docstring."
    [tag] = operation["tags"]
    assert tag in {entry["name"] for entry in openapi_document()["tags"] if entry["description"]}


def test_no_example_is_of_an_operation_that_is_gone() -> None:
    names = {operation["operationId"] for *_, operation in OPERATIONS if any(shown_bodies(operation))}
    assert {path.stem for path in EXAMPLES.glob("*.json")} == names, "Run make examples."


def test_no_example_tells_where_it_was_recorded() -> None:
    for path in EXAMPLES.glob("*.json"):
        found = re.findall(r"testserver|localhost|127\.0\.0\.1", path.read_text(encoding="utf-8"))
        assert not found, path.name
