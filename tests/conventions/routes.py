"""Every route of the API, taken from the URL configuration: a new one can't be forgotten."""

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from clinics.checks.routes import OPEN_ROUTES

#: Calls of these are signed by the caller; no token of ours opens them.
SIGNED = "cds-services"
PREFIXES = ("api/v1/", "fhir/", SIGNED)
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True, slots=True)
class Route:
    """One route with an address that reaches its view, whatever ids it names."""

    name: str
    path: str
    view: Any

    @property
    def is_signed(self) -> bool:
        """Whether hospital software signs its calls."""
        return self.path.startswith(f"/{SIGNED}")

    @property
    def methods(self) -> list[str]:
        """What the view answers."""
        return [method for method in METHODS if hasattr(self.view, method.lower())]


def routes() -> list[Route]:
    """All of them, in the order of the configuration."""
    return [
        Route(pattern.name or path, "/" + re.sub(r"<(?:(\w+):)?\w+>", _example, path), pattern.callback.cls)  # type: ignore[union-attr]
        for path, pattern in _patterns(get_resolver(), "")
        if path.startswith(PREFIXES) and pattern.name not in OPEN_ROUTES
    ]


def operations() -> list[tuple[Route, str]]:
    """Every route with every method it answers."""
    return [(route, method) for route in routes() for method in route.methods]


def operation_id(value: object) -> str:
    """The name of a case in the report."""
    return value.name if isinstance(value, Route) else str(value)


def _patterns(resolver: URLResolver, prefix: str) -> Iterator[tuple[str, URLPattern]]:
    for item in resolver.url_patterns:
        path = f"{prefix}{item.pattern}"
        if isinstance(item, URLResolver):
            yield from _patterns(item, path)
        else:
            yield path, item


def _example(converter: re.Match[str]) -> str:
    return str(uuid.uuid4()) if converter[1] == "uuid" else "nothing"
