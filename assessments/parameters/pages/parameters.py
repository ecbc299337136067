"""The clinic's own thresholds: seen, previewed on its own record, and put into force after that."""

import uuid
from typing import Any, ClassVar

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from rest_framework.exceptions import ValidationError

from assessments.parameters.api.parameters import (
    CHANGE,
    parameters_document,
    patients_of_flips,
    preview_document,
    readable_sets,
)
from assessments.parameters.forms import ChangeForm, ValuesForm, change_words, rows_of
from assessments.parameters.models import ParameterPreview
from assessments.parameters.services.change import (
    StalePreviewError,
    change_parameters,
    check_fresh,
)
from assessments.parameters.services.in_force import parameters_in_force
from assessments.parameters.services.preview import preview_parameters
from assessments.protocol import InvalidParameters
from assessments.records.summary import decision_words, urgency_words
from clinics.dashboard.base import clinician_of
from clinics.dashboard.forms import SettingsForm
from clinics.dashboard.reads import log_reading
from clinics.dashboard.settings import SettingsPage
from clinics.identity.clinicians import CLINICAL_ROLES, working_members
from clinics.identity.models import Membership
from clinics.identity.permissions import Permission

#: Assessments to look at behind each way in which decisions flip.
LINKED = 10
#: Sets on one page.
SETS_SHOWN = 20


class _ParametersPage(SettingsPage):
    """What both pages share."""

    seen_with = Permission.SEE_PARAMETERS
    changed_with = Permission.CHANGE_PARAMETERS


class ParametersPage(_ParametersPage):
    """What is in force; changed values lead to a preview and take no effect."""

    title = "Parameters"
    template = "assessments/settings/parameters.html"
    steps = {"preview": ValuesForm}

    def find(self, *, lock: bool, **ids: uuid.UUID) -> dict[str, Any]:  # noqa: ARG002
        """What is in force, as the API says it."""
        return parameters_document(self.clinic)

    def state(self, about: dict[str, Any]) -> str:
        """The number of the set, and of which protocol."""
        return f"{about['number']} {about['protocol_hash']}"

    def form(self, step: str, about: dict[str, Any], data: Any = None) -> SettingsForm:
        """A field for each value that a clinic may set."""
        return ValuesForm(data, auto_id=f"{step}-%s", parameters=about["parameters"])

    def context(self, about: dict[str, Any]) -> dict[str, Any]:
        """Every threshold in words, and who set what before."""
        sets = Paginator(readable_sets(self.clinic).order_by("-number"), SETS_SHOWN)
        page = sets.get_page(self.request.GET.get("page"))
        return {
            "rows": rows_of(about["parameters"]),
            "log": page,
            "sets": [(one, [change_words(change) for change in one.preview.changes]) for one in page],
        }

    def preview(self, about: dict[str, Any], form: SettingsForm) -> HttpResponse:  # noqa: ARG002
        """Replay the record under the changed values: some seconds, and nothing takes effect."""
        by, now = clinician_of(self.member), timezone.now()
        try:
            made = preview_parameters(clinic=self.clinic, changes=form.body(), by=by, now=now)
        except InvalidParameters as exc:
            wrong = {problem.pointer.removeprefix("/"): [problem.detail] for problem in exc.problems}
            raise ValidationError(wrong) from None
        return HttpResponseRedirect(reverse("settings-parameter-preview", args=[made.id]))


class PreviewPage(_ParametersPage):
    """What a change would have done to past decisions, and the only way to make it."""

    title = "Preview of a change"
    template = "assessments/settings/preview.html"
    steps: ClassVar = {"put_into_force": ChangeForm}

    def find(self, *, lock: bool, **ids: uuid.UUID) -> ParameterPreview:  # noqa: ARG002
        """The preview; it never changes."""
        previews: QuerySet[ParameterPreview] = self.clinic.parameter_previews.select_related("member__user")
        found = get_object_or_404(previews, pk=ids["preview_id"])
        found.clinic = self.clinic
        return found

    def form(self, step: str, about: ParameterPreview, data: Any = None) -> SettingsForm:
        """With the lead where something gets looser."""
        looser = any(change["looser"] for change in about.changes)
        return ChangeForm(data, auto_id=f"{step}-%s", lead=self._lead(), looser=looser)

    def _lead(self) -> Membership | None:
        leads = working_members(self.clinic).filter(role__in=CLINICAL_ROLES)
        return leads.filter(id=self.clinic.lead_id).first() if self.clinic.lead_id else None

    def context(self, about: ParameterPreview) -> dict[str, Any]:
        """The changes and the flips in words, the less cautious first."""
        shown = preview_document(about)
        log_reading(self.request, patients_of_flips(self.clinic, [shown]))
        flips = [
            {
                "less": flip["direction"] == "less_cautious",
                "before": _outcome(flip["from"]),
                "after": _outcome(flip["to"]),
                "count": flip["count"],
                "assessments": flip["assessments"][:LINKED],
            }
            for flip in shown["flips"]
        ]
        return {
            "preview": shown,
            "changes": [change_words(change) for change in about.changes],
            "beyond": [change_words(one) for one in about.changes if one["name"] in shown["beyond_replay"]],
            "flips": flips,
            "over": self._over(about),
        }

    def _over(self, about: ParameterPreview) -> str:
        """Why this can't be put into force any more; empty when it can."""
        try:
            check_fresh(about, present=parameters_in_force(self.clinic).number, now=timezone.now())
        except StalePreviewError as stale:
            return stale.spoken
        return ""

    def put_into_force(self, about: ParameterPreview, form: SettingsForm) -> HttpResponse:
        """For what is decided from now on; earlier decisions stay."""
        body = CHANGE.run_validation({"preview": str(about.id), **form.body()})
        change_parameters(
            clinic=self.clinic,
            preview_id=about.id,
            by=clinician_of(self.member),
            reason=body["reason"],
            lead=body.get("lead"),
            now=timezone.now(),
        )
        said = "In force for what is decided from now on. Earlier decisions stay as they were."
        return self.done(said, reverse("settings-parameters"))


def _outcome(outcome: dict[str, Any]) -> str:
    return f"{decision_words(outcome)} {urgency_words(outcome['urgency']).capitalize()}."
