"""The form of a clinician's different decision: in three groups, each with what it takes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms

from assessments.decisions.services.override import (
    Decided,
    Exclusion,
    Finding,
    Handover,
    OverrideRefusedError,
)
from assessments.protocol.explain import DECISIONS
from assessments.protocol.urgencies import in_words
from assessments.protocol.vocabulary import Decision, Urgency, rank
from assessments.records.models import CLINICAL_ROLES, Override
from assessments.records.services import Effective
from backend.platform.api.fields import OneLineValidator, SeveralLinesValidator

#: The form's controls for what the service names.
PLACES = {
    "finding": "finding_text",
    "handover": "handover_to",
    "handover/at": "handover_at",
    "exclusion/at": "exclusion_at",
}
_MORE = "More cautious: needs a reason"
_SAME = "As cautious: with another urgency; a lower one needs your role and what was found"
_LESS = "Less cautious: needs a reason, your role and what was found"
_LESS_EMERGENCY = f"{_LESS}, and a hand-over or an exclusion of the emergency"
_NONE = [("", "Not said")]


@dataclass(frozen=True, slots=True)
class Group:
    """Decisions that take the same grounds."""

    title: str
    decisions: tuple[tuple[str, str], ...]


def _line(label: str, **options: Any) -> forms.CharField:
    validators = [OneLineValidator()]
    return forms.CharField(label=label, max_length=200, required=False, validators=validators, **options)


def _note(label: str, **options: Any) -> forms.CharField:
    rows = forms.Textarea(attrs={"rows": 3})
    validators = [SeveralLinesValidator()]
    return forms.CharField(label=label, max_length=2000, widget=rows, validators=validators, **options)


def _moment(label: str) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, required=False, widget=widget)


class OverrideForm(forms.Form):
    """What is decided, and on what grounds; the service says what is lacking."""

    decision = forms.ChoiceField(choices=[(word.value, text) for word, text in DECISIONS.items()])
    urgency = forms.ChoiceField(
        label="Urgency",
        required=False,
        choices=[
            ("", "As it is, or as the decision needs"),
            *((urgency.value, in_words(urgency)) for urgency in Urgency),
        ],
    )
    reason = _note("Reason")
    role = forms.ChoiceField(label="Your role", required=False, choices=[*_NONE, *CLINICAL_ROLES])
    finding_kind = forms.ChoiceField(
        label="Found by", required=False, choices=[*_NONE, *Override.FindingKind.choices]
    )
    finding_text = _note("What was found", required=False)
    handover_to = _line("Handed over to", help_text="The person or department that took over.")
    handover_at = _moment("Handed over at")
    exclusion_by = _line("Excluded by")
    exclusion_at = _moment("Excluded at")
    exclusion_text = _note("How it was excluded, and with what result", required=False)
    seen = forms.CharField(widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Grounds come whole or not at all."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for names in (
            ("finding_kind", "finding_text"),
            ("handover_to", "handover_at"),
            ("exclusion_by", "exclusion_at", "exclusion_text"),
        ):
            if any(cleaned.get(name) for name in names):
                for name in names:
                    if not cleaned.get(name) and name not in self.errors:
                        self.add_error(name, "This belongs to the rest of what you gave here.")
        return cleaned

    def decided(self) -> Decided:
        """What a valid form says."""
        said = self.cleaned_data
        return Decided(
            decision=Decision(said["decision"]),
            reason=said["reason"].strip(),
            urgency=Urgency(said["urgency"]) if said["urgency"] else None,
            role=said["role"],
            finding=Finding(said["finding_kind"], said["finding_text"]) if said["finding_kind"] else None,
            handover=Handover(said["handover_to"], said["handover_at"]) if said["handover_to"] else None,
            exclusion=(
                Exclusion(said["exclusion_by"], said["exclusion_at"], said["exclusion_text"])
                if said["exclusion_by"]
                else None
            ),
        )

    def refuse(self, refused: OverrideRefusedError) -> None:
        """Say at each place what the service lacks there."""
        for place in refused.places:
            field = place.pointer.removeprefix("/")
            self.add_error(PLACES.get(field, field), place.detail)


def groups(holds: Effective) -> Iterator[Group]:
    """The decisions there are, by what it takes to get there from what holds."""
    less = _LESS_EMERGENCY if holds.decision == Decision.REFER_EMERGENCY else _LESS
    steps = [(rank(decision) - holds.rank, decision.value, words) for decision, words in DECISIONS.items()]
    for title, sign in ((_MORE, 1), (_SAME, 0), (less, -1)):
        decisions = [(code, words) for step, code, words in steps if (step > 0) - (step < 0) == sign]
        if decisions:
            yield Group(title, tuple(decisions))
