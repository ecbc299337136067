"""Thresholds in words, and the forms that change them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from django import forms

from assessments.protocol import CRITERIA
from assessments.protocol.parameters import PARAMETERS_BY_NAME, Value
from clinics.dashboard.forms import SettingsForm
from clinics.dashboard.typed_numbers import Number, WholeNumber
from clinics.identity.models import Membership

#: What a clinic may set, as a sentence that its value ends.
TITLES = {
    "run_increase_significant_gt": "Pain rises significantly during a run: by more than",
    "run_increase_ok_max": "Pain during a run may rise: by at most",
    "post_increase_lot_gt": "Much more pain some hours after a run: a rise of more than",
    "post_increase_ok_max": "Pain after a run may rise: by at most",
    "settle_hours_ok_max": "Extra pain settles in time: within at most",
    "walking_pain_stop_ge": "Walking is quite painful: at or above",
    "usual_pain_stop_gt": "Usual pain is too high to load: above",
    "pain_ceiling_gt": "No pain may be higher: above",
    "run_peak_severe_ge": "Pain during a run is severe: at or above",
    "not_ok_signs_stop_ge": "Bad signs together stop running: from",
    "duration_review_days_ge": "Pain that isn't known to improve is reviewed: from",
    "duration_refer_days_ge": "Pain is referred, whatever its course: from",
    "adult_age_min": "The protocol is for runners: at least",
    "postpartum_weeks_min": "A graded return after a birth: after at least",
    "first_episode_age_ge": "A first episode of back pain at a later age: from",
    "older_cancer_age_ge": "Persistent pain that calls for a myeloma work-up: from",
    "fragility_age_ge": "A minor fall can break the spine: from",
    "severe_rest_pain_ge": "Pain at rest or on walking is too severe to wait: at or above",
    "new_leg_symptom_days_lt": "A leg symptom counts as new: for less than",
    "weekly_load_ratio_gt": "The weekly load was stepped up too fast: more than",
    "session_spike_ratio_gt": "One run was far longer than those before: more than",
    "carry_forward_days_max": "Earlier answers are carried into a check: for at most",
    "explained_leakage_tier": "Long-standing, explained leakage alone is referred",
    "stable_bilateral_days": "Old, unchanged pain in both legs is seen the same day: from",
    "pregnancy_running": "An uncomplicated pregnancy of a runner needs",
    "postpartum_graded_until_weeks": "A mother who already runs goes back to a graded return: until",
}
#: How the other names end, and what that says about the value.
_ENDINGS = {"_gt": "more than", "_ge": "at or above", "_max": "at most", "_min": "at least"}
_DIRECTIONS = {
    "lower": "Lower is more cautious",
    "higher": "Higher is more cautious",
    "words": "The first is the most cautious",
    "fixed": "Fixed",
}
#: The words of settings, as a person says them.
_WORDS = {
    "within_2_weeks": "within two weeks",
    "routine": "the routine way",
    "off": "never (off)",
    "clearance": "clearance before any running",
    "adjust": "modified running, on the maternity team's advice",
}


def title_of(name: str) -> str:
    """A threshold in words, with the side of it that counts."""
    if name in TITLES:
        return TITLES[name]
    ending = next((one for one in _ENDINGS if name.endswith(one)), "")
    said = name.removesuffix(ending).replace("_", " ").capitalize()
    return f"{said}: {_ENDINGS[ending]}" if ending else said


def shown(value: Value) -> str:
    """4 and not 4.0, and a word as a person says it."""
    return _WORDS[value] if isinstance(value, str) else f"{value:g}"


def with_unit(value: Value, unit: str) -> str:
    """A value with its unit; a word has none."""
    return shown(value) if isinstance(value, str) else f"{shown(value)} {unit}".rstrip()


def range_of(item: Mapping[str, Any]) -> str:
    """What may be set."""
    numbers = [] if item["low"] is None else [f"{shown(item['low'])} to {shown(item['high'])}"]
    return " or ".join([*map(shown, item["words"]), *numbers])


def unit_of(name: str) -> str:
    """The unit as a person says it."""
    words = {
        "a": "years of age",
        "d": "days",
        "ratio": "times",
        "h": "hours",
        "wk": "weeks",
        "mo": "months",
        "/10": "of 10",
    }
    unit = PARAMETERS_BY_NAME[name].unit
    return words.get(unit, unit)


def change_words(change: Mapping[str, Any]) -> dict[str, Any]:
    """One value that changes."""
    name = change["name"]
    unit = unit_of(name) if name in PARAMETERS_BY_NAME else ""
    return {
        "title": title_of(name),
        "before": with_unit(change["from"], unit),
        "after": with_unit(change["to"], unit),
        "looser": change["looser"],
    }


@cache
def counts_in(name: str) -> tuple[tuple[str, str], ...]:
    """The criteria that read a threshold: id and title of each."""
    read = re.compile(rf"'parameter': '{re.escape(name)}'")
    return tuple((one.id, one.title) for one in CRITERIA if read.search(str(one.as_json())))


def rows_of(parameters: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Every threshold as the page shows it."""
    return [
        {
            **item,
            "title": title_of(item["name"]),
            "value": shown(item["value"]),
            "default": shown(item["default"]),
            "range": range_of(item),
            "unit": "" if isinstance(item["value"], str) else unit_of(item["name"]),
            "direction": _DIRECTIONS[item["cautious"]],
            "own": item["value"] != item["default"],
            "criteria": counts_in(item["name"]),
        }
        for item in parameters
    ]


