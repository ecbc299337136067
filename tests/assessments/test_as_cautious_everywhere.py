"""What follows is as cautious as each criterion, on every surface that gives advice (safety property S16).

Over a stored record of each criterion: its plan, printed sheet, check-in page, letter, card and permission.
"""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from assessments.cds.calls import Call
from assessments.cds.cards import card_of_answers, card_of_doubt
from assessments.cds.found import Found
from assessments.cds.judged import Judged
from assessments.check_ins.pages.outcome import outcome_of
from assessments.letters.content import letter_content
from assessments.programmes.services.draft_and_release import preview
from assessments.programmes.services.session import BLOCKED_IN_WORDS
from assessments.programmes.sheet.sheet import plan_sheet
from assessments.programmes.sheet.words import BLOCKED
from assessments.protocol import CRITERIA, Criterion, Evaluation, evaluate, protocol_for
from assessments.protocol.vocabulary import RunStatus
from assessments.records.models import Assessment
from assessments.records.summary import decision_words
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic
from patients.models import Patient
from tests.factories import assessment_body
from tests.parameters.test_parameters import set_to
from tests.protocol.records import record, settings_of

pytestmark = pytest.mark.django_db
#: What may not stand beside rest, nor beside no impact, nor where there is no running.
MORE_THAN_REST = re.compile(r"gently active|walk, cycle|usual activity|low.impact|stay active", re.IGNORECASE)
MORE_THAN_NO_IMPACT = re.compile(r"walk, cycle|usual activity|low.impact activity", re.IGNORECASE)
RUNNING = re.compile(
    r"(?<!told that you )may run\b|running (may )?continue|modified running|next session: (?!brisk)|"
    r"go on running",
    re.IGNORECASE,
)
NUMBER, PLACE = "999", "A&E, General Hospital"
CRITERIA_BY_ID = pytest.mark.parametrize("criterion", CRITERIA, ids=[criterion.id for criterion in CRITERIA])


@dataclass(frozen=True)
class Said:
    """The advice of one surface."""

    surface: str
    words: str


def recorded(
    api: APIClient, clinic: Clinic, patient: Patient, criterion: Criterion
) -> tuple[dict[str, Any], Evaluation]:
    """A stored record that meets it, one of those at its edges that the API takes."""
    settings = settings_of(criterion.condition)
    if settings:
        set_to(api, clinic, dict(settings), lead=str(clinic.lead_id))
    for edge in criterion.condition.boundaries(protocol_for(settings).context):
        answers = record(**edge.met)
        evaluation = evaluate(answers, settings)
        if criterion.id not in {met.id for met in evaluation.criteria_met}:
            continue
        surgery = answers.get("spinal_surgery_clearance", {})
        for cleared in (*answers.get("diagnoses", []), surgery):
            if cleared.get("clearance") == "yes":
                cleared |= {"cleared_by": "Dr Lee", "cleared_at": f"{timezone.now():%Y-%m-%d}"}
        answer = api.post("/api/v1/assessments", assessment_body(patient, answers))
        if answer.status_code == 201:
            return answer.json(), evaluation
    pytest.fail(f"no record of {criterion.id}")


def surfaces(api: APIClient, clinic: Clinic, stored: dict[str, Any], evaluation: Evaluation) -> list[Said]:
    """Every surface that says what to do now, of a stored record."""
    plan = api.get(f"/api/v1/assessments/{stored['id']}/plan").json()
    said = [Said("plan", " ".join(item["text"] for item in plan["advice"]))]
    judged = Judged(evaluation)
    call = Call("p-1", (), (), Found(), ())
    card, doubt = card_of_answers(judged, call, clinic), card_of_doubt(judged, call, clinic)
    said.append(Said("card", f"{card['summary']} {card['detail'].partition('**Criteria met**')[0]}"))
    said.append(Said("card in doubt", doubt["detail"]))
    with clinic_scope(clinic.id):
        assessment = Assessment.objects.get(id=stored["id"])
        outcome = outcome_of(clinic, assessment, now=timezone.now())
        sheet = plan_sheet(assessment, preview(assessment), now=timezone.now())
        printed = [sheet["decision"]["words"], *sheet["notes"], *sheet["advice"], sheet["safety_net"]["go"]]
        said.append(Said("sheet", " ".join(printed)))
        said.append(Said("page", decision_words(stored["evaluation"])))
        said.append(Said("check-in", " ".join((outcome.title, *outcome.lines))))
        if stored["escalation"]:
            letter = letter_content(clinic.escalations.get(id=stored["escalation"]))
            said.append(Said("letter", " ".join([letter["decision"], *letter["follows"]])))
    return said


@pytest.mark.holds("S16", "HZ-16", "HZ-18")
@CRITERIA_BY_ID
def test_no_surface_is_less_cautious_than_a_criterion_that_is_met(
    api: APIClient, clinic: Clinic, patient: Patient, criterion: Criterion
) -> None:
    stored, evaluation = recorded(api, clinic, patient, criterion)
    follows, urgency = evaluation.follows, evaluation.urgency
    assert stored["evaluation"]["follows"] == follows.as_dict()
    if follows.gate != "none" or follows.running in ("none", "until_settled"):
        assert stored["run_permission"]["state"] != "holds"
    reached: Counter[str] = Counter()
    for said in surfaces(api, clinic, stored, evaluation):
        reached[said.surface] += 1
        if evaluation.run_status == RunStatus.NO_RUNNING:
            assert not RUNNING.search(said.words), said
        if follows.activity == "rest":
            assert not MORE_THAN_REST.search(said.words), said
        if follows.activity == "no_impact":
            assert not MORE_THAN_NO_IMPACT.search(said.words), said
        if urgency == "emergency_now" and said.surface != "page":
            assert NUMBER in said.words, said
            assert PLACE in said.words, said
        if urgency == "same_day" and said.surface not in ("card in doubt", "page"):
            assert NUMBER in said.words, said
    wanted = {"plan", "card", "card in doubt", "sheet", "page", "check-in"}
    wanted |= {"letter"} if stored["escalation"] else set()
    assert set(reached) == wanted


@pytest.mark.holds("S16", "HZ-16")
def test_the_letter_and_the_paper_print_what_follows(
    api: APIClient, clinic: Clinic, patient: Patient
) -> None:
    answer = api.post("/api/v1/assessments", assessment_body(patient, record(bladder_change="yes"))).json()
    with clinic_scope(clinic.id):
        content = letter_content(clinic.escalations.get(id=answer["escalation"]))
    assert content["follows"] == [
        "No running for now.",
        f"Rest, and the pathway below. Now: ring {NUMBER}, or go to {PLACE}.",
        "Running after the outcome of the referral and a new assessment.",
    ]


def test_every_reason_for_no_run_has_its_words_on_paper() -> None:
    assert set(BLOCKED) == set(BLOCKED_IN_WORDS)
    for said in BLOCKED.values():
        assert said.startswith("No ")
