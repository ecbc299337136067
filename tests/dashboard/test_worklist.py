"""The worklist's rules without a browser: who may, what a second person is told, what it costs."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessments.operations.services.counters import PASSES, note
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic, Role
from tests.audit.test_access_log import entries
from tests.dashboard.test_dashboard import SignIn, emergency, record, sign_in, state  # noqa: F401 - a fixture
from tests.factories import api_for


def claim(escalation: object) -> str:
    return f"/admin/worklist/{escalation.pk}/claim/"  # type: ignore[attr-defined]


def close(escalation: object) -> str:
    return f"/admin/worklist/{escalation.pk}/resolve/"  # type: ignore[attr-defined]


@pytest.mark.parametrize("role", [Role.RECEPTION, Role.AUDITOR])
def test_who_may_not_act_claims_and_resolves_nothing(clinic: Clinic, sign_in: SignIn, role: str) -> None:  # noqa: F811
    escalation = emergency(clinic)
    browser = sign_in(clinic, role)
    assert browser.post(claim(escalation)).status_code == 403
    assert browser.post(close(escalation)).status_code == 403
    assert browser.get("/admin/worklist/new/").status_code == 403
    assert state(clinic, escalation) == "open"


def test_another_clinics_row_is_not_found(clinic: Clinic, other_clinic: Clinic, sign_in: SignIn) -> None:  # noqa: F811
    escalation = emergency(other_clinic)
    browser = sign_in(clinic, Role.CLINICIAN)
    body = {"outcome_code": "handed_over", "outcome": "x"}
    assert browser.post(claim(escalation)).status_code == 404
    assert browser.post(close(escalation), body).status_code == 404
    assert state(other_clinic, escalation) == "open"


def test_a_followed_link_or_a_forged_form_does_nothing(clinic: Clinic, sign_in: SignIn) -> None:  # noqa: F811
    escalation = emergency(clinic)
    browser = sign_in(clinic, Role.CLINICIAN)
    assert browser.get(claim(escalation)).status_code == 405
    forged = Client(enforce_csrf_checks=True)
    forged.cookies = browser.cookies
    assert forged.post(claim(escalation)).status_code == 403
    assert state(clinic, escalation) == "open"


@pytest.mark.parametrize(
    "body", [{}, {"outcome_code": "booked", "outcome": "x"}, {"outcome_code": "attended"}]
)
def test_an_emergency_is_closed_by_an_outcome_that_suffices_and_words(
    clinic: Clinic,
    sign_in: SignIn,  # noqa: F811
    body: dict[str, str],
) -> None:
    escalation = emergency(clinic)
    browser = sign_in(clinic, Role.CLINICIAN)
    browser.post(claim(escalation))
    browser.post(close(escalation), body)
    assert state(clinic, escalation) == "acknowledged"


def test_who_saw_another_hold_it_resolves_nothing(clinic: Clinic, sign_in: SignIn) -> None:  # noqa: F811
    escalation = emergency(clinic)
    browser = sign_in(clinic, Role.CLINICIAN)
    browser.post(claim(escalation))
    body = {"outcome_code": "handed_over", "outcome": "Handed over.", "seen": "2026-01-01T09:00:00+00:00"}
    browser.post(close(escalation), body)
    assert state(clinic, escalation) == "acknowledged"
    with clinic_scope(clinic.id):
        held = clinic.escalations.get(pk=escalation.pk)
    browser.post(close(escalation), body | {"seen": held.acknowledged_at.isoformat()})
    assert state(clinic, escalation) == "resolved"


def test_whom_the_worklist_shows_is_noted(clinic: Clinic, sign_in: SignIn) -> None:  # noqa: F811
    escalation = emergency(clinic)
    sign_in(clinic, Role.CLINICIAN).get("/admin/")
    assert [entry["patient"] for entry in entries(api_for(clinic))] == [str(escalation.patient_id)]


def test_no_banner_when_all_is_well(clinic: Clinic, sign_in: SignIn) -> None:  # noqa: F811
    for name in PASSES:
        note(name, now=timezone.now())
    answer = sign_in(clinic, Role.CLINICIAN).get("/admin/")
    assert answer.context["late"] == []
    assert "rtr-alarm" not in answer.content.decode()


def test_it_takes_fewer_than_fifteen_statements_however_many_rows(clinic: Clinic, sign_in: SignIn) -> None:  # noqa: F811
    browser = sign_in(clinic, Role.ADMIN)
    browser.get("/admin/")
    emergency(clinic)
    counted = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as statements:
            assert browser.get("/admin/").status_code == 200
        frame = ("SAVEPOINT", "RELEASE", "SELECT set_config('app.clinic', ''")  # the test's own transaction
        asked = [q["sql"] for q in statements.captured_queries if not q["sql"].startswith(frame)]
        counted.append(len(asked))
        for _ in range(5):
            record(clinic, fever_or_rigors="yes")
    assert counted[0] == counted[1] < 15
