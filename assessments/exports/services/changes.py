"""What happened in a clinic since a caller last asked."""

from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Max

from assessments.exports.models import Change, ForgottenChanges
from backend.platform.refusals import Refusal
from clinics.identity.models import Clinic

#: How long a change is remembered at least; the database itself refuses to forget it earlier.
KEPT_FOR = timedelta(days=400)


class ForgottenError(Refusal):
    """What came after the position has been forgotten in part: the reader must start afresh."""

    code = "gone"


def changes_after(*, clinic: Clinic, position: int, limit: int) -> list[Change]:
    """The next changes in the order they were committed, at most ``limit``; 0 is before the first.

    Nothing appears at or before a position that somebody has seen, however transactions overlap: positions
    are given out at the end of a transaction, under a lock of the clinic that is held until it is committed.
    A position that nobody can have seen, beyond the last, is of before a restore. Raises ``ForgottenError``.
    """
    changes = list(clinic.changes.filter(position__gt=position).order_by("position")[:limit])
    # Asked last: what was forgotten meanwhile counts too.
    if not forgotten_up_to(clinic=clinic) <= position <= last_position(clinic=clinic):
        raise ForgottenError
    return changes


def forgotten_up_to(*, clinic: Clinic) -> int:
    """The position at or before which nothing is remembered; 0 while everything is."""
    forgotten: ForgottenChanges | None = getattr(clinic, "forgotten_changes", None)
    return forgotten.position if forgotten else 0


def last_position(*, clinic: Clinic) -> int:
    """The position of the latest change; whoever goes on from it misses nothing that is committed later."""
    latest: int | None = clinic.changes.aggregate(latest=Max("position"))["latest"]
    return max(latest or 0, forgotten_up_to(clinic=clinic))


def begin_anew() -> int:
    """Take back every position that was ever given out, also by what a restored backup lacks.

    Returns the position from which readers of the clinic of the transaction go on.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT begin_changes_anew()")
        (position,) = cursor.fetchone()
    return int(position)


def forget_changes(*, before: datetime, at_most: int) -> int:
    """Forget the oldest changes of the clinic of the transaction; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT forget_changes(%s, %s)", [before, at_most])
        (count,) = cursor.fetchone()
    return int(count)
