"""What changed between two OpenAPI documents, and which of it breaks a client generated from the first.

A pure comparison. What a client sends may only be allowed more; what it is answered may only be more certain:
a field that comes always, a narrower range. So the same schema is compared in two directions, and a change
that is harmless in an answer can break a request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

Direction = Literal["input", "output"]
Schema = dict[str, Any]

METHODS = ("get", "put", "post", "patch", "delete")
LOWEST = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
HIGHEST = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
RULES = ("pattern", "format")


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """One difference: where, as a JSON pointer into either document, and in words."""

    pointer: str
    text: str
    breaks: bool


@dataclass(slots=True)
class Comparison:
    """The walk through both documents; `changes` is what it found."""

    old: dict[str, Any]
    new: dict[str, Any]
    changes: set[Change] = field(default_factory=set)
    seen: set[tuple[str, str, str]] = field(default_factory=set)

    def note(self, pointer: str, text: str, *, breaks: bool) -> None:
        """Keep one difference."""
        self.changes.add(Change(pointer, text, breaks))

    def run(self) -> list[Change]:
        """Compare everything; returns the differences by their place."""
        pairs = self.matched(
            "/paths", operations(self.old, "paths"), operations(self.new, "paths"), "operation"
        )
        for pointer, old, new in pairs:
            self.operation(pointer, old, new)
        old_hooks, new_hooks = operations(self.old, "webhooks"), operations(self.new, "webhooks")
        for pointer, old, new in self.matched("/webhooks", old_hooks, new_hooks, "webhook"):
            self.bodies(f"{pointer}/requestBody", old.get("requestBody"), new.get("requestBody"), "output")
        return sorted(self.changes)

    def matched(
        self, pointer: str, old: dict[str, Any], new: dict[str, Any], what: str, *, added_breaks: bool = False
    ) -> Iterator[tuple[str, Any, Any]]:
        """Yield what both have; note what only one has."""
        for name in {**old, **new}:
            place = f"{pointer}/{name}"
            if name not in new:
                self.note(place, f"removed {what}", breaks=True)
            elif name not in old:
                self.note(place, f"new {what}", breaks=added_breaks)
            else:
                yield place, old[name], new[name]

    def operation(self, pointer: str, old: dict[str, Any], new: dict[str, Any]) -> None:
        """Compare one operation: its name, scopes, parameters, body and successful answers."""
        names = [side.get("operationId") for side in (old, new)]
        if names[0] != names[1]:
            self.note(
                f"{pointer}/operationId", f"renamed operation: {names[0]} is now {names[1]}", breaks=True
            )
        if asked := _scopes(new) - _scopes(old):
            self.note(f"{pointer}/security", f"new scope asked for: {', '.join(sorted(asked))}", breaks=True)
        self.parameters(f"{pointer}/parameters", _parameters(old), _parameters(new))
        self.bodies(f"{pointer}/requestBody", old.get("requestBody"), new.get("requestBody"), "input")
        answers = [
            {status: answer for status, answer in side.get("responses", {}).items() if status < "400"}
            for side in (old, new)
        ]
        for place, before, after in self.matched(
            f"{pointer}/responses", answers[0], answers[1], "answer", added_breaks=True
        ):
            self.contents(place, before, after, "output")
            headers = (before.get("headers", {}), after.get("headers", {}))
            for header, was, is_now in self.matched(f"{place}/headers", *headers, "header"):
                self.schema(f"{header}/schema", was.get("schema", {}), is_now.get("schema", {}), "output")
        errors = ({s for s in side.get("responses", {}) if s >= "400"} for side in (old, new))
        for status in sorted(set.symmetric_difference(*errors)):
            self.note(f"{pointer}/responses/{status}", "another set of errors", breaks=False)

    def parameters(self, pointer: str, old: dict[str, Any], new: dict[str, Any]) -> None:
        """Compare parameters by where they stand and their names."""
        for name in {**old, **new}:
            place, before, after = f"{pointer}/{name}", old.get(name), new.get(name)
            if after is None:
                self.note(place, "removed parameter", breaks=True)
            elif before is None:
                required = bool(after.get("required"))
                self.note(place, "new required parameter" if required else "new parameter", breaks=required)
            else:
                if after.get("required") and not before.get("required"):
                    self.note(place, "now a required parameter", breaks=True)
                schemas = (before.get("schema", {}), after.get("schema", {}))
                self.default(f"{place}/schema", *schemas, always_sent=bool(before.get("required")))
                self.schema(f"{place}/schema", *schemas, "input")

    def default(self, pointer: str, old: Schema, new: Schema, *, always_sent: bool) -> None:
        """Compare what it means to leave an input out: a client that does is now understood otherwise."""
        before, after = (
            _resolved(document, schema).get("default")
            for document, schema in ((self.old, old), (self.new, new))
        )
        if before != after:
            text = f"another default: {before!r} is now {after!r}"
            self.note(f"{pointer}/default", text, breaks=not always_sent)

    def bodies(self, pointer: str, old: Any, new: Any, direction: Direction) -> None:
        """Compare two bodies, either of which may not be there."""
        if new is None and old is not None:
            self.note(pointer, "removed body", breaks=True)
        elif old is None and new is not None:
            required = bool(new.get("required"))
            self.note(pointer, "new required body" if required else "new body", breaks=required)
        elif old is not None:
            if new.get("required") and not old.get("required"):
                self.note(pointer, "now a required body", breaks=direction == "input")
            self.contents(pointer, old, new, direction)

    def contents(self, pointer: str, old: Schema, new: Schema, direction: Direction) -> None:
        """Compare what stands under each media type."""
        for place, before, after in self.matched(
            f"{pointer}/content", _escaped(old.get("content", {})), _escaped(new.get("content", {})), "media"
        ):
            self.schema(f"{place}/schema", before.get("schema", {}), after.get("schema", {}), direction)

    def schema(self, pointer: str, old: Schema, new: Schema, direction: Direction) -> None:
        """Compare two schemas; a component is looked at once for each direction."""
        if "$ref" in old and "$ref" in new:
            key = (old["$ref"], new["$ref"], direction)
            if key in self.seen:
                return
            self.seen.add(key)
        pointer = new["$ref"].removeprefix("#") if "$ref" in new else pointer
        before, after = _variants(self.old, old), _variants(self.new, new)
        subset, superset = (before, after) if direction == "input" else (after, before)
        for label, variant in subset.items():
            match = _match(label, superset)
            if match is None:
                said = "narrowed type" if direction == "input" else "widened output"
                self.note(pointer, f"{said}: {label}", breaks=True)
            else:
                pair = (variant, superset[match]) if direction == "input" else (superset[match], variant)
                self.variant(pointer, *pair, direction)
        for label in superset:
            if _match(label, subset) is None:
                said = "widened input" if direction == "input" else "narrowed output"
                self.note(pointer, f"{said}: {label}", breaks=False)

    def variant(self, pointer: str, old: Schema, new: Schema, direction: Direction) -> None:
        """Compare two schemas of one type."""
        if old.get("_pointer") != new.get("_pointer") or "_pointer" in new:
            pointer = new.get("_pointer", pointer)
            key = (old.get("_pointer", ""), new.get("_pointer", ""), f"{direction} of a choice")
            if key in self.seen:
                return
            self.seen.add(key)
            self.name(pointer, old, new)
        self.words(pointer, _words(old), _words(new), direction)
        self.ranges(pointer, old, new, direction)
        for rule in RULES:
            if old.get(rule) != new.get(rule):
                there = new.get(rule) if direction == "input" else old.get(rule)
                self.note(pointer, f"another {rule}", breaks=there is not None)
        self.properties(pointer, old, new, direction)
        if "items" in old or "items" in new:
            self.schema(f"{pointer}/items", old.get("items", {}), new.get("items", {}), direction)
        extra = [side.get("additionalProperties", True) for side in (old, new)]
        if direction == "input" and extra[1] is False and extra[0] is not False:
            self.note(f"{pointer}/additionalProperties", "unknown fields are now refused", breaks=True)
        if all(isinstance(side, dict) for side in extra):
            self.schema(f"{pointer}/additionalProperties", extra[0], extra[1], direction)

    def name(self, pointer: str, old: Schema, new: Schema) -> None:
        """Compare the names of two components: generated types are called by them."""
        before, after = (side.get("_pointer", "").rpartition("/")[2] for side in (old, new))
        if before and before != after:
            self.note(pointer, f"renamed schema: {before} is now {after or 'without a name'}", breaks=True)

    def words(self, pointer: str, old: list[Any] | None, new: list[Any] | None, direction: Direction) -> None:
        """Compare the values of an enum; `None` is any value."""
        if old is None or new is None:
            if old != new:
                breaks = (new is not None) if direction == "input" else (old is not None)
                self.note(
                    f"{pointer}/enum",
                    "closed to a set of values" if old is None else "any value now",
                    breaks=breaks,
                )
            return
        for value in [value for value in old if value not in new]:
            self.note(f"{pointer}/enum", f"removed enum value {value!r}", breaks=True)
        for value in [value for value in new if value not in old]:
            said = "widened output: new enum value" if direction == "output" else "new enum value"
            self.note(f"{pointer}/enum", f"{said} {value!r}", breaks=direction == "output")

    def ranges(self, pointer: str, old: Schema, new: Schema, direction: Direction) -> None:
        """Compare the ends of ranges and lengths; an absent end is no end."""
        for names, is_narrower in ((LOWEST, _is_higher), (HIGHEST, _is_lower)):
            for name in names:
                before, after = old.get(name), new.get(name)
                if before == after:
                    continue
                narrowed = is_narrower(after, before)
                text = f"{'narrowed' if narrowed else 'widened'} {direction}: {name} {before} is now {after}"
                self.note(f"{pointer}/{name}", text, breaks=narrowed == (direction == "input"))

    def properties(self, pointer: str, old: Schema, new: Schema, direction: Direction) -> None:
        """Compare the fields of objects, and which of them there must be."""
        fields = [side.get("properties", {}) for side in (old, new)]
        needed = [set(side.get("required", ())) for side in (old, new)]
        for place, before, after in self.matched(f"{pointer}/properties", fields[0], fields[1], "field"):
            if direction == "input":
                always_sent = place.rpartition("/")[2] in needed[0]
                self.default(place, before, after, always_sent=always_sent)
            self.schema(place, before, after, direction)
        for name in sorted(needed[1] - needed[0]):
            if direction == "input":
                text = "now required" if name in fields[0] else "new required field"
                self.note(f"{pointer}/properties/{name}", text, breaks=True)
        for name in sorted((needed[0] - needed[1]) & set(fields[1])):
            breaks = direction == "output"
            said = "widened output: may be absent" if breaks else "no longer required"
            self.note(f"{pointer}/properties/{name}", said, breaks=breaks)


def compare(old: dict[str, Any], new: dict[str, Any]) -> list[Change]:
    """Return every difference between two documents that a client could notice."""
    return Comparison(old, new).run()


def operations(document: dict[str, Any], section: str) -> dict[str, Any]:
    """Return the operations of `paths` or `webhooks` by the rest of their JSON pointer."""
    return {
        f"{path}/{method}": item[method]
        for path, item in _escaped(document.get(section, {})).items()
        for method in METHODS
        if method in item
    }


def _is_higher(after: float | None, before: float | None) -> bool:
    return after is not None and (before is None or after > before)


def _is_lower(after: float | None, before: float | None) -> bool:
    return after is not None and (before is None or after < before)


def _escaped(content: dict[str, Any]) -> dict[str, Any]:
    return {name.replace("~", "~0").replace("/", "~1"): value for name, value in content.items()}


def _parameters(operation: dict[str, Any]) -> dict[str, Any]:
    return {f"{item['in']}:{item['name']}": item for item in operation.get("parameters", [])}


def _scopes(operation: dict[str, Any]) -> set[str]:
    return {scope for way in operation.get("security", []) for scopes in way.values() for scope in scopes}


def _words(schema: Schema) -> list[Any] | None:
    if "const" in schema:
        return [schema["const"]]
    words: list[Any] | None = schema.get("enum")
    return words


def _resolved(document: dict[str, Any], schema: Schema) -> Schema:
    """Follow references, and merge what stands beside or in `allOf`."""
    if "$ref" in schema:
        target: Any = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        return {**_resolved(document, target), "_pointer": schema["$ref"].removeprefix("#"), **beside}
    merged = {key: value for key, value in schema.items() if key != "allOf"}
    for part in schema.get("allOf", ()):
        inner = _resolved(document, part)
        properties = {**merged.get("properties", {}), **inner.get("properties", {})}
        required = [*merged.get("required", ()), *inner.get("required", ())]
        merged = {**inner, **merged}
        merged |= {"properties": properties} if properties else {}
        merged |= {"required": required} if required else {}
    return merged


def _variants(document: dict[str, Any], schema: Schema) -> dict[str, Schema]:
    """Split a schema into what it allows, each by a label: a type, or the fields that tell objects apart."""
    whole = _resolved(document, schema)
    choices = [
        found
        for choice in whole.get("oneOf") or whole.get("anyOf") or ()
        for found in _variants(document, choice).items()
    ]
    several = sum(label == "object" for label, _ in choices) > 1
    if choices:
        return {_label(label, variant) if several else label: variant for label, variant in choices}
    types = whole.get("type", "anything")
    return dict.fromkeys(types if isinstance(types, list) else [types], whole)


def _label(label: str, variant: Schema) -> str:
    """The type, and for one of several objects the name of its component."""
    name = variant.get("_pointer", "").rpartition("/")[2]
    return f"{label} {name}".strip() if label == "object" else label


def _match(label: str, among: dict[str, Schema]) -> str | None:
    """Return the label that allows all of `label`; an integer is a number, and anything is anything."""
    wider: list[Callable[[], str | None]] = [
        lambda: label if label in among else None,
        lambda: "number" if label == "integer" and "number" in among else None,
        lambda: "anything" if "anything" in among else None,
        lambda: next((name for name in among if name.split(" ")[0] == label == "object"), None),
    ]
    return next((name for find in wider if (name := find()) is not None), None)