class ValuesForm(SettingsForm):
    """A number for each threshold that may be set; the service says what its range allows."""

    def __init__(self, *args: Any, parameters: Sequence[Mapping[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.present = {item["name"]: item["value"] for item in parameters}
        for item in parameters:
            if item["settable"]:
                self.fields[item["name"]] = _value_field(item)

    def body(self) -> dict[str, Any]:
        """The values that differ from those in force."""
        said = self.cleaned_data
        return {name: value for name, value in said.items() if value != self.present[name]}

    def rows(self) -> Iterator[tuple[Any, dict[str, Any]]]:
        """Each field with its threshold in words."""
        for name in self.fields:
            item = {**PARAMETERS_BY_NAME[name].as_json(), "value": self.present[name], "settable": True}
            yield self[name], rows_of([item])[0]


def _value_field(item: Mapping[str, Any]) -> forms.Field:
    """A number, a choice of words, or a word beside a number."""
    if item["low"] is None:
        choices = [(word, shown(word)) for word in item["words"]]
        return forms.ChoiceField(label=title_of(item["name"]), choices=choices, initial=item["value"])
    if item["words"]:
        return NumberOrWord(item)
    kind = WholeNumber if item["integer"] else Number
    step = {"step": "1" if item["integer"] else "0.1"}
    widget = forms.NumberInput(attrs={"min": shown(item["low"]), "max": shown(item["high"]), **step})
    return kind(label=title_of(item["name"]), initial=shown(item["value"]), widget=widget, localize=False)


class NumberOrWord(forms.CharField):
    """A whole number, or one of the words of a setting."""

    def __init__(self, item: Mapping[str, Any]) -> None:
        self.words = tuple(item["words"])
        super().__init__(
            label=title_of(item["name"]),
            initial=item["value"],
            help_text=f"{' or '.join(self.words)}, or a number from {item['low']} to {item['high']}.",
        )

    def clean(self, value: Any) -> Value:
        """The word, or the whole number. Raises ValidationError for anything else."""
        said = str(super().clean(value)).strip().lower()
        if said in self.words:
            return said
        if not (said.isascii() and said.isdecimal()):
            raise forms.ValidationError(self.help_text)
        return int(said)


class ChangeForm(SettingsForm):
    """Why, and who answers for what gets less cautious."""

    reason = forms.CharField(
        label="Why",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="It stays with the change, for whoever asks later.",
    )

    def __init__(self, *args: Any, lead: Membership | None, looser: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if looser:
            named = [(str(lead.id), lead.shown_name)] if lead else []
            self.fields["lead"] = forms.ChoiceField(
                label="Clinical lead who answers for it",
                choices=[("", "Choose"), *named],
                required=False,
                help_text="Something gets less cautious: the clinic's clinical lead has agreed to it."
                if lead
                else "The clinic has no clinical lead: name one in the emergency pathway first.",
            )

    def body(self) -> dict[str, Any]:
        """As the API takes it."""
        return {name: said for name, said in self.cleaned_data.items() if said}
