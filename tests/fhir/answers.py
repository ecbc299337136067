"""The answers of a case, as somebody at a form would give them."""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.fhir.filler import Choose, Item, fill


def chooser(answers: Mapping[str, Any], role: str = "physiotherapist") -> Choose:
    """Gives what the case has; says of what is required and missing that it wasn't asked."""

    def choose(item: Item) -> list[Any]:
        name = item["linkId"]
        if name == "assessor_role":
            return [role]
        if name.endswith(".unknown"):
            return ["not-asked"]
        if name.endswith(".known"):
            listed = answers.get(name.removesuffix(".known"))
            if listed is None:
                return ["not-asked"] if item.get("required") else []
            return ["listed" if listed else "none-of-these"]
        value: Any = answers
        for part in name.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        offered = [option["valueCoding"]["code"] for option in item.get("answerOption", [])]
        if (
            value is None
            or value == "unknown"
            or (isinstance(value, str) and offered and value not in offered)
        ):
            return ["not-asked"] if item.get("required") and item["type"] == "choice" else []
        if isinstance(value, list):
            return value or ["none-of-these"]
        return [value]

    return choose


def filled(questionnaire: Mapping[str, Any], answers: Mapping[str, Any]) -> list[Item]:
    """The form, filled in with a case."""

    def repeats(item: Item) -> list[Choose]:
        name = item["linkId"]
        return [chooser({name: one}) for one in answers.get(name, [])]

    return fill(questionnaire, chooser(answers), repeats)


def within_reach(questionnaire: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers that somebody at the form can give: it asks only what applies, and offers what answers."""
    given = {name.partition(".")[0] for name in _answered(filled(questionnaire, answers))}
    return {name: answer for name, answer in answers.items() if name in given}


def _answered(items: list[Item]) -> Iterator[str]:
    """The link ids of what is answered, and not with why it can't be."""
    for item in items:
        yield from _answered(item.get("item", []))
        if any("extension" not in answer for answer in item.get("answer", [])):
            yield item["linkId"]


def response_body(
    questionnaire: Mapping[str, Any], patient: Any, answers: Mapping[str, Any], at: str
) -> Item:
    """The whole QuestionnaireResponse."""
    return {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": f"{questionnaire['url']}|{questionnaire['version']}",
        "status": "completed",
        "subject": {"reference": f"Patient/{patient.id}"},
        "authored": at,
        "item": filled(questionnaire, answers),
    }
