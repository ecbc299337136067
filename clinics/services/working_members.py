"""Who works in a clinic at present."""

from collections.abc import Mapping

from django.db.models import QuerySet

from clinics.models import Clinic, Membership

#: Has accepted the invitation, hasn't left, and isn't shut out of the service.
WORKS: Mapping[str, bool] = {"active": True, "accepted": True, "user__is_active": True}


def working_members(clinic: Clinic) -> QuerySet[Membership]:
    """Return the members who may act for the clinic, each with their person."""
    return clinic.members.filter(**WORKS).select_related("user")
