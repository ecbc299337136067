"""Lists by keyset: a page starts where the last one ended, whatever was inserted or changed in between."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from heapq import merge
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import DateTimeField, Model, Q, QuerySet
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from backend.platform.api.problems import Problem
from backend.platform.api.queries import PAGE_SIZE, ListQuery, read_query
from backend.platform.refusals import FieldProblem
from backend.platform.storage.columns import Identified

Ordering = tuple[str, ...]

CHANGE_ORDER: Ordering = ("updated_at", "id")
MALFORMED = FieldProblem(
    "/cursor", "malformed", "Use the cursor of next or previous as it is, on the same list."
)


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place between two rows: the ordering's values of the row beside it, and the way to go from there.

    Without a position it stands before the first row, or behind the last when it goes backwards.
    """

    position: tuple[Any, ...]
    backwards: bool

    def encode(self, ordering: Ordering) -> str:
        """The opaque text of a URL. It holds times, ranks and ids, never a person's data."""
        content = [",".join(ordering), int(self.backwards), *map(_as_text, self.position)]
        return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str, ordering: Ordering, model: type[Model]) -> Cursor:
        """Read a cursor of this ordering. Raises ``Problem`` naming ``/cursor``."""
        try:
            content = json.loads(
                base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            )
            order, backwards, *position = content
            if order != ",".join(ordering) or len(position) not in (0, len(ordering)):
                raise Problem("invalid", errors=[MALFORMED])
            fields = [model._meta.get_field(name.lstrip("-")) for name in ordering]
            values = [field.to_python(str(value)) for field, value in zip(fields, position, strict=False)]  # type: ignore[union-attr]
        except (binascii.Error, ValueError, TypeError, OverflowError, RecursionError, ValidationError):
            raise Problem("invalid", errors=[MALFORMED]) from None
        return cls(tuple(values), bool(backwards))


def _as_text(value: Any) -> str:
    return str(value.isoformat()) if hasattr(value, "isoformat") else str(value)


def _beyond(ordering: Ordering, cursor: Cursor) -> Q:
    """The rows after a position (before it, when going backwards), ties broken by the later columns."""
    beyond, equal = Q(), Q()
    for name, value in zip(ordering, cursor.position, strict=True):
        field = name.lstrip("-")
        lookup = "lt" if name.startswith("-") != cursor.backwards else "gt"
        beyond |= equal & Q(**{f"{field}__{lookup}": value})
        equal &= Q(**{field: value})
    first = ordering[0].lstrip("-")
    bound = "lte" if ordering[0].startswith("-") != cursor.backwards else "gte"
    # Implied by the rest, but it is what lets PostgreSQL start in the middle of the index.
    return Q(**{f"{first}__{bound}": cursor.position[0]}) & beyond


