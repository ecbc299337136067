"""What each role may do in the dashboard: one table, and nothing that isn't in it."""

from collections.abc import Mapping
from enum import StrEnum

from clinics.models import Role


class Permission(StrEnum):
    """One thing that a person may or may not do."""

    SEE_PATIENTS = "see_patients"
    SEE_FOLLOW_UPS = "see_follow_ups"
    SEE_ASSESSMENTS = "see_assessments"
    SEE_ESCALATIONS = "see_escalations"
    SEE_DELIVERIES = "see_deliveries"
    SEE_CLINIC = "see_clinic"
    ACT_ON_ESCALATIONS = "act_on_escalations"
    SET_PATHWAY = "set_pathway"


_DESK = {Permission.SEE_PATIENTS, Permission.SEE_FOLLOW_UPS, Permission.SEE_CLINIC}
_RECORDS = _DESK | {Permission.SEE_ASSESSMENTS, Permission.SEE_ESCALATIONS, Permission.SEE_DELIVERIES}

ROLE_PERMISSIONS: Mapping[str, frozenset[Permission]] = {
    Role.ADMIN: frozenset(_RECORDS | {Permission.ACT_ON_ESCALATIONS, Permission.SET_PATHWAY}),
    Role.CLINICIAN: frozenset(_RECORDS | {Permission.ACT_ON_ESCALATIONS}),
    Role.RECEPTION: frozenset(_DESK),
    Role.AUDITOR: frozenset(_RECORDS),
}


def permissions_of(role: str) -> frozenset[Permission]:
    """Everything the role allows; nothing for a role the table doesn't know."""
    return ROLE_PERMISSIONS.get(role, frozenset())
