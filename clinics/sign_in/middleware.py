"""Clinic scopes for the doors that aren't the API: the token endpoint and the dashboard."""

import uuid
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import logout
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from backend.platform.edge.errors import answer_refusal
from backend.platform.refusals import Refusal
from backend.platform.storage.history import note_person
from backend.platform.storage.tenancy import clinic_scope
from clinics.clients.named_client import NAMED, AmbiguousRequestError, named_client, refusal
from clinics.dashboard.form_origin import came_from, clinic_to_send_in, is_guarded, refuse_form
from clinics.dashboard.reads import note_shown
from clinics.identity.end_access import CLINIC_KEY
from clinics.identity.models import Clinic
from clinics.identity.signed_in import lacks_code, member_of
from clinics.sign_in.elsewhere import clinic_of_address, open_in

#: Pages that enter a clinic themselves, or several.
WITHOUT_A_CLINIC = ("/admin/invitation/", "/admin/password-reset/", "/admin/choose-clinic/")

#: Pages for who must set up one-time codes and hasn't.
BEFORE_ENROLMENT = ("/admin/one-time-codes/", "/admin/logout/", "/admin/login/")

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class ClinicScopeMiddleware:
    """Runs /oauth/ inside the clinic of the client named, and /admin/ inside the clinic of the person.

    Who works in several clinics chooses one, which the session keeps. It is compared with their memberships
    on every request: who has left is out at the next one.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Enter the clinic, if there is one; without one no clinic's row is visible."""
        try:
            clinic_id = _clinic_of(request)
        except _ElsewhereError as exc:
            return exc.answer
        if clinic_id is None:
            return _in_no_clinic(request) or self.get_response(request)
        stray = is_guarded(request) and came_from(request) != (clinic_id, str(request.user.pk))
        names = names_of(request.clinics) if stray else {}  # type: ignore[attr-defined]
        _look_elsewhere(request, clinic_id)
        answer = self._inside(request, clinic_id, stray=stray, names=names)
        return _in_its_clinic(request, clinic_id, answer) or answer

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """Answer what a service refused and no page said in its own place; nothing of it is stored."""
        if not isinstance(exception, Refusal):
            return None
        request.refused = True  # type: ignore[attr-defined]  # for the transaction around the view
        return answer_refusal(request, exception)

    def _inside(
        self, request: HttpRequest, clinic_id: uuid.UUID, *, stray: bool, names: Mapping[uuid.UUID, str]
    ) -> HttpResponseBase:
        with clinic_scope(clinic_id):
            request.clinic_id = clinic_id  # type: ignore[attr-defined]
            if request.user.pk is not None and request.path.startswith("/admin/"):
                note_person(request.user.pk, request_id=request.META.get("REQUEST_ID", ""))
            if _must_enrol(request):
                return redirect("one-time-codes")
            if stray:
                return refuse_form(request, here=names[clinic_id], names=names)
            response = self.get_response(request)
            failed = response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR
            if failed or getattr(request, "refused", False):
                transaction.set_rollback(True)  # a view that failed arrives here as a response
            elif member := member_of(request):
                note_shown(request, member)
            return response


def _others(request: HttpRequest, clinic_id: uuid.UUID) -> list[uuid.UUID]:
    """The person's clinics but the one that is entered; none outside the dashboard."""
    return [other for other in getattr(request, "clinics", ()) if other != clinic_id]


def _look_elsewhere(request: HttpRequest, clinic_id: uuid.UUID) -> None:
    """Note for the worklist what is open in the person's other clinics, before one clinic is entered."""
    if request.path == reverse("admin:index"):
        request.elsewhere = open_in(request, _others(request, clinic_id))  # type: ignore[attr-defined]


def _in_its_clinic(
    request: HttpRequest, clinic_id: uuid.UUID, answer: HttpResponseBase
) -> HttpResponseBase | None:
    """The choice of a clinic, for a link that leads nowhere in this one and somewhere in another of theirs.

    It is offered by name and entered by a button: a link that is followed changes nothing.
    """
    nowhere = answer.status_code in (HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN)
    others = _others(request, clinic_id) if nowhere and request.method in ("GET", "HEAD") else []
    if clinic_of_address(request.path, others) is None:
        return None
    return redirect(_choice(request))


