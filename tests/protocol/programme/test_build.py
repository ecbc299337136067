"""Which programme a decision leads to, and that every element of it says why it is there."""

import json
from typing import Any

import pytest
from hypothesis import given

from assessments.protocol import evaluate
from assessments.protocol.evidence import EVIDENCE
from assessments.protocol.programme import (
    CAUSES,
    EXERCISES,
    LEVERS,
    PHASES,
    STAGES,
    Programme,
    build_programme,
)
from assessments.protocol.programme.exercises import Exercise
from assessments.protocol.programme.levers import LEVER_TEXTS, Lever
from assessments.protocol.programme.phases import Phase
from assessments.protocol.sources import STATEMENTS
from assessments.protocol.vocabulary import PlanRelease
from tests.protocol.records import record
from tests.protocol.strategies import SETTINGS, records

NO_RUN = {
    "ran_last_14d": "no",
    **dict.fromkeys(
        (
            "pain_pre_run_nrs",
            "pain_run_peak_nrs",
            "pain_post_run_peak_nrs",
            "hours_to_settle",
            "pain_next_day_nrs",
            "analgesic_before_run",
        )
    ),
}


def programme(**changes: Any) -> Programme:
    """The programme of the reassuring record with some answers changed."""
    evaluation = evaluate(record(**changes))
    return build_programme(evaluation, evaluation.answers)


def entry(**changes: Any) -> tuple[str | None, int | None, bool]:
    start = programme(**changes).start
    return (start.phase, start.share_percent, start.pause_until_settled) if start else (None, None, False)


@pytest.mark.holds("EH-P3", "EH-A0")
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ("P4", 100, False)),
        ({"pain_run_peak_nrs": 1}, ("P3", 100, False)),
        ({"pain_run_peak_nrs": 2}, ("P3", 75, False)),
        ({"pain_run_peak_nrs": 4, "hours_to_settle": 1}, ("P3", 40, True)),
        ({"pain_run_peak_nrs": 4, "hours_since_run": 23}, ("P3", 40, True)),
        ({"pain_run_peak_nrs": 4, "hours_since_run": 30, "hours_to_settle": 6}, ("P3", 40, False)),
        ({"pain_run_peak_nrs": 4, "hours_since_run": 200, "hours_to_settle": 72}, ("P3", 40, True)),
        ({"new_to_running": "yes"}, ("P1", None, False)),
        (NO_RUN, ("P1", None, False)),
        ({"pain_walking_nrs": 4}, ("P0", None, False)),
        ({"age_years": 17}, ("P0", None, False)),
        ({"leg_pain": "unilateral", "leg_symptom_progression": "stable_or_improving"}, (None, None, False)),
        ({"bladder_change": "yes"}, (None, None, False)),
        ({"saddle_sensation_change": None}, (None, None, False)),
        ({"pain_next_day_nrs": None}, (None, None, False)),
    ],
)
def test_each_decision_enters_where_the_table_says(
    changes: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    assert entry(**changes) == expected


@pytest.mark.holds("EH-A0", "EH-A2")
def test_the_next_run_is_a_share_of_the_usual_one_and_never_beyond_the_longest() -> None:
    usual = {
        "weekly_km_prev4w_avg": 30,
        "weekly_km_current": 30,
        "runs_per_week": 3,
        "longest_run_30d_km": 12,
    }
    minor, major = programme(pain_run_peak_nrs=2, **usual), programme(pain_run_peak_nrs=4, **usual)
    assert (minor.start and minor.start.run_km, major.start and major.start.run_km) == (6.0, 3.2)
    short = programme(pain_run_peak_nrs=1, **usual | {"longest_run_30d_km": 5, "last_run_km": 5})
    assert short.start
    assert short.start.run_km == 5.0


@pytest.mark.holds("EH-P2")
def test_at_most_two_levers_are_pulled_and_what_failed_before_is_left() -> None:
    changes = {"pain_run_peak_nrs": 2, "min_recovery_days": 0, "warm_up_usual": "none"}
    assert [change.lever for change in programme(**changes).changes] == ["frequency", "warm_up"]
    failed = [{"type": "frequency", "detail": "", "runs": 3, "result": "not_helped"}]
    again = programme(**changes, adjustments_tried=failed).changes
    assert [change.lever for change in again] == ["warm_up", "distance"]
    assert again[0].because.answers == {"warm_up_usual": "none"}


@pytest.mark.holds("EH-A1", "EH-A2")
def test_slower_and_shorter_comes_first_when_the_answers_point_nowhere() -> None:
    assert [change.lever for change in programme(pain_run_peak_nrs=2).changes] == ["distance", "speed"]


@pytest.mark.holds(each="cause")
@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"sitting_hours_per_day": 6}, "stiff"),
        ({"mobility_sessions_per_week": 0}, "stiff"),
        ({"strength_sessions_per_week": 1}, "weak"),
        ({"intensity_change": "speed"}, "load_spike"),
        ({"intensity_change": "hills"}, "hills"),
        ({"min_recovery_days": 0}, "no_recovery"),
        ({"sleep_hours": 6.9}, "sleep_or_fuel"),
        ({"nutrition_concern": "yes"}, "sleep_or_fuel"),
        ({"previous_back_injury": "yes"}, "old_injury"),
        ({"stress_nrs": 7}, "stress"),
        ({"yellow_flags": ["low_mood", "poor_sleep"]}, "stress"),
        ({"form_observed": ["overstride"]}, "form"),
        ({"form_observed": ["excess_lumbar_extension"]}, "hollow_back"),
        ({"pain_region": "lumbosacral_sij_buttock"}, "sacroiliac"),
        ({"shoe_distance_km": 483}, "shoes"),
        ({"shoe_age_months": 3}, "shoes"),
        ({"shoe_tread_worn": "yes"}, "shoes"),
        ({"warm_up_usual": "static_only"}, "warm_up"),
        ({"analgesic_before_run": "yes"}, "pain_relief"),
    ],
)
def test_a_cause_is_found_by_its_answer_and_names_it(changes: dict[str, Any], cause: str) -> None:
    found = {item.cause.id: item for item in programme(**changes).causes}
    assert set(changes) <= set(found[cause].because.answers)
    assert cause not in {item.cause.id for item in programme().causes}


