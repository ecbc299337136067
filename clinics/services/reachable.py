"""Who of a clinic can be told something, and do something about it."""

from django.db.models import QuerySet

from clinics.models import Clinic, Membership
from clinics.services.name_clinician import CLINICAL_ROLES
from clinics.services.working_members import working_members


def reachable_clinicians(clinic: Clinic) -> QuerySet[Membership]:
    """Return the clinicians and admins who still work here and have an e-mail address, with their person."""
    return working_members(clinic).filter(role__in=CLINICAL_ROLES).exclude(user__email="")
