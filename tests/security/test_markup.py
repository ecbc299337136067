"""What somebody is called, or wrote, is text on every page: no element, attribute or script of its own."""

import copy
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from assessments.letters.models import Letter
from assessments.letters.services import draft_letter
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.clinicians import Actor, name_clinician
from clinics.identity.models import Clinic, Role, User
from clinics.members.services.invitations import Invitation
from tests.check_in.page import link
from tests.dashboard.settings_pages import signed_in
from tests.dashboard.walk import pages, row_of, rows_of
from tests.factories import make_member
from tests.form.test_letters import send
from tests.on_call.plans import clinician, set_plan, shift
from tests.print.pages import words
from tests.programme.weeks import Weeks, eight_weeks
from tests.worlds import undone

#: It ends a text, an attribute of either quote, and an element, and begins each of them.
EVIL = """<script>alert(1)</script>"'><img src=x onerror=alert(2)>&amp;"""
#: What of it stands in an answer as it was typed, where nobody escaped it.
RAW = ("<script>alert(1)", "<img src=x", "onerror=alert(2)>")
NAMED: dict[str, dict[str, str]] = {
    "patients": {"given_name": EVIL, "family_name": EVIL},
    "members": {"name": EVIL},
    "shoes": {"name": EVIL},
    "on_call_services": {"name": EVIL},
    "webhook_endpoints": {"description": EVIL},
    "api_clients": {"name": EVIL},
    "deliveries": {"name": EVIL, "error": EVIL},
}


class Markup(HTMLParser):
    """Every element and attribute that stands there."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.wrong: list[str] = []
        self.texts: list[str] = []
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        for name, value in attrs:
            self.texts.append(value or "")
            if name == "onerror" or any(sign in name for sign in "<'\"&"):
                self.wrong.append(f"{tag} {name}")

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "script" and "alert(1)" in data and RAW[0] in data:
            self.wrong.append(f"script {data[:60]}")
        self.texts.append(data)


def shown(answer: Any) -> int:
    """How often the name stands in a page, which holds nothing of it as markup."""
    page = answer.content.decode()
    found = Markup(page)
    assert not found.wrong, found.wrong
    for raw in RAW:
        assert raw not in page, (raw, page[max(page.find(raw) - 200, 0) :][:400])
    return sum(text.count("alert(1)") for text in found.texts)


@pytest.fixture
def told(clinic: Clinic) -> Weeks:
    return eight_weeks(clinic)


@pytest.fixture
def rows(clinic: Clinic, told: Weeks) -> dict[str, Any]:
    """A clinic with several of everything, in which everything that people name is named like that."""
    filled = rows_of(clinic, told)
    set_plan(clinic, shift(clinician(clinic), "08:00-20:00"))
    with clinic_scope(clinic.id):
        for related, names in NAMED.items():
            assert getattr(clinic, related).update(**names) or related in ("shoes", "deliveries")
        runner = clinic.patients.get(pk=told.patient.pk)
        clinic.shoes.create(patient=runner, name=EVIL, started_on=timezone.now().date())
        User.objects.update(first_name=EVIL, last_name=EVIL)
        Clinic.objects.filter(pk=clinic.pk).update(name=EVIL, emergency_destination=EVIL)
        clinic.refresh_from_db()
        by = name_clinician(clinic=clinic, actor=Actor(user=clinic.on_call.user))  # type: ignore[union-attr]
        letter = draft_letter(
            clinic=clinic, escalation_id=filled["escalation_id"], to=Letter.To.GP, by=by, now=timezone.now()
        )
        clinic.letters.filter(pk=letter.pk).update(recipient=EVIL, call_back=EVIL, words=EVIL)
    return {**filled, "letter_id": letter.pk}


def addresses(clinic: Clinic, rows: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for page in pages():
        about = row_of(clinic, page)
        if "object_id" not in page.names or about is not None:
            yield page.name, page.address({**rows, "object_id": about})


@pytest.mark.parametrize("role", Role)
def test_every_page_of_the_dashboard_shows_it_as_text(
    clinic: Clinic, rows: dict[str, Any], role: str
) -> None:
    """Read, and posted with nothing: a page that refuses shows names as well."""
    browser = signed_in(clinic, role)
    found: set[str] = set()
    for name, address in addresses(clinic, rows):
        with undone():
            answer = browser.get(address)
            if answer.get("Content-Type", "").startswith("text/html") and shown(answer):
                found.add(name)
        before = copy.deepcopy(browser.cookies)
        with undone():
            answer = browser.post(address, {}, follow=True)
            if answer.get("Content-Type", "").startswith("text/html"):
                shown(answer)
        browser.cookies = before  # a step may have ended the session, which is undone
    assert len(found) >= {Role.ADMIN: 20, Role.CLINICIAN: 15}.get(Role(role), 1), found


def test_what_pages_say_of_whoever_was_first_is_text(clinic: Clinic, rows: dict[str, Any]) -> None:
    """Messages, and what a refused step tells of somebody else's."""
    with clinic_scope(clinic.id):
        clinic.escalations.filter(pk=rows["escalation_id"]).update(
            state="acknowledged", acknowledged_by=clinic.on_call, acknowledged_at=timezone.now()
        )
    browser = signed_in(clinic, Role.CLINICIAN)
    second = browser.post(f"/admin/worklist/{rows['escalation_id']}/claim/", follow=True)
    assert "took it on at" in second.content.decode()
    refused = browser.post(f"/admin/worklist/{rows['escalation_id']}/resolve/", {"seen": "before"})
    released = browser.post(f"/admin/programmes/{rows['programme_id']}/release/", follow=True)
    assert all(shown(answer) for answer in (second, refused, released))


def test_paper_shows_it_as_text(clinic: Clinic, rows: dict[str, Any], api: APIClient) -> None:
    """Of sheets as pages and as PDFs, and of letters."""
    browser = signed_in(clinic, Role.CLINICIAN)
    prints = [f"programmes/{rows['programme_id']}", f"assessments/{rows['assessment_id']}/plan"]
    for place in prints:
        assert shown(api.get(f"/api/v1/{place}/print", HTTP_ACCEPT="text/html"))
        made = api.get(f"/api/v1/{place}/pdf", HTTP_ACCEPT="application/pdf")
        assert "<script>alert(1)</script>" in words(made.content).replace(" ", "")
    page = f"/admin/letters/{rows['letter_id']}/"
    assert send(browser, page, "issue", recipient=EVIL, words=EVIL).status_code == 302
    assert shown(browser.get(page))
    said = words(browser.get(f"{page}pdf/").content).replace(" ", "")
    assert said.count("<script>alert(1)</script>") >= 3


def test_pages_behind_a_link_show_it_as_text(clinic: Clinic, rows: dict[str, Any], told: Weeks) -> None:
    told.now = timezone.now()
    with clinic_scope(clinic.id):
        due = clinic.follow_ups.filter(kind="check_24_hours").order_by("-due_at")[0]
        invited = make_member(clinic, Role.RECEPTION, accepted=False)
    assert shown(link(told, str(due.pk)).open())
    invitation = reverse("invitation", args=[Invitation.of(invited).sealed()])
    assert shown(Client().get(invitation, follow=True))
