"""The query string of a FHIR search: what isn't understood is refused, never left out of account."""

import base64
import binascii
import datetime as dt
import json
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from backend.platform.api.problems import Problem
from backend.platform.api.queries import MAX_PAGE_SIZE, PAGE_SIZE
from backend.platform.fhir.elements import fhir_base
from backend.platform.fhir.tokens import Token, read_codes, read_tokens
from backend.platform.refusals import FieldProblem

#: Understood by every search.
COMMON = ("_id", "_lastUpdated", "_count")
PAGE = "_page"
_PREFIXES = {"eq": "", "ge": "gte", "gt": "gt", "le": "lte", "lt": "lt"}
_SECONDS = {4: "year", 7: "month", 10: "day", 16: "minute"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: behind the row of this time and id."""

    at: dt.datetime
    row: str

    def encode(self) -> str:
        """The opaque text of a link: a time and an id."""
        content = json.dumps([self.at.isoformat(), self.row])
        return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str) -> "Place":
        """Read it again; raises ``ValueError``."""
        at, row = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
        moment = dt.datetime.fromisoformat(at)
        if moment.tzinfo is None or not isinstance(row, str) or "\0" in row:
            raise ValueError(text)
        return cls(moment, row)


@dataclass(frozen=True, slots=True)
class Search:
    """What a search asks for: ``changed`` compares the time, ``values`` are the resource's own terms."""

    count: int = PAGE_SIZE
    place: Place | None = None
    ids: tuple[str, ...] | None = None
    changed: tuple[tuple[str, dt.datetime], ...] = ()
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    given: tuple[tuple[str, str], ...] = ()

    def one(self, name: str) -> str | None:
        """The only value of a parameter; ``None`` without it."""
        return next(iter(self.values.get(name, ())), None)

    def text(self, name: str) -> str | None:
        """A parameter as it came, with its commas; ``None`` without it."""
        return ",".join(self.values[name]) if name in self.values else None

    def tokens(self, name: str) -> list[Token] | None:
        """The tokens of a parameter, any of which will do; ``None`` without it. Raises ``Problem``."""
        text = self.text(name)
        return None if text is None else read_tokens(name, text)

    def codes(self, name: str, system: str, known: Collection[str]) -> frozenset[str] | None:
        """The codes of one system that are wanted; ``None`` without the parameter. Raises ``Problem``."""
        text = self.text(name)
        return None if text is None else read_codes(name, text, system=system, known=known)


def read_search(
    query: QueryDict, known: Iterable[str], common: Iterable[str] = (*COMMON, PAGE), *, zone: dt.tzinfo
) -> Search:
    """Read it; raises ``Problem`` that names every bad parameter. ``zone`` is the one of its dates."""
    names = {*known, *common, "_format"}
    problems = [
        FieldProblem(f"/{name}", "unknown_parameter", "This search doesn't know the parameter.")
        for name in query
        if name not in names
    ]
    problems += [
        FieldProblem(f"/{name}", "repeated", "Must be given once.")
        for name, values in query.lists()
        if len(values) > 1 and name != "_lastUpdated"
    ]
    found: dict[str, Any] = {}
    readers: tuple[tuple[str, str, Callable[[str], Any]], ...] = (
        ("_count", "count", _read_count),
        (PAGE, "place", Place.decode),
    )
    for name, attribute, read in readers:
        if name in query:
            try:
                found[attribute] = read(str(query[name]))
            except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error):
                problems.append(FieldProblem(f"/{name}", "malformed", "It can't be read."))
    try:
        changed = tuple(part for text in query.getlist("_lastUpdated") for part in read_moment(text, zone))
    except (ValueError, OverflowError):
        problems.append(
            FieldProblem("/_lastUpdated", "malformed", "A prefix and a FHIR date or time are needed.")
        )
        changed = ()
    if problems:
        raise Problem("invalid", errors=problems)
    terms = {name: tuple(str(query[name]).split(",")) for name in ("_id", *known) if name in query}
    ids = terms.pop("_id", None)
    given = tuple((name, text) for name, texts in query.lists() for text in texts if name != PAGE)
    return Search(changed=changed, ids=ids, values=terms, given=given, **found)


def _read_count(text: str) -> int:
    count = int(text)
    if count < 0 or not text.isdigit():
        raise ValueError(text)
    return min(count, MAX_PAGE_SIZE)


def read_moment(text: str, zone: dt.tzinfo) -> list[tuple[str, dt.datetime]]:
    """``ge2026-03-01`` as comparisons; without a prefix the whole day, month or year of that zone.

    Raises ``ValueError``.
    """
    prefix, rest = (text[:2], text[2:]) if text[:2].isalpha() else ("eq", text)
    if prefix not in _PREFIXES:
        raise ValueError(prefix)
    start, end = (moment.astimezone(dt.UTC) for moment in _stretch(rest, zone))
    if prefix == "eq":
        return [("gte", start), ("lt", end)]
    # A time with parts left out is the whole stretch: "after March" begins in April, "until March" ends it.
    if prefix == "gt":
        return [("gte", end)]
    return [("lt", end)] if prefix == "le" else [(_PREFIXES[prefix], start)]


def _stretch(text: str, zone: dt.tzinfo) -> tuple[dt.datetime, dt.datetime]:
    """The first moment of a FHIR date or time, and the first one after it; one without an offset is local."""
    match _SECONDS.get(len(text)):
        case "year":
            start = dt.datetime(int(text), 1, 1, tzinfo=zone)
            return start, start.replace(year=start.year + 1)
        case "month":
            start = dt.datetime.fromisoformat(f"{text}-01").replace(tzinfo=zone)
            return start, (start + dt.timedelta(days=32)).replace(day=1)
        case "day":
            start = dt.datetime.fromisoformat(text).replace(tzinfo=zone)
            return start, start + dt.timedelta(days=1)
    moment = dt.datetime.fromisoformat(text.replace(" ", "+"))  # an unescaped plus arrives as a space
    start = (moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)).astimezone(dt.UTC)
    smallest = dt.timedelta(microseconds=1) if "." in text else dt.timedelta(seconds=1)
    return start, start + smallest


def read_reference(text: str, kind: str) -> uuid.UUID | None:
    """The id of a reference to one of our resources, in any of its forms; ``None`` when it can't be one."""
    identity = text.removeprefix(f"{fhir_base()}/").removeprefix(f"{kind}/")
    try:
        return uuid.UUID(identity)
    except ValueError:
        return None
