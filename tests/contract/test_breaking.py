"""What breaks a generated client is told from what doesn't: one case of each kind, and its harmless twin."""

from typing import Any

import pytest

from tools.breaking import compare


def document(
    body: dict[str, Any] | None = None,
    answer: dict[str, Any] | None = None,
    *,
    parameters: list[dict[str, Any]] | None = None,
    paths: tuple[str, ...] = ("/things",),
    method: str = "post",
    **operation: Any,
) -> dict[str, Any]:
    """A document with one operation at each path, its body and its answer."""
    described = {
        "operationId": "makeThing",
        "parameters": parameters or [],
        "requestBody": {"content": {"application/json": {"schema": body or {}}}},
        "responses": {"200": {"content": {"application/json": {"schema": answer or {}}}}},
        **operation,
    }
    return {"paths": {path: {method: described} for path in paths}}


def named(name: str, **fields: Any) -> dict[str, Any]:
    """A document whose answer is a component of this name."""
    answer = {"$ref": f"#/components/schemas/{name}"}
    return {**document(answer=answer), "components": {"schemas": {name: thing(**fields)}}}


def answered_with(**headers: Any) -> dict[str, Any]:
    """A document whose answer carries these headers."""
    return document(responses={"200": {"headers": {name: {"schema": of} for name, of in headers.items()}}})


def thing(**fields: Any) -> dict[str, Any]:
    """An object of these fields, all of them required but those named `maybe_…`."""
    return {
        "type": "object",
        "properties": fields,
        "required": [name for name in fields if not name.startswith("maybe_")],
    }


TEXT, NUMBER, WHOLE = {"type": "string"}, {"type": "number"}, {"type": "integer"}
OR_NULL = {"type": ["string", "null"]}
A_B, A_B_C = {"type": "string", "enum": ["a", "b"]}, {"type": "string", "enum": ["a", "b", "c"]}
SMALL, LARGE = {**WHOLE, "minimum": 1, "maximum": 5}, {**WHOLE, "minimum": 0, "maximum": 10}
SCHEMA = "/content/application~1json/schema"
ANSWER = "/paths/~1things/post/responses/200"
IN, OUT = f"/paths/~1things/post/requestBody{SCHEMA}", f"{ANSWER}{SCHEMA}"


def asks(**fields: Any) -> dict[str, Any]:
    return document(body=thing(**fields))


def tells(**fields: Any) -> dict[str, Any]:
    return document(answer=thing(**fields))


