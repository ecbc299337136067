"""The examples of the OpenAPI document: what is said about them, and how an answer becomes one."""

import json
import re
import uuid
from dataclasses import fields
from typing import Any

from jsonschema import Draft202012Validator

from backend.platform.openapi.docs import openapi_document
from backend.platform.openapi.document import EXAMPLE_URL, EXAMPLES, operations, shown_bodies
from tests.security.samples import World

#: Items of a list that an example shows.
SHOWN = 2
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
#: Made up anew each time, by the field that holds it.
MADE_UP = {
    "client_secret": "shown-once-and-never-again",
    "client_id": "harbour-practice-system",
    "secret": "whsec_c2hvd24tb25jZS1hbmQtbmV2ZXItYWdhaW4tMDAwMA==",
    "changes_cursor": "WzAsMTIzNF0",
    "cursor": "WzAsMTIzNF0",
}
#: The same inside a text.
REWRITTEN = [
    (re.compile(r"http://(testserver|localhost:8000)"), EXAMPLE_URL),
    (re.compile(r"(/check-in/)[\w.-]+"), r"\1shown-once-and-never-again"),
    (re.compile(r"(cursor=)[\w%-]+"), r"\1WyJ1cGRhdGVkX2F0LGlkIiwwXQ"),
    (re.compile(r"-[0-9a-f]{8}(@)"), r"\1"),
]


def operation_of(path: str, method: str) -> dict[str, Any]:
    """An operation of the document by Django's route and the method."""
    template = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", f"/{path}")
    operation: dict[str, Any] = openapi_document()["paths"][template][method.lower()]
    return operation


def faults(schema: dict[str, Any], example: Any) -> list[str]:
    """What a schema of the document says against an example, with the places."""
    whole = {**schema, "components": openapi_document()["components"]}
    validator = Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [f"{fault.json_path}: {fault.message[:200]}" for fault in validator.iter_errors(example)]


def is_recorded(operation: dict[str, Any]) -> bool:
    """True when there is an example of everything, and the schemas still allow it."""
    bodies = list(shown_bodies(operation))
    return all("example" in media and not faults(media["schema"], media["example"]) for _, media in bodies)


def write(operation_id: str, example: dict[str, Any]) -> None:
    """Keep an example where the document takes it from."""
    EXAMPLES.mkdir(exist_ok=True)
    text = json.dumps(example, indent=2, ensure_ascii=False) + "\n"
    (EXAMPLES / f"{operation_id}.json").write_text(text, encoding="utf-8")


def drop_stale() -> None:
    """Forget the examples of operations that are gone."""
    there = {found["operationId"] for *_, found in operations(openapi_document()) if any(shown_bodies(found))}
    for path in EXAMPLES.glob("*.json"):
        if path.stem not in there:
            path.unlink()


class Steady:
    """Makes answers alike from one recording to the next: short lists, and the same ids for the same rows."""

    def __init__(self, world: World) -> None:
        self.ids: dict[str, str] = {}
        for field in fields(world):
            named = getattr(world, field.name)
            rows = named.values() if isinstance(named, dict) else [getattr(named, "id", named)]
            for row in rows:
                self._id(str(row))

    def example(self, node: Any, *, shorten: bool) -> Any:
        """The same document, steady."""
        if isinstance(node, dict):
            return {
                self._text(key): self._made_up(key, value) or self.example(value, shorten=shorten)
                for key, value in node.items()
            }
        if isinstance(node, list):
            return [self.example(item, shorten=shorten) for item in (node[:SHOWN] if shorten else node)]
        return self._text(node) if isinstance(node, str) else node

    def _made_up(self, key: str, value: Any) -> str | None:
        return MADE_UP.get(key) if isinstance(value, str) and not UUID.fullmatch(value) else None

    def _text(self, text: str) -> str:
        for pattern, instead in REWRITTEN:
            text = pattern.sub(instead, text)
        return UUID.sub(lambda found: self._id(found[0]), text)

    def _id(self, row: str) -> str:
        steady = uuid.UUID(int=0x0192F0C1_0000_7000_8000_000000000001 + len(self.ids))
        return self.ids.setdefault(row, str(steady))
