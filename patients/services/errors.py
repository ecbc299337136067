"""What a service may refuse, and how PostgreSQL's own refusal is recognised."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction


class ExternalIdTakenError(Exception):
    """Another patient of the clinic has this external id."""


class PatientErasedError(Exception):
    """The patient was erased: nothing about them is changed or added any more."""


class ArchiveReasonMissingError(Exception):
    """Archiving settles what is pending: it must be said why."""


class StillWaitingError(Exception):
    """Something about the patient waits for a clinician, who must settle it before they are archived."""


@contextmanager
def external_id_is_free() -> Iterator[None]:
    """Run the block in a savepoint; raises ``ExternalIdTakenError`` when the unique constraint refuses it.

    Asking first would leave a gap in which another request takes the id.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as exc:
        diagnosis = getattr(exc.__cause__, "diag", None)
        if diagnosis is None or diagnosis.constraint_name != "one_patient_per_external_id":
            raise
        raise ExternalIdTakenError from None
