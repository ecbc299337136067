"""The dashboard's forms of a clinic's on-call plan: a row for each shift and each cover, and the rest."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from assessments.escalations.on_call.api import plan_document
from assessments.escalations.on_call.services.calendar import Holidays
from assessments.escalations.on_call.services.plan import (
    HOLIDAY,
    WEEKDAYS,
    Cover,
    Plan,
    QuietHours,
    Shift,
    plan_of,
)
from backend.platform.api.etags import etag_of
from backend.platform.refusals import FieldProblem
from clinics.dashboard.forms import faults_of
from clinics.dashboard.typed_numbers import WholeNumber
from clinics.identity.clinicians import reachable_clinicians
from clinics.identity.models import Clinic

_DAYS = [(day, day.capitalize()) for day in (*WEEKDAYS, HOLIDAY)]


def _date() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _clock() -> forms.TimeInput:
    return forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


def _moment() -> forms.DateTimeInput:
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class _MemberForm(forms.Form):
    """A row about one member."""

    member = forms.ChoiceField()

    def __init__(self, *args: Any, people: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member"] = forms.ChoiceField(choices=[("", "—"), *people])

    def clean_member(self) -> uuid.UUID:
        """The member's id."""
        return uuid.UUID(self.cleaned_data["member"])


class ShiftForm(_MemberForm):
    """One shift."""

    days = forms.MultipleChoiceField(choices=_DAYS, widget=forms.CheckboxSelectMultiple)
    starts_at = forms.TimeField(widget=_clock())
    ends_at = forms.TimeField(widget=_clock(), help_text="On the next day when it isn't after the beginning.")
    valid_from = forms.DateField(widget=_date())
    valid_until = forms.DateField(widget=_date(), required=False)
    every_weeks = WholeNumber(min_value=1, max_value=52, initial=1)


class CoverForm(_MemberForm):
    """One cover; times as the clinic's clocks show them."""

    starts_at = forms.DateTimeField(widget=_moment())
    ends_at = forms.DateTimeField(widget=_moment())


class SettingsForm(forms.Form):
    """Holidays and quiet hours; ``state`` is the plan that the page showed."""

    state = forms.CharField(widget=forms.HiddenInput)
    country = forms.CharField(max_length=3, required=False, help_text="ISO 3166-1, two letters: GB.")
    subdivision = forms.CharField(max_length=40, required=False, help_text="ISO 3166-2: ENG.")
    closed_days = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 4}), required=False, help_text="YYYY-MM-DD, one on each line."
    )
    quiet_from = forms.TimeField(widget=_clock(), required=False)
    quiet_until = forms.TimeField(widget=_clock(), required=False)

    def clean_closed_days(self) -> tuple[date, ...]:
        """The dates; a line that is none is refused."""
        try:
            return tuple(date.fromisoformat(line) for line in self.cleaned_data["closed_days"].split())
        except ValueError:
            raise forms.ValidationError("Each line is a date: YYYY-MM-DD.") from None

    def clean(self) -> dict[str, Any]:
        """Quiet hours need both ends or neither."""
        cleaned = self.cleaned_data
        if (cleaned.get("quiet_from") is None) != (cleaned.get("quiet_until") is None):
            self.add_error("quiet_until", "Quiet hours need a beginning and an end.")
        return cleaned


ShiftForms = forms.formset_factory(ShiftForm, extra=3, can_delete=True, max_num=50, validate_max=True)
CoverForms = forms.formset_factory(CoverForm, extra=2, can_delete=True, max_num=100, validate_max=True)


