"""Shoes as the JSON of the API; ``assessments.api.shoes`` has the shapes."""

import datetime as dt
from typing import Any

from assessments.models import Shoe
from assessments.programme_documents import distance
from assessments.protocol.programme import SHOE_LIMITS, ShoeLimit, ShoeSign
from assessments.services.shoes import wear_of
from backend.platform.api.fields import timestamp


def shoe_document(shoe: Shoe, *, today: dt.date) -> dict[str, Any]:
    """A pair with what its runs add up to, and what that advises; a row of ``with_distance``."""
    wear = wear_of(shoe, today=today)
    return {
        "id": str(shoe.id),
        "patient": str(shoe.patient_id),
        "name": shoe.name,
        "started_on": shoe.started_on.isoformat(),
        "worn": shoe.worn,
        "retired_on": shoe.retired_on.isoformat() if shoe.retired_on else None,
        "distance_before": distance(shoe.km_before),
        "distance": distance(wear.km),
        "runs": wear.runs,
        "runs_without_distance": wear.runs_without_distance,
        "months": wear.months,
        "advice": wear.advice,
        "reached": [limit_document(limit) for limit in wear.reached],
        "limits": [limit_document(limit) for limit in SHOE_LIMITS],
        "created_at": timestamp(shoe.created_at),
        "updated_at": timestamp(shoe.updated_at),
    }


def stored_shoe_document(shoe: Shoe) -> dict[str, Any]:
    """The same for a file, with the age of the clinic's day on which it last changed."""
    return shoe_document(shoe, today=shoe.updated_at.astimezone(shoe.clinic.zone).date())


def limit_document(limit: ShoeLimit) -> dict[str, Any]:
    """A threshold, by distance or by age or by neither."""
    return {
        "advice": limit.advice,
        "sign": limit.sign,
        "distance": distance(limit.value) if limit.sign is ShoeSign.DISTANCE else None,
        "months": limit.value if limit.sign is ShoeSign.AGE else None,
        "statement": limit.statement,
        "sources": list(limit.sources),
    }
