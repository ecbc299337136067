"""The clinic of a transaction.

Every query about a clinic's rows runs inside ``clinic_scope``: it opens the transaction and tells PostgreSQL
whose rows may be seen, so that row-level security can refuse what the application's own scoping lets slip.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection, transaction

_current: ContextVar[uuid.UUID | None] = ContextVar("clinic", default=None)


class WrongClinicError(RuntimeError):
    """A scope for one clinic was asked for inside the scope of another."""


@contextmanager
def clinic_scope(clinic_id: uuid.UUID) -> Iterator[None]:
    """Run the block in one transaction that sees this clinic's rows only; joins a scope already open.

    Raises ``WrongClinicError`` when a scope of another clinic is open.
    """
    current = _current.get()
    if current is not None:
        if current != clinic_id:
            raise WrongClinicError("A transaction belongs to one clinic.")
        yield
        return
    token = _current.set(clinic_id)
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('app.clinic', %s, true)", [str(clinic_id)])
            yield
    finally:
        _current.reset(token)
