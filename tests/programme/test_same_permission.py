"""A programme neither gives nor takes a permission: it is the same before one, beside it, and after it."""

import datetime as dt
from typing import Any

import pytest

from assessments.protocol.vocabulary import AdjustLevel
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic
from patients.models import Patient
from tests.factories import make_patient
from tests.programme.test_stories import CLEARED, MONDAY, NOT_RUN, YOUNG
from tests.programme.weeks import Weeks

pytestmark = pytest.mark.django_db
FRACTURED: dict[str, Any] = {
    "diagnoses": [
        {
            "code": "bone_stress_injury",
            "status": "confirmed_current",
            "clearance": "yes",
            "cleared_by": "Dr Lee",
            "cleared_at": "2026-03-01",
        }
    ]
}
#: Answers of every adjustment level, in each way to reach it, and those of which no level is said.
ANSWERS: dict[str, tuple[str | None, dict[str, Any]]] = {
    "in order": (None, {}),
    "in order, no distance known": (None, {"last_run_km": None}),
    "in order, some pain": (None, {"pain_usual_nrs": 2, "pain_run_peak_nrs": 2, "pain_pre_run_nrs": 2}),
    "a rise of two": ("minor", {"pain_run_peak_nrs": 2}),
    "a rise of two, no distance known": ("minor", {"pain_run_peak_nrs": 2, "last_run_km": None}),
    "a rise of four": ("major", {"pain_run_peak_nrs": 4}),
    "more than usual the next day": ("major", {"pain_next_day_nrs": 4}),
    "a rise of four, no distance known": ("major", {"pain_run_peak_nrs": 4, "last_run_km": None}),
    "not run for weeks": ("graded_return", {"ran_last_14d": "no", **NOT_RUN}),
    "cleared yesterday": ("graded_return", CLEARED),
    "a bone cleared yesterday, not run since": (
        "graded_return",
        {**FRACTURED, "ran_last_14d": "no", **NOT_RUN},
    ),
    "stopped": (None, {"pain_walking_nrs": 4}),
    "to be examined": (None, {"bone_focal_pain": "yes"}),
    "to be cleared": (None, {"diagnoses": [{"code": "disc_injury", "status": "confirmed_current"}]}),
}
HOURS = (0, 1, 20, 35, 37, 80)


def test_every_level_is_among_the_answers() -> None:
    assert {level for level, _ in ANSWERS.values()} == {None, *AdjustLevel}


def said(weeks: Weeks, hours: float) -> tuple[str, str | None]:
    """What is answered so many hours later."""
    later = Weeks(weeks.clinic, weeks.patient, weeks.now + dt.timedelta(hours=hours))
    found = later.get(f"/patients/{weeks.patient.id}/run-permission")
    return found["state"], found["adjust_level"]


@pytest.mark.holds("S17", "HZ-16")
@pytest.mark.parametrize("answers", list(ANSWERS))
def test_drafting_releasing_and_ending_a_programme_leave_the_permission_as_it_is(
    clinic: Clinic, patient: Patient, answers: str
) -> None:
    level, changes = ANSWERS[answers]
    weeks = Weeks(clinic, patient, MONDAY)
    assessed = weeks.assess(**YOUNG, **changes)
    assert assessed["evaluation"]["adjust_level"] == level
    alone = [said(weeks, hours) for hours in HOURS]
    assert {state for state, _ in alone} <= {"holds", "lapsed", "not_permitted"}

    weeks.programme = weeks.post("/programmes", {"assessment": assessed["id"]})["id"]
    assert [said(weeks, hours) for hours in HOURS] == alone, "drafted"
    weeks.step("release")
    assert [said(weeks, hours) for hours in HOURS] == alone, "released"
    session = weeks.session()
    assert session["permitted"] == (alone[0][0] == "holds"), "the session says the same"
    weeks.step("hold", {"reason": "clinical_judgement"})
    assert {state for state, _ in (said(weeks, hours) for hours in HOURS)} <= {"not_permitted", "lapsed"}
    with clinic_scope(clinic.id):
        clinic.programmes.update(state="ended", ended_at=weeks.now)
    assert [said(weeks, hours) for hours in HOURS] == alone, "ended"


def test_both_kinds_of_answer_are_reached(clinic: Clinic) -> None:
    """Some of them permit a run and some don't, or the test above compares one word with itself."""
    found = set()
    for _, changes in ANSWERS.values():
        weeks = Weeks(clinic, make_patient(clinic), MONDAY)
        weeks.assess(**YOUNG, **changes)
        found |= {said(weeks, hours)[0] for hours in (0, 37)}
    assert found == {"holds", "lapsed", "not_permitted"}
