"""The codes of our own, as the CodeSystems that their names lead to; they say nothing of anybody."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from django.http import Http404
from django.urls import URLPattern, path
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.escalations.models import Escalation, Outcome
from assessments.fhir.override_reasons import OverrideReason
from assessments.fhir.questionnaire import PUBLISHED
from assessments.fhir.questionnaire_items import items
from assessments.fhir.task import OUTCOME, OUTCOME_TEXT, RESULT
from assessments.follow_ups.models import FollowUp, FollowUpKind, FollowUpResult
from assessments.protocol import CRITERIA, PROTOCOL_VERSION
from assessments.protocol.vocabulary import Decision, Urgency
from backend.platform.fhir.elements import Resource, resource, system, words
from backend.platform.fhir.views import FhirAPIView

CACHE = "public, max-age=300"


def _worded(codes: Iterable[str]) -> dict[str, str]:
    return {str(code): words(code) for code in codes}


def _offered(inside: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Every answer of our own that the form offers, or asks for by enabling an item."""
    for item in inside:
        for option in item.get("answerOption", []):
            chosen = option["valueCoding"]
            if chosen["system"] == system("answer"):
                yield chosen["code"], chosen["display"]
        yield from _offered(item.get("item", []))


@cache
def code_systems() -> dict[str, dict[str, str]]:
    """Each by its name: its codes with their words. It depends on the code alone; don't change it."""
    return {
        "answer": dict(_offered(items())),
        "criterion": {criterion.id: criterion.title for criterion in CRITERIA},
        "decision": _worded(Decision),
        "escalation-state": _worded(Escalation.State),
        "follow-up-state": _worded(FollowUp.State),
        "outcome": _worded(Outcome),
        "override-reason": dict(OverrideReason.choices),
        "protocol": {PROTOCOL_VERSION: f"Return to Run protocol {PROTOCOL_VERSION}"},
        "result": _worded(FollowUpResult),
        "task": {"escalation": "Escalation", **{str(kind): str(kind.label) for kind in FollowUpKind}},
        "task-output": _worded(("answer", OUTCOME, OUTCOME_TEXT, RESULT)),
        "urgency": _worded(Urgency),
    }


def code_system(name: str) -> Resource:
    """One of them; raises ``KeyError``. Its version is the protocol's, which most of its codes come from."""
    codes = code_systems()[name]
    return resource(
        "CodeSystem",
        name,
        PUBLISHED,
        url=system(name),
        version=PROTOCOL_VERSION,
        name="".join(part.capitalize() for part in name.split("-")),
        status="active",
        content="complete",
        caseSensitive=True,
        count=len(codes),
        concept=[{"code": code, "display": display} for code, display in codes.items()],
    )


class CodeSystemRead(FhirAPIView):
    """One of our code systems, for whoever meets its name in a code."""

    authentication_classes = []
    permission_classes = [AllowAny]

    def get(self, request: Request, name: str) -> Response:  # noqa: ARG002
        """The same for everybody."""
        if name not in code_systems():
            raise Http404
        return self.represent(code_system(name), headers={"Cache-Control": CACHE})


urlpatterns: list[URLPattern] = [
    path("CodeSystem/<slug:name>", CodeSystemRead.as_view(), name="fhir-code-system"),
]
