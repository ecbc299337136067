"""A number is read as every reader reads it, or asked about: never off by a thousand."""

import ast
import re
from pathlib import Path

import pytest
from django import forms
from django.test import Client
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from assessments.decisions.form.fields import number_in_words
from assessments.decisions.form.submitted import entered
from assessments.decisions.form.typed_values import as_typed, control, gather, place, unit_of
from assessments.protocol import QUESTIONS, Question
from clinics.dashboard.typed_numbers import (
    AmbiguousNumberError,
    Number,
    WholeNumber,
    read_number,
    write_number,
)
from clinics.identity.models import Clinic
from patients.models import Patient
from tests.form.filled import address, filled, opened, recorded

#: Spellings and what a British and a German reader both read; ``None``: they read no number.
READ = {
    "7": 7, "7,5": 7.5, "7.5": 7.5, "0,5": 0.5, "0.125": 0.125, "0,125": 0.125, "-3": -3, "+3": 3,
    "1200": 1200, "1200.5": 1200.5, "1200,5": 1200.5, "1.2500": 1.25, "12,75": 12.75, "1 200": None,
    "1.200,5": None, "1,200.5": None, "1,200,300": None, "1.200.300": None, "1'200": None, "1e3": None,
    "seven": None, "½": None, "\u0667": None, "7 km": None, "1,": None, ",5": None, "--1": None,
}  # fmt: skip
#: Spellings of which the two make two numbers, with both.
ASKED = {
    "1,200": ("1200", "1.2"), "1.200": ("1200", "1.2"), "12,345": ("12345", "12.345"),
    "-1,200": ("-1200", "-1.2"), "1.000": ("1000", "1"), "100.500": ("100500", "100.5"),
    "1234,567": ("1234567", "1234.57"), "1234.000": ("1234000", "1234"),
}  # fmt: skip


@pytest.mark.parametrize(("typed", "number"), READ.items())
def test_one_number_to_both_readers_is_read(typed: str, number: float | None) -> None:
    assert read_number(typed) == number


@pytest.mark.parametrize(("typed", "two"), ASKED.items())
def test_two_numbers_to_two_readers_are_asked_about(typed: str, two: tuple[str, str]) -> None:
    with pytest.raises(AmbiguousNumberError, match=re.escape(" or ".join(two))):
        read_number(typed)


