"""What of a row each permission shows: one rule, which every door asks that shows rows of several kinds.

A permission opens a resource; within it some rows and fields tell of more than the
resource does. A follow-up that sees a referral through says by being there that somebody was referred, and
how urgently; so does a result. Who may not see escalations sees neither: in the API, FHIR, pages, lists,
filters and counts alike.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from clinics.identity.permissions import Permission

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Veil:
    """What ``needs`` a permission besides the resource's own: rows of some kinds, and some fields of all.

    ``fields`` are given with what stands in their place, which is what they hold where there is nothing.
    """

    needs: Permission
    kinds: frozenset[str]
    fields: Mapping[str, Any]


#: By the model's name.
VEILS: Mapping[str, Veil] = {
    "FollowUp": Veil(
        needs=Permission.SEE_ESCALATIONS,
        kinds=frozenset({"handover", "attendance", "seen", "booking", "letter", "outcome"}),
        fields={"urgency": "", "result": "", "result_at": None, "result_by": None},
    )
}


def sees_all(model: type[Model], permissions: Collection[str]) -> bool:
    """Whether nothing of the model's rows is kept from who holds these permissions, or scopes."""
    veil = VEILS.get(model.__name__)
    return veil is None or veil.needs in permissions


def visible(rows: QuerySet[Row], permissions: Collection[str]) -> QuerySet[Row]:
    """Those of the rows that may be seen; whatever counts, filters or pages them comes after it."""
    if sees_all(rows.model, permissions):
        return rows
    return rows.exclude(kind__in=VEILS[rows.model.__name__].kinds)


def veiled(row: Row, permissions: Collection[str]) -> Row:
    """The row to be shown, without the fields that may not be seen. It is never saved again."""
    if not sees_all(type(row), permissions):
        for name, nothing in VEILS[type(row).__name__].fields.items():
            setattr(row, name, nothing)
    return row


def hidden_fields(model: type[Model], permissions: Collection[str]) -> frozenset[str]:
    """The fields that may not be seen, nor filtered or ordered by."""
    return frozenset() if sees_all(model, permissions) else frozenset(VEILS[model.__name__].fields)
