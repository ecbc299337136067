"""Where an emergency goes."""

from collections.abc import Mapping, Sequence
from typing import Any

from backend.platform.refusals import FieldProblem, Invalid
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


class NotAnsweredError(Invalid):
    """A setting of the pathway is left empty that may not be; the place of each is named."""

    fault = "required"

    def __init__(self, fields: Sequence[str], words: str) -> None:
        self.field = fields[0]
        super().__init__(
            words, places=[FieldProblem(f"/emergency_pathway/{name}", self.fault, words) for name in fields]
        )


MATERNITY = ("maternity_emergency_number", "maternity_destination")
NEEDED_FOR_PREGNANCY = "A clinic that takes pregnant runners says where they go in an emergency."
STAYS_ANSWERED = "Must be true or false: it has been answered."


def set_emergency_pathway(*, clinic: Clinic, changes: Mapping[str, Any]) -> None:
    """Store the settings named: numbers, destinations, whether pregnant runners are taken, the members of
    ``on_call_id`` and ``lead_id``, and ``require_one_time_codes``.

    Call it with the clinic's row locked. Raises ``NotReachableError``: whoever is on call must be able to
    receive the message; and ``NotAnsweredError`` where pregnant runners are taken and have nowhere to go,
    or an answer would become none. Escalations already open keep the ladder they started with.
    """
    answered = clinic.takes_pregnant_runners is not None
    for column, value in changes.items():
        names_somebody = column in {"on_call_id", "lead_id"} and value is not None
        if names_somebody and not reachable_clinicians(clinic).filter(id=value).exists():
            raise NotReachableError(column.removesuffix("_id"))
        setattr(clinic, column, value)
    if answered and clinic.takes_pregnant_runners is None:
        raise NotAnsweredError(["takes_pregnant_runners"], STAYS_ANSWERED)
    nowhere = [name for name in MATERNITY if clinic.takes_pregnant_runners and not getattr(clinic, name)]
    if nowhere:
        raise NotAnsweredError(nowhere, NEEDED_FOR_PREGNANCY)
    clinic.save(update_fields=[*(column.removesuffix("_id") for column in changes), "updated_at"])
