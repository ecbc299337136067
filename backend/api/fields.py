"""Serializer fields that take a value as it is or refuse it; nothing is coerced.

REST framework's own fields read ``"5"`` and ``5.0`` as 5 and ``1`` as true. A number that arrives as text is
a defect of the sender, and it should hear of it.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.validators import ProhibitNullCharactersValidator, RegexValidator
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

#: One line of text: no control character, and at least one that is not a space.
ONE_LINE = r"^[^\x00-\x1F\x7F-\x9F]*[^\s\x00-\x1F\x7F-\x9F][^\x00-\x1F\x7F-\x9F]*$"
#: The same with line breaks and tabs.
SEVERAL_LINES = (
    r"^[^\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F]*[^\s\x00-\x1F\x7F-\x9F][^\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F]*$"
)

READ_ONLY = "The service sets this itself."
UNKNOWN_FIELD = "There is no such field."


class TextField(serializers.CharField):
    """One line of text; surrounding spaces are dropped, control characters refused."""

    default_error_messages = {"wrong_type": "Must be a string."}
    pattern = ONE_LINE
    said = "Must be one line of text without control characters."

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        characters = RegexValidator(self.pattern, self.said, "invalid_character")
        others = (rule for rule in self.validators if not isinstance(rule, ProhibitNullCharactersValidator))
        self.validators = [*others, characters]

    def to_internal_value(self, data: Any) -> str:
        """Take a string only."""
        if not isinstance(data, str):
            self.fail("wrong_type")
        return str(super().to_internal_value(data))


class NoteField(TextField):
    """Text of several lines, as a person writes it."""

    pattern = SEVERAL_LINES
    said = "Must be text without control characters other than line breaks and tabs."


class WholeNumberField(serializers.IntegerField):
    """A JSON number without a fraction."""

    default_error_messages = {"wrong_type": "Must be a whole number."}

    def to_internal_value(self, data: Any) -> int:
        """Take an int only; ``true`` and 3.0 are none."""
        if type(data) is not int:
            self.fail("wrong_type")
        return data


class NumberField(serializers.FloatField):
    """A JSON number."""

    default_error_messages = {"wrong_type": "Must be a number."}

    def to_internal_value(self, data: Any) -> float:
        """Take an int or a float only."""
        if type(data) not in (int, float):
            self.fail("wrong_type")
        return float(data)


class TrueOrFalseField(serializers.BooleanField):
    """A JSON boolean."""

    default_error_messages = {"wrong_type": "Must be true or false."}

    def to_internal_value(self, data: Any) -> bool:
        """Take a bool only."""
        if not isinstance(data, bool):
            self.fail("wrong_type")
        return data


class OffsetDateTimeField(serializers.DateTimeField):
    """An ISO 8601 date and time with its offset: a time without one means something else in every clinic."""

    default_error_messages = {"no_offset": "Must have an offset, such as 2026-03-01T09:00:00Z."}

    def enforce_timezone(self, value: dt.datetime) -> dt.datetime:
        """Refuse a naive time where REST framework would guess."""
        if value.tzinfo is None:
            self.fail("no_offset")
        return super().enforce_timezone(value)


class WordField(serializers.ChoiceField):
    """One word of a closed set, which has a name of its own in the OpenAPI document."""

    def __init__(self, name: str, words: Iterable[str], **kwargs: Any) -> None:
        self.name = name
        super().__init__(choices=[str(word) for word in words], **kwargs)


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses fields it doesn't know and fields the caller may not set, along with every other problem."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Validate the fields; raises one ``ValidationError`` that names every place."""
        refused = self._refused(data) if isinstance(data, Mapping) else {}
        try:
            value: dict[str, Any] = super().to_internal_value(data)
        except serializers.ValidationError as exc:
            if not isinstance(exc.detail, dict):
                raise
            raise serializers.ValidationError({**exc.detail, **refused}) from None
        if refused:
            raise serializers.ValidationError(refused)
        return value

    def _refused(self, data: Mapping[Any, Any]) -> dict[str, list[ErrorDetail]]:
        writable = {field.field_name for field in self._writable_fields}
        return {
            name: [
                ErrorDetail(READ_ONLY, "read_only")
                if name in self.fields
                else ErrorDetail(UNKNOWN_FIELD, "unknown_field")
            ]
            for name in map(str, data)
            if name not in writable
        }
