"""Who answers for an acknowledgement."""

import uuid

from clinics.actor import Actor, NamedClinician
from clinics.models import Clinic, Role
from clinics.services.working_members import working_members

CLINICAL_ROLES = (Role.CLINICIAN, Role.ADMIN)


class NobodyNamedError(Exception):
    """Software acts for nobody: neither the request nor the client's registration names a clinician."""


class NotAClinicianError(Exception):
    """The person named isn't a clinician of this clinic."""


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
