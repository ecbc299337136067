"""JSON as RFC 8259 means it, and nothing that two readers could read differently."""

import json
import math
from collections.abc import Iterator, Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework.parsers import BaseParser

from backend.api.problems import FieldProblem, Problem, escape

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
        if problems := [*duplicates.problems(data), *(_unstorable(data) if "\\u" in text else ())]:
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

    def problems(self, data: Any) -> Iterator[FieldProblem]:
        """One problem for each key that came twice, with its place where the document still holds it."""
        if not self._found:
            return
        places = {id(node): pointer for pointer, node in _walk(data)}
        for owner, key in self._found:
            pointer = _printable(f"{places.get(id(owner), '')}/{escape(key)}")
            yield FieldProblem(pointer, "duplicate_key", "The object has this key more than once.")


def _walk(data: Any) -> Iterator[tuple[str, Any]]:
    """Every value of a document with its JSON pointer; without recursion, so that no nesting is too deep."""
    waiting = [("", data)]
    while waiting:
        pointer, node = waiting.pop()
        yield pointer, node
        if isinstance(node, dict):
            waiting += [(f"{pointer}/{escape(key)}", value) for key, value in node.items()]
        elif isinstance(node, list):
            waiting += [(f"{pointer}/{index}", value) for index, value in enumerate(node)]


def _unstorable(data: Any) -> Iterator[FieldProblem]:
    """Texts and keys with a NUL or half a surrogate pair; both can only come from a ``\\u`` escape."""
    for pointer, node in _walk(data):
        texts = node if isinstance(node, dict) else [node]
        if any(isinstance(text, str) and ("\0" in text or not _encodable(text)) for text in texts):
            yield FieldProblem(_printable(pointer), "invalid_character", "NUL or half a surrogate pair.")


def _encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _printable(pointer: str) -> str:
    return pointer.encode("utf-8", "replace").decode()
