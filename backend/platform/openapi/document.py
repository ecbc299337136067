"""What is added to the OpenAPI document as a whole: tags, examples, and nothing that nobody refers to.

An operation's example is what its sample in the tests was answered with: ``make examples`` writes it to
``examples`` beside this file. An operation without one, or with a tag that isn't described, is a warning,
and ``make check`` accepts none.
"""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from drf_spectacular.drainage import warn
from drf_spectacular.utils import extend_schema_view
from rest_framework.views import APIView

from backend.platform.api.problems import CONTENT_TYPE, PROBLEMS

EXAMPLES = Path(__file__).parent / "examples"
#: Where the service of every example answers (RFC 2606 keeps the name free).
EXAMPLE_URL = "https://service.example"

TAGS = {
    "webhook-endpoints": "Addresses that are told what happens, and what they were told.",
    "webhooks": "What your endpoint is sent: answer with any 2xx within seconds, and do the work afterwards.",
    "evaluations": "Decisions on answers that are not stored.",
    "assessments": "The record: answers with their decision, their amendments and overrides. Immutable.",
    "patients": "The clinic's runners, found by your own id of them, and their right to erasure.",
    "follow-ups": "Checks and reminders that a decision promised, and their answers.",
    "escalations": "Decisions that must reach a person, until a named clinician has taken them on.",
    "programmes": "The return to running, step by step.",
    "protocols": "Questions, criteria and parameters that decide, in words and as data.",
    "changes": "Everything that changed since a cursor, in the order of its commits.",
    "exports": "Everything of a clinic or of one patient, as JSON lines.",
    "clinic": "The clinic's own settings: pathway, people, software, on-call plan, access log.",
}

#: Bodies that have an example; a printed page or a PDF has none.
SHOWN_TYPES = ("application/json", "application/x-ndjson", "text/csv")

METHODS = ("get", "put", "post", "patch", "delete")
_WRONG_PLACE = {"pointer": "/birth_date", "code": "invalid", "detail": "Must be a date, such as 1990-05-04."}
_PLACES = {
    "invalid": [_WRONG_PLACE],
    "conflict": [{"pointer": "/external_id", "code": "not_unique", "detail": "Another patient has it."}],
}


def finish_document(
    result: dict[str, Any],
    generator: Any,  # noqa: ARG001 - drf-spectacular names it
    request: Any,  # noqa: ARG001
    public: bool,  # noqa: ARG001
) -> dict[str, Any]:
    """Post-processing, the last step."""
    used: set[str] = set()
    for path, method, operation in operations(result):
        used.update(operation["tags"])
        _add_example(f"{method.upper()} {path}", operation)
        _add_problem_examples(operation)
    used.update(tag for item in result.get("webhooks", {}).values() for tag in item["post"]["tags"])
    for tag in sorted(used - set(TAGS)):
        warn(f"The tag {tag} is not described: add it to TAGS in backend/platform/openapi/document.py.")
    result["tags"] = [{"name": tag, "description": text} for tag, text in TAGS.items() if tag in used]
    result["components"]["examples"] = {code: {"value": problem_example(code)} for code in sorted(PROBLEMS)}
    _prune(result)
    return result


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every operation of a document with its path and method."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def problem_example(code: str) -> dict[str, Any]:
    """A problem as the service answers it."""
    status, title, _ = PROBLEMS[code]
    return {
        "type": f"{EXAMPLE_URL}/api/problems/{code}",
        "title": title,
        "status": status,
        "detail": title,
        "instance": "/api/v1/patients",
        "code": code,
        "request_id": "0192f0c1-8d3e-7000-8000-3f6b5a1c9e42",
        "errors": _PLACES.get(code, []),
    }


@cache
def recorded_examples() -> dict[str, dict[str, Any]]:
    """What was recorded of every operation, ``{request, response}``, by its id."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in EXAMPLES.glob("*.json")}


def shown_bodies(operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every body that needs an example: ``("request" or "response", the media type's object)``."""
    bodies = [("request", operation.get("requestBody", {}))]
    bodies += [("response", answer) for status, answer in operation["responses"].items() if status < "400"]
    for place, body in bodies:
        for kind, media in body.get("content", {}).items():
            if kind in SHOWN_TYPES:
                yield place, media


def _add_example(name: str, operation: dict[str, Any]) -> None:
    bodies = list(shown_bodies(operation))
    example = recorded_examples().get(operation["operationId"])
    if bodies and example is None:
        warn(f"{name} has no example: give it a sample in tests/security/samples.py, then run make examples.")
    for place, media in bodies:
        if example is not None:
            media["example"] = example[place]


def _add_problem_examples(operation: dict[str, Any]) -> None:
    """One for each code that the description of the answer names."""
    for answer in operation["responses"].values():
        if media := answer.get("content", {}).get(CONTENT_TYPE):
            codes = [line.split("`")[1] for line in answer["description"].splitlines()]
            media["examples"] = {code: {"$ref": f"#/components/examples/{code}"} for code in codes}


def _prune(document: dict[str, Any]) -> None:
    """Drop components that nothing refers to, until none is left: fields that are only read leave some."""
    components = document["components"]
    while True:
        used = set(_references(document))
        unused = [
            (kind, name)
            for kind in ("schemas", "examples")
            for name in components[kind]
            if f"#/components/{kind}/{name}" not in used
        ]
        if not unused:
            return
        for kind, name in unused:
            del components[kind][name]


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(reference := node.get("$ref"), str):
            yield reference
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for item in node:
            yield from _references(item)


def describe(view: type[APIView], **operations: Any) -> None:
    """Attach the description of each method to a view, and to none of the views it derives from."""
    extend_schema_view(**operations)(view)
