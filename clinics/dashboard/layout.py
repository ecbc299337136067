"""What the dashboard's own pages share with the rest of it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from unfold.widgets import BASE_INPUT_CLASSES

from clinics.identity.permissions import Permission
from clinics.identity.signed_in import may, member_of

#: The menu: each page with its route and the permission that opens it.
MENU: dict[str, tuple[tuple[str, str, Permission], ...]] = {
    "Today": (
        ("Worklist", "admin:index", Permission.SEE_CLINIC),
        ("Escalations", "admin:assessments_escalation_changelist", Permission.SEE_ESCALATIONS),
        ("Follow-ups", "admin:assessments_followup_changelist", Permission.SEE_FOLLOW_UPS),
    ),
    "Record": (
        ("Patients", "admin:patients_patient_changelist", Permission.SEE_PATIENTS),
        ("Assessments", "admin:assessments_assessment_changelist", Permission.SEE_ASSESSMENTS),
        ("Deliveries", "admin:assessments_delivery_changelist", Permission.SEE_DELIVERIES),
    ),
    "Clinic": (("Clinic settings", "clinic-settings", Permission.SEE_CLINIC),),
}


def clock(moment: datetime) -> str:
    """Day and time by the clinic's clocks, which the page runs by."""
    return date_format(timezone.localtime(moment), "j M, H:i")


def page_context(request: HttpRequest, title: str, **more: Any) -> dict[str, Any]:
    """Everything a page of the admin site shows around its content."""
    return {**admin.site.each_context(request), "title": title, **more}


def refused_title(form: forms.Form, title: str, said: str = "Nothing was stored") -> str:
    """The title of a page, which says first that its form was refused."""
    return f"{said}: {title}" if form.errors else title


def dress(form: forms.Form, names: Iterable[str] | None = None) -> None:
    """Give the form's fields the dashboard's look."""
    for name in names or form.fields:
        form.fields[name].widget.attrs["class"] = " ".join(BASE_INPUT_CLASSES)


def clinic_name(request: HttpRequest) -> str:
    """Whose pages these are: below the name of the service, on every page."""
    member = member_of(request)
    return member.clinic.name if member else ""


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The menu, as far as the person's role opens its pages."""
    return [
        {
            "title": title,
            "items": [
                {"title": words, "link": reverse(route)}
                for words, route, permission in pages
                if may(request, permission)
            ],
        }
        for title, pages in MENU.items()
    ]


def account_links(request: HttpRequest) -> list[dict[str, str]]:
    """The menu of the person signed in."""
    links = [{"title": "Change password", "link": reverse("change-password")}]
    links.append({"title": "One-time codes", "link": reverse("one-time-codes")})
    links.append({"title": "Sign out everywhere", "link": reverse("sign-out-everywhere")})
    if len(getattr(request, "clinics", ())) > 1:
        links.append({"title": "Change clinic", "link": reverse("choose-clinic")})
    return links


def icon(request: HttpRequest) -> str:  # noqa: ARG001
    """The picture in the browser's tab."""
    return static("clinics/favicon.svg")


def stylesheet(request: HttpRequest) -> str:  # noqa: ARG001
    """The dashboard's own look."""
    return static("clinics/dashboard.css")
