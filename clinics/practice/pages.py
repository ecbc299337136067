"""Where an emergency goes: what every referral shows, and who is told."""

import uuid
from typing import Any

from django import forms
from django.http import HttpResponse

from backend.platform.api.etags import etag_of
from clinics.dashboard.forms import SettingsForm
from clinics.dashboard.settings import SettingsPage
from clinics.identity.clinicians import reachable_clinicians
from clinics.identity.models import Clinic
from clinics.identity.permissions import Permission
from clinics.practice.api import CHANGES, clinic_document
from clinics.practice.services import set_emergency_pathway

#: As the form sends the answer, and as the API takes it.
YES_NO = {"yes": True, "no": False}


class PathwayForm(SettingsForm):
    """A pathway may be changed and never emptied."""

    emergency_number = forms.CharField(
        label="Number to ring", max_length=40, help_text="For an ambulance: 999, 112."
    )
    emergency_destination = forms.CharField(
        label="Send to", max_length=200, help_text="Department and hospital, as the referral shows it."
    )
    takes_pregnant_runners = forms.ChoiceField(
        label="Does the clinic take pregnant runners?",
        choices=[("", "Not answered"), ("yes", "Yes"), ("no", "No")],
        help_text="Every pregnant runner is assessed either way; yes needs the next two.",
    )
    maternity_emergency_number = forms.CharField(
        label="Maternity number to ring",
        max_length=40,
        required=False,
        help_text="For bleeding, loss of fluid, regular tightenings or a baby that moves less.",
    )
    maternity_destination = forms.CharField(
        label="Send to, in pregnancy",
        max_length=200,
        required=False,
        help_text="Maternity unit and hospital.",
    )
    on_call = forms.ChoiceField(
        label="On call, where the rota has nobody's shifts", help_text="Receives every escalation."
    )
    lead = forms.ChoiceField(
        label="Clinical lead",
        required=False,
        help_text="Told when whoever is on call doesn't answer; answers for less cautious thresholds.",
    )
    require_one_time_codes = forms.BooleanField(
        label="Whoever signs in must have set up an authenticator", required=False
    )

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = reachable_clinicians(clinic).order_by("name", "id")
        named = [("", "Nobody"), *((str(one.id), one.shown_name) for one in people)]
        self.fields["on_call"].choices = self.fields["lead"].choices = named  # type: ignore[attr-defined]
        self.fields["on_call"].required = clinic.on_call_id is not None
        self.fields["takes_pregnant_runners"].required = not clinic.open_in_pathway

    def body(self) -> dict[str, Any]:
        """As the API takes it; it has nobody on call only before there was somebody."""
        said = dict(self.cleaned_data)
        codes = said.pop("require_one_time_codes")
        said["lead"] = said["lead"] or None
        said["takes_pregnant_runners"] = YES_NO.get(said["takes_pregnant_runners"])
        pathway = {name: value for name, value in said.items() if name != "on_call" or value}
        return {"emergency_pathway": pathway, "require_one_time_codes": codes}


def _answer(clinic: Clinic) -> str:
    """Whether pregnant runners are taken, as the form says it; empty while nobody has answered."""
    return next((word for word, taken in YES_NO.items() if taken is clinic.takes_pregnant_runners), "")


class PathwayPage(SettingsPage):
    """The pathway of the person's own clinic."""

    title = "Emergency pathway"
    template = "clinics/settings/pathway.html"
    seen_with = Permission.SEE_CLINIC
    changed_with = Permission.SET_PATHWAY
    steps = {"store": PathwayForm}

    def find(self, *, lock: bool, **ids: uuid.UUID) -> Clinic:  # noqa: ARG002
        """The clinic."""
        return Clinic.objects.select_for_update().get(pk=self.clinic.pk) if lock else self.clinic

    def state(self, about: Clinic) -> str:
        """As the API's ETag."""
        return etag_of(clinic_document(about))

    def form(self, step: str, about: Clinic, data: Any = None) -> SettingsForm:
        """Filled in with how it stands."""
        initial = {
            "emergency_number": about.emergency_number,
            "emergency_destination": about.emergency_destination,
            "takes_pregnant_runners": _answer(about),
            "maternity_emergency_number": about.maternity_emergency_number,
            "maternity_destination": about.maternity_destination,
            "on_call": str(about.on_call_id or ""),
            "lead": str(about.lead_id or ""),
            "require_one_time_codes": about.require_one_time_codes,
        }
        return PathwayForm(data, auto_id=f"{step}-%s", initial=initial, clinic=about)

    def context(self, about: Clinic) -> dict[str, Any]:
        """The people by name."""
        people = about.members.select_related("user").in_bulk(
            [one for one in (about.on_call_id, about.lead_id) if one]
        )
        named = {"on_call": people.get(about.on_call_id), "lead": people.get(about.lead_id)}
        missing = [name.replace("_", " ") for name in about.missing_from_pathway]
        return {**named, "missing": missing, "open": about.open_in_pathway}

    def store(self, about: Clinic, form: SettingsForm) -> HttpResponse:
        """Escalations already open keep the ladder they started with."""
        set_emergency_pathway(clinic=about, changes=CHANGES.run_validation(form.body()))
        return self.done("Stored. Referrals and new escalations follow it from now on.")
