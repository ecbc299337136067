"""The scopes of the API: one pair of words for each resource."""

from collections.abc import Iterable
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
    "members": "the clinic's people and their roles",
    "clients": "the clinic's software and its secrets",
    "outcomes": "how the clinic's runners fare, in numbers",
}

ALL_SCOPES: dict[str, str] = {
    f"{resource}:{verb}": f"{action} {what}"
    for resource, what in RESOURCES.items()
    for verb, action in (("read", "Read"), ("write", "Create or change"))
}


class ClientScopes(BaseScopes):
    """A client may ask for the scopes its clinic allowed it, and gets all of them by default."""

    def get_all_scopes(self) -> dict[str, str]:
        """Every scope with its description."""
        return ALL_SCOPES

    def get_available_scopes(
        self,
        application: Any = None,
        request: Any = None,  # noqa: ARG002 - the toolkit names it
        *_: Any,
        **__: Any,
    ) -> list[str]:
        """The scopes this client may ask for."""
        allowed: Iterable[str] = application.allowed_scopes.split() if application else ()
        return [scope for scope in allowed if scope in ALL_SCOPES]

    def get_default_scopes(
        self, application: Any = None, request: Any = None, *_: Any, **__: Any
    ) -> list[str]:
        """What a client gets that names no scope: all it may have."""
        return self.get_available_scopes(application, request)