ONE = [{"in": "query", "name": "after", "schema": TEXT}]
BREAKS = {
    "removed path": (document(paths=("/things", "/more")), document(), "/paths/~1more/post"),
    "removed operation": (document(), document(method="get"), "/paths/~1things/post"),
    "renamed operation": (document(), document(operationId="other"), "/paths/~1things/post/operationId"),
    "removed parameter": (
        document(parameters=ONE),
        document(),
        "/paths/~1things/post/parameters/query:after",
    ),
    "required parameter": (
        document(),
        document(parameters=[{**ONE[0], "required": True}]),
        "/paths/~1things/post/parameters/query:after",
    ),
    "removed field of an answer": (tells(a=TEXT, b=TEXT), tells(a=TEXT), f"{OUT}/properties/b"),
    "removed field of a body": (asks(maybe_a=TEXT), asks(), f"{IN}/properties/maybe_a"),
    "removed enum value": (asks(a=A_B_C), asks(a=A_B), f"{IN}/properties/a/enum"),
    "new required input": (asks(), asks(a=TEXT), f"{IN}/properties/a"),
    "narrowed type": (asks(a=OR_NULL), asks(a=TEXT), f"{IN}/properties/a"),
    "narrowed number": (asks(a=NUMBER), asks(a=WHOLE), f"{IN}/properties/a"),
    "narrowed range": (asks(a=LARGE), asks(a={**LARGE, "maximum": 9}), f"{IN}/properties/a/maximum"),
    "new lower end": (asks(a=WHOLE), asks(a={**WHOLE, "minimum": 0}), f"{IN}/properties/a/minimum"),
    "widened output, a null": (tells(a=TEXT), tells(a=OR_NULL), f"{OUT}/properties/a"),
    "widened output, a word": (tells(a=A_B), tells(a=A_B_C), f"{OUT}/properties/a/enum"),
    "widened output, a range": (
        tells(a=SMALL),
        tells(a={**SMALL, "minimum": 0}),
        f"{OUT}/properties/a/minimum",
    ),
    "another default of a field": (
        asks(maybe_a={**WHOLE, "default": 5}),
        asks(maybe_a={**WHOLE, "default": 9}),
        f"{IN}/properties/maybe_a/default",
    ),
    "a default where there was none": (
        asks(maybe_a=WHOLE),
        asks(maybe_a={**WHOLE, "default": 9}),
        f"{IN}/properties/maybe_a/default",
    ),
    "another default of a parameter": (
        document(parameters=[{**ONE[0], "schema": {**TEXT, "default": "a"}}]),
        document(parameters=[{**ONE[0], "schema": {**TEXT, "default": "b"}}]),
        "/paths/~1things/post/parameters/query:after/schema/default",
    ),
    "removed header": (answered_with(ETag=TEXT), answered_with(), f"{ANSWER}/headers/ETag"),
    "renamed header": (answered_with(ETag=TEXT), answered_with(Tag=TEXT), f"{ANSWER}/headers/ETag"),
    "widened header": (
        answered_with(Age=WHOLE),
        answered_with(Age=TEXT),
        f"{ANSWER}/headers/Age/schema",
    ),
    "renamed schema": (named("Thing", a=TEXT), named("Widget", a=TEXT), "/components/schemas/Widget"),
    "schema without its name": (named("Thing", a=TEXT), tells(a=TEXT), OUT),
    "another status": (
        document(),
        document(responses={"201": {}}),
        "/paths/~1things/post/responses/201",
    ),
}
TWINS = {
    "a new path": (document(), document(paths=("/things", "/more"))),
    "a new parameter that may be left out": (document(), document(parameters=ONE)),
    "a new field of an answer": (tells(a=TEXT), tells(a=TEXT, b=TEXT)),
    "a new field that may be left out": (asks(), asks(maybe_a=TEXT)),
    "a new word in a body": (asks(a=A_B), asks(a=A_B_C)),
    "a body that takes null": (asks(a=TEXT), asks(a=OR_NULL)),
    "a body that takes fractions": (asks(a=WHOLE), asks(a=NUMBER)),
    "a wider range in a body": (asks(a=SMALL), asks(a=LARGE)),
    "a default for what every client sends": (asks(a=WHOLE), asks(a={**WHOLE, "default": 9})),
    "a new header": (answered_with(), answered_with(ETag=TEXT)),
    "a new field of a named schema": (named("Thing", a=TEXT), named("Thing", a=TEXT, b=TEXT)),
    "an answer that is never null": (tells(a=OR_NULL), tells(a=TEXT)),
    "a narrower range in an answer": (tells(a=LARGE), tells(a=SMALL)),
    "an answer of whole numbers": (tells(a=NUMBER), tells(a=WHOLE)),
}


@pytest.mark.parametrize(("old", "new", "pointer"), BREAKS.values(), ids=BREAKS)
def test_what_breaks_a_client_is_found_at_its_place(
    old: dict[str, Any], new: dict[str, Any], pointer: str
) -> None:
    assert pointer in {change.pointer for change in compare(old, new) if change.breaks}


@pytest.mark.parametrize(("old", "new"), TWINS.values(), ids=TWINS)
def test_what_breaks_nobody_is_a_change_and_no_break(old: dict[str, Any], new: dict[str, Any]) -> None:
    changes = compare(old, new)
    assert changes
    assert [change for change in changes if change.breaks] == []


@pytest.mark.parametrize(("old", "new", "_"), BREAKS.values(), ids=BREAKS)
def test_a_document_does_not_differ_from_itself(old: dict[str, Any], new: dict[str, Any], _: str) -> None:
    assert compare(old, old) == compare(new, new) == []
