"""The clinic of a transaction.

Every query about a clinic's rows runs inside one of these scopes: it opens the transaction and tells
PostgreSQL whose rows may be seen, so that row-level security refuses what our own scoping lets slip. It takes
a proof, so that SQL that somebody slipped in can't go on into another clinic (docs/adr/0040).
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection, transaction

from backend.platform.storage.proofs import bound_cursor, proof

_current: ContextVar[uuid.UUID | None] = ContextVar("clinic", default=None)


class WrongClinicError(RuntimeError):
    """A scope for one clinic was asked for inside the scope of another."""


@contextmanager
def clinic_scope(clinic_id: uuid.UUID) -> Iterator[None]:
    """Run the block in one transaction that sees this clinic's rows only; joins a scope already open.

    Raises ``WrongClinicError`` when a scope of another clinic is open.
    """
    current = _current.get()
    if current == clinic_id:
        yield
        return
    if current is not None:
        raise WrongClinicError("A transaction belongs to one clinic.")
    with clinicless_transaction():
        enter_clinic(clinic_id)
        yield


@contextmanager
def reading_scope(clinic_id: uuid.UUID) -> Iterator[None]:
    """The same, in a transaction in which PostgreSQL refuses every change."""
    with clinic_scope(clinic_id):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        yield


def enter_clinic(clinic_id: uuid.UUID) -> None:
    """Let the open transaction see this clinic's rows, and no other's, until it ends."""
    with bound_cursor() as cursor:
        cursor.execute("SELECT enter_clinic(%s, %s)", [clinic_id, proof("clinic", clinic_id)])
    entered(clinic_id)


def _leave_clinic() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.clinic', '', true)")


@contextmanager
def clinicless_transaction() -> Iterator[None]:
    """Open a transaction whose clinic isn't known yet: it sees no clinic's rows until one is entered."""
    before = _current.get()
    nested = connection.in_atomic_block
    try:
        with transaction.atomic():
            yield
            if (
                nested and not transaction.get_rollback()
            ):  # the setting ends with the transaction; inside another one it must end here
                _leave_clinic()
    finally:
        _current.set(before)


def entered(clinic_id: uuid.UUID) -> None:
    """Note that PostgreSQL has bound the open transaction to this clinic."""
    _current.set(clinic_id)


def all_clinic_ids() -> list[uuid.UUID]:
    """Return the ids of every clinic, for work that enters each of them in turn."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT all_clinics()")
        return [clinic_id for (clinic_id,) in cursor.fetchall()]
