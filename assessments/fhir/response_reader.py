"""A QuestionnaireResponse becomes the body of an assessment: the same reading as the native API's.

Where a value can't be taken, its place is named in the response. An item that the form doesn't have, a value
of another type and an element that may change an answer are refused, never left out of account.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from assessments.fhir.elements_beside import OF_RESPONSE
from assessments.fhir.item_answers import read_answer
from assessments.fhir.questionnaire import canonical, is_in_force, own_form
from assessments.fhir.questionnaire_items import KNOWN, ROLE, UNKNOWN, has_reason
from assessments.fhir.response_items import Reading, items_in, refuse_elements
from assessments.fhir.values import one_value
from assessments.protocol import QUESTIONS, Question
from backend.platform.api.fields import composed
from backend.platform.api.problems import Problem
from backend.platform.fhir.search import read_reference
from backend.platform.refusals import FieldProblem
from patients.fhir import external_ids, is_external_id

STATUSES = ("in-progress", "completed")
_QUESTIONS = {question.name: question for question in QUESTIONS}


def read_answers(resource: Mapping[str, Any]) -> Reading:
    """Read the answers of a response that somebody else keeps, as far as they can be read.

    What can't stands among the ``problems`` of the reading; ``read_response`` refuses the whole for it.
    """
    reading = Reading()
    for place, item in items_in(resource.get("item", []), "/item", reading):
        _read_item(place, item, reading)
    return reading


def read_response(resource: Mapping[str, Any]) -> Reading:
    """Read it whole; raises ``Problem`` (422) that names every place where it can't be taken."""
    reading = Reading()
    if resource.get("resourceType") != "QuestionnaireResponse":
        raise Problem(
            "invalid",
            errors=[FieldProblem("/resourceType", "wrong_type", "A QuestionnaireResponse is needed.")],
        )
    refuse_elements(resource, OF_RESPONSE, "", reading)
    _read_head(resource, reading)
    return _read_items(resource, reading)


def _read_items(resource: Mapping[str, Any], reading: Reading) -> Reading:
    for place, item in items_in(resource.get("item", []), "/item", reading):
        _read_item(place, item, reading)
    if reading.problems:
        raise Problem("invalid", errors=reading.problems)
    reading.body |= {"answers": reading.answers}
    if reading.reasons:
        reading.body["absent_reasons"] = reading.reasons
    return reading


def _read_head(resource: Mapping[str, Any], reading: Reading) -> None:
    version = own_form(resource.get("questionnaire"))
    if version is None or not is_in_force(version):
        reading.refuse("/questionnaire", "unknown_version", f"The form in force is {canonical()}.")
    if resource.get("status") not in STATUSES:
        detail = "in-progress or completed; a correction is an amendment, which the native API takes."
        reading.refuse("/status", "unknown_choice", detail)
    _read_subject(resource.get("subject"), reading)
    if "authored" in resource:
        reading.body["assessed_at"] = resource["authored"]
    reading.places["/assessed_at"] = "/authored"
    reading.places["/assessor_role"] = "/item"


def _read_subject(subject: Any, reading: Reading) -> None:
    """Whom it is about: by our id, by the practice's own, or by both; whoever records it compares the two."""
    given = subject if isinstance(subject, Mapping) else {}
    text = given.get("reference")
    patient = read_reference(text, "Patient") if isinstance(text, str) else None
    reading.known_as = _external_id(given.get("identifier"))
    if patient is None and (text is not None or not reading.known_as):
        detail = f"A reference Patient/{{id}} or an identifier of {external_ids()} is needed."
        reading.refuse("/subject", "required", detail)
    if patient is not None:
        reading.body["patient"] = str(patient)
    reading.places["/patient"] = "/subject"


def _external_id(identifier: Any) -> str:
    """The practice's own id of the runner; empty where an identifier is none of these."""
    given = identifier if isinstance(identifier, Mapping) else {}
    value = given.get("value")
    ours = is_external_id(given.get("system")) and isinstance(value, str) and "\0" not in value
    return composed(str(value)) if ours else ""


def _read_item(place: str, item: Mapping[str, Any], reading: Reading) -> None:
    link_id = item["linkId"]
    name, suffix = _split(link_id)
    question = ROLE if link_id == ROLE.name else _QUESTIONS.get(name)
    if question is None or suffix not in _suffixes(question):
        reading.refuse(place, "unknown_question", "The form has no item of this linkId.")
        for here, inner in items_in(item.get("item", []), f"{place}/item", reading):
            _read_item(here, inner, reading)
        return
    if link_id in reading.seen and question.type != "objects":
        reading.refuse(place, "not_unique", "This item is there more than once.")
        _note_others(question, suffix, [item], reading)
    else:
        reading.seen.add(link_id)
        _read_known(question, suffix, item, place, reading)
    for inner in _misplaced(item, question.name):
        alone = Reading()
        _read_item(place, inner, alone)
        reading.note_others(alone)


def _read_known(
    question: Question, suffix: str, item: Mapping[str, Any], place: str, reading: Reading
) -> None:
    if question is ROLE:
        reading.places["/assessor_role"] = place
        role = one_value(item, question, place, reading)
        reading.body |= {} if role is None else {ROLE.name: role}
        return
    read_answer(question, suffix, item, place, reading)
    answers = item.get("answer")
    if question.type != "choices" and isinstance(answers, list) and len(answers) > 1:
        _note_others(question, suffix, ({**item, "answer": [one]} for one in answers), reading)


def _note_others(
    question: Question, suffix: str, items: Iterable[Mapping[str, Any]], reading: Reading
) -> None:
    """Note what each of these items answers, where one too many is refused."""
    for item in items:
        alone = Reading()
        if question is not ROLE:
            read_answer(question, suffix, item, "", alone)
        reading.note_others(alone)


def _misplaced(item: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    """The items inside a question that are no parts of it; they are refused where they stand."""
    answers = item.get("answer")
    for around in [item, *(answers if isinstance(answers, list) else [])]:
        within = around.get("item") if isinstance(around, Mapping) else None
        for inner in within if isinstance(within, list) else []:
            link_id = inner.get("linkId") if isinstance(inner, Mapping) else None
            if isinstance(link_id, str) and not link_id.startswith(f"{name}."):
                yield inner


def _split(link_id: str) -> tuple[str, str]:
    for suffix in (UNKNOWN, KNOWN):
        if link_id.endswith(suffix):
            return link_id.removesuffix(suffix), suffix
    return link_id, ""


def _suffixes(question: Question) -> tuple[str, ...]:
    if question.type == "objects":
        return ("", KNOWN)
    return ("", UNKNOWN) if has_reason(question) else ("",)
