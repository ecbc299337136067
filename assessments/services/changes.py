"""What happened in a clinic since a caller last asked."""

from assessments.models import Change
from clinics.models import Clinic


def changes_after(*, clinic: Clinic, position: int, limit: int) -> list[Change]:
    """The next changes in the order they were committed, at most ``limit``; 0 is before the first.

    Nothing appears at or before a position that somebody has seen, however transactions overlap: positions
    are given out at the end of a transaction, under a lock of the clinic that is held until it is committed.
    """
    return list(clinic.changes.filter(position__gt=position).order_by("position")[:limit])
