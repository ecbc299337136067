"""Where an emergency goes."""

from collections.abc import Mapping
from typing import Any

from backend.platform.refusals import Invalid
from clinics.identity.clinicians import reachable_clinicians
from clinics.identity.models import Clinic


class NotReachableError(Invalid):
    """The member named isn't a clinician of this clinic with an e-mail address; ``field`` says which one."""

    fault = "not_found"
    words = "There is no such clinician with an e-mail address in the clinic."
    spoken = "There is no such clinician with an e-mail address."

    def __init__(self, field: str) -> None:
        self.field, self.pointer = field, f"/emergency_pathway/{field}"
        super().__init__()


def set_emergency_pathway(*, clinic: Clinic, changes: Mapping[str, Any]) -> None:
    """Store the settings named: number, destination, the members of ``on_call_id`` and ``lead_id``, and
    ``require_one_time_codes``.

    Call it with the clinic's row locked. Raises ``NotReachableError``: whoever is on call must be able to
    receive the message. Escalations already open keep the ladder they started with.
    """
    for column, value in changes.items():
        names_somebody = column in {"on_call_id", "lead_id"} and value is not None
        if names_somebody and not reachable_clinicians(clinic).filter(id=value).exists():
            raise NotReachableError(column.removesuffix("_id"))
        setattr(clinic, column, value)
    clinic.save(update_fields=[*(column.removesuffix("_id") for column in changes), "updated_at"])
