"""The clinic and the person that a form was opened for, and the refusal of a form sent under another one.

The clinic of the dashboard lies in the session, which all tabs of a browser share: a form that was opened
in one clinic would otherwise be stored in whichever another tab has chosen since.
"""

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.template.response import TemplateResponse

from clinics.dashboard.layout import page_context

#: The field that every form has: `<clinic>.<person>`, an empty clinic for who has none.
ORIGIN = "opened_in"
#: The field by which the page of a refusal sends the form again: the clinic to enter for it.
SEND_IN = "send_in"
#: Pages whose forms store nothing in a clinic, each for its reason; every other POST is held to its origin.
WITHOUT_ORIGIN = {
    "/admin/login/": "opened before there is a person",
    "/admin/logout/": "ends the session, whoever's it is",
    "/admin/choose-clinic/": "names the clinic that it enters",
    "/admin/invitation/": "opened by its link alone, for one membership",
    "/admin/password-reset/": "opened before there is a person, or by its link alone",
}
_SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")
#: What names a step or guards a form; nobody typed it.
_OURS = frozenset({"step", "state", "seen", "form", "action", "next"})
_SECRET = re.compile(r"password|otp|token|^code$")


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the form that was refused; ``shown`` when a person filled it in."""

    name: str
    label: str
    value: str
    shown: bool

    @property
    def secret(self) -> bool:
        """Whether it is never shown again, nor sent again without being typed."""
        return bool(_SECRET.search(self.name))


def origin_of(request: HttpRequest) -> str:
    """Return what a form of this request's page carries."""
    return f"{getattr(request, 'clinic_id', None) or ''}.{request.user.pk}"


def is_guarded(request: HttpRequest) -> bool:
    """Tell whether the request is a form that must come from its own clinic and person.

    Like CSRF's check it leaves alone what Django's test client sends, unless the test asks for checks. No
    body outside the dashboard is read here: what the API takes is for its own parser to say.
    """
    inside = request.path.startswith("/admin/") and not request.path.startswith(tuple(WITHOUT_ORIGIN))
    if request.method in _SAFE or not inside or not request.user.is_authenticated:
        return False
    return not getattr(request, "_dont_enforce_csrf_checks", False) or ORIGIN in request.POST


def clinic_to_send_in(request: HttpRequest, theirs: Iterable[uuid.UUID]) -> uuid.UUID | None:
    """Return the form's own clinic, when its person has asked on the page of a refusal to send it there."""
    clinic, person = came_from(request)
    asked = is_guarded(request) and request.POST.get(SEND_IN) == str(clinic)
    return clinic if asked and _may_send(request, clinic, person, theirs) else None


def came_from(request: HttpRequest) -> tuple[uuid.UUID | None, str]:
    """Return the clinic and the person that the form names; neither where it names none that can be read."""
    clinic, _, person = str(request.POST.get(ORIGIN, "")).partition(".")
    try:
        return (uuid.UUID(clinic) if clinic else None), person
    except ValueError:
        return None, ""


def refuse_form(request: HttpRequest, *, here: str, names: Mapping[uuid.UUID, str]) -> HttpResponse:
    """Answer 409 with what was typed, in a page of the clinic that is open now; nothing was stored.

    ``here`` is that clinic's name, empty while none is chosen; ``names`` are the person's clinics. The form
    can be sent again, in its own clinic, by the person it was opened for, when one of our pages sent it.
    """
    if ORIGIN not in request.POST and (forged := _csrf_refusal(request)):
        return forged  # no page of ours sent it
    clinic, person = came_from(request)
    fields = list(_typed(request))
    may_send = not any(field.secret for field in fields) and _may_send(request, clinic, person, names)
    context = {
        "fields": [field for field in fields if not field.secret],
        "address": request.get_full_path(),
        "here": here,
        "there": names.get(clinic, "") if clinic else "",
        "another_person": bool(person) and person != str(request.user.pk),
        ORIGIN: request.POST.get(ORIGIN, "") if may_send else "",
        "clinic": clinic,
    }
    whole = page_context(request, "Nothing was stored", **context)
    page = TemplateResponse(request, "clinics/opened_elsewhere.html", whole, status=HTTPStatus.CONFLICT)
    page["Cache-Control"] = "no-store"
    return page.render()


def _may_send(
    request: HttpRequest, clinic: uuid.UUID | None, person: str, theirs: Iterable[uuid.UUID]
) -> bool:
    return clinic in set(theirs) and person == str(request.user.pk) and _csrf_refusal(request) is None


def _csrf_refusal(request: HttpRequest) -> HttpResponse | None:
    """Return what CSRF's check answers to a form that none of our pages sent; nothing to one of ours."""
    check = CsrfViewMiddleware(lambda _: HttpResponse())
    return check.process_view(request, lambda *_: HttpResponse(), (), {})


def _typed(request: HttpRequest) -> Iterator[Field]:
    for name, values in request.POST.lists():
        if name in {"csrfmiddlewaretoken", ORIGIN, SEND_IN}:
            continue
        label = name.replace("_", " ").replace("-", " ").capitalize()
        for value in map(str, values):
            yield Field(name, label, value, shown=name not in _OURS and bool(value.strip()))