@dataclass(frozen=True, slots=True)
class PlanForms:
    """Everything of a plan that the page changes; the ladders stay as they are."""

    present: Plan
    settings: SettingsForm
    shifts: Any
    covers: Any

    def are_valid(self) -> bool:
        """Validate all of them, so that every mistake is shown at once."""
        return all([self.settings.is_valid(), self.shifts.is_valid(), self.covers.is_valid()])

    def refuse(self, problems: Iterable[FieldProblem]) -> None:
        """Say each problem of the plan that valid forms made at the row or the field it comes from."""
        for problem in problems:
            _, part, *rest = problem.pointer.split("/")
            rows = [form for form, _ in _kept(getattr(self, part))] if part in ("shifts", "covers") else []
            form = rows[int(rest[0])] if rows else self.settings
            name = rest[1] if rows else _FIELDS.get(problem.pointer, "")
            form.add_error(name if name in form.fields else None, problem.detail)

    def faults(self) -> Iterator[tuple[str, str, str]]:
        """Where, which field and what, for each thing to correct."""
        if not self.settings.is_bound:
            return
        yield from faults_of(self.settings)
        for words, formset in (("Shift", self.shifts), ("Cover", self.covers)):
            yield from (("", "", str(text)) for text in formset.non_form_errors())
            for number, form in enumerate(formset.forms, 1):
                yield from faults_of(form, before=f"{words} {number}, ")

    def plan(self) -> Plan:
        """The plan that valid forms make."""
        cleaned = self.settings.cleaned_data
        quiet = QuietHours(cleaned["quiet_from"], cleaned["quiet_until"]) if cleaned["quiet_from"] else None
        return replace(
            self.present,
            shifts=_rows(self.shifts, self.present.shifts, Shift),
            covers=_rows(self.covers, self.present.covers, Cover),
            holidays=Holidays(cleaned["country"], cleaned["subdivision"], cleaned["closed_days"]),
            quiet_hours=quiet,
        )


#: Where the settings form has what a problem of the plan points to.
_FIELDS = {
    "/holidays/country": "country",
    "/holidays/subdivision": "subdivision",
    "/holidays/closed_days": "closed_days",
    "/quiet_hours/ends_at": "quiet_until",
}


def overtaken(clinic: Clinic, data: QueryDict) -> PlanForms:
    """What was typed, as forms that store it in place of the plan as it stands now."""
    again = data.copy()
    again["state"] = etag_of(plan_document(clinic))
    return plan_forms(clinic, again)


def plan_forms(clinic: Clinic, data: QueryDict | None = None) -> PlanForms:
    """The forms of the clinic's present plan, filled in with ``data`` when somebody sent them."""
    plan, people = plan_of(clinic), {"people": _people(clinic)}
    quiet = plan.quiet_hours
    settings = {
        "state": etag_of(plan_document(clinic)),
        "country": plan.holidays.country,
        "subdivision": plan.holidays.subdivision,
        "closed_days": "\n".join(day.isoformat() for day in plan.holidays.closed_days),
        "quiet_from": quiet.starts_at if quiet else None,
        "quiet_until": quiet.ends_at if quiet else None,
    }
    shifts = [{**asdict(shift), "member": str(shift.member)} for shift in plan.shifts]
    covers = [{**asdict(cover), "member": str(cover.member)} for cover in plan.covers]
    return PlanForms(
        plan,
        SettingsForm(data, initial=settings),
        ShiftForms(data, initial=shifts, prefix="shifts", form_kwargs=people),
        CoverForms(data, initial=covers, prefix="covers", form_kwargs=people),
    )


def _people(clinic: Clinic) -> list[tuple[str, str]]:
    """Whom a row may name: whoever can be reached, and whoever the plan names already."""
    plan = plan_of(clinic)
    named = {shift.member for shift in plan.shifts} | {cover.member for cover in plan.covers}
    reachable = set(reachable_clinicians(clinic).values_list("id", flat=True))
    members = clinic.members.filter(id__in=named | reachable).select_related("user").order_by("id")
    return [(str(member.id), member.shown_name) for member in members]


def _rows(formset: Any, present: Sequence[Any], make: Any) -> tuple[Any, ...]:
    """The rows that stay, in their order; one that nobody touched stays exactly as it was."""
    rows = []
    for form, place in _kept(formset):
        values = {name: value for name, value in form.cleaned_data.items() if name != "DELETE"}
        untouched = place < len(present) and not form.has_changed()
        if "days" in values:
            values["days"] = tuple(values["days"])
        rows.append(present[place] if untouched else make(**values))
    return tuple(rows)


def _kept(formset: Any) -> Iterator[tuple[Any, int]]:
    """The rows that are neither empty nor to be deleted, with their places in the form."""
    for place, form in enumerate(formset.forms):
        values = {name: value for name, value in form.cleaned_data.items() if name != "DELETE"}
        if values and not form.cleaned_data.get("DELETE"):
            yield form, place