def numeric(questions: tuple[Question, ...], before: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    """The place of every number that the form asks for; of a list its third row."""
    found: list[tuple[object, ...]] = []
    for question in questions:
        path = (*before, question.name)
        if question.type in ("integer", "number"):
            found.append(path)
        elif question.type == "object":
            found += numeric(tuple(question.fields), path)
        elif question.type == "objects":
            found += numeric(tuple(question.fields), (*path, 2))
    return found


PLACES = numeric(tuple(QUESTIONS))


@pytest.mark.parametrize("path", PLACES, ids=lambda path: control(*path))
def test_every_number_of_the_form_is_asked_about_at_its_own_place(path: tuple[object, ...]) -> None:
    for typed in ASKED:
        form = MultiValueDict({control(*path): [typed], "assessor_role": ["physiotherapist"]})
        (problem,) = gather(form).problems
        assert problem.code == "ambiguous"
        read = entered(form, now=timezone.now(), correction=False)
        (fault,) = [fault for fault in read.faults if " or " in fault.detail]
        assert fault.id == place(*path)
        assert read.gathered.answers == {}


def test_the_numbers_are_found() -> None:
    assert len(PLACES) >= 25
    assert any(2 in path for path in PLACES), "in the rows of a list too"


def test_shoes_of_1_200_km_are_asked_about_and_kept_as_typed(
    browser: Client, clinic: Clinic, patient: Patient
) -> None:
    name = next(
        control(*path) for path in PLACES if path[-1] == "distance_on_shoes_km" or "shoe" in str(path)
    )
    sent = filled(opened(browser, patient), **{name: "1,200"})
    answer = browser.post(address(patient), sent)
    page = answer.content.decode()
    assert "1200 or 1.2?" in page
    assert "Nothing was stored" in page
    assert 'value="1,200"' in page
    assert recorded(clinic) == []
    browser.post(address(patient), {**sent, name: "800"})
    assert len(recorded(clinic)) == 1


@pytest.mark.parametrize("kind", [WholeNumber, Number])
@pytest.mark.parametrize("typed", ASKED)
def test_a_settings_form_asks_too(kind: type[forms.Field], typed: str) -> None:
    with pytest.raises(forms.ValidationError, match=" or "):
        kind().clean(typed)


@pytest.mark.parametrize(("typed", "number"), READ.items())
def test_a_settings_form_reads_what_the_assessment_form_reads(typed: str, number: float | None) -> None:
    if number is None:
        with pytest.raises(forms.ValidationError):
            Number().clean(typed)
    else:
        assert Number().clean(typed) == number


@pytest.mark.parametrize("number", [1.125, 12.345, 0.125, 7, 7.5, 1200, 1200.5, -1.125])
def test_what_is_written_into_a_form_is_read_again(number: float) -> None:
    assert read_number(write_number(number)) == number
    name = next(path[0] for path in PLACES if len(path) == 1)
    assert gather(as_typed({str(name): number}, {})).answers == {name: number}


def test_no_form_reads_a_number_in_another_way() -> None:
    """Every number field of our forms is one of ours."""
    root = Path(__file__).resolve().parents[2]
    wrong = []
    for app in ("assessments", "clinics", "patients"):
        for module in (root / app).rglob("*.py"):
            for node in ast.walk(ast.parse(module.read_text())):
                if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                    continue
                number = node.func.attr in {"IntegerField", "FloatField", "DecimalField"}
                on_forms = isinstance(node.func.value, ast.Name) and node.func.value.id == "forms"
                hidden = any(
                    word.arg == "widget" and "Hidden" in ast.dump(word.value) for word in node.keywords
                )
                if number and on_forms and not hidden:
                    wrong.append(f"{module.name}:{node.lineno}")
    assert wrong == []


def shown_as(browser: Client, patient: Patient, typed: dict[str, str]) -> str:
    """The panel beside the form, without its marks."""
    answer = browser.post(f"/admin/patients/{patient.pk}/assess/decision/", typed)
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


@pytest.mark.parametrize("path", PLACES, ids=lambda path: control(*path))
def test_a_number_is_shown_back_with_its_unit_before_it_is_recorded(
    browser: Client, patient: Patient, path: tuple[object, ...]
) -> None:
    question = question_at(path)
    number = question.high if question.high is not None else 3
    row = {control(*path[:2], "type"): "distance"} if path[0] == "adjustments_tried" else {}
    typed = {control(*path): str(number), "assessor_role": "physiotherapist", **row}
    said = shown_as(browser, patient, typed)
    assert "Numbers as they are read" in said
    shown = said.partition("Numbers as they are read")[2]
    assert number_in_words(question, number) in shown


def question_at(path: tuple[object, ...]) -> Question:
    """The question, or the part of one, of a place."""
    names = [name for name in path if isinstance(name, str)]
    question = next(one for one in QUESTIONS if one.name == names[0])
    for name in names[1:]:
        question = next(part for part in question.fields if part.name == name)
    return question


@pytest.mark.parametrize(
    ("typed", "unit", "words"),
    [
        ("1200", "km", "1200 km"),
        ("7,5", "km", "7.5 km"),
        ("1.2500", "km", "1.25 km"),
        ("100", "mi", "160.9344 km"),
        ("1,200", "km", None),
    ],
)
def test_a_misreading_is_seen_before_and_after_recording(
    browser: Client, clinic: Clinic, patient: Patient, typed: str, unit: str, words: str | None
) -> None:
    name, unit_name = control("shoe_distance_km"), unit_of("shoe_distance_km")
    sent = filled(opened(browser, patient), **{name: typed, unit_name: unit})
    shown = shown_as(browser, patient, sent).partition("Numbers as they are read")[2]
    title = "Distance on the current shoes"
    if words is None:
        assert title not in shown
        return
    assert f"{title} : {words}" in shown
    assert browser.post(address(patient), sent).status_code == 302
    (made,) = recorded(clinic)
    result = browser.get(f"/admin/assessments/assessment/{made.pk}/change/").content.decode()
    assert words in " ".join(re.sub(r"<[^>]+>", " ", result).split())
