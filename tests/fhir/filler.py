"""A form filler that knows FHIR's Questionnaire and nothing of this service: what a hospital would bring."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from backend.platform.fhir.elements import DATA_ABSENT

Item = dict[str, Any]
#: Chooses the answers of an item, as values; none leaves it empty.
Choose = Callable[[Item], list[Any]]

VALUES = {
    "integer": "valueInteger",
    "decimal": "valueDecimal",
    "date": "valueDate",
    "dateTime": "valueDateTime",
    "text": "valueString",
}


class UnansweredError(Exception):
    """A required item was left empty."""


def fill(
    questionnaire: Mapping[str, Any], choose: Choose, repeats: Callable[[Item], list[Choose]]
) -> list[Item]:
    """The items of the response; ``repeats`` gives a chooser for each time a repeating group is filled."""
    given: dict[str, list[Any]] = {}
    return list(_filled(questionnaire["item"], choose, repeats, given))


def _filled(
    items: list[Item], choose: Choose, repeats: Callable[[Item], list[Choose]], given: dict[str, list[Any]]
) -> Iterator[Item]:
    for item in items:
        if not _is_enabled(item, given):
            continue
        if item["type"] == "group":
            for one in repeats(item) if item.get("repeats") else [choose]:
                inside = list(_filled(item["item"], one, repeats, given))
                if inside:
                    yield {"linkId": item["linkId"], "text": item["text"], "item": inside}
            continue
        values = choose(item)
        if values:
            answers = [_answer(item, value) for value in values]
            given[item["linkId"]] = values
            yield {"linkId": item["linkId"], "text": item["text"], "answer": answers}
        elif item.get("required"):
            raise UnansweredError(item["linkId"])


def _answer(item: Item, value: Any) -> Item:
    if item["type"] != "choice":
        return {VALUES[item["type"]]: value}
    coding = next(
        option["valueCoding"] for option in item["answerOption"] if option["valueCoding"]["code"] == value
    )
    if "data-absent-reason" in coding["system"]:
        return {"extension": [{"url": DATA_ABSENT, "valueCode": value}], "valueCoding": coding}
    return {"valueCoding": coding}


def _is_enabled(item: Item, given: Mapping[str, list[Any]]) -> bool:
    conditions = [_holds(when, given) for when in item.get("enableWhen", [])]
    return (all if item.get("enableBehavior") == "all" else any)(conditions) if conditions else True


def _holds(when: Item, given: Mapping[str, list[Any]]) -> bool:
    values = given.get(when["question"], [])
    if when["operator"] == "exists":
        return bool(values) is when["answerBoolean"]
    assert when["operator"] == "="
    return when["answerCoding"]["code"] in values
