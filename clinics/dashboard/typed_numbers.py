"""Numbers as people type them: read where everybody reads the same, else asked about.

A comma is a decimal sign in Berlin and groups thousands in London, a point the other way round; before
exactly three digits neither reader can tell, and a guess would be off by a thousand.
"""

import re
from typing import Any

from django import forms

_NUMBER = re.compile(r"[+-]?[0-9]{1,15}([.,][0-9]{1,15})?")
_AMBIGUOUS = re.compile(r"([+-]?)(?!0+[.,])([0-9]{1,15})[.,]([0-9]{3})")


class AmbiguousNumberError(ValueError):
    """A number that is another one to another reader; the message asks which."""

    def __init__(self, grouped: str, decimal: str) -> None:
        super().__init__(
            f"{grouped} or {decimal}? Write it without a comma or point, or with other decimals."
        )


def read_number(text: str) -> int | float | None:
    """Return the number that was typed, ``None`` for what is none.

    Raises ``AmbiguousNumberError`` for a comma or point before exactly three digits, unless only noughts
    stand before it: nobody groups 0.125.
    """
    if unclear := _AMBIGUOUS.fullmatch(text):
        sign, whole, after = unclear.groups()
        raise AmbiguousNumberError(f"{sign}{int(whole + after)}", f"{sign}{float(f'{whole}.{after}'):g}")
    if not _NUMBER.fullmatch(text):
        return None
    return float(text.replace(",", ".")) if "." in text or "," in text else int(text)


def write_number(number: float) -> str:
    """Return the number as it is read again: 1.125 as 1.1250, which nobody can take for a thousand."""
    text = str(number)
    return f"{text}0" if _AMBIGUOUS.fullmatch(text) else text


def _cleaned(value: Any) -> Any:
    """Return what a form field goes on to read; raises ``ValidationError`` with the question."""
    if not isinstance(value, str):
        return value
    try:
        number = read_number(value.strip())
    except AmbiguousNumberError as exc:
        raise forms.ValidationError(str(exc), "ambiguous") from None
    if number is None and value.strip():
        raise forms.ValidationError("Enter a number.", "invalid")
    return value if number is None else str(number)


class WholeNumber(forms.IntegerField):
    """A whole number of a form; ambiguous notation is refused with a question."""

    def to_python(self, value: Any) -> int | None:
        """Read it."""
        return super().to_python(_cleaned(value))


class Number(forms.FloatField):
    """A number of a form, with a decimal comma or point; ambiguous notation is refused with a question."""

    def to_python(self, value: Any) -> float | None:  # type: ignore[override]  # as FloatField itself
        """Read it."""
        return super().to_python(_cleaned(value))
