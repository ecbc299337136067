"""What each role may do: one table that the API and the dashboard share, and nothing that isn't in it.

A permission is spelled like the scope that guards the same thing in the API. Software is bound by its scopes
alone, a person by both: what their token's scopes and their role's permissions have in common.
"""

from collections.abc import Iterable, Mapping, Set
from enum import StrEnum

from backend.platform.refusals import Refusal
from clinics.identity.models import Role
from clinics.identity.scopes import ALL_SCOPES


class Permission(StrEnum):
    """One thing that a person may or may not do."""

    SEE_PATIENTS = "patients:read"
    CHANGE_PATIENTS = "patients:write"
    ERASE_PATIENTS = "erasure:write"
    SEE_ASSESSMENTS = "assessments:read"
    RECORD_ASSESSMENTS = "assessments:write"
    SEE_ESCALATIONS = "escalations:read"
    ACT_ON_ESCALATIONS = "escalations:write"
    SEE_FOLLOW_UPS = "follow-ups:read"
    ANSWER_FOLLOW_UPS = "follow-ups:write"
    SEE_EVALUATIONS = "evaluations:read"
    EVALUATE = "evaluations:write"
    SEE_PROGRAMMES = "programmes:read"
    CHANGE_PROGRAMMES = "programmes:write"
    SEE_PROTOCOLS = "protocols:read"
    SEE_CLINIC = "clinic:read"
    SET_PATHWAY = "clinic:write"
    SEE_WEBHOOKS = "webhooks:read"
    CHANGE_WEBHOOKS = "webhooks:write"
    SEE_EXPORTS = "exports:read"
    MAKE_EXPORTS = "exports:write"
    SEE_MEMBERS = "members:read"
    CHANGE_MEMBERS = "members:write"
    SEE_CLIENTS = "clients:read"
    CHANGE_CLIENTS = "clients:write"
    SEE_ACCESS_LOG = "access-log:read"
    SEE_HISTORY = "history:read"
    SEE_DELIVERIES = "deliveries:read"
    SEE_OUTCOMES = "outcomes:read"
    SEE_PARAMETERS = "parameters:read"
    CHANGE_PARAMETERS = "parameters:write"


_EVERYBODY = frozenset({Permission.SEE_CLINIC, Permission.SEE_PROTOCOLS})
_DESK = _EVERYBODY | {Permission.SEE_PATIENTS, Permission.CHANGE_PATIENTS, Permission.SEE_FOLLOW_UPS}
_CLINICAL = _DESK | {
    Permission.SEE_ASSESSMENTS,
    Permission.RECORD_ASSESSMENTS,
    Permission.SEE_ESCALATIONS,
    Permission.ACT_ON_ESCALATIONS,
    Permission.ANSWER_FOLLOW_UPS,
    Permission.SEE_PROGRAMMES,
    Permission.CHANGE_PROGRAMMES,
    Permission.SEE_EVALUATIONS,
    Permission.EVALUATE,
    Permission.SEE_DELIVERIES,
    Permission.SEE_MEMBERS,
    Permission.SEE_OUTCOMES,
    Permission.SEE_PARAMETERS,
}
_AUDIT = _EVERYBODY | {
    Permission.SEE_ACCESS_LOG,
    Permission.SEE_HISTORY,
    Permission.SEE_DELIVERIES,
    Permission.SEE_MEMBERS,
    Permission.SEE_CLIENTS,
    Permission.SEE_OUTCOMES,
    Permission.SEE_PARAMETERS,
}

ROLE_PERMISSIONS: Mapping[str, frozenset[Permission]] = {
    Role.ADMIN: frozenset(Permission),
    Role.CLINICIAN: _CLINICAL,
    Role.RECEPTION: _DESK,
    Role.AUDITOR: _AUDIT,
}


def permissions_of(role: str) -> frozenset[Permission]:
    """Everything the role allows; nothing for a role the table doesn't know."""
    return ROLE_PERMISSIONS.get(role, frozenset())


#: What a token can be given and an operation asks for; the other words of either list open nothing.
GRANTABLE = frozenset(ALL_SCOPES) & frozenset(map(str, Permission))


class BeyondOwnError(Refusal):
    """It would grant, or take from somebody, what whoever asks doesn't hold; ``missing`` says what.

    ``pointer`` is the place of the request that asks for it, if there is one.
    """

    code, fault = "permission_denied", "exceeds_own"

    def __init__(self, missing: Iterable[str], pointer: str) -> None:
        self.missing, self.pointer = sorted(missing), pointer
        self.spoken = f"You may not do that yourself: {', '.join(self.missing)}."
        super().__init__(f"Your own token doesn't hold: {', '.join(self.missing)}.")


def check_held(wanted: Iterable[str], *, held: Set[str], pointer: str = "") -> None:
    """Raise ``BeyondOwnError`` unless whoever holds ``held`` (permissions or scopes) holds all of it."""
    missing = (GRANTABLE & set(map(str, wanted))) - set(map(str, held))
    if missing:
        raise BeyondOwnError(missing, pointer)
