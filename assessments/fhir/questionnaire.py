"""The protocol's questions as a FHIR Questionnaire."""

import datetime as dt
from typing import Any

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.fhir.codes import copyright_notice
from assessments.fhir.questionnaire_items import items
from assessments.protocol import PROTOCOL_VERSION
from backend.platform.fhir.bundles import bundle
from backend.platform.fhir.elements import Resource, fhir_base, resource
from backend.platform.fhir.search import read_search
from clinics.api.fhir import FhirView

#: The form changes with the protocol alone, and a version of the protocol is never changed.
PUBLISHED = dt.datetime(int(PROTOCOL_VERSION.partition(".")[0]), 1, 1, tzinfo=dt.UTC)
_NAME = "return-to-run"
ID = f"{_NAME}-{PROTOCOL_VERSION}"


def questionnaire_url() -> str:
    """The name of the form, whichever version."""
    return f"{fhir_base()}/Questionnaire/{_NAME}"


def canonical() -> str:
    """The name of the form in this version."""
    return f"{questionnaire_url()}|{PROTOCOL_VERSION}"


def own_form(named: Any) -> str | None:
    """The version in a canonical of our form, empty where it names none; ``None`` for another's form.

    The host doesn't count: a form that was answered before the service moved is still ours.
    """
    if not isinstance(named, str):
        return None
    url, _, version = named.partition("#")[0].partition("|")
    _, kind, name = f"/{url}".rstrip("/").rpartition("/Questionnaire/")
    if not kind or not f"{name}-".startswith(f"{_NAME}-"):
        return None
    return version or name.removeprefix(_NAME).removeprefix("-")


def is_in_force(version: str) -> bool:
    """Whether answers to this version, or to whichever, can be evaluated today."""
    return version in ("", PROTOCOL_VERSION)


def questionnaire() -> Resource:
    """The form; ``subjectType`` and ``status`` are what a form filler looks for."""
    return resource(
        "Questionnaire",
        ID,
        PUBLISHED,
        url=questionnaire_url(),
        version=PROTOCOL_VERSION,
        name="ReturnToRun",
        title="Return to run: assessment of a runner with low back pain",
        status="active",
        subjectType=["Patient"],
        copyright=copyright_notice(),
        item=list(items()),
    )


class QuestionnaireSearch(FhirView):
    """There is one: the form of the protocol in force."""

    resource = "protocols"
    resource_type = "Questionnaire"
    searching = frozenset({"GET", "HEAD"})
    parameters = {"url": "uri", "version": "token"}

    def get(self, request: Request) -> Response:
        """By its name and version."""
        search = read_search(request.query_params, self.parameters, zone=self.clinic.zone)
        found: dict[str, Any] = questionnaire()
        named = search.one("url")
        shown = (
            (named is None or own_form(named) in ("", found["version"]))
            and search.one("version") in (None, found["version"])
            and (search.ids is None or ID in search.ids)
            and all(_holds(comparison, moment) for comparison, moment in search.changed)
        )
        address = {"relation": "self", "url": request.build_absolute_uri()}
        if search.count == 0:
            return Response({**bundle([], [address]), "total": int(shown)})
        return Response(bundle([found] if shown else [], [address]))


def _holds(comparison: str, moment: dt.datetime) -> bool:
    return {
        "gte": moment <= PUBLISHED,
        "gt": moment < PUBLISHED,
        "lte": moment >= PUBLISHED,
        "lt": moment > PUBLISHED,
    }[comparison]


class QuestionnaireRead(FhirView):
    """The form."""

    resource = "protocols"
    resource_type = "Questionnaire"

    def get(self, request: Request, questionnaire_id: str) -> Response:  # noqa: ARG002
        """Of the version in force, by its id or by the name of the form; there is no other."""
        if questionnaire_id not in (ID, _NAME):
            raise Http404
        return self.represent(questionnaire())
