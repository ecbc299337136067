"""No address of the API fits two routes, whatever ids it holds."""

import itertools
import re

from django.urls import get_resolver

from tests.conventions.routes import _patterns

UUID = "<uuid:"


def segments() -> list[list[str]]:
    """The routes of the API, each by its parts."""
    return [path.split("/") for path, _ in _patterns(get_resolver(), "") if path.startswith("api/v1/")]


def may_be_one(one: str, other: str) -> bool:
    """True when a part of an address can fit both: a UUID and a word that is none can't."""
    if "<" not in one and "<" not in other:
        return one == other
    words = [part for part in (one, other) if "<" not in part]
    return not (words and UUID in one + other and not re.fullmatch(r"[0-9a-f-]{36}", words[0]))


def test_no_address_fits_two_routes() -> None:
    """What redocly's rule says by the names alone, said with the types of the ids."""
    routes = segments()
    assert len(routes) > 40
    both = [
        ("/".join(one), "/".join(other))
        for one, other in itertools.combinations(routes, 2)
        if len(one) == len(other) and all(map(may_be_one, one, other))
    ]
    assert both == []
