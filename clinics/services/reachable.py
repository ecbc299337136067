"""Who of a clinic can be told something, and do something about it."""

from django.db.models import QuerySet

from clinics.models import Clinic, Membership
from clinics.services.name_clinician import CLINICAL_ROLES


def reachable_clinicians(clinic: Clinic) -> QuerySet[Membership]:
    """Return the clinicians and admins who still work here and have an e-mail address, with their person."""
    clinicians = clinic.members.filter(role__in=CLINICAL_ROLES, user__is_active=True)
    return clinicians.exclude(user__email="").select_related("user")
