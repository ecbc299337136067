"""Every route says who may use it: `manage.py check`, and every start of the server."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig
from django.contrib import admin
from django.core.checks import CheckMessage, Error, Tags, register
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.views import APIView

from clinics.api.views import HasScope, scope_needed
from clinics.dashboard.model_admin import ClinicModelAdmin
from clinics.identity.scopes import ALL_SCOPES

#: Routes that ask for no permission, by name, and why each may.
OPEN_ROUTES = {
    "livez": "says only that the process answers",
    "check-in": "opens by its link alone: signed, for one follow-up, once",
    "readyz": "says only whether the database answers",
    "statusz": "asks for the operator's token",
    "metrics": "asks for the operator's token",
    "schema": "the API's description, which holds no data",
    "docs": "the same as a page",
    "problem": "what a kind of problem means",
    "cds-services": "which services CDS Hooks finds here",
    "fhir-metadata": "what the FHIR server can do, which says nothing of anybody",
    "fhir-code-system": "what our own codes mean",
    "fhir-smart-configuration": "where the token endpoint is",
    "oauth2_provider:authorize": "asks the person to sign in, and refuses who isn't the client's clinic's",
    "oauth2_provider:token": "asks for the client's secret or its code and verifier",
    "oauth2_provider:revoke-token": "asks for the client's secret",
}


@dataclass(frozen=True, slots=True)
class Route:
    """One address of the service: its name with namespaces, its path as written, and what answers."""

    name: str
    path: str
    callback: Callable[..., Any]

    @property
    def view(self) -> type[APIView] | None:
        """The class behind it, when it is one of REST framework's."""
        cls = getattr(self.callback, "cls", None)
        return cls if isinstance(cls, type) and issubclass(cls, APIView) else None

    @property
    def methods(self) -> list[str]:
        """The methods its class implements, OPTIONS and HEAD aside."""
        answered = (name for name in ("get", "post", "put", "patch", "delete") if hasattr(self.view, name))
        return [name.upper() for name in answered]


def routes() -> list[Route]:
    """Every route of the URL configuration."""
    return list(_walk(get_resolver(), "", ""))


def _walk(resolver: URLResolver, path: str, namespace: str) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        here = path + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _walk(entry, here, inner)
        elif isinstance(entry, URLPattern):
            yield Route(namespace + (entry.name or ""), here, entry.callback)


@register(Tags.security)
def check_routes(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Deny by default: whatever answers declares a permission or stands in ``OPEN_ROUTES``."""
    return [
        Error(f"/{route.path} {gap}.", hint="See clinics/checks/routes.py.", id="clinics.E020")
        for route in routes()
        for gap in _gaps(route)
    ]


def _gaps(route: Route) -> Iterator[str]:
    if route.name in OPEN_ROUTES or route.name.startswith("admin:") or route.path.startswith("admin/"):
        return
    view = route.view
    if view is None or not any(issubclass(rule, HasScope) for rule in _rules(view)):
        yield "declares no permission"
        return
    for method in route.methods:
        needed = scope_needed(view, method)
        if needed is None:
            yield f"names no resource, so that nobody may {method}"
        elif needed not in ALL_SCOPES:
            yield f"{method} needs {needed}, which no client can be given"


def _rules(view: type[APIView]) -> list[type]:
    return [rule for rule in view.permission_classes if isinstance(rule, type)]


@register(Tags.security)
def check_dashboard(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Every page of the dashboard is closed by role."""
    return [
        Error(
            f"The dashboard's {model._meta.label} isn't closed by role.",
            hint="Derive its page from clinics.dashboard.model_admin.ClinicModelAdmin.",
            id="clinics.E021",
        )
        for model, page in admin.site._registry.items()  # noqa: SLF001 - the only list of them there is
        if not isinstance(page, ClinicModelAdmin)
    ]
