"""Search results as a Bundle, page by page."""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db.models import Q

from backend.platform.api.problems import Problem
from backend.platform.fhir.elements import Resource, fhir_base
from backend.platform.fhir.search import PAGE, Place, Search
from backend.platform.refusals import FieldProblem

#: Turns the rows of a page into the one resource that each is shown as.
Represent = Callable[[list[Any]], Iterable[Resource]]


def searchset(
    kind: str, rows: Any, search: Search, represent: Represent, *, time: str = "updated_at"
) -> Resource:
    """One page of the rows in the order of their last change.

    ``rows`` is a queryset, or anything that filters, orders, counts and slices like one, of exactly the
    resources that were asked for: one row is one resource, and whatever narrows the search has narrowed the
    rows. So a page is full while there is more, and what is left out of it is behind its ``next``. ``time``
    is the column of the change.
    """
    for comparison, moment in search.changed:
        rows = rows.filter(**{f"{time}__{comparison}": moment})
    if search.count == 0:
        return {**_bundle(kind, [], search), "total": rows.count()}
    if search.place is not None:
        rows = _behind(rows, search.place, time)
    found = rows.order_by(time, "id")[: search.count + 1]
    shown = list(found[: search.count])
    following = Place(getattr(shown[-1], time), str(shown[-1].id)) if len(found) > len(shown) else None
    return _bundle(kind, represent(shown), search, following)


def _behind(rows: Any, place: Place, time: str) -> Any:
    """The rows after a place; a link of another search, whose ids are of another kind, is refused."""
    try:
        row = rows.model._meta.pk.to_python(place.row)
    except ValidationError:
        problem = FieldProblem(f"/{PAGE}", "malformed", "It can't be read.")
        raise Problem("invalid", errors=[problem]) from None
    return rows.filter(Q(**{f"{time}__gt": place.at}) | Q(**{time: place.at}, id__gt=row))


def _bundle(kind: str, found: Iterable[Resource], search: Search, following: Place | None = None) -> Resource:
    links = [{"relation": "self", "url": _address(kind, search, search.place)}]
    if following is not None:
        links.append({"relation": "next", "url": _address(kind, search, following)})
    return bundle(found, links)


def bundle(found: Iterable[Resource], links: list[dict[str, str]]) -> Resource:
    """A set of results with their addresses."""
    entries = [
        {
            "fullUrl": f"{fhir_base()}/{item['resourceType']}/{item['id']}",
            "resource": item,
            "search": {"mode": "match"},
        }
        for item in found
    ]
    body: Resource = {"resourceType": "Bundle", "type": "searchset", "link": links}
    return {**body, "entry": entries} if entries else body


def _address(kind: str, search: Search, place: Place | None) -> str:
    terms = [*search.given, *([(PAGE, place.encode())] if place else [])]
    return f"{fhir_base()}/{kind}" + (f"?{urlencode(terms)}" if terms else "")