def _choice(request: HttpRequest) -> str:
    return f"{reverse('choose-clinic')}?{urlencode({'next': request.get_full_path()})}"


def _in_no_clinic(request: HttpRequest) -> HttpResponseBase | None:
    """The refusal of a form that was opened in a clinic, or for another person, and is sent in none."""
    if is_guarded(request) and came_from(request) != (None, str(request.user.pk)):
        return refuse_form(request, here="", names={})
    return None


def _must_enrol(request: HttpRequest) -> bool:
    """Whether the clinic wants one-time codes and the person has yet to set up theirs."""
    if not request.path.startswith("/admin/") or request.path.startswith(BEFORE_ENROLMENT):
        return False
    return lacks_code(request)


class _ElsewhereError(Exception):
    """Another page or answer comes first."""

    def __init__(self, answer: HttpResponseBase) -> None:
        self.answer = answer


def _clinic_of(request: HttpRequest) -> uuid.UUID | None:
    """The clinic that the request runs in; raises ``_ElsewhereError``."""
    if request.path.startswith("/oauth/"):
        return _clinic_of_client(request)
    if not request.path.startswith("/admin/") or request.path.startswith(WITHOUT_A_CLINIC):
        return None
    return _chosen(request) if request.user.is_authenticated else None


def _clinic_of_client(request: HttpRequest) -> uuid.UUID | None:
    try:
        named = named_client(request)
    except AmbiguousRequestError as exc:
        raise _ElsewhereError(refusal(request, exc)) from None
    request.META[NAMED] = named
    return next(iter(_ask("SELECT clinic_of_client(%s)", named)), None) if named else None


def _chosen(request: HttpRequest) -> uuid.UUID | None:
    """The clinic of the session, or the only one that there is to choose."""
    theirs = clinics_of(request.user.pk)  # type: ignore[arg-type]  # signed in
    request.clinics = theirs  # type: ignore[attr-defined]  # for the menu
    if CLINIC_KEY in request.session:
        chosen = next((clinic for clinic in theirs if str(clinic) == request.session[CLINIC_KEY]), None)
        if chosen is None:
            logout(request)
            raise _ElsewhereError(redirect(settings.LOGIN_URL))
        return _entered_for_form(request, theirs) or chosen
    if entered := _entered_for_form(request, theirs):
        return entered
    if len(theirs) > 1 and is_guarded(request):
        raise _ElsewhereError(refuse_form(request, here="", names=names_of(theirs)))
    if len(theirs) > 1 and request.path != reverse("admin:logout"):
        raise _ElsewhereError(redirect(_choice(request)))
    if len(theirs) != 1:
        return None
    request.session[CLINIC_KEY] = str(theirs[0])
    return theirs[0]


def _entered_for_form(request: HttpRequest, theirs: list[uuid.UUID]) -> uuid.UUID | None:
    """The clinic that is entered to send a form where it was opened, as its person has asked."""
    clinic_id = clinic_to_send_in(request, theirs)
    if clinic_id is not None:
        request.session[CLINIC_KEY] = str(clinic_id)
    return clinic_id


def names_of(clinic_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The names of a person's clinics; asked while none is entered."""
    names = {}
    for clinic_id in clinic_ids:
        with clinic_scope(clinic_id):
            names[clinic_id] = Clinic.objects.get(id=clinic_id).name
    return names


def clinics_of(person_id: uuid.UUID) -> list[uuid.UUID]:
    """The clinics in which the person works at present."""
    return _ask("SELECT clinics_of_person(%s)", str(person_id))


def _ask(question: str, argument: str) -> list[uuid.UUID]:
    with connection.cursor() as cursor:
        cursor.execute(question, [argument])
        return [clinic_id for (clinic_id,) in cursor.fetchall() if clinic_id is not None]
