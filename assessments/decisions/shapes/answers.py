"""The OpenAPI schema of answers, made from the question table: a generated client is typed by question.

Choices of a kind share one named enum. "unknown" is one of their values, so that it can be said; for
everything else null or leaving out says the same, which keeps a score a number in every language (the service
also reads the word "unknown" there). Distances and the duration may come with a unit.
"""

from collections.abc import Callable
from typing import Any

from assessments.protocol import ADMINISTRATIVE, QUESTIONS, Question
from assessments.protocol.texts import TEXTS

Schema = dict[str, Any]
#: Registers a named component and returns the reference to it.
Register = Callable[[str, Schema], Schema]

UNKNOWN = "unknown"
#: RFC 3339's full-date or date-time; a pattern knows no calendar, the question's reader does.
DATE_OR_TIME = (
    r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    r"(T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9]))?$"
)
NULL: Schema = {"type": "null"}
#: Names of enums and objects that aren't named after the one question they belong to.
ENUM_NAMES = {
    ("no", "yes"): "YesNo",
    ("no", "yes", "yes_longstanding_unchanged"): "YesNoLongstanding",
    ("none", "unilateral", "bilateral"): "LegSymptomSide",
    ("km", "mi"): "DistanceUnit",
    ("days", "weeks", "months"): "DurationUnit",
}
OBJECT_NAMES = {
    "diagnoses": "Diagnosis",
    "adjustments_tried": "AdjustmentTried",
    "goal_event": "TargetEvent",
    "spinal_surgery_clearance": "SurgeryClearance",
}


def answers_schema(register: Register, *, request: bool) -> Schema:
    """An object with one property for each question.

    In a request every answer may be null and an unknown name is refused; in an answer there are known answers
    only, in the question's own unit, and a later protocol may bring more.
    """
    kind = _Kind(register, request=request)
    schema: Schema = {"type": "object", "properties": {item.name: kind.property(item) for item in QUESTIONS}}
    return schema | ({"additionalProperties": False} if request else {})


def absent_reasons_schema(register: Register) -> Schema:
    """Why answers are absent, by question, in the codes of HL7."""
    codes = next(item.choices for item in ADMINISTRATIVE if item.name == "absent_reason")
    reason = register("AbsentReason", {"type": "string", "enum": list(codes)})
    names = {"enum": [question.name for question in QUESTIONS]}
    return {"type": "object", "additionalProperties": reason, "propertyNames": names}


class _Kind:
    """Schemas by the type of a question, for one direction."""

    def __init__(self, register: Register, *, request: bool) -> None:
        self._register = register
        self._request = request
        self._suffix = "Request" if request else ""

    def property(self, question: Question) -> Schema:
        """One question: its type, what it means, and null where it may be unknown."""
        schema = getattr(self, f"_{question.type}")(question)
        if self._request and not question.required:
            schema = _or_null(schema)
        unit = f" Unit: {question.unit}." if question.unit else ""
        return {"description": f"{_described(question)}{unit}", **schema}

    def _choice(self, question: Question) -> Schema:
        name = ENUM_NAMES.get(question.choices) or _camel(question.name)
        return self._enum(name, (*question.choices, UNKNOWN))

    def _enum(self, name: str, values: tuple[str, ...]) -> Schema:
        return self._register(name, {"type": "string", "enum": list(values)})

    def _choices(self, question: Question) -> Schema:
        return _list(self._enum(f"{_camel(question.name)}Item", question.choices), question.max_items)

    def _integer(self, question: Question) -> Schema:
        return self._with_units(
            question, {"type": "integer", "minimum": question.low, "maximum": question.high}
        )

    def _number(self, question: Question) -> Schema:
        return self._with_units(
            question, {"type": "number", "minimum": question.low, "maximum": question.high}
        )

    def _with_units(self, question: Question, plain: Schema) -> Schema:
        if not question.units or not self._request:
            return plain
        unit = self._enum(ENUM_NAMES[units := tuple(name for name, _ in question.units)], units)
        name = f"{ENUM_NAMES[units].removesuffix('Unit')}Request"
        properties = {"value": {"type": "number", "minimum": 0}, "unit": unit}
        return {"oneOf": [plain, self._register(name, _object(properties, ["value", "unit"], closed=True))]}

    def _date(self, question: Question) -> Schema:  # noqa: ARG002
        return {"type": "string", "format": "date"}

    def _date_or_time(self, question: Question) -> Schema:  # noqa: ARG002
        said = "ISO 8601: a date, or a date and time with offset."
        return {"type": "string", "description": said, "pattern": DATE_OR_TIME}

    def _text(self, question: Question) -> Schema:
        return {"type": "string", "maxLength": question.max_length}

    def _features(self, question: Question) -> Schema:
        item = self._enum(ENUM_NAMES["no", "yes"], ("no", "yes", UNKNOWN))
        answer = _or_null(item) if self._request else item
        fields = dict.fromkeys(question.choices, answer)
        return self._named(_camel(question.name), _object(fields, [], closed=self._request))

    def _object(self, question: Question) -> Schema:
        fields = {field.name: self._field(question, field) for field in question.fields}
        required = [field.name for field in question.fields if field.required]
        return self._named(OBJECT_NAMES[question.name], _object(fields, required, closed=self._request))

    def _field(self, question: Question, field: Question) -> Schema:
        """A part of a structured answer; its enum carries the name of the whole."""
        if field.type != "choice" or field.choices in ENUM_NAMES:
            return self.property(field)
        name = f"{OBJECT_NAMES[question.name]}{_camel(field.name)}"
        values = field.choices if field.required else (*field.choices, UNKNOWN)
        schema = self._enum(name, values)
        return {
            "description": field.label,
            **(_or_null(schema) if self._request and not field.required else schema),
        }

    def _objects(self, question: Question) -> Schema:
        return _list(self._object(question), question.max_items)

    def _named(self, name: str, schema: Schema) -> Schema:
        return self._register(name + self._suffix, schema)


def _described(question: Question) -> str:
    """What a form asks; a part of a structured answer has a label alone."""
    text = TEXTS.questions.get(question.name)
    if text is None:
        return f"{question.label}."
    return f"{text.clinician.label}. {text.clinician.hint}".strip()


def _object(properties: Schema, required: list[str], *, closed: bool) -> Schema:
    schema: Schema = {"type": "object", "properties": properties}
    return (
        schema
        | ({"required": required} if required else {})
        | ({"additionalProperties": False} if closed else {})
    )


def _list(items: Schema, limit: int | None) -> Schema:
    return {"type": "array", "items": items, "maxItems": limit, "uniqueItems": True}


def _or_null(schema: Schema) -> Schema:
    """The same or null, in the one of OpenAPI 3.1's ways that client generators read best."""
    if "oneOf" in schema:
        return {**schema, "oneOf": [*schema["oneOf"], NULL]}
    if "$ref" in schema:
        return {"oneOf": [schema, NULL]}
    return {**schema, "type": [schema["type"], "null"]}


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))
