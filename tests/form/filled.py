"""The form as somebody fills it in."""

import html
import re

from django.test import Client
from django.utils import timezone

from assessments.decisions.form.typed_values import as_typed
from assessments.records.models import Assessment
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic
from patients.models import Patient
from tests.factories import reassuring_answers

Sent = dict[str, object]


def address(patient: Patient) -> str:
    """Where the runner is assessed."""
    return f"/admin/patients/{patient.pk}/assess/"


def seal_in(page: bytes) -> str:
    """The opened form, as the page carries it."""
    return hidden_in(page, "form")


def hidden_in(page: bytes, name: str) -> str:
    """What a hidden control of a page holds."""
    found = re.search(rf'name="{name}" value="([^"]+)"', page.decode())
    assert found, name
    return html.unescape(found[1])


def opened(browser: Client, patient: Patient) -> str:
    """Open the form."""
    page = browser.get(address(patient))
    assert page.status_code == 200, page.content
    return seal_in(page.content)


def filled(seal: str, answers: dict[str, object] | None = None, **changes: object) -> Sent:
    """A form with the answers of a runner who may continue, or others; ``changes`` name controls."""
    given = reassuring_answers() if answers is None else answers
    at = timezone.localtime(timezone.now()).strftime("%Y-%m-%dT%H:%M")
    about: Sent = {"form": seal, "assessed_at": at, "assessor_role": "physiotherapist", "action": "record"}
    sent = about | dict(as_typed(given, {}).lists()) | changes
    return {name: value for name, value in sent.items() if value is not None}


def recorded(clinic: Clinic) -> list[Assessment]:
    """What is stored, oldest first."""
    with clinic_scope(clinic.id):
        return list(clinic.assessments.order_by("created_at", "id"))
