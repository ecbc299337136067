"""Referral letters: begun from an escalation, written, issued once, and read as a page or as PDF."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from assessments.escalations.models import Escalation
from assessments.letters.models import Letter
from assessments.letters.services import (
    ChangedMeanwhileError,
    IssuedError,
    Written,
    content_of,
    draft_letter,
    issue_letter,
    readable_letter,
    state_of,
    write_letter,
)
from assessments.programmes.sheet.sheet import gone_mark
from backend.platform.api.fields import SeveralLinesValidator
from backend.platform.print.pdf import Template
from clinics.dashboard.base import clinical, clinician_of, document, page
from clinics.dashboard.forms import faults_of
from clinics.identity.models import Membership
from clinics.identity.permissions import Permission
from clinics.identity.signed_in import may

CHANGED = (
    "The letter or the record has changed since you opened this page; nothing was issued. Read it again."
)
_SEEN = (Permission.SEE_ESCALATIONS, Permission.SEE_ASSESSMENTS)


def _text(label: str, rows: int, limit: int, **options: Any) -> forms.CharField:
    validators = [SeveralLinesValidator()]
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=limit, widget=widget, validators=validators, **options)


class LetterForm(forms.Form):
    """The clinician's part; what was found is generated beside it and isn't typed."""

    recipient = _text("To", 2, 500, help_text="Name and address of whoever it is for.")
    call_back = _text("Who to call with questions", 1, 200, help_text="A number that somebody answers.")
    words = _text("Your words", 8, 5000, required=False, help_text="They stand apart from the findings.")
    seen = forms.CharField(widget=forms.HiddenInput)

    def written(self) -> Written:
        """What a valid form says."""
        said = self.cleaned_data
        return Written(said["recipient"].strip(), said["call_back"].strip(), said["words"].strip())


def letters_context(request: HttpRequest, escalation: Escalation) -> dict[str, Any]:
    """The letters of an escalation, for its own page."""
    if not all(may(request, permission) for permission in _SEEN):
        return {}
    letters = escalation.letters.select_related("issued_by__user").order_by("created_at", "id")
    return {
        "letters": list(letters),
        "readers": Letter.To.choices if may(request, Permission.ACT_ON_ESCALATIONS) else [],
    }


@clinical(*_SEEN, Permission.ACT_ON_ESCALATIONS)
def begin(request: HttpRequest, member: Membership, escalation_id: uuid.UUID) -> HttpResponse:
    """Begin a letter, or go on with the draft there is. POST only: a link that is followed begins nothing."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    to = request.POST.get("to", "")
    if to not in Letter.To.values:
        raise Http404
    by, now = clinician_of(member), timezone.now()
    letter = draft_letter(clinic=member.clinic, escalation_id=escalation_id, to=Letter.To(to), by=by, now=now)
    return HttpResponseRedirect(reverse("letter", args=[letter.id]))


@clinical(*_SEEN)
def letter(request: HttpRequest, member: Membership, letter_id: uuid.UUID) -> HttpResponse:
    """A letter: a draft to be written and issued, or one that is issued, to be read."""
    found = readable_letter(member.clinic, letter_id)
    if request.method != "POST":
        return _page(request, member, found)
    if not may(request, Permission.ACT_ON_ESCALATIONS):
        return HttpResponse(status=403)
    form = LetterForm(request.POST)
    issue = request.POST.get("action") == "issue"
    if not issue:
        form.fields["recipient"].required = form.fields["call_back"].required = False
    if not form.is_valid():
        return _page(request, member, found, form, status=422)
    clinic, seen = member.clinic, form.cleaned_data["seen"]
    try:
        if issue:
            by, now = clinician_of(member), timezone.now()
            issue_letter(
                clinic=clinic, letter_id=letter_id, written=form.written(), seen=seen, by=by, now=now
            )
            messages.success(request, "Issued in your name. It doesn't change any more.")
        else:
            write_letter(clinic=clinic, letter_id=letter_id, written=form.written(), seen=seen)
            messages.success(request, "Stored as a draft.")
    except IssuedError as issued:
        messages.warning(request, issued.spoken)
    except ChangedMeanwhileError:
        fresh = readable_letter(member.clinic, letter_id)
        again = LetterForm(initial={**request.POST.dict(), "seen": state_of(fresh, content_of(fresh))})
        return _page(request, member, fresh, again, status=409)
    return HttpResponseRedirect(reverse("letter", args=[letter_id]))


@clinical(*_SEEN)
def letter_pdf(request: HttpRequest, member: Membership, letter_id: uuid.UUID) -> HttpResponse:
    """An issued letter on paper; a draft has none. Reading it is noted."""
    found = readable_letter(member.clinic, letter_id)
    if found.state != Letter.State.ISSUED or found.issued_at is None or not found.content:
        raise Http404
    sheet, about = on_paper(found), found.patient_id
    return document(request, Template.LETTER, sheet, about=about, made_at=found.issued_at, name="letter")


def on_paper(found: Letter) -> dict[str, Any]:
    """An issued letter as the template takes it: every value a text, or none.

    What was issued stays as it was; that the runner is archived since stands on every page.
    """
    issued = timezone.localtime(found.issued_at).strftime("%-d %B %Y, %H:%M")
    return {
        **found.content,
        "mark": gone_mark(found.patient),
        "to": found.recipient,
        "kind": found.get_to_display(),
        "call_back": found.call_back,
        "words": found.words,
        "issued": issued,
        "issued_by": found.issued_by.shown_name if found.issued_by else "",
    }


def _page(
    request: HttpRequest,
    member: Membership,
    found: Letter,
    form: LetterForm | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    content = content_of(found)
    draft = found.state == Letter.State.DRAFT
    if form is None:
        written = {name: getattr(found, name) for name in ("recipient", "call_back", "words")}
        form = LetterForm(initial={**written, "seen": state_of(found, content)})
    may_write = draft and may(request, Permission.ACT_ON_ESCALATIONS)
    response = page(
        request,
        member,
        "assessments/letters/letter.html",
        f"Letter to the {found.get_to_display()}: {found.patient}",
        about=found.patient_id,
        letter=found,
        content=content,
        letter_form=form if may_write else None,
        level=found.escalation.urgency,
        stale=CHANGED if status == 409 else "",
        faults=list(faults_of(form)),
    )
    response.status_code = status
    return response
