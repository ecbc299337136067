"""Which answers to our form a caller has sent along: the whole prefetch is searched, whatever its shape.

``[]`` means to every caller that there is nothing to say. So what can't be read is never taken for nothing:
its place is kept, and a card says so.
"""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from assessments.fhir.elements_beside import OF_RESPONSE, refused_elements
from assessments.fhir.questionnaire import is_in_force, own_form
from assessments.fhir.questionnaire_items import KNOWN, UNKNOWN
from assessments.protocol import QUESTIONS
from backend.platform.api.problems import Problem
from backend.platform.fhir.elements import is_own_system
from backend.platform.refusals import FieldProblem

#: Answers that were withdrawn are none; of any other status they were given.
WITHDRAWN = "entered-in-error"
_STATUSES = ("in-progress", "completed", "amended", "stopped")
#: A bundle in a bundle is read, and nothing deeper.
_DEEPEST = 2
_FAILED = ("error", "fatal")
_NAMES = frozenset(question.name for question in QUESTIONS)


@dataclass(frozen=True, slots=True)
class Answers:
    """A response to our form about the patient of the call.

    ``at`` is when it was answered, as far as that can be read. ``doubts`` are the places that say more or
    something else than is understood; ``other_version``: it was given to another version of the form;
    ``other_form``: it was given to a form that isn't ours and asks our questions.
    """

    resource: Mapping[str, Any]
    place: str
    at: dt.datetime | None
    other_version: bool = False
    other_form: bool = False
    doubts: tuple[str, ...] = ()


@dataclass(slots=True)
class Found:
    """All that is there, and the places that can't be read."""

    answers: list[Answers] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    of_others: list[str] = field(default_factory=list)

    def latest(self) -> list[Answers]:
        """The newest, and every one that may be as new: of those the most urgent counts."""
        newest = max((one.at for one in self.answers if one.at is not None), default=None)
        return [one for one in self.answers if one.at in (newest, None)]

    def next_to(self, read: Collection[Answers]) -> list[Answers]:
        """The newest of the others: what held before something that can't be read."""
        return Found([one for one in self.answers if one not in read]).latest()


def find_answers(sent: Any, place: str, *, patient: str, identifiers: Collection[tuple[str, str]]) -> Found:
    """Search what was sent; raises ``Problem`` when the only answers are another patient's."""
    found = Found()
    if sent is not None:
        for here, item in _resources(sent, place, found, 1):
            _sort_in(item, here, found, patient, identifiers)
    if found.of_others and not found.answers:
        said = "It is about another patient than the context."
        errors = [FieldProblem(where, "other_patient", said) for where in found.of_others]
        raise Problem("invalid", errors=errors)
    return found


