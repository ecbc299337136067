"""Who works in a clinic, who can be reached, and who answers for a step that was taken."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format

from backend.platform.refusals import Invalid
from clinics.identity.models import ApiClient, Clinic, Membership, Role, User


@dataclass(frozen=True, slots=True)
class Actor:
    """The credential behind a change: at least one of client and user; neither is a runner with a link."""

    client: ApiClient | None = None
    user: User | None = None


@dataclass(frozen=True, slots=True)
class NamedClinician:
    """The member who answers for a step, and the software it came through (``None``: the dashboard)."""

    member: Membership
    through: ApiClient | None = None


#: Has accepted the invitation, hasn't left, and isn't shut out of the service.
WORKS: Mapping[str, bool] = {"active": True, "accepted": True, "user__is_active": True}


def working_members(clinic: Clinic) -> QuerySet[Membership]:
    """Return the members who may act for the clinic, each with their person."""
    return clinic.members.filter(**WORKS).select_related("user")


CLINICAL_ROLES = (Role.CLINICIAN, Role.ADMIN)


class NobodyNamedError(Invalid):
    """Software acts for nobody: neither the request nor the client's registration names a clinician."""

    pointer, fault = "/on_behalf_of", "required"
    words = "Name the member who answers for it; this client is registered to act for nobody."


class NotAClinicianError(Invalid):
    """The person named isn't a clinician of this clinic."""

    pointer, fault, words = "/on_behalf_of", "not_found", "There is no such clinician."


def name_clinician(*, clinic: Clinic, actor: Actor, on_behalf_of: uuid.UUID | None = None) -> NamedClinician:
    """Return the clinician who answers for a step.

    A person answers for themselves. Software names a member, else the one it is registered to act for. Raises
    ``NobodyNamedError`` or ``NotAClinicianError``.
    """
    members = working_members(clinic).filter(role__in=CLINICAL_ROLES)
    if actor.user is not None:
        member = members.filter(user=actor.user).first()
    else:
        member_id = on_behalf_of or (actor.client.acts_for_id if actor.client else None)
        if member_id is None:
            raise NobodyNamedError
        member = members.filter(id=member_id).first()
    if member is None:
        raise NotAClinicianError
    return NamedClinician(member, actor.client)


def reachable_clinicians(clinic: Clinic) -> QuerySet[Membership]:
    """Return the clinicians and admins who still work here and have an e-mail address, with their person."""
    return working_members(clinic).filter(role__in=CLINICAL_ROLES).exclude(user__email="")


def who_did(what: str, member: Membership | None, *, at: datetime | None, clinic: Clinic) -> str:
    """Say that a member took a step, at the clinic's time: "Maya Lind took it on at 10:12, 3 Nov"."""
    name = member.shown_name if member else "Another clinician"
    return f"{name} {what} at {date_format(timezone.localtime(at, clinic.zone), 'H:i, j M')}"
