"""Every page of the dashboard, found where Django finds it: a new one is walked without being named here."""

import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from assessments.letters.models import Letter
from assessments.letters.services import draft_letter
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.clinicians import Actor, name_clinician
from clinics.identity.models import Clinic
from tests.dashboard.test_dashboard import emergency, record
from tests.factories import api_for
from tests.programme.weeks import Weeks

EXAMPLES = Path(__file__).resolve().parents[2] / "backend" / "platform" / "openapi" / "examples"
#: What isn't a page of somebody signed in: signing in and out, the link of a mail, lists for a script.
ELSEWHERE = {
    "login",
    "logout",
    "invitation",
    "ask-for-password-reset",
    "password-reset",
    "autocomplete",
    "view_on_site",
    "password_change_done",
    "search",
}


@dataclass(frozen=True, slots=True)
class Page:
    """A route of the dashboard, with the names of what its address is filled with."""

    name: str
    route: str
    names: tuple[str, ...]

    def address(self, rows: Mapping[str, Any]) -> str:
        """Where it is. A name without a row is a new kind of page: give it one in ``rows_of``."""
        return reverse(self.name, kwargs={name: rows[name] for name in self.names})


def pages() -> Iterator[Page]:
    """Every named route below /admin/."""
    for route, pattern, spaces in _routes(get_resolver().url_patterns, "", ()):
        if route.startswith("admin/") and pattern.name and pattern.name not in ELSEWHERE:
            names = tuple(pattern.pattern.regex.groupindex) or tuple(
                getattr(pattern.pattern, "converters", ())
            )
            yield Page(":".join((*spaces, pattern.name)), route, names)


def _routes(
    patterns: list[Any], before: str, spaces: tuple[str, ...]
) -> Iterator[tuple[str, URLPattern, tuple[str, ...]]]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inside = (*spaces, pattern.namespace) if pattern.namespace else spaces
            yield from _routes(pattern.url_patterns, route, inside)
        else:
            yield route, pattern, spaces


def statements_of(browser: Client, address: str) -> tuple[int, int]:
    """A page's status and statements; what opens, closes and stands around transactions isn't counted."""
    with CaptureQueriesContext(connection) as asked:
        status = browser.get(address).status_code
    frame = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "SELECT set_config('app.clinic', ''")
    return status, sum(not query["sql"].startswith(frame) for query in asked.captured_queries)


def rows_of(clinic: Clinic, told: Weeks) -> dict[str, Any]:
    """A clinic with several of everything; what fills the addresses, by the name that routes give it."""
    for _ in range(3):
        escalation = emergency(clinic)
        record(clinic, fever_or_rigors="yes")
    api = api_for(clinic)
    endpoint = api.post("/api/v1/webhook-endpoints", _example("createWebhookEndpoint"))
    preview = api.post(
        "/api/v1/clinic/parameters/previews",
        {"values": {"usual_pain_stop_gt": 4}, "on_behalf_of": str(clinic.lead_id)},
    )
    service = api.post("/api/v1/clinic/on-call-services", _example("createOnCallService"))
    assert {service.status_code, endpoint.status_code, preview.status_code} <= {201, 202}, (
        service.json(),
        preview.json(),
    )
    assessment = told.get(f"/programmes/{told.programme}")["assessment"]
    with clinic_scope(clinic.id):
        member = clinic.on_call
        by = name_clinician(clinic=clinic, actor=Actor(user=member.user))  # type: ignore[union-attr]
        letter = draft_letter(
            clinic=clinic, escalation_id=escalation.pk, to=Letter.To.GP, by=by, now=timezone.now()
        )
        return {
            "patient_id": told.patient.pk,
            "assessment_id": assessment,
            "programme_id": told.programme,
            "escalation_id": escalation.pk,
            "letter_id": letter.pk,
            "member_id": member.pk,  # type: ignore[union-attr]
            "client_id": clinic.api_clients.get().pk,
            "endpoint_id": endpoint.json()["id"],
            "service_id": service.json()["id"],
            "preview_id": preview.json()["id"],
            "follow_up_id": clinic.follow_ups.filter(kind="check_24_hours").order_by("-due_at")[0].pk,
            "app_label": "assessments",
        }


def row_of(clinic: Clinic, page: Page) -> uuid.UUID | None:
    """The clinic's latest row of the model that an admin page is about; none of the others."""
    for model, registered in admin.site._registry.items():
        meta = model._meta
        if f"admin/{meta.app_label}/{meta.model_name}/" in page.route:
            with clinic_scope(clinic.id):
                if model is Clinic:
                    return clinic.pk
                latest = getattr(clinic, registered.related).order_by("-pk").first()  # type: ignore[attr-defined]
                return latest.pk if latest else None
    return None


def _example(name: str) -> Any:
    return json.loads((EXAMPLES / f"{name}.json").read_text())["request"]
