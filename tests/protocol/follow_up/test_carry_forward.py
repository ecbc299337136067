"""What a check may rest on: history that a day does not change, and nothing that must be asked afresh."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.protocol import QUESTIONS, evaluate
from assessments.protocol.follow_up import carry_forward
from assessments.protocol.vocabulary import Screen
from tests.protocol.records import record
from tests.protocol.strategies import SETTINGS, rank, records

ANSWERED = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)
DAY = timedelta(days=1)

# Asked again in every check: the reaction to the run and the short re-screen.
ALWAYS_FRESH = (
    "pain_usual_nrs", "pain_walking_nrs", "ran_last_14d", "hours_since_run", "pain_pre_run_nrs",
    "pain_run_peak_nrs", "pain_post_run_peak_nrs", "hours_to_settle", "pain_next_day_nrs",
    "analgesic_before_run", "analgesic_after_every_run", "saddle_sensation_change", "bladder_change",
    "bowel_change", "sexual_function_change", "leg_pain", "leg_sensory_change", "leg_weakness",
    "leg_symptom_progression", "gait_unsteady", "vascular_warning", "systemically_unwell",
    "fever_or_rigors", "spinal_procedure_recent", "walking_ability", "night_pain_unrelieved",
    "constant_unremitting_pain",
    "thoracic_or_band_pain", "new_spinal_deformity", "bone_focal_pain", "pregnancy_warning_signs",
    "weeks_postpartum", "trend", "treatment_tried", "adjustment_outcome",
)  # fmt: skip
HISTORY = (
    "age_years", "sex_at_birth", "cancer_history", "unexplained_weight_loss", "bone_fragility_risk",
    "infection_risk", "pain_region", "trauma", "diagnoses", "first_ever_episode",
    "prior_bone_stress_injury", "low_energy_or_menstrual_disturbance", "spa_features", "new_to_running",
)  # fmt: skip


def carry(
    answers: dict[str, Any],
    after: timedelta = DAY,
    dated: dict[str, datetime] | None = None,
    **settings: Any,
) -> dict[str, object]:
    """What a check so much later may rest on."""
    return carry_forward(
        answers, answered_at=ANSWERED, dated=dated or {}, assessed_at=ANSWERED + after, **settings
    )


def whole_record() -> dict[str, Any]:
    """An answer to every question of this test."""
    answers = record(pain_usual_nrs=1, hours_since_run=3, analgesic_after_every_run="no")
    answers |= {"pregnancy_warning_signs": "no", "weeks_postpartum": 20, "new_to_running": "no"}
    assert {*ALWAYS_FRESH, *HISTORY} <= answers.keys()
    return answers


@pytest.mark.holds("HZ-03")
def test_the_reaction_to_the_run_and_the_screen_are_never_carried() -> None:
    assert carry(whole_record()).keys().isdisjoint(ALWAYS_FRESH)


@pytest.mark.holds("HZ-25")
def test_history_that_a_day_does_not_change_is_carried_as_it_was() -> None:
    answers = whole_record()
    assert {name: carry(answers)[name] for name in HISTORY} == {name: answers[name] for name in HISTORY}


def test_every_essential_question_is_either_history_or_asked_afresh() -> None:
    essential = {question.name for question in QUESTIONS if question.screen != Screen.OPTIONAL}
    assert essential - {*ALWAYS_FRESH, *HISTORY} == {"episode_duration_days", "pregnancy_status"}


@pytest.mark.holds("HZ-21", "HZ-25")
@pytest.mark.parametrize(
    ("status", "carried"),
    [("not_pregnant", True), ("not_applicable", True), ("pregnant", False), ("postpartum", False)],
)
def test_a_pregnancy_and_a_recent_birth_are_asked_about_again(status: str, carried: bool) -> None:
    assert ("pregnancy_status" in carry({"pregnancy_status": status})) is carried


@pytest.mark.holds("HZ-25")
@pytest.mark.parametrize("question", ["hop_or_impact_pain", "pain_earlier_each_run"])
def test_a_sign_of_bone_stress_stands_until_asked_again_but_its_absence_does_not(question: str) -> None:
    assert carry({question: "yes"}) == {question: "yes"}
    assert carry({question: "no"}) == {}


@pytest.mark.holds("HH-C4", "HZ-35")
def test_a_check_that_skips_the_hop_test_does_not_clear_a_suspected_bone_stress_injury() -> None:
    before = record(hop_or_impact_pain="yes", pain_earlier_each_run="yes")
    afresh = {name: answer for name, answer in before.items() if name in ALWAYS_FRESH}
    assert evaluate(before).decision == "stop_running_clearance_required"
    assert evaluate({**carry(before), **afresh}).decision == "stop_running_clearance_required"


@pytest.mark.holds("HZ-03")
def test_carried_answers_expire_after_28_days_counted_from_when_they_were_first_given() -> None:
    answers = {"cancer_history": "no", "trauma": "none"}
    assert carry(answers, 28 * DAY) == answers
    assert carry(answers, 28 * DAY + timedelta(seconds=1)) == {}
    dated = {"cancer_history": ANSWERED - 20 * DAY}
    assert carry(answers, 8 * DAY, dated) == answers
    assert carry(answers, 9 * DAY, dated) == {"trauma": "none"}


def test_a_clinic_may_let_them_expire_sooner() -> None:
    assert carry({"trauma": "none"}, 15 * DAY, days_max=14) == {}


@pytest.mark.parametrize("hours", [0, 3])
def test_the_episode_grows_by_the_days_that_have_passed(hours: int) -> None:
    assert carry({"episode_duration_days": 20}, timedelta(hours=hours))["episode_duration_days"] == 20
    assert carry({"episode_duration_days": 20}, timedelta(hours=hours + 24))["episode_duration_days"] == 21


def test_checks_a_little_less_than_a_day_apart_still_count_every_day() -> None:
    answers: dict[str, object] = {"episode_duration_days": 27}
    at = ANSWERED
    for _ in range(24):
        answers = carry_forward(answers, answered_at=at, dated={}, assessed_at=at + timedelta(hours=23))
        at += timedelta(hours=23)
    assert answers == {"episode_duration_days": 27 + (at.date() - ANSWERED.date()).days}


def test_the_offset_a_time_is_written_in_does_not_change_the_duration() -> None:
    later = ANSWERED + 3 * DAY
    found = [
        carry_forward({"episode_duration_days": 5}, answered_at=first, dated={}, assessed_at=second)
        for first in (ANSWERED, ANSWERED.astimezone(timezone(timedelta(hours=10))))
        for second in (later, later.astimezone(timezone(timedelta(hours=-8))))
    ]
    assert found == [{"episode_duration_days": 8}] * 4


def test_a_duration_at_the_end_of_its_range_stays_recordable() -> None:
    assert carry({"episode_duration_days": 36500}) == {"episode_duration_days": 36500}


@pytest.mark.holds("S10")
@SETTINGS
@given(records(), st.integers(0, 40))
def test_a_check_without_fresh_answers_never_permits_running(answers: dict[str, Any], days: int) -> None:
    valid = dict(evaluate(answers).answers)
    assert rank(carry(valid, days * DAY)) >= 5
