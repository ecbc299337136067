"""Whoever is on a page of the dashboard, or on one behind a link, is noted once: no view is asked for it."""

import uuid
from collections import Counter

import pytest
from django.http import HttpRequest
from django.template import engines
from django.test import Client, RequestFactory
from django.utils import timezone

from assessments.check_ins.services.links import make_link
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.clinicians import Actor
from clinics.identity.models import Clinic, Role
from patients.models import Patient
from tests.dashboard.settings_pages import signed_in
from tests.dashboard.walk import pages, row_of, rows_of
from tests.factories import make_member, make_patient
from tests.programme.weeks import eight_weeks
from tests.security.test_shown import UUID
from tests.security.test_shown import rows as rows_about_patients

#: Pages that name rows by their ids and show nothing of them.
IDS_ALONE = {"settings-access-log", "settings-history"}


def noted(clinic: Clinic) -> Counter[uuid.UUID]:
    with clinic_scope(clinic.id):
        return Counter(clinic.access_log.values_list("patient_id", flat=True))


def named_apart(clinic: Clinic) -> dict[str, uuid.UUID]:
    """Give every runner a name of their own; returns who has which."""
    with clinic_scope(clinic.id):
        names = {f"Runner-no-{number:02}-": row.pk for number, row in enumerate(clinic.patients.all())}
        for name, pk in names.items():
            clinic.patients.filter(pk=pk).update(family_name=name)
    return names


@pytest.mark.parametrize("role", Role)
def test_every_page_notes_whom_it_shows_once(clinic: Clinic, role: str) -> None:
    """By name, or by the id of one of their rows. A new page is walked without being named here."""
    filled = rows_of(clinic, eight_weeks(clinic))
    names, about = named_apart(clinic), rows_about_patients(clinic)
    browser, opened = signed_in(clinic, role), 0
    for page in pages():
        row = row_of(clinic, page)
        if "object_id" in page.names and row is None:
            continue
        before = noted(clinic)
        answer = browser.get(page.address({**filled, "object_id": row}))
        if answer.status_code != 200:
            assert noted(clinic) == before, page
            continue
        text, opened = answer.content.decode(errors="replace"), opened + 1
        shown = {pk for name, pk in names.items() if name in text}
        if page.name not in IDS_ALONE:
            ids = {uuid.UUID(found) for found in UUID.findall(text)}
            shown |= {about[found] for found in ids if found in about}
        found = noted(clinic) - before
        assert shown <= set(found), page
        assert set(found.values()) <= {1}, page
        if answer["Content-Type"].startswith("text/html") and page.name not in IDS_ALONE:
            assert set(found) <= shown, page
    assert opened >= 3


def test_a_page_that_nobody_thought_of_is_noted(clinic: Clinic, patient: Patient) -> None:
    """Whatever a template is given: a row, rows within rows, and rows beside them."""
    other = make_patient(clinic)
    template = engines["django"].from_string("{{ rows.0.who.family_name }}")
    request: HttpRequest = RequestFactory().get("/admin/")
    template.render({"rows": [{"who": patient}], "more": ({"x": [other]},)}, request)
    assert set(request.__dict__["patients_shown"]) == {patient.pk, other.pk}


def test_a_refused_form_that_shows_a_runner_again_is_noted(clinic: Clinic) -> None:
    filled = rows_of(clinic, eight_weeks(clinic))
    browser: Client = signed_in(clinic, Role.CLINICIAN)
    address = f"/admin/assess/{filled['patient_id']}/"
    tried = [page for page in pages() if page.name in {"assess", "letter"}]
    for page in tried:
        address = page.address({**filled})
        before = noted(clinic)
        answer = browser.post(address, {})
        if answer.status_code < 300 and answer.content:
            assert sum((noted(clinic) - before).values()) == 1, page
    assert tried


def test_who_has_a_check_in_link_is_noted_as_nobody_of_the_clinic(clinic: Clinic) -> None:
    filled = rows_of(clinic, eight_weeks(clinic))
    member = make_member(clinic, Role.CLINICIAN)
    with clinic_scope(clinic.id):
        follow_up = clinic.follow_ups.filter(kind="check_24_hours").order_by("-due_at")[0]
        clinic.follow_ups.filter(pk=follow_up.pk).update(state="due")
        _, token = make_link(
            clinic=clinic, follow_up_id=follow_up.pk, actor=Actor(user=member.user), now=timezone.now()
        )
    before = noted(clinic)
    answer = Client().get(f"/check-in/{token}")
    assert filled
    assert answer.status_code == 200, answer.content
    assert noted(clinic) - before == Counter([follow_up.patient_id])
    with clinic_scope(clinic.id):
        entry = clinic.access_log.order_by("-sequence")[0]
    assert (entry.user, entry.client, entry.action) == (None, None, "GET check-in")
