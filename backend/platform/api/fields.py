"""Serializer fields that take a value as it is or refuse it; nothing is coerced.

REST framework's own fields read ``"5"`` and ``5.0`` as 5 and ``1`` as true. A number that arrives as text is
a defect of the sender, and it should hear of it.
"""

import datetime as dt
import unicodedata
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator, RegexValidator
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

#: Control characters; those that turn or mark the direction of writing; separators of lines and paragraphs;
#: what is invisible and joins nothing. Joiners (U+200C, U+200D) stay: Persian and Indic names need them.
_NOT_IN_A_LINE = (
    r"\x00-\x1F\x7F-\x9F\u00AD\u061C\u180E\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB"
)
#: Joiners and fillers, which show nothing by themselves.
_SHOWS_NOTHING = r"\s\u115F\u1160\u200C\u200D\u2800\u3164\uFFA0"
#: Control characters but line breaks and tabs, and what makes text read backwards.
_NOT_IN_LINES = r"\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F\u202D\u202E"

#: One line of text in which something can be seen.
ONE_LINE = rf"^[^{_NOT_IN_A_LINE}]*[^{_SHOWS_NOTHING}{_NOT_IN_A_LINE}][^{_NOT_IN_A_LINE}]*$"
#: The same with line breaks and tabs.
SEVERAL_LINES = rf"^[^{_NOT_IN_LINES}]*[^\s\x00-\x1F\x7F-\x9F\u202D\u202E][^{_NOT_IN_LINES}]*$"
#: Number signs of Kaithi: of category Cf, yet visible.
_VISIBLE = frozenset("\U000110bd\U000110cd")

READ_ONLY = "The service sets this itself."
UNKNOWN_FIELD = "There is no such field."


def composed(text: str) -> str:
    """Return the text in Unicode's composed form (NFC), so that equal texts are equal bytes."""
    return unicodedata.normalize("NFC", text)


class OneLineValidator(RegexValidator):
    """One line without control, direction and invisible characters.

    The pattern goes into the OpenAPI document and names the characters below U+10000 only, because readers of
    patterns differ about the others; format characters above are refused here.
    """

    regex = ONE_LINE
    message = "Must be one line of text without control, direction or invisible characters."
    code = "invalid_character"

    def __call__(self, value: Any) -> None:
        """Raise ``ValidationError`` for a character that a line doesn't hold."""
        super().__call__(value)
        if str(value).endswith("\n"):  # which `$` forgives
            raise ValidationError(self.message, self.code)
        above = (char for char in str(value) if char > "\uffff" and char not in _VISIBLE)
        if any(unicodedata.category(char) == "Cf" for char in above):
            raise ValidationError(self.message, self.code)


class SeveralLinesValidator(RegexValidator):
    """Text of several lines without control characters and without what makes it read backwards."""

    regex = SEVERAL_LINES
    message = (
        "Must be text without control characters other than line breaks and tabs, and not turned around."
    )
    code = "invalid_character"


class TextField(serializers.CharField):
    """One line of text; surrounding spaces are dropped, the rest is composed (NFC)."""

    default_error_messages = {"wrong_type": "Must be a string."}
    characters: RegexValidator = OneLineValidator()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        others = (rule for rule in self.validators if not isinstance(rule, ProhibitNullCharactersValidator))
        self.validators = [*others, self.characters]

    def to_internal_value(self, data: Any) -> str:
        """Take a string only, no longer than the document says, the spaces that are dropped included."""
        if not isinstance(data, str):
            self.fail("wrong_type")
        if self.max_length is not None and len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        return composed(str(super().to_internal_value(data)))


class NoteField(TextField):
    """Text of several lines, as a person writes it."""

    characters = SeveralLinesValidator()


def _one_line(value: Any) -> None:
    """The rule of one line, for a field whose form says its own pattern."""
    OneLineValidator()(value)


class EmailField(serializers.EmailField):
    """An e-mail address; its domain may have letters of any script, and nothing that can't be seen."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.validators = [*self.validators, _one_line]


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


class ListField(serializers.ListField):
    """A list no longer than the document says: a longer one is refused before its items are looked at."""

    def run_child_validation(self, data: Any) -> list[Any]:
        """Validate the items, if there aren't too many of them."""
        if self.max_length is not None and len(data) > self.max_length:
            self.run_validators(data)
        items: list[Any] = super().run_child_validation(data)
        return items


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


def id_text(value: uuid.UUID | None) -> str | None:
    return str(value) if value else None


def timestamp(value: dt.datetime | None) -> str | None:
    """A time as every document shows it: in UTC with a Z."""
    return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z") if value else None


class Shape(serializers.Serializer[Any]):
    """A JSON object of an answer."""


_FIRST_YEAR, _LAST_YEAR = 2000, 2099


def this_century(value: dt.date) -> None:
    """Refuse a date that no arithmetic of calendars should meet."""
    if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        detail = f"Must be between {_FIRST_YEAR} and {_LAST_YEAR}."
        raise serializers.ValidationError(detail, "out_of_range")
