"""Give a member another role, let them go, or take them back."""

import datetime as dt
from collections.abc import Callable, Mapping, Set
from typing import Any

from backend.platform.refusals import Refusal
from clinics.identity.clinicians import CLINICAL_ROLES, working_members
from clinics.identity.end_access import end_member_access
from clinics.identity.models import Clinic, Membership, Role
from clinics.identity.permissions import check_held, permissions_of

#: What else may need somebody who is let go, as the field that names them: apps above add their answers.
NEEDED_FOR: list[Callable[[Clinic, Membership, dt.datetime], str | None]] = []


#: What names the member whom escalations go to, and what to change first.
_NEEDED = {
    "on_call": "Escalations go to them: name somebody else as emergency_pathway.on_call of the clinic first.",
    "on_call_plan": "They are in the on-call plan: take them out of it (PUT /api/v1/clinic/on-call) first.",
    "lead": "They are the clinical lead: change emergency_pathway.lead of the clinic first.",
}
#: The same for a person before a page.
_SPOKEN = {
    "on_call": "Escalations go to them: name somebody else in the emergency pathway first.",
    "on_call_plan": "They are in the on-call plan: take them out of the rota first.",
    "lead": "They are the clinical lead: name somebody else in the emergency pathway first.",
}


class LastAdminError(Refusal):
    """Nobody would be left who can look after the clinic's people and software."""

    words = "They are the last admin: make somebody else one first."


class StillNeededError(Refusal):
    """Escalations go to this member, as ``on_call``, ``lead`` or in the ``on_call_plan`` of the clinic."""

    def __init__(self, named_by: str) -> None:
        self.spoken = _SPOKEN[named_by]
        super().__init__(_NEEDED[named_by])


def change_member(
    *, clinic: Clinic, member: Membership, held: Set[str], changes: Mapping[str, Any], now: dt.datetime
) -> None:
    """Set ``role`` and ``active`` as far as they are named.

    Call it with the clinic's row locked, then the member's, so that of two admins who demote each other one
    is refused. Who is let go loses their sessions and tokens at once. Raises ``BeyondOwnError``,
    ``LastAdminError`` or ``StillNeededError``.
    """
    role, active = changes.get("role", member.role), changes.get("active", member.active)
    if (role, active) == (member.role, member.active):
        return
    check_held(permissions_of(member.role) | permissions_of(role), held=held, pointer="/role")
    _check_someone_is_left(clinic, member, stays_admin=active and role == Role.ADMIN)
    if not (active and role in CLINICAL_ROLES):
        _check_not_needed(clinic, member, now)
    # Who never accepted holds nothing of this clinic: a session that has entered none is theirs elsewhere.
    leaves = member.active and member.accepted and not active
    member.role, member.active = role, active
    member.save(update_fields=["role", "active", "updated_at"])
    if leaves:
        end_member_access(member=member, now=now)


def _check_someone_is_left(clinic: Clinic, member: Membership, *, stays_admin: bool) -> None:
    admins = working_members(clinic).filter(role=Role.ADMIN)
    if not stays_admin and admins.filter(id=member.id).exists() and not admins.exclude(id=member.id).exists():
        raise LastAdminError


def _check_not_needed(clinic: Clinic, member: Membership, now: dt.datetime) -> None:
    for field in ("on_call", "lead"):
        if getattr(clinic, f"{field}_id") == member.id:
            raise StillNeededError(field)
    for needs in NEEDED_FOR:
        if field_that_names := needs(clinic, member, now):
            raise StillNeededError(field_that_names)
