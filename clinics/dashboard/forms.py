"""Forms of the settings: their rules are the API's, whose refusals they show at their own fields."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.forms.boundfield import BoundField

from backend.platform.refusals import FieldProblem


class SettingsForm(forms.Form):
    """Takes what was typed; serializers and services of the API say what is wrong with it.

    ``places`` are the fields by the names that the API has for them, where they differ.
    """

    places: ClassVar[dict[str, str]] = {}

    def body(self) -> dict[str, Any]:
        """What a valid form says, as the API takes it."""
        return self.cleaned_data

    def refuse(self, problems: Iterable[FieldProblem]) -> None:
        """Say each problem at the field that its pointer names or lies in."""
        for problem in problems:
            parts = problem.pointer.split("/")
            place = next((part for part in parts if self.places.get(part, part) in self.fields), None)
            self.refuse_one(place, problem.detail)

    def refuse_one(self, field: str | None, words: str) -> None:
        """Say what is wrong at a field; above them all when the form has none of that name."""
        name = self.places.get(field or "", field)
        self.add_error(name if name in self.fields else None, words)

    def faults(self) -> Iterator[tuple[str, str, str]]:
        """Where, which field and what, for each thing to correct."""
        return faults_of(self)


def faults_of(form: forms.Form, *, before: str = "") -> Iterator[tuple[str, str, str]]:
    """Place, name and words of each thing to correct; ``before`` names one of several like forms."""
    for name, texts in form.errors.items():
        field: BoundField | None = form[name] if name in form.fields else None
        label = str(field.label) if field else ""
        for text in texts:
            if field is None:
                yield "", "", f"{before}{text}"
            else:
                yield place_of(field), f"{before}{label.lower()}" if before else label, str(text)


def place_of(field: BoundField) -> str:
    """The id of a field's control, or of the group of its controls."""
    return field.id_for_label or field.auto_id


class Confirmed(SettingsForm):
    """Nothing to fill in: a button."""


def lines(value: Any) -> list[str]:
    """Each line that isn't empty."""
    return [line.strip() for line in str(value).splitlines() if line.strip()]


@dataclass(frozen=True, slots=True)
class State:
    """``look`` is one of good, waits, bad, off: a disc, a triangle, an octagon, a ring."""

    words: str
    look: str = "good"


def many(count: int, one: str, several: str = "") -> str:
    """A number with its noun: 1 member, 2 members, no members."""
    noun = one if count == 1 else several or f"{one}s"
    return f"{count or 'no'} {noun}"
