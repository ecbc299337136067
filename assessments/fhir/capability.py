"""What the FHIR server says of itself: taken from the routes, so that it can't say more than is true."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.urls import URLPattern, URLResolver, path
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.fhir.code_systems import urlpatterns as of_codes
from assessments.fhir.codes import copyright_notice
from assessments.fhir.urls import urlpatterns as of_assessments
from backend.platform.fhir.elements import Resource, fhir_base
from backend.platform.fhir.search import COMMON
from backend.platform.fhir.views import FHIR_VERSION, FhirAPIView
from clinics.api.fhir import FhirView
from clinics.clients.services.signed_tokens import ALGORITHMS
from clinics.identity.scopes import SMART_SCOPES
from patients.fhir import urlpatterns as of_patients

CACHE = "public, max-age=300"
_COMMON_TYPES = {"_id": "token", "_lastUpdated": "date", "_count": "special"}
_OPERATIONS = {
    "$everything": "http://hl7.org/fhir/OperationDefinition/Patient-everything",
    "$process-response": "http://hl7.org/fhir/uv/sdc/OperationDefinition/Questionnaire-process-response",
}
#: The systems of our own codes, each read by its name and without a token.
_CODES = {
    "type": "CodeSystem",
    "versioning": "versioned",
    "readHistory": False,
    "interaction": [{"code": "read"}],
    "conditionalRead": "not-match",
}
_RELEASED = "2026-11-28"


def capability_statement() -> Resource:
    """Every type with what can be done to it; where standard codes are used, what their licences demand."""
    notice = copyright_notice()
    return {
        "resourceType": "CapabilityStatement",
        "id": "return-to-run",
        **({"copyright": notice} if notice else {}),
        "status": "active",
        "date": _RELEASED,
        "kind": "instance",
        "software": {"name": "Return to Run"},
        "implementation": {"description": "Return to Run", "url": fhir_base()},
        "fhirVersion": FHIR_VERSION,
        "format": ["application/fhir+json", "json"],
        "rest": [
            {
                "mode": "server",
                "documentation": (
                    "What isn't understood is refused, never ignored. Of a QuestionnaireResponse "
                    "whatever can't change an answer is accepted and not kept: an OperationOutcome names "
                    "it (Prefer: return=OperationOutcome). modifierExtension and implicitRules are refused."
                ),
                "security": {
                    "service": [
                        {
                            "coding": [
                                {
                                    "system": "http://terminology.hl7.org/CodeSystem/restful-security-service",
                                    "code": "SMART-on-FHIR",
                                }
                            ]
                        }
                    ],
                    "description": "OAuth 2; .well-known/smart-configuration has the addresses.",
                },
                "resource": [
                    _CODES,
                    *(_of_type(kind) for kind in sorted({view.resource_type for _, view in _views()})),
                ],
            }
        ],
    }


def _views() -> Iterator[tuple[str, type[FhirView]]]:
    """Every route with its view."""
    for entry in (*of_patients, *of_assessments):
        yield str(entry.pattern), entry.callback.cls  # type: ignore[attr-defined]  # as_view adds it


def _of_type(kind: str) -> dict[str, Any]:
    found: dict[str, Any] = {"type": kind, "versioning": "versioned", "readHistory": False}
    views = [(route, view) for route, view in _views() if view.resource_type == kind]
    interactions = {code for route, view in views for code in _interactions(route, view)}
    found["interaction"] = [{"code": code} for code in sorted(interactions)]
    parameters = {name: type_ for _, view in views for name, type_ in _parameters(view)}
    found["searchParam"] = [{"name": name, "type": type_} for name, type_ in sorted(parameters.items())]
    operations = sorted({route.rpartition("/")[2] for route, _ in views if "$" in route})
    if operations:
        found["operation"] = [{"name": name[1:], "definition": _OPERATIONS[name]} for name in operations]
    if "read" in interactions:
        found |= {"conditionalRead": "not-match"}
    if "create" in interactions:
        found |= {"conditionalCreate": False}
    if "update" in interactions:
        found |= {"updateCreate": False, "conditionalUpdate": False}
    return found


def _interactions(route: str, view: type[FhirView]) -> Iterator[str]:
    if "$" in route:
        return
    if "/" not in route:
        yield "search-type"
        if hasattr(view, "post"):
            yield "create"
    elif not route.endswith("_search"):
        yield "read"
        if hasattr(view, "put"):
            yield "update"


def _parameters(view: type[FhirView]) -> Iterator[tuple[str, str]]:
    own: dict[str, str] = getattr(view, "parameters", {})
    if own:
        yield from own.items()
        yield from ((name, _COMMON_TYPES[name]) for name in COMMON if name != "_count")


class OpenView(FhirAPIView):
    """Says nothing of anybody, so it asks for nothing."""

    authentication_classes = []
    permission_classes = [AllowAny]


class MetadataView(OpenView):
    """The CapabilityStatement."""

    def get(self, request: Request) -> Response:  # noqa: ARG002
        """The same for everybody."""
        return Response(capability_statement(), headers={"Cache-Control": CACHE})


class SmartConfigurationView(OpenView):
    """Where a SMART client finds the token endpoint."""

    def get(self, request: Request) -> Response:  # noqa: ARG002
        """As the SMART App Launch guide names it; the media type is plain JSON."""
        return Response(
            smart_configuration(), headers={"Cache-Control": CACHE}, content_type="application/json"
        )


def smart_configuration() -> dict[str, Any]:
    """What the authorization server does for FHIR."""
    return {
        "token_endpoint": f"{settings.BASE_URL}/oauth/token/",
        "token_endpoint_auth_methods_supported": [
            "private_key_jwt",
            "client_secret_basic",
            "client_secret_post",
        ],
        "token_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
        "grant_types_supported": ["client_credentials"],
        "scopes_supported": sorted(SMART_SCOPES),
        "capabilities": ["client-confidential-asymmetric", "permission-v2"],
    }


urlpatterns: list[URLPattern | URLResolver] = [
    path("metadata", MetadataView.as_view(), name="fhir-metadata"),
    path(
        ".well-known/smart-configuration", SmartConfigurationView.as_view(), name="fhir-smart-configuration"
    ),
    *of_codes,
    *of_patients,
    *of_assessments,
]
