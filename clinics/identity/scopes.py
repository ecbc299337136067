"""The scopes of the API: one pair of words for each resource."""

from collections.abc import Iterable
from itertools import combinations
from typing import Any

from oauth2_provider.scopes import BaseScopes

RESOURCES = {
    "evaluations": "stateless decisions",
    "assessments": "assessments, amendments and overrides",
    "patients": "patients and their running profiles",
    "escalations": "escalations and their acknowledgement",
    "follow-ups": "follow-ups and their answers",
    "programmes": "return-to-run programmes, their runs and steps",
    "protocols": "the protocol's questions and criteria",
    "clinic": "the clinic's own settings",
    "erasure": "the erasure of patients and what forbids it",
    "access-log": "who read which patient",
    "history": "who changed what",
    "exports": "exports, which hold everything of the clinic",
    "webhooks": "webhook endpoints and what they were told",
    "members": "the clinic's people and their roles",
    "clients": "the clinic's software and its secrets",
    "outcomes": "how the clinic's runners fare, in numbers",
    "parameters": "the clinic's own thresholds",
}

ALL_SCOPES: dict[str, str] = {
    f"{resource}:{verb}": f"{action} {what}"
    for resource, what in RESOURCES.items()
    for verb, action in (("read", "Read"), ("write", "Create or change"))
}

#: FHIR's types: whose permission opens each, and what can be done to it (SMART's letters, in their order).
SMART_TYPES = {
    "Patient": ("patients", "rs"),
    "Questionnaire": ("protocols", "rs"),
    "QuestionnaireResponse": ("assessments", "crs"),
    "RiskAssessment": ("assessments", "rs"),
    "ClinicalImpression": ("assessments", "rs"),
    "CarePlan": ("programmes", "rs"),
    "Flag": ("escalations", "rs"),
    "ServiceRequest": ("escalations", "rs"),
    "Task": ("follow-ups", "rus"),
}
_WRITING = frozenset("cu")


def _letters(all_: str) -> list[str]:
    """Every selection of the letters, in their order."""
    return ["".join(chosen) for size in range(1, len(all_) + 1) for chosen in combinations(all_, size)]


def native_scopes(kind: str, letters: str) -> frozenset[str]:
    """The scopes of the native API that a client must have for a scope of SMART's."""
    resource = SMART_TYPES[kind][0]
    return frozenset(f"{resource}:{'write' if letter in _WRITING else 'read'}" for letter in letters)


#: ``system/RiskAssessment.rs`` and the like: software reads or changes one type of resource.
SMART_SCOPES: dict[str, frozenset[str]] = {
    f"system/{kind}.{letters}": native_scopes(kind, letters)
    for kind, (_, allowed) in SMART_TYPES.items()
    for letters in _letters(allowed)
}


def smart_scopes_within(allowed: Iterable[str]) -> frozenset[str]:
    """The scopes of SMART's that say no more than the native ones that a client has."""
    held = frozenset(allowed)
    return frozenset(scope for scope, needed in SMART_SCOPES.items() if needed <= held)


class ClientScopes(BaseScopes):
    """A client may ask for the scopes its clinic allowed it, and gets all of them by default."""

    def get_all_scopes(self) -> dict[str, str]:
        """Every scope with its description."""
        return ALL_SCOPES | dict.fromkeys(SMART_SCOPES, "FHIR resources of one type")

    def get_available_scopes(
        self,
        application: Any = None,
        request: Any = None,  # noqa: ARG002 - the toolkit names it
        *_: Any,
        **__: Any,
    ) -> list[str]:
        """The scopes this client may ask for."""
        native = self.get_default_scopes(application)
        return [*native, *sorted(smart_scopes_within(native))]

    def get_default_scopes(
        self,
        application: Any = None,
        request: Any = None,  # noqa: ARG002
        *_: Any,
        **__: Any,
    ) -> list[str]:
        """What a client gets that names no scope: all that was registered for it."""
        allowed: Iterable[str] = application.allowed_scopes.split() if application else ()
        return [scope for scope in allowed if scope in ALL_SCOPES]
