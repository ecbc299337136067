"""A referral letter says how urgent it is, what was found as it was answered, and what nobody asked."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from assessments.letters.models import Letter
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic, Membership, Role
from patients.models import Patient
from tests.factories import assessment_body
from tests.form.filled import hidden_in
from tests.print.pages import words

ANSWERS = {
    "bladder_change": "yes",
    "saddle_sensation_change": "no",
    "leg_pain": "none",
    "walking_ability": "limited_by_pain",
    "pain_usual_nrs": 6,
    "diagnoses": [],
}
WRITTEN = {
    "recipient": "A&E, General Hospital",
    "call_back": "020 7946 0000",
    "words": "Please scan tonight.",
}


@pytest.fixture
def escalation(api: APIClient, patient: Patient) -> str:
    """An emergency of a runner whose bladder changed."""
    answer = api.post("/api/v1/assessments", assessment_body(patient, ANSWERS))
    return str(answer.json()["escalation"])


def begun(browser: Client, escalation: str, to: str = "emergency_department") -> str:
    """Begin a letter; returns its address."""
    answer = browser.post(f"/admin/escalations/{escalation}/letters/", {"to": to})
    assert answer.status_code == 302
    return str(answer["Location"])


def send(browser: Client, page: str, action: str, **written: str) -> Any:
    seen = hidden_in(browser.get(page).content, "seen")
    return browser.post(page, {**WRITTEN, **written, "seen": seen, "action": action})


def letters(clinic: Clinic) -> list[Letter]:
    with clinic_scope(clinic.id):
        return list(clinic.letters.order_by("created_at"))


def issued(browser: Client, clinic: Clinic, escalation: str) -> tuple[str, Letter]:
    page = begun(browser, escalation)
    assert send(browser, page, "issue").status_code == 302
    return page, letters(clinic)[-1]


def test_findings_stand_as_they_were_answered_and_the_unasked_is_never_negative(
    browser: Client, clinic: Clinic, escalation: str
) -> None:
    _, letter = issued(browser, clinic, escalation)
    content = letter.content
    assert content["opening"] == ["Suspected cauda equina syndrome: new or changed bladder function."]
    assert content["findings"] == ["New or changed bladder function.", "Walking is limited by pain."]
    assert content["excluded"] == [
        "No change of sensation in the saddle area.",
        "No pain radiating into the legs.",
    ]
    assert "No known or suspected back diagnosis." in content["further"]
    assert "Usual pain 6 out of 10." in content["further"]
    assert "Bowel control was not asked about." in content["not_asked"]
    assert "History of cancer was not asked about." in content["not_asked"]
    # What doesn't apply wasn't left unasked, and what isn't asked is never excluded.
    assert "The course of the leg symptoms was not asked about." not in content["not_asked"]
    assert not any("bowel" in words for words in content["excluded"])


def test_why_there_is_no_answer_is_said(
    browser: Client, clinic: Clinic, api: APIClient, patient: Patient
) -> None:
    body = assessment_body(patient, ANSWERS, absent_reasons={"sexual_function_change": "asked-declined"})
    escalation = api.post("/api/v1/assessments", body).json()["escalation"]
    _, letter = issued(browser, clinic, escalation)
    assert "Change in sexual function: asked, declined." in letter.content["not_asked"]
    assert "Sexual function was not asked about." not in letter.content["not_asked"]


def test_the_page_opens_with_the_suspicion_then_findings_then_whom_to_call(
    browser: Client, clinic: Clinic, clinician: Membership, escalation: str
) -> None:
    page, _ = issued(browser, clinic, escalation)
    text = browser.get(page).content.decode().partition('class="af-letter"')[2]
    order = [
        "Suspected cauda equina syndrome: new or changed bladder function.",
        "Emergency department now",
        "Please scan tonight.",
        "<h3>Findings",
        "<h3>Course and duration",
        "<h3>Excluded",
        "<h3>Not asked",
        "What happened",
        "Who to call",
        "020 7946 0000",
        f"Issued by {clinician.shown_name}",
    ]
    places = [text.index(words) for words in order]
    assert places == sorted(places)


def test_a_draft_is_stored_with_what_was_typed_and_issued_in_somebodys_name(
    browser: Client, clinic: Clinic, clinician: Membership, escalation: str
) -> None:
    page = begun(browser, escalation)
    assert send(browser, page, "store", recipient="").status_code == 302
    (draft,) = letters(clinic)
    assert (draft.state, draft.words, draft.content) == ("draft", WRITTEN["words"], {})
    assert b"Please scan tonight." in browser.get(page).content
    assert b"Draft: not issued" in browser.get(page).content
    refused = send(browser, page, "issue", recipient=" ")
    assert refused.status_code == 422
    assert '<a href="#id_recipient">' in refused.content.decode()
    send(browser, page, "issue")
    (letter,) = letters(clinic)
    assert (letter.state, letter.issued_by_id) == ("issued", clinician.id)


def test_one_draft_for_each_reader(browser: Client, clinic: Clinic, escalation: str) -> None:
    assert begun(browser, escalation) == begun(browser, escalation)
    assert begun(browser, escalation, "gp") != begun(browser, escalation)
    assert len(letters(clinic)) == 2


def test_an_issued_letter_never_changes(browser: Client, clinic: Clinic, escalation: str) -> None:
    page, letter = issued(browser, clinic, escalation)
    assert b'name="seen"' not in browser.get(page).content
    browser.post(page, {**WRITTEN, "words": "Other words", "seen": "x", "action": "store"})
    assert letters(clinic)[0].words == WRITTEN["words"]
    for change in ("UPDATE assessments_letter SET words = 'x'", "DELETE FROM assessments_letter"):
        with (
            pytest.raises(DatabaseError),
            clinic_scope(clinic.id),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(change)
    assert letters(clinic)[0].content == letter.content


def test_what_was_issued_is_what_was_seen(
    browser: Client, api: APIClient, clinic: Clinic, escalation: str
) -> None:
    page = begun(browser, escalation)
    seen = hidden_in(browser.get(page).content, "seen")
    api.post(f"/api/v1/escalations/{escalation}/acknowledge", {})
    answer = browser.post(page, {**WRITTEN, "seen": seen, "action": "issue"})
    assert answer.status_code == 409
    assert "Please scan tonight." in answer.content.decode()
    assert letters(clinic)[0].state == "draft"
    seen = hidden_in(answer.content, "seen")
    assert browser.post(page, {**WRITTEN, "seen": seen, "action": "issue"}).status_code == 302


def test_the_pdf_is_the_issued_letter_and_reading_it_is_noted(
    browser: Client, clinic: Clinic, patient: Patient, escalation: str
) -> None:
    page = begun(browser, escalation)
    assert browser.get(f"{page}pdf/").status_code == 404
    send(browser, page, "issue")
    answer = browser.get(f"{page}pdf/")
    assert answer.content.startswith(b"%PDF-")
    assert "no-store" in answer["Cache-Control"]
    with clinic_scope(clinic.id):
        last = clinic.access_log.order_by("sequence").last()
    assert last is not None
    assert (last.patient_id, last.action) == (patient.id, "GET letter-pdf")


def test_issuing_is_kept_in_the_history_with_who_did_it(
    browser: Client, clinic: Clinic, clinician: Membership, escalation: str
) -> None:
    _, letter = issued(browser, clinic, escalation)
    with clinic_scope(clinic.id):
        states = letter.history.order_by("pgh_id").values_list("state", "pgh_context__user")  # type: ignore[attr-defined]
        assert list(states) == [("draft", str(clinician.user_id)), ("issued", str(clinician.user_id))]


@pytest.mark.parametrize("role", [Role.RECEPTION, Role.AUDITOR])
def test_whoever_sees_no_clinical_answer_sees_no_letter(
    browser: Client, browser_as: Callable[[str], Client], clinic: Clinic, escalation: str, role: Role
) -> None:
    page, _ = issued(browser, clinic, escalation)
    stranger = browser_as(role)
    for address in (page, f"{page}pdf/", f"/admin/escalations/{escalation}/letters/"):
        assert stranger.get(address).status_code == 403
        assert stranger.post(address, {"to": "gp"}).status_code == 403


def test_another_clinics_letter_is_not_there(
    browser: Client, clinic: Clinic, other_clinic: Clinic, browser_of_other: Client, escalation: str
) -> None:
    page, _ = issued(browser, clinic, escalation)
    for address in (page, f"{page}pdf/"):
        assert browser_of_other.get(address).status_code == 404
    assert browser_of_other.post(f"/admin/escalations/{escalation}/letters/", {"to": "gp"}).status_code == 404


def test_a_link_that_is_followed_begins_nothing(browser: Client, clinic: Clinic, escalation: str) -> None:
    assert browser.get(f"/admin/escalations/{escalation}/letters/").status_code == 405
    assert letters(clinic) == []


def test_the_escalation_leads_to_its_letters(browser: Client, clinic: Clinic, escalation: str) -> None:
    page, _ = issued(browser, clinic, escalation)
    shown = browser.get(f"/admin/assessments/escalation/{escalation}/change/").content.decode()
    assert f'href="{page}">Emergency department</a>: issued' in shown
    assert "General practitioner</button>" in shown


def test_its_pages_take_few_statements(browser: Client, clinic: Clinic, escalation: str) -> None:
    draft, _ = begun(browser, escalation, "gp"), issued(browser, clinic, escalation)
    for page in (draft, f"/admin/assessments/escalation/{escalation}/change/"):
        with CaptureQueriesContext(connection) as context:
            assert browser.get(page).status_code == 200
        assert len([one for one in context if "SAVEPOINT" not in one["sql"]]) <= 15, page


def test_the_paper_of_a_letter_says_that_its_runner_is_archived(
    browser: Client, clinic: Clinic, escalation: str
) -> None:
    """What was issued stays as it was; the mark stands at the head of every page."""
    page, letter = issued(browser, clinic, escalation)
    before = words(browser.get(f"{page}pdf/").content)
    with clinic_scope(clinic.id):
        clinic.patients.filter(pk=letter.patient_id).update(
            archived_at=timezone.now(), archive_reason="deceased"
        )
    after = words(browser.get(f"{page}pdf/").content)
    assert "DECEASED" not in before
    assert "DECEASED: nothing is permitted" in after
    assert "Deceased." in browser.get(page).content.decode()
    assert letters(clinic)[-1].content == letter.content
