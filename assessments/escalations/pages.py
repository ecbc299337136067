"""Taking an escalation on and giving it its outcome; what is refused keeps what was typed."""

import uuid

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from assessments.escalations.models import Escalation, Outcome
from assessments.escalations.services.acknowledge import (
    OutcomeRefusedError,
    SupersededEscalationError,
    TakenByAnotherError,
    WrongStateError,
    acknowledge,
    resolve,
)
from assessments.protocol.urgencies import meaning_of
from assessments.records.summary import urgency_words
from backend.platform.api.fields import SeveralLinesValidator
from clinics.dashboard.base import clinical, clinician_of, page
from clinics.dashboard.forms import faults_of
from clinics.identity.models import Membership
from clinics.identity.permissions import Permission

CHANGED_HANDS = "It has changed hands since you saw it. Read who has it before you resolve it."


def outcomes_of(escalation: Escalation) -> list[tuple[str, str]]:
    """What may close it, as codes and in words."""
    allowed = meaning_of(escalation.urgency).closed_by
    return [(outcome.value, outcome.label) for outcome in Outcome if allowed is None or outcome in allowed]


def hold_of(escalation: Escalation) -> str:
    """Names one taking-on of an escalation: when it was."""
    return escalation.acknowledged_at.isoformat() if escalation.acknowledged_at else ""


class OutcomeForm(forms.Form):
    """What came of it."""

    outcome_code = forms.ChoiceField(label="What came of it")
    outcome = forms.CharField(
        label="In words",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        validators=[SeveralLinesValidator()],
    )

    def __init__(self, *args: object, escalation: Escalation, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["outcome_code"] = forms.ChoiceField(
            label="What came of it",
            choices=[("", "Choose"), *outcomes_of(escalation)],
            error_messages={"invalid_choice": "So urgent a case needs one of these."},
        )


@clinical(Permission.ACT_ON_ESCALATIONS)
def close(request: HttpRequest, member: Membership, escalation_id: uuid.UUID) -> HttpResponse:
    """Resolve a row with its outcome, as a code and in words."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    rows = member.clinic.escalations.select_for_update(of=("self",)).select_related(
        "clinic", "patient", "acknowledged_by__user"
    )
    held = rows.filter(id=escalation_id).first()
    if held is None:
        raise Http404
    form = OutcomeForm(request.POST, escalation=held)
    taken = held.state == Escalation.State.ACKNOWLEDGED
    if taken and hold_of(held) != request.POST.get("seen", ""):
        return _refused(request, member, held, form, stale=CHANGED_HANDS)
    if not form.is_valid():
        return _refused(request, member, held, form)
    try:
        _resolve(member, held, form)
    except (WrongStateError, SupersededEscalationError) as moved:
        return _refused(request, member, held, form, stale=moved.spoken)
    except OutcomeRefusedError as more:
        form.add_error("outcome_code", more.spoken)
        return _refused(request, member, held, form)
    messages.success(request, "Resolved, with what came of it, in your name.")
    return HttpResponseRedirect(reverse("admin:index"))


def _resolve(member: Membership, held: Escalation, form: OutcomeForm) -> None:
    resolve(
        clinic=member.clinic,
        escalation_id=held.id,
        by=clinician_of(member),
        code=Outcome(form.cleaned_data["outcome_code"]),
        outcome=form.cleaned_data["outcome"].strip(),
        now=timezone.now(),
    )


def _refused(
    request: HttpRequest, member: Membership, held: Escalation, form: OutcomeForm, *, stale: str = ""
) -> HttpResponse:
    """Show what was typed and why nothing of it was stored; it can be sent again from there."""
    faults = list(faults_of(form))
    response = page(
        request,
        member,
        "assessments/resolve.html",
        f"Resolve: {held.patient}",
        about=held.patient_id,
        escalation=held,
        urgency=urgency_words(held.urgency),
        outcome_form=form,
        seen=hold_of(held),
        stale=stale,
        faults=[] if stale else faults,
    )
    response.status_code = 409 if stale else 422
    return response


def take_on(request: HttpRequest, member: Membership, escalation_id: uuid.UUID) -> uuid.UUID:
    """Acknowledge it for the person signed in, or say who has it; returns the escalation to show.

    Raises ``EscalationNotFoundError`` for another clinic's.
    """
    by, now = clinician_of(member), timezone.now()
    try:
        held = acknowledge(clinic=member.clinic, escalation_id=escalation_id, by=by, now=now)
    except SupersededEscalationError as exc:
        messages.warning(request, "A later one has taken its place: that is the one to act on.")
        return exc.by
    except TakenByAnotherError as exc:
        messages.error(request, f"Not yours: {exc} Nothing was changed.")
        return escalation_id
    if held.state == Escalation.State.RESOLVED:
        messages.error(request, "You took it on before, and it is resolved since. Nothing was changed.")
    else:
        messages.success(request, "You have taken this on; its messages have stopped.")
    return escalation_id