def in_vain(kind: str) -> dict[str, Any]:
    """An adjustment that was tried and made it worse."""
    return {"type": kind, "detail": "", "runs": 3, "result": "worse"}


#: A record for each phase that a programme begins in.
BEGINS_IN: dict[Phase, dict[str, Any]] = {
    Phase.CALM: {"pain_walking_nrs": 4},
    Phase.RESTORE: NO_RUN,
    Phase.BUILD: {"pain_run_peak_nrs": 1},
    Phase.PREHAB: {},
}


@pytest.mark.holds(each="exercise")
@pytest.mark.parametrize("exercise", EXERCISES, ids=[exercise.id for exercise in EXERCISES])
def test_an_exercise_is_prescribed_in_its_phases_alone_or_left_out_with_a_reason(exercise: Exercise) -> None:
    assert exercise.phases & set(BEGINS_IN)
    for phase, changes in BEGINS_IN.items():
        made = programme(**changes)
        assert made.start
        assert made.start.phase == phase
        now = {item.exercise.id for item in made.exercises}
        left_out = {item.exercise.id: item.because.statement for item in made.left_out}
        if phase in exercise.phases:
            assert exercise.id in now or left_out[exercise.id]
        else:
            assert exercise.id not in now


@pytest.mark.holds(each="lever")
@pytest.mark.parametrize(
    ("lever", "changes"),
    [
        (Lever.DISTANCE, {}),
        (Lever.SPEED, {}),
        (Lever.TERRAIN, {"intensity_change": "hills", "adjustments_tried": [in_vain("speed_slower")]}),
        (Lever.FREQUENCY, {"min_recovery_days": 0}),
        (Lever.FORM, {"form_observed": ["overstride"]}),
        (Lever.WARM_UP, {"warm_up_usual": "none"}),
    ],
)
def test_a_lever_is_pulled_by_the_answer_that_points_to_it(lever: Lever, changes: dict[str, Any]) -> None:
    made = {change.lever: change.text for change in programme(pain_run_peak_nrs=2, **changes).changes}
    assert made[lever] == LEVER_TEXTS[lever].minor
    tried = [*changes.get("adjustments_tried", []), in_vain(LEVER_TEXTS[lever].tried_as[0])]
    again = programme(pain_run_peak_nrs=2, **changes | {"adjustments_tried": tried}).changes
    assert lever not in {change.lever for change in again}


@pytest.mark.parametrize(
    "changes",
    [
        {"sitting_hours_per_day": 5.9},
        {"strength_sessions_per_week": 2},
        {"sleep_hours": 7},
        {"stress_nrs": 6},
        {"yellow_flags": ["low_mood"]},
        {"yellow_flags": ["not_asked"]},
        {"form_observed": ["not_assessed"]},
        {"shoe_distance_km": 482, "shoe_age_months": 2},
        {"warm_up_usual": "dynamic"},
    ],
)
def test_just_below_its_edge_there_is_no_cause(changes: dict[str, Any]) -> None:
    assert programme(**changes).causes == ()


def exercises(made: Programme) -> set[str]:
    return {item.exercise.id for item in made.exercises}


@pytest.mark.parametrize(
    "changes",
    [
        {
            "diagnoses": [
                {"code": "spondylolysis_listhesis", "status": "confirmed_current", "clearance": "yes"}
            ]
        },
        {"hop_or_impact_pain": "yes", "prior_bone_stress_injury": "no", "pain_earlier_each_run": "no"},
    ],
)
def test_nobody_with_a_suspect_bone_presses_up(changes: dict[str, Any]) -> None:
    made = programme(**changes)
    assert "prone_press_up" not in exercises(made)
    assert "prone_press_up" in exercises(programme())


