"""Search results as a Bundle, page by page."""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q

from backend.api.fhir.elements import Resource, fhir_base
from backend.api.fhir.search import PAGE, Place, Search

#: Turns a row into the resources it is shown as: mostly one.
Represent = Callable[[Any], list[Resource]]


def searchset(
    kind: str, rows: Any, search: Search, represent: Represent, *, time: str = "updated_at"
) -> Resource:
    """One page of the rows in the order of their last change.

    ``rows`` is a queryset, or anything that filters, orders and slices like one; ``time`` is the column of
    the change. Two rows more than the page are read: the one it begins with may have been shown already, and
    the other says whether it goes on.
    """
    for comparison, moment in search.changed:
        rows = rows.filter(**{f"{time}__{comparison}": moment})
    if search.count == 0:
        total = sum(len(represent(row)) for row in rows.order_by(time, "id")[:])
        return {**_bundle(kind, [], search), "total": total}
    place = search.place
    if place is not None:
        rows = rows.filter(Q(**{f"{time}__gt": place.at}) | Q(**{time: place.at}, id__gte=place.row))
    page: list[tuple[Resource, Place]] = []
    for row in rows.order_by(time, "id")[: search.count + 2]:
        for number, found in enumerate(represent(row), start=1):
            here = Place(getattr(row, time), row.id, number)
            if place is None or (here.row, here.at) != (place.row, place.at) or number > place.skip:
                page.append((found, here))
    shown = page[: search.count]
    following = shown[-1][1] if len(page) > search.count else None
    return _bundle(kind, [found for found, _ in shown], search, following)


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
