"""One call of a service: what a caller sends, read strictly where a decision rests on it."""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

from assessments.cds.found import Found, find_answers, read_time
from assessments.fhir.questionnaire import questionnaire_url
from backend.platform.api.fields import composed
from backend.platform.api.problems import Problem
from backend.platform.refusals import FieldProblem

PATIENT, RESPONSE = "patient", "response"
_PLACE = "/prefetch"


def prefetch_templates() -> dict[str, str]:
    """What a caller sends along; nothing is fetched from it."""
    query = f"patient={{{{context.patientId}}}}&questionnaire={questionnaire_url()}&_sort=-authored&_count=1"
    return {PATIENT: "Patient/{{context.patientId}}", RESPONSE: f"QuestionnaireResponse?{query}"}


@dataclass(frozen=True, slots=True)
class Call:
    """Whom it is about, as the caller names them, with what was sent along.

    ``identifiers`` are systems with values; ``birth_dates`` the first and the last day on which they may have
    been born, none where nothing is said. ``doubts`` are the places of the patient that can't be read.
    """

    patient: str
    birth_dates: tuple[dt.date, ...]
    identifiers: tuple[tuple[str, str], ...]
    found: Found
    doubts: tuple[str, ...]

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
    if problems or not isinstance(patient, str):
        raise Problem("invalid", errors=problems)
    prefetch = body.get("prefetch")
    if not isinstance(prefetch, Mapping) or not {PATIENT, RESPONSE} <= prefetch.keys():
        detail = "Send patient and response as prefetch; null says that there is none. Nothing is fetched."
        raise Problem("precondition_failed", detail)
    record, doubts = _record(prefetch[PATIENT], patient)
    birth_dates = _birth_dates(record.get("birthDate"))
    if record.get("birthDate") is not None and not birth_dates:
        doubts.append(f"{_PLACE}/{PATIENT}/birthDate")
    identifiers = _identifiers(record)
    found = find_answers(prefetch[RESPONSE], f"{_PLACE}/{RESPONSE}", patient=patient, identifiers=identifiers)
    return Call(
        patient=patient,
        birth_dates=birth_dates,
        identifiers=identifiers,
        found=found,
        doubts=tuple(doubts),
    )


def _is_uuid(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(uuid.UUID(value))
    except ValueError:
        return False


def _record(sent: Any, patient: str) -> tuple[Mapping[str, Any], list[str]]:
    """The patient of the call, and the places that can't be read; raises ``Problem`` for another one."""
    place = f"{_PLACE}/{PATIENT}"
    if sent is None:
        return {}, []
    if not isinstance(sent, Mapping) or sent.get("resourceType", "Patient") != "Patient":
        return {}, [place]
    if sent.get("id", patient) != patient:
        said = "It is another patient than the context's."
        raise Problem("invalid", errors=[FieldProblem(f"{place}/id", "other_patient", said)])
    return sent, []


def _birth_dates(value: Any) -> tuple[dt.date, ...]:
    """The first and the last day that a birth date may mean; none where it says nothing."""
    last = read_time(value) if isinstance(value, str) and len(value) <= len("2026-03-01") else None
    if last is None:
        return ()
    return dt.date.fromisoformat(f"{value}-01-01"[:10]), last.date()


def _identifiers(patient: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    given = patient.get("identifier")
    named = [one for one in given if isinstance(one, Mapping)] if isinstance(given, list) else []
    pairs = [(one.get("system"), one.get("value")) for one in named]
    return tuple((system, value) for system, value in pairs if _is_text(system) and _is_text(value))


def _is_text(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and bool(value) and "\0" not in value
