"""What every clinical page shares: who may open it, the clinic's own time, and the note of whom it shows."""

import datetime as dt
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from backend.platform.print.pdf import PrintError, Template, pdf
from clinics.dashboard.layout import page_context
from clinics.dashboard.reads import log_reading
from clinics.identity.clinicians import Actor, NamedClinician, name_clinician
from clinics.identity.models import Membership
from clinics.identity.permissions import Permission
from clinics.identity.signed_in import may, member_of

#: A view of the clinical pages: it is handed the member who looks.
View = Callable[..., HttpResponse]


def clinical(*needed: Permission) -> Callable[[View], Callable[..., HttpResponse]]:
    """Decorate a view ``(request, member, **ids)`` that only who may do all of it may open."""

    def decorate(view: View) -> Callable[..., HttpResponse]:
        @wraps(view)
        def answer(request: HttpRequest, **ids: Any) -> HttpResponse:
            member = member_of(request)
            if member is None or not all(may(request, permission) for permission in needed):
                raise PermissionDenied
            with timezone.override(member.clinic.zone):
                response = view(request, member, **ids)
                return response.render() if isinstance(response, TemplateResponse) else response

        return admin.site.admin_view(answer)

    return decorate


def page(
    request: HttpRequest,
    member: Membership,
    template: str,
    title: str,
    *,
    about: uuid.UUID | Model,
    **context: Any,
) -> HttpResponse:
    """Show a page about a runner, read already or by id, and note that it was read."""
    read = None if isinstance(about, uuid.UUID) else about
    about = about if isinstance(about, uuid.UUID) else about.pk
    shown = read or SimpleLazyObject(lambda: member.clinic.patients.filter(id=about).first())
    whole = page_context(request, title, member=member, shown_runner=shown, **context)
    response = TemplateResponse(request, template, whole).render()
    log_reading(request, [about])
    return response


def document(
    request: HttpRequest,
    template: Template,
    sheet: dict[str, Any],
    *,
    about: uuid.UUID,
    made_at: dt.datetime,
    name: str,
) -> HttpResponse:
    """A sheet about a runner as PDF, and the note that it was read; 503 while it can't be set."""
    try:
        made = pdf(template, sheet, made_at=made_at)
    except PrintError:
        return HttpResponse(
            "The document could not be set. Try again.",
            status=503,
            content_type="text/plain",
            headers={"Retry-After": "5"},
        )
    log_reading(request, [about])
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"', "Cache-Control": "no-store"}
    return HttpResponse(made, content_type="application/pdf", headers=headers)


def actor_of(member: Membership) -> Actor:
    """The signed-in person, who acts in the dashboard."""
    return Actor(user=member.user)


def clinician_of(member: Membership) -> NamedClinician:
    """The signed-in person, who answers for a step as a clinician of the clinic."""
    return name_clinician(clinic=member.clinic, actor=actor_of(member))
