"""A stored assessment as the QuestionnaireResponse it could have come in as."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import F

from assessments.fhir.questionnaire import canonical
from assessments.fhir.questionnaire_items import (
    KNOWN,
    LISTED,
    NONE,
    ROLE,
    UNKNOWN,
    absent_coding,
    answer_coding,
    has_reason,
    is_required,
    section_id,
    sections,
)
from assessments.parameters.services.in_force import parameters_of
from assessments.protocol import CompiledProtocol, Question
from assessments.records.models import Assessment
from backend.platform.fhir.elements import DATA_ABSENT, Resource, instant, reference, resource

Item = dict[str, Any]

_VALUES = {
    "integer": "valueInteger",
    "number": "valueDecimal",
    "date": "valueDate",
    "date_or_time": "valueDateTime",
    "text": "valueString",
}


def response_resource(assessment: Assessment) -> Resource:
    """The answers that were evaluated, and why the required ones among the others are missing."""
    protocol = parameters_of(assessment).protocol
    given = (assessment.answers, assessment.absent_reasons, assessment.assessor_role)
    return resource(
        "QuestionnaireResponse",
        assessment.id,
        assessment.updated_at,
        questionnaire=canonical_of(assessment),
        status=_status(assessment),
        subject=reference("Patient", assessment.patient_id),
        authored=instant(assessment.assessed_at),
        item=list(response_items(*given, protocol)),
    )


def _status(assessment: Assessment) -> str:
    """Corrected answers withdraw what they supersede; missing answers of the screen are awaited."""
    if getattr(assessment, "superseded_by_id", None):
        return "entered-in-error"
    if not assessment.evaluation["screen_complete"]:
        return "in-progress"
    return "amended" if assessment.supersedes_id else "completed"


def answered(assessments: Any) -> Any:
    """Rows with what their responses show."""
    return assessments.select_related("parameter_set").annotate(superseded_by_id=F("superseded_by__id"))


def canonical_of(assessment: Assessment) -> str:
    """The form in the version that was answered."""
    return f"{canonical().partition('|')[0]}|{assessment.protocol_version}"


def response_items(
    answers: Mapping[str, Any], reasons: Mapping[str, str], role: str, protocol: CompiledProtocol
) -> Iterator[Item]:
    """The items of a response under the form's headings; ``protocol`` says what was to be asked."""
    yield {
        "linkId": "section-1",
        "item": [{"linkId": ROLE.name, "answer": [{"valueCoding": answer_coding(role)}]}],
    }
    for group, questions in sections().items():
        inside = [item for question in questions for item in _items(question, answers, reasons, protocol)]
        if inside:
            yield {"linkId": section_id(group), "item": inside}


def _items(
    question: Question, answers: Mapping[str, Any], reasons: Mapping[str, str], protocol: CompiledProtocol
) -> Iterator[Item]:
    name = question.name
    if name in answers and answers[name] not in question.never_offered:
        yield from _answered(question, answers[name])
    elif name in reasons or (is_required(question) and protocol.asks(question, answers) is True):
        link_id = name + (UNKNOWN if has_reason(question) else KNOWN if question.type == "objects" else "")
        yield {"linkId": link_id, "answer": [_absent(question, reasons.get(name, "not-asked"))]}


def _absent(question: Question, reason: str) -> Item:
    """Says why, both as the choice of the form and in the extension; a value of another type can't say it."""
    extension = [{"url": DATA_ABSENT, "valueCode": reason}]
    if question.type in ("choice", "choices", "objects") or has_reason(question):
        return {"extension": extension, "valueCoding": absent_coding(reason)}
    return {"extension": extension}


def _answered(question: Question, value: Any) -> Iterator[Item]:
    name = question.name
    match question.type:
        case "objects":
            gate = answer_coding(LISTED if value else NONE)
            yield {"linkId": name + KNOWN, "answer": [{"valueCoding": gate}]}
            for one in value:
                yield {"linkId": name, "item": list(_parts(question, one))}
        case "object" | "features":
            if value:
                yield {"linkId": name, "item": list(_parts(question, value))}
        case "choices":
            answers = [{"valueCoding": answer_coding(code)} for code in value or (NONE,)]
            yield {"linkId": name, "answer": answers}
        case _:
            yield {"linkId": name, "answer": [_value(question.type, value)]}


def _parts(question: Question, value: Mapping[str, Any]) -> Iterator[Item]:
    types = {part.name: part.type for part in question.fields}
    for name, part in value.items():
        if part != "unknown":
            link_id = f"{question.name}.{name}"
            yield {"linkId": link_id, "answer": [_value(types.get(name, "choice"), part)]}


def _value(kind: str, value: Any) -> Item:
    return {"valueCoding": answer_coding(value)} if kind == "choice" else {_VALUES[kind]: value}
