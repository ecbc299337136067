"""Finding a runner by what a person says at the desk."""

import datetime as dt

from django.db.models import QuerySet

from clinics.identity.models import Clinic
from patients.models import Patient


def search_patients(
    *,
    clinic: Clinic,
    family_name: str | None = None,
    given_name: str | None = None,
    birth_date: dt.date | None = None,
    external_id: str | None = None,
) -> QuerySet[Patient]:
    """The clinic's patients, archived ones too, to whom everything given applies.

    Names match from their beginning, whatever their case; birth date and external id match exactly.
    """
    found = clinic.patients.all()
    if family_name:
        found = found.filter(family_name__istartswith=family_name)
    if given_name:
        found = found.filter(given_name__istartswith=given_name)
    if birth_date:
        found = found.filter(birth_date=birth_date)
    if external_id:
        found = found.filter(external_id=external_id)
    return found
