"""What people read holds no code, no raw unit, no developer's note and no criterion's logic."""

import html
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from rest_framework.test import APIClient

from assessments.cds.calls import Call
from assessments.cds.cards import card_of_answers
from assessments.cds.found import Found
from assessments.cds.judged import Judged
from assessments.check_ins.pages.outcome import outcome_of
from assessments.letters.content import letter_content
from assessments.programmes.services.draft_and_release import preview
from assessments.programmes.sheet.sheet import plan_sheet
from assessments.protocol import CRITERIA, QUESTIONS, evaluate, protocol_for
from assessments.records.models import Assessment
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic, Role
from patients.models import Patient
from tests.dashboard.settings_pages import signed_in
from tests.dashboard.walk import pages, row_of, rows_of
from tests.factories import assessment_body
from tests.programme.weeks import eight_weeks
from tests.protocol.records import record

CONTEXT = protocol_for().context
IDS = re.compile(r"\b(?:RF-[ESW]|CL-|SR-|AD-|RT-|IN-|OK-)\d\d\b")
NAMES = {question.name for question in QUESTIONS if "_" in question.name}
CODES = {code for question in QUESTIONS for code in question.choices if "_" in code}
CONDITIONS = {criterion.statement(CONTEXT).lower() for criterion in CRITERIA}
NOTES = {
    note.lower() for question in QUESTIONS for note in (question.note, question.if_unknown) if len(note) > 20
}
RAW_UNIT = re.compile(r"\{score\}|\b\d+(?:\.\d+)? (?:wk|mo)\b")
#: The protocol's own page is where a clinician looks an id up; the settings name what a clinic sets.
LOOKED_UP = "settings-p"
STORIES: dict[str, Mapping[str, Any]] = {
    "emergency": {"bladder_change": "yes", "leg_weakness": "mild_unilateral"},
    "same day": {"fever_or_rigors": "yes"},
    "two weeks": {"cancer_history": "yes"},
    "pregnant": {"pregnancy_status": "pregnant", "pregnancy_warning_signs": "yes"},
    "bone": {"bone_focal_pain": "yes", "prior_bone_stress_injury": None},
    "rehabilitation": {"pain_walking_nrs": 5},
    "after a run": {"pain_run_peak_nrs": 5, "hours_to_settle": 72},
    "open": {"gait_unsteady": None, "cancer_history": None},
    "contradiction": {"ran_last_14d": "no"},
    "diagnosis": {"diagnoses": [{"code": "disc_injury", "status": "confirmed_current", "clearance": "no"}]},
    "well": {},
}


def faults(text: str) -> Iterator[str]:
    """What stands in a text that nobody should read."""
    yield from sorted(set(re.findall(r"\w+", text)) & (NAMES | CODES))
    yield from RAW_UNIT.findall(text)
    yield from (condition for condition in CONDITIONS if condition in text.lower())
    yield from (note for note in NOTES if note in text.lower())
    yield from IDS.findall(text)


def visible(page: str) -> str:
    """What a person reads of a page; small print aside, where ids may stand."""
    for hidden in ("script", "style", "small", "code"):
        page = re.sub(rf"<{hidden}\b.*?</{hidden}>", " ", page, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", " ", page))


def words_of(part: Any) -> str:
    """Every text of a structure, its keys aside."""
    if isinstance(part, Mapping):
        return " ".join(words_of(value) for value in part.values())
    if isinstance(part, list | tuple):
        return " ".join(words_of(value) for value in part)
    return str(part)


def test_the_walk_sees_what_it_looks_for() -> None:
    condition = CRITERIA[0].statement(CONTEXT)
    for planted in (
        "bladder_change",
        "yes_longstanding_unchanged",
        "after 3 wk.",
        f"x {condition}",
        "RF-E01",
    ):
        assert list(faults(planted)), planted
    assert len(NOTES) > 20
    assert all(IDS.fullmatch(criterion.id) for criterion in CRITERIA)


def test_no_page_of_the_dashboard_shows_what_is_for_developers(clinic: Clinic) -> None:
    rows = rows_of(clinic, eight_weeks(clinic))
    browser = signed_in(clinic, Role.CLINICIAN)
    found, opened = {}, 0
    for page in pages():
        about = row_of(clinic, page)
        if page.name.startswith(LOOKED_UP) or ("object_id" in page.names and about is None):
            continue
        answer = browser.get(page.address({**rows, "object_id": about}))
        if answer.status_code != 200 or "html" not in answer.get("Content-Type", ""):
            continue
        opened += 1
        if wrong := list(faults(visible(answer.content.decode()))):
            found[page.name] = wrong[:5]
    assert found == {}
    assert opened >= 15


@pytest.mark.parametrize("story", STORIES)
def test_no_letter_sheet_card_check_in_or_mail_shows_what_is_for_developers(
    api: APIClient, clinic: Clinic, patient: Patient, story: str
) -> None:
    answers = record(**STORIES[story])
    stored = api.post("/api/v1/assessments", assessment_body(patient, answers)).json()
    card = card_of_answers(Judged(evaluate(answers)), Call("p-1", (), (), Found(), ()), clinic)
    said = {"card": card["summary"] + card["detail"]}
    with clinic_scope(clinic.id):
        assessment = Assessment.objects.get(id=stored["id"])
        outcome = outcome_of(clinic, assessment, now=timezone.now())
        said["check-in"] = " ".join((outcome.title, *outcome.lines))
        sheet = plan_sheet(assessment, preview(assessment), now=timezone.now())
        said["sheet"] = words_of({name: part for name, part in sheet.items() if name != "table"})
        if stored["escalation"]:
            letter = letter_content(clinic.escalations.get(id=stored["escalation"]))
            said["letter"] = words_of({name: part for name, part in letter.items() if name != "urgency"})
    said["mail"] = " ".join(f"{sent.subject} {sent.body}" for sent in mail.outbox)
    wrong = {name: found for name, text in said.items() if (found := list(faults(text)))}
    assert wrong == {}
    for met in stored["evaluation"]["criteria_met"]:
        assert list(faults(json.dumps(met["texts"]))) == []
