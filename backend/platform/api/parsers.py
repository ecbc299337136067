"""JSON as RFC 8259 means it, and nothing that two readers could read differently."""

import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import IO, Any

from django.conf import settings
from rest_framework.parsers import BaseParser

from backend.platform.api.problems import Problem, escape
from backend.platform.refusals import POINTER_CHARACTERS, FieldProblem

NOT_AN_OBJECT = FieldProblem("", "not_an_object", "Must be a JSON object.")


class StrictJSONParser(BaseParser):
    """Reads one JSON object in UTF-8 of at most ``DATA_UPLOAD_MAX_MEMORY_SIZE`` bytes.

    Refused, because readers differ about their meaning or PostgreSQL can't hold them: a key twice in one
    object (the last would silently win), NaN, Infinity and numbers beyond a double, NUL and half a surrogate
    pair.
    """

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,  # noqa: ARG002 - JSON is UTF-8 whatever the charset says
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Return the object; raises ``Problem`` (413, 400 or 422) that names the place."""
        raw = _read_capped(stream, parser_context or {})
        duplicates = _Duplicates()
        try:
            text = raw.decode("utf-8")
            data = json.loads(
                text, object_pairs_hook=duplicates.build, parse_constant=_refuse_constant, parse_float=_finite
            )
        except UnicodeDecodeError as exc:
            raise Problem("malformed", f"Byte {exc.start} is not UTF-8.") from None
        except json.JSONDecodeError as exc:
            raise Problem("malformed", f"{exc.msg} at line {exc.lineno}, column {exc.colno}.") from None
        except RecursionError:
            raise Problem("malformed", "It is nested too deeply.") from None
        except ValueError:
            raise Problem("malformed", "A number is NaN, infinite or too long.") from None
        if problems := list(_unreadable(duplicates, data, escaped="\\u" in text)):
            raise Problem("malformed", "Some places can't be read in one way only.", errors=problems)
        if not isinstance(data, dict):
            raise Problem("invalid", errors=[NOT_AN_OBJECT])
        return data


def _read_capped(stream: IO[Any], context: Mapping[str, Any]) -> bytes:
    """Read the body, or refuse it before more than the cap is in memory."""
    cap = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    request = context.get("request")
    announced = str(request.META.get("CONTENT_LENGTH") or "0") if request is not None else "0"
    if announced.isdigit() and int(announced) > cap:
        raise Problem("body_too_large")
    raw: bytes = stream.read(cap + 1)
    if len(raw) > cap:
        raise Problem("body_too_large")
    return raw


def _refuse_constant(name: str) -> float:
    raise ValueError(name)


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError("infinite")
    return number


class _Duplicates:
    """Builds objects and remembers which of them had a key twice."""

    def __init__(self) -> None:
        self._found: list[tuple[dict[str, Any], str]] = []

    def build(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        """The object of these pairs."""
        built = dict(pairs)
        if len(built) < len(pairs):
            seen: set[str] = set()
            for key, _ in pairs:
                if key in seen:
                    self._found.append((built, key))
                seen.add(key)
        return built

    def places(self, data: Any) -> Iterator["_Place"]:
        """One for each key that came twice, where the document still holds it."""
        if not self._found:
            return
        owners = {id(owner) for owner, _ in self._found}
        places = {id(node): place for place, node in _walk(data) if id(node) in owners}
        for owner, key in self._found:
            yield _Place(places.get(id(owner)), key)


@dataclass(frozen=True, slots=True)
class _Place:
    """A place in a document: its name, and what it is in. Its pointer is built when it is shown.

    Below four hundred names each of five thousand places would otherwise repeat all of them.
    """

    inside: "_Place | None"
    name: str | int

    @property
    def pointer(self) -> str:
        """The JSON pointer, or as much of it from the root as is ever shown."""
        names: list[str] = []
        place: _Place | None = self
        while place is not None:
            names.append(escape(str(place.name)))
            place = place.inside
        shown, length = [], 0
        for name in reversed(names):
            shown.append(f"/{name}")
            length += len(name) + 1
            if length > POINTER_CHARACTERS:
                break
        return "".join(shown)


def _walk(data: Any) -> Iterator[tuple[_Place | None, Any]]:
    """Every value of a document with its place; without recursion, so that no nesting is too deep."""
    waiting: list[tuple[_Place | None, Any]] = [(None, data)]
    while waiting:
        place, node = waiting.pop()
        yield place, node
        if isinstance(node, dict):
            waiting += [(_Place(place, key), value) for key, value in node.items()]
        elif isinstance(node, list):
            waiting += [(_Place(place, index), value) for index, value in enumerate(node)]


def _unreadable(duplicates: _Duplicates, data: Any, *, escaped: bool) -> Iterator[Callable[[], FieldProblem]]:
    """What can't be read in one way only; each problem is made when it is named."""
    for place in duplicates.places(data):
        yield partial(_problem, place, "duplicate_key", "The object has this key more than once.")
    for owner in _unstorable(data) if escaped else ():
        yield partial(_problem, owner, "invalid_character", "NUL or half a surrogate pair.")


def _problem(place: _Place | None, code: str, detail: str) -> FieldProblem:
    return FieldProblem(_printable(place.pointer) if place else "", code, detail)


def _unstorable(data: Any) -> Iterator[_Place | None]:
    """Texts and keys with a NUL or half a surrogate pair; both can only come from a ``\\u`` escape."""
    for place, node in _walk(data):
        texts = node if isinstance(node, dict) else [node]
        if any(isinstance(text, str) and ("\0" in text or not _encodable(text)) for text in texts):
            yield place


def _encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _printable(pointer: str) -> str:
    return pointer.encode("utf-8", "replace").decode()