def _resources(sent: Any, place: str, found: Found, depth: int) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What was sent, or what its bundle holds."""
    kind = sent.get("resourceType") if isinstance(sent, Mapping) else None
    if kind == "QuestionnaireResponse":
        yield place, sent
    elif kind == "Bundle" and depth <= _DEEPEST:
        yield from _in_bundle(sent, place, found, depth)
    elif kind == "OperationOutcome" and depth > 1:
        if any(severity in _FAILED or severity is None for severity in _severities(sent)):
            found.unread.append(place)
    elif depth == 1 or not isinstance(kind, str) or _holds_ours(sent):
        found.unread.append(place)


def _in_bundle(
    bundle: Mapping[str, Any], place: str, found: Found, depth: int
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    entries = bundle.get("entry", [])
    if not isinstance(entries, list):
        found.unread.append(f"{place}/entry")
        return
    before = len(found.answers)
    for number, entry in enumerate(entries):
        here = f"{place}/entry/{number}/resource"
        yield from _resources(
            entry.get("resource") if isinstance(entry, Mapping) else None, here, found, depth + 1
        )
    if len(found.answers) == before and not found.of_others and _goes_on(bundle, len(entries)):
        found.unread.append(f"{place}/link")


def _goes_on(bundle: Mapping[str, Any], entries: int) -> bool:
    """Whether more was found than was sent along."""
    links = bundle.get("link")
    named = (
        [link.get("relation") for link in links if isinstance(link, Mapping)]
        if isinstance(links, list)
        else []
    )
    total = bundle.get("total")
    return "next" in named or (isinstance(total, int) and total > entries)


def _severities(outcome: Mapping[str, Any]) -> list[Any]:
    issues = outcome.get("issue")
    read = issues if isinstance(issues, list) and issues else [None]
    return [issue.get("severity") if isinstance(issue, Mapping) else None for issue in read]


def _sort_in(
    response: Mapping[str, Any],
    place: str,
    found: Found,
    patient: str,
    identifiers: Collection[tuple[str, str]],
) -> None:
    """Take a response in when it answers our form about this patient."""
    named = response.get("questionnaire")
    version = own_form(named.get("reference") if isinstance(named, Mapping) else named)
    other_form = version is None and isinstance(named, str)
    if version is None and not _holds_ours(response.get("item")):
        if named is not None and not other_form:
            found.unread.append(f"{place}/questionnaire")
        return
    if response.get("status") == WITHDRAWN:
        return
    about = _is_about(response.get("subject"), patient, identifiers)
    if about is None:
        found.unread.append(f"{place}/subject")
    elif not about:
        found.of_others.append(f"{place}/subject")
    else:
        other_version = not other_form and (version is None or not is_in_force(version))
        doubts = tuple(f"{place}/{name}" for name in _doubtful(response))
        at = read_time(response.get("authored"))
        found.answers.append(Answers(response, place, at, other_version, other_form, doubts))


def _doubtful(response: Mapping[str, Any]) -> Iterator[str]:
    """What may change the meaning of all answers, in ways that aren't understood."""
    yield from refused_elements(response, OF_RESPONSE)
    if response.get("status") not in _STATUSES:
        yield "status"
    if read_time(response.get("authored")) is None:
        yield "authored"


def _is_about(subject: Any, patient: str, identifiers: Collection[tuple[str, str]]) -> bool | None:
    """Whether a subject is the patient; ``None`` where that can't be told."""
    if not isinstance(subject, Mapping):
        return None
    reference, identifier = subject.get("reference"), subject.get("identifier")
    if isinstance(reference, str) and "Patient/" in reference:
        return f"/{reference}".rpartition("/Patient/")[2].partition("/_history/")[0] == patient
    if isinstance(reference, str) and not reference.startswith(("#", "urn:")):
        return False
    if isinstance(identifier, Mapping):
        return True if (identifier.get("system"), identifier.get("value")) in identifiers else None
    return None


def read_time(value: Any) -> dt.datetime | None:
    """A FHIR date or time; of a date, a month or a year its last moment. ``None`` where it can't be read."""
    if not isinstance(value, str):
        return None
    try:
        if len(value) > len("2026-03-01"):
            moment = dt.datetime.fromisoformat(value)
            return moment if moment.tzinfo is not None else None
        start = dt.datetime.fromisoformat(f"{value}-01-01"[:10]).replace(tzinfo=dt.UTC)
        days = {4: 366, 7: 31}.get(len(value), 1)
        return start + dt.timedelta(days=days) - dt.timedelta(seconds=1)
    except (ValueError, OverflowError):
        return None


def _holds_ours(value: Any) -> bool:
    """Whether something in it is a question or an answer of our form, wherever it came from."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting += one
        elif isinstance(one, Mapping):
            link = one.get("linkId")
            name = link.removesuffix(UNKNOWN).removesuffix(KNOWN) if isinstance(link, str) else ""
            if name in _NAMES or is_own_system(one.get("system"), "answer"):
                return True
            if own_form(one.get("questionnaire")) is not None:
                return True
            waiting += one.values()
    return False
