"""One call of a service: what a caller sends, read strictly where a decision rests on it."""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

from assessments.fhir.questionnaire import canonical, questionnaire_url
from backend.api.fields import composed
from backend.api.problems import FieldProblem, Problem

PATIENT, RESPONSE = "patient", "response"
#: Answers that were withdrawn are none.
_TAKEN = ("in-progress", "completed", "amended")


def prefetch_templates() -> dict[str, str]:
    """What a caller sends along; nothing is fetched from it."""
    query = f"patient={{{{context.patientId}}}}&questionnaire={questionnaire_url()}&_sort=-authored&_count=1"
    return {PATIENT: "Patient/{{context.patientId}}", RESPONSE: f"QuestionnaireResponse?{query}"}


@dataclass(frozen=True, slots=True)
class Call:
    """Whom it is about, as the caller names them, with their birth date and latest answers if any.

    ``identifiers`` are systems with values.
    """

    patient: str
    birth_date: dt.date | None
    identifiers: tuple[tuple[str, str], ...]
    response: Mapping[str, Any] | None

    def known_as(self, systems: Collection[str]) -> set[str]:
        """The patient's ids in these systems; what another system calls them is another's."""
        return {composed(value) for system, value in self.identifiers if system in systems}

    @property
    def subject(self) -> str:
        """The reference of the caller's own patient."""
        return f"Patient/{self.patient}"


def read_call(body: Any, *, hook: str) -> Call:
    """Read it; raises ``Problem``: 412 without its prefetch, 422 for what can't be taken."""
    problems = [
        FieldProblem(f"/{name}", "required", said)
        for name, right, said in (
            ("hook", body.get("hook") == hook, f"This service is for {hook}."),
            ("hookInstance", _is_uuid(body.get("hookInstance")), "A UUID is needed."),
        )
        if not right
    ]
    context = body.get("context")
    patient = context.get("patientId") if isinstance(context, Mapping) else None
    if not isinstance(patient, str) or not patient:
        problems.append(FieldProblem("/context/patientId", "required", "The patient's id is needed."))
    if problems:
        raise Problem("invalid", errors=problems)
    prefetch = body.get("prefetch")
    if not isinstance(prefetch, Mapping) or not {PATIENT, RESPONSE} <= prefetch.keys():
        detail = "Send patient and response as prefetch; null says that there is none. Nothing is fetched."
        raise Problem("precondition_failed", detail)
    record = prefetch[PATIENT] if isinstance(prefetch[PATIENT], Mapping) else {}
    return Call(
        patient=str(patient),
        birth_date=_birth_date(record.get("birthDate")),
        identifiers=_identifiers(record),
        response=_latest(prefetch[RESPONSE], f"Patient/{patient}"),
    )


def _is_uuid(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(uuid.UUID(value))
    except ValueError:
        return False


def _birth_date(value: Any) -> dt.date | None:
    """A whole date; a year alone says no age."""
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _identifiers(patient: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    given = patient.get("identifier")
    named = [one for one in given if isinstance(one, Mapping)] if isinstance(given, list) else []
    pairs = [(one.get("system"), one.get("value")) for one in named]
    return tuple((system, value) for system, value in pairs if _is_text(system) and _is_text(value))


def _is_text(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and bool(value) and "\0" not in value


def _latest(found: Any, subject: str) -> Mapping[str, Any] | None:
    """The response itself or the first of a search; ``None`` when there is none of our form.

    Raises ``Problem`` when it is another patient's: a card about somebody else must never be shown.
    """
    place = f"/prefetch/{RESPONSE}"
    if isinstance(found, Mapping) and found.get("resourceType") == "Bundle":
        entries = found.get("entry")
        first = entries[0] if isinstance(entries, list) and entries else None
        found = first.get("resource") if isinstance(first, Mapping) else None
        place += "/entry/0/resource"
    if not isinstance(found, Mapping) or found.get("questionnaire") not in (canonical(), questionnaire_url()):
        return None
    if found.get("status") not in _TAKEN:
        return None
    about = found.get("subject")
    reference = about.get("reference") if isinstance(about, Mapping) else None
    if (
        not isinstance(reference, str)
        or f"/{reference}".rpartition("/Patient/")[2] != subject[len("Patient/") :]
    ):
        said = "It is about another patient than the context."
        raise Problem("invalid", errors=[FieldProblem(f"{place}/subject", "other_patient", said)])
    return found