class ChangeCursorPagination(BasePagination):
    """``{next, previous, results}`` over an ordering of non-null columns that ends in a unique one.

    The view's ``ordering`` decides, (``updated_at``, ``id``) when it has none. REST framework's own cursor
    counts rows among equals, which goes wrong as soon as one of them changes.
    """

    def paginate_queryset(  # type: ignore[override]  # a list has no columns to seek by
        self, queryset: QuerySet[Any], request: Request, view: APIView | None = None
    ) -> list[Any]:
        """Return one page. Raises 422 for a bad cursor or page size."""
        query = read_query(getattr(view, "query_class", ListQuery), request)
        return self.page_of(queryset, request, query, getattr(view, "ordering", CHANGE_ORDER))

    def page_of(
        self,
        queryset: QuerySet[Any],
        request: Request,
        query: dict[str, Any],
        ordering: Ordering = CHANGE_ORDER,
    ) -> list[Any]:
        """Return the page that a validated query string asks for; one statement."""
        self._request, self._ordering = request, ordering
        size = query.get("page_size", PAGE_SIZE)
        cursor = Cursor.decode(query["cursor"], ordering, queryset.model) if "cursor" in query else None
        backwards = cursor is not None and cursor.backwards
        inside = cursor is not None and bool(cursor.position)
        rows = queryset.order_by(*ordering)
        rows = rows.reverse() if backwards else rows
        rows = rows.filter(_beyond(ordering, cursor)) if cursor and inside else rows
        found = list(rows[: size + 1])
        more, page = len(found) > size, found[:size]
        self._page = page[::-1] if backwards else page
        self._has_next = inside if backwards else more
        self._has_previous = more if backwards else inside
        return self._page

    def get_paginated_response(self, data: Any) -> Response:
        """The page with its neighbours, in the body and as ``Link`` header."""
        following = self._link(-1, backwards=False) if self._has_next else None
        previous = self._link(0, backwards=True) if self._has_previous else None
        links = [f'<{url}>; rel="{rel}"' for url, rel in ((following, "next"), (previous, "prev")) if url]
        headers = {"Link": ", ".join(links)} if links else {}
        return Response({"next": following, "previous": previous, "results": data}, headers=headers)

    def _link(self, edge: int, *, backwards: bool) -> str:
        """The page beside the first or last row; an end of the list when this page is empty."""
        names = [name.lstrip("-") for name in self._ordering]
        position = tuple(getattr(self._page[edge], name) for name in names) if self._page else ()
        cursor = Cursor(position, backwards)
        url = self._request.build_absolute_uri()
        return str(replace_query_param(url, "cursor", cursor.encode(self._ordering)))

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The page in OpenAPI 3.1."""
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {
                "next": {**link, "description": "The following page; null on the last one."},
                "previous": {**link, "description": "The page before; null on the first one."},
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:  # noqa: ARG002
        """None: ``backend.platform.openapi.schema`` documents the view's query class as a whole."""
        return []


class PagedList(APIView):
    """Mixin of views that answer with a list: ``query_class`` is its query string, ``ordering`` its order."""

    pagination_class = ChangeCursorPagination
    filter_backends: ClassVar[Sequence[Any]] = ()
    query_class: ClassVar[type[ListQuery]] = ListQuery
    ordering: ClassVar[Ordering] = CHANGE_ORDER

    def read_query(self) -> dict[str, Any]:
        """The validated query string; raises 422 naming every bad parameter."""
        return read_query(self.query_class, self.request)

    def page(self, rows: QuerySet[Any], query: dict[str, Any], represent: Callable[[Any], Any]) -> Response:
        """One page of the rows changed since ``updated_since``, each as ``represent`` shows it.

        The time compared is the ordering's own (``created_at`` of what never changes), else ``updated_at``.
        """
        if since := query.get("updated_since"):
            changed = "created_at" if "created_at" in self.ordering else "updated_at"
            rows = rows.filter(**{f"{changed}__gte": since})
        paginator = self.pagination_class()
        page = paginator.page_of(rows, self.request, query, self.ordering)
        return paginator.get_paginated_response([represent(row) for row in page])


class _Moment(Identified):
    """Rows of any table that happened at a time, to read a position by."""

    at = DateTimeField()

    class Meta:
        abstract = True


class Merged:
    """Rows of several tables as one list: as much of a queryset as a page of it needs.

    Every row has ``at`` and ``id``. Each table is asked for no more than one page.
    """

    model: type[Model] = _Moment

    def __init__(self, parts: Sequence[QuerySet[Any]], *, backwards: bool = False) -> None:
        self._parts = parts
        self._backwards = backwards

    def order_by(self, *names: str) -> Merged:
        """Order every table's rows."""
        return Merged([part.order_by(*names) for part in self._parts])

    def reverse(self) -> Merged:
        """Turn the order round."""
        return Merged([part.reverse() for part in self._parts], backwards=not self._backwards)

    def filter(self, *conditions: Any, **values: Any) -> Merged:
        """Narrow every table's rows."""
        return Merged([part.filter(*conditions, **values) for part in self._parts], backwards=self._backwards)

    def count(self) -> int:
        """How many rows there are."""
        return sum(part.count() for part in self._parts)

    def __getitem__(self, wanted: slice) -> list[Any]:
        """The first rows of all tables together; one statement for each table."""
        pages = [list(part[wanted]) for part in self._parts]
        return list(merge(*pages, key=lambda row: (row.at, row.id), reverse=self._backwards))[wanted]
