"""A runner's shoes: their distance from the runs that were logged, and what is advised about them."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from assessments.programmes.models import Programme, Shoe
from assessments.programmes.services.not_now import NotNowError
from assessments.protocol.programme import ShoeAdvice, ShoeLimit, advice_of, months_between, reached_limits
from backend.platform.refusals import Invalid
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic
from patients.services import lock_patient

#: What stands in place of the name of an erased runner's shoes.
ERASED = "[erased]"


class ShoeNotFoundError(Invalid):
    """The runner has no such shoes."""

    pointer, fault, words = "/shoe", "not_found", "The runner has no such shoes."


@dataclass(frozen=True, slots=True)
class Wear:
    """What a pair has behind it, and what that advises."""

    km: float
    runs: int
    runs_without_distance: int
    months: int
    advice: ShoeAdvice
    reached: tuple[ShoeLimit, ...]


def with_distance(shoes: QuerySet[Shoe]) -> QuerySet[Shoe]:
    """Rows with what their runs add up to, in one statement."""
    return shoes.annotate(
        km_logged=Coalesce(Sum("runs__distance_km"), 0.0),
        runs_logged=Count("runs"),
        runs_unmeasured=Count("runs", filter=Q(runs__distance_km__isnull=True)),
    )


def wear_of(shoe: Shoe, *, today: date) -> Wear:
    """Return the wear of a row of ``with_distance``; a retired pair doesn't age any further."""
    logged: Mapping[str, Any] = vars(shoe)
    km = round(shoe.km_before + logged["km_logged"], 2)
    months = months_between(shoe.started_on, shoe.retired_on or today)
    reached = reached_limits(km=km, months=months, worn=shoe.worn)
    return Wear(km, logged["runs_logged"], logged["runs_unmeasured"], months, advice_of(reached), reached)


def register_shoe(*, clinic: Clinic, patient_id: uuid.UUID, details: Mapping[str, Any]) -> Shoe:
    """Register a pair. Raises ``PatientNotFoundError`` or ``PatientErasedError``."""
    with clinic_scope(clinic.id):
        lock_patient(clinic, patient_id)
        return clinic.shoes.create(patient_id=patient_id, **details)


def shoe_for_a_run(programme: Programme, shoe_id: uuid.UUID, *, on: datetime) -> Shoe:
    """Return the runner's pair for a run, and mark it as changed.

    Raises ``ShoeNotFoundError``, or ``NotNowError`` ("shoe_retired") for one that was retired before.
    """
    clinic = programme.clinic
    own = clinic.shoes.select_for_update().filter(patient_id=programme.patient_id)
    shoe = own.filter(id=shoe_id).first()
    if shoe is None:
        raise ShoeNotFoundError
    if shoe.retired_on is not None and shoe.retired_on < on.astimezone(clinic.zone).date():
        raise NotNowError("shoe_retired")
    shoe.save(update_fields=["updated_at"])
    return shoe


def forget_names(clinic: Clinic, patient_id: uuid.UUID) -> tuple[int, int]:
    """Take the runner's own words from their shoes; returns how many had some, and how many there are."""
    own = clinic.shoes.filter(patient_id=patient_id)
    return own.exclude(name=ERASED).update(name=ERASED), own.count()