@pytest.mark.holds("HH-H02")
def test_heat_is_left_out_until_its_contraindications_are_excluded() -> None:
    calm = {"pain_walking_nrs": 5}
    assert "heat" not in exercises(programme(**calm, heat_contraindication=None))
    assert "heat" not in exercises(programme(**calm, heat_contraindication="yes"))
    assert "heat" in exercises(programme(**calm, heat_contraindication="no"))


def test_before_clearance_there_is_activity_without_impact_and_nothing_else() -> None:
    made = programme(diagnoses=[{"code": "disc_injury", "status": "confirmed_current", "clearance": "no"}])
    assert made.clearance_needed
    assert exercises(made) <= {"walking_cycling", "heat"}


@pytest.mark.parametrize(
    "changes", [{"bladder_change": "yes"}, {"trauma": "major"}, {"walking_ability": "unable"}]
)
def test_a_suspected_fracture_or_compression_gets_no_activity_advice(changes: dict[str, Any]) -> None:
    [advice] = programme(**changes).advice
    assert advice.text == "Rest and follow the pathway: no exercise before you have been examined."
    assert set(changes) <= set(advice.because.answers)


def test_a_referral_within_two_weeks_is_no_impact() -> None:
    [advice] = programme(night_pain_unrelieved="yes").advice
    assert advice.text == "No running or jumping; walking and gentle movement within comfort."


@pytest.mark.parametrize(
    "changes",
    [
        {"bone_focal_pain": "yes"},
        {"hop_or_impact_pain": "yes", "prior_bone_stress_injury": "yes"},
        {"low_energy_or_menstrual_disturbance": "yes"},
    ],
)
def test_a_bone_stress_picture_is_held_by_its_gate_and_gets_no_strength_work(changes: dict[str, Any]) -> None:
    made = programme(**changes)
    assert made.start is not None
    assert (made.start.phase, made.clearance_needed) == (Phase.CALM, True)
    assert exercises(made) <= {"walking_cycling", "heat"}


@given(records())
@SETTINGS
def test_only_a_releasable_decision_has_a_plan_and_it_is_the_same_every_time(answers: dict[str, Any]) -> None:
    evaluation = evaluate(answers)
    made, again = (build_programme(evaluation, evaluation.answers) for _ in range(2))
    assert json.dumps(made.as_dict()) == json.dumps(again.as_dict())
    assert (made.start is not None) == (evaluation.plan_release is PlanRelease.RELEASABLE)
    if made.start is None:
        assert (made.exercises, made.changes, made.causes) == ((), (), ())
    if evaluation.run_status == "no_running":
        start = made.start
        assert start is None or start.phase in {Phase.CALM, Phase.RESTORE} or start.pause_until_settled


@given(records())
@SETTINGS
def test_every_element_says_which_answer_or_source_put_it_there(answers: dict[str, Any]) -> None:
    evaluation = evaluate(answers)
    made = build_programme(evaluation, evaluation.answers)
    for item in (*made.advice, *made.changes, *made.causes, *made.exercises, *made.left_out):
        assert item.because.statement
        assert item.because.sources
        given = {name: answer for name, answer in item.because.answers.items() if name != "diagnoses"}
        assert given.items() <= evaluation.answers.items()
        assert set(item.because.answers) <= set(evaluation.answers)


def test_every_source_in_the_programme_exists() -> None:
    known = {statement.id for statement in STATEMENTS} | {item.id for item in EVIDENCE}
    known |= {"generic", "author-judgement"}
    cited = {source for part in (PHASES, LEVERS, CAUSES, EXERCISES) for row in part for source in row.sources}
    assert cited <= known


def test_the_walk_run_table_is_the_published_one() -> None:
    assert [stage.running_minutes for stage in STAGES] == [0, 5, 9, 12, 15, 20, 24, 26, 30]
    assert STAGES[2].words == "6 \N{MULTIPLICATION SIGN} 1.5 min run / 2 min walk"


def test_what_a_cause_or_a_phase_names_exists() -> None:
    known = {exercise.id for exercise in EXERCISES}
    assert {name for cause in CAUSES for name in cause.exercises} <= known
    assert len(known) == len(EXERCISES)


def test_who_cleared_a_runner_stands_in_no_programme() -> None:
    cleared = {
        "status": "confirmed_current",
        "clearance": "yes",
        "cleared_by": "Dr Lee",
        "cleared_at": "2026-01-02",
    }
    made = programme(diagnoses=[{"code": "spondylolysis_listhesis", **cleared}])
    assert any("diagnoses" in item.because.answers for item in made.left_out)
    assert "Dr Lee" not in json.dumps(made.as_dict())
