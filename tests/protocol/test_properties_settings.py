"""A clinic's safer settings are safer (safety property S6), and each setting reaches what it should."""

from functools import cache
from itertools import pairwise
from typing import Any

import pytest

from assessments.protocol import CRITERIA, PARAMETERS, Parameter, Verdict, protocol_for, validate
from assessments.protocol.parameters import DEFAULTS, Value
from assessments.protocol.questions.emergency import LONGSTANDING
from assessments.protocol.validation import ValidAnswers
from bench.protocol.records import generate
from tests.protocol.records import record
from tests.protocol.strategies import caution_of

SETTABLE = [parameter for parameter in PARAMETERS if parameter.cautious != "fixed"]
# Only the plan and the follow-ups read these; no criterion does.
BESIDE_THE_CRITERIA = {
    "adjust_trial_min_runs",
    "adjust_trial_min_days",
    "adjust_trial_min_changes",
    "carry_forward_days_max",
}
DECIDING = [parameter for parameter in SETTABLE if parameter.name not in BESIDE_THE_CRITERIA]


def cautious_end(parameter: Parameter) -> Value:
    return ladder(parameter)[-1]


def ladder(parameter: Parameter) -> list[Value]:
    """Values from least to most cautious: both ends, the default, one in the middle, and every word."""
    values: set[Value] = {parameter.default, *parameter.words}
    if parameter.low is not None and parameter.high is not None:
        middle = (parameter.low + parameter.high) / 2
        values |= {parameter.low, parameter.high, int(middle) if parameter.integer else middle}
    return sorted(values, key=parameter.caution)


STRICTEST = {parameter.name: cautious_end(parameter) for parameter in DECIDING}


@cache
def corpus() -> tuple[ValidAnswers, ...]:
    """Records at and beside the default thresholds, and between them and the strictest ones."""
    between: list[dict[str, Any]] = [
        *(
            {"pain_run_peak_nrs": peak, "pain_post_run_peak_nrs": post}
            for peak in range(9)
            for post in range(6)
        ),
        *({"pain_next_day_nrs": score, "pain_post_run_peak_nrs": score} for score in range(7)),
        *({name: score} for name in ("pain_usual_nrs", "pain_walking_nrs") for score in range(11)),
        *(
            {"pregnancy_status": "postpartum", "weeks_postpartum": weeks, "ran_last_14d": "yes"}
            for weeks in range(26, 53)
        ),
        {"bladder_change": LONGSTANDING},
        *(
            {
                "leg_pain": leg,
                "leg_symptom_progression": "stable_or_improving",
                "leg_symptom_duration_days": days,
                "bladder_change": change,
            }
            for leg in ("unilateral", "bilateral")
            for days in (20, 27, 28, 60, 89, 90, 200, 365, 400)
            for change in ("no", LONGSTANDING)
        ),
        {
            "pregnancy_status": "pregnant",
            "pregnancy_warning_signs": "no",
            "maternity_running_advice": "yes",
        },
        *({"pain_walking_nrs": walking, "pain_run_peak_nrs": 3} for walking in range(6)),
        *({"hours_to_settle": hours} for hours in (0.9, 1, 2, 3.5, 4, 4.1, 5, 6, 6.1)),
        *({"pregnancy_status": "postpartum", "weeks_postpartum": weeks} for weeks in range(10, 26)),
        *({"age_years": age, "first_ever_episode": "yes"} for age in range(14, 72)),
        *({"age_years": age, "trauma": "minor"} for age in range(48, 72)),
        *({"age_years": age, "episode_duration_days": 42} for age in range(48, 62)),
        *({"episode_duration_days": days, "trend": "unchanged"} for days in range(12, 45)),
        *({"weekly_km_current": km, "weekly_km_prev4w_avg": 10} for km in (10, 11, 11.5, 12, 12.5, 13, 13.1)),
        *({"last_run_km": km, "longest_run_30d_km": 10} for km in (10, 10.1, 10.5, 11, 11.1)),
    ]
    return tuple(validate(item) for item in (*(record(**item) for item in between), *generate(6, 1500)))


def verdicts(values: dict[str, Value]) -> list[Verdict]:
    protocol = protocol_for(values)
    return [protocol.decide(answers) for answers in corpus()]


@pytest.mark.holds("S6", "HZ-14")
@pytest.mark.parametrize("background", [{}, STRICTEST], ids=["defaults", "strictest"])
@pytest.mark.parametrize("parameter", DECIDING, ids=[item.name for item in DECIDING])
def test_a_more_cautious_setting_never_lowers_decision_or_urgency(
    parameter: Parameter, background: dict[str, Value]
) -> None:
    steps = [verdicts({**background, parameter.name: value}) for value in ladder(parameter)]
    for looser, stricter in pairwise(steps):
        for before, after, answers in zip(looser, stricter, corpus(), strict=True):
            assert all(a >= b for a, b in zip(caution_of(after), caution_of(before), strict=True)), answers
    # The setting does reach some criterion: otherwise nothing was compared.
    assert any(before.criteria != after.criteria for before, after in zip(steps[0], steps[-1], strict=True))


@pytest.mark.holds("S6")
def test_the_strictest_settings_together_are_at_least_as_cautious_as_the_defaults() -> None:
    for before, after in zip(verdicts({}), verdicts(STRICTEST), strict=True):
        assert all(a >= b for a, b in zip(caution_of(after), caution_of(before), strict=True))


def test_every_setting_is_read_by_a_criterion_or_by_the_plan() -> None:
    table = str([criterion.as_json() for criterion in CRITERIA])
    read = {parameter.name for parameter in SETTABLE if f"'parameter': '{parameter.name}'" in table}
    assert {parameter.name for parameter in DECIDING} == read


@pytest.mark.parametrize("parameter", SETTABLE, ids=[item.name for item in SETTABLE])
def test_only_an_end_that_is_looser_than_the_default_needs_a_sign_off(parameter: Parameter) -> None:
    looser = [value for value in ladder(parameter) if parameter.needs_sign_off(value)]
    assert bool(looser) is (parameter.sign_off is not None)
    assert not parameter.needs_sign_off(parameter.default)
    if not parameter.words:
        assert parameter.sign_off in (None, "high" if parameter.cautious == "lower" else "low")


# A criterion must read the setting, not the default: one record each that only the clinic's value meets.
REACHES: list[tuple[str, str, Value, dict[str, Any]]] = [
    ("RF-W13", "severe_rest_pain_ge", 7, {"pain_usual_nrs": 7}),
    ("RF-W13", "severe_rest_pain_ge", 7, {"pain_walking_nrs": 7}),
    (
        "RF-E17",
        "new_leg_symptom_days_lt",
        90,
        {
            "bladder_change": LONGSTANDING,
            "leg_pain": "unilateral",
            "leg_symptom_progression": "stable_or_improving",
            "leg_symptom_duration_days": 89,
        },
    ),
    ("RT-08", "explained_leakage_tier", "routine", {"bladder_change": LONGSTANDING}),
    ("SR-01", "walking_pain_stop_ge", 3, {"pain_walking_nrs": 3}),
    ("SR-03", "walking_pain_stop_ge", 3, {"pain_walking_nrs": 3, "pain_run_peak_nrs": 4}),
    ("SR-03", "run_increase_significant_gt", 1, {"pain_walking_nrs": 4, "pain_run_peak_nrs": 2}),
    ("SR-03", "post_increase_lot_gt", 1, {"pain_walking_nrs": 4, "pain_next_day_nrs": 2}),
    (
        "SR-03",
        "post_increase_lot_gt",
        1,
        {"pain_walking_nrs": 4, "pain_post_run_peak_nrs": 2, "pain_next_day_nrs": 1},
    ),
    ("SR-03", "not_ok_signs_stop_ge", 1, {"pain_run_peak_nrs": 4}),
    ("SR-04", "usual_pain_stop_gt", 3, {"pain_usual_nrs": 4}),
    ("SR-05", "run_peak_severe_ge", 6, {"pain_run_peak_nrs": 6}),
    ("AD-01", "run_increase_significant_gt", 1, {"pain_run_peak_nrs": 2}),
    ("AD-02", "run_increase_ok_max", 0, {"pain_run_peak_nrs": 1}),
    ("AD-03", "post_increase_lot_gt", 1, {"pain_post_run_peak_nrs": 2, "pain_next_day_nrs": 1}),
    ("AD-03", "post_increase_lot_gt", 1, {"pain_next_day_nrs": 2}),
    ("AD-04", "post_increase_ok_max", 0, {"pain_post_run_peak_nrs": 1}),
    ("AD-06", "settle_hours_ok_max", 1, {"hours_to_settle": 1.1}),
    ("AD-07", "pain_ceiling_gt", 3, {"pain_run_peak_nrs": 4}),
    ("AD-07", "pain_ceiling_gt", 3, {"pain_post_run_peak_nrs": 4}),
    ("AD-07", "pain_ceiling_gt", 3, {"pain_next_day_nrs": 4}),
    ("AD-09", "postpartum_weeks_min", 12, {"pregnancy_status": "postpartum", "weeks_postpartum": 12}),
    ("AD-12", "weekly_load_ratio_gt", 1.1, {"weekly_km_current": 12, "weekly_km_prev4w_avg": 10}),
    ("AD-12", "session_spike_ratio_gt", 1.0, {"last_run_km": 10.5, "longest_run_30d_km": 10}),
    ("CL-06", "postpartum_weeks_min", 24, {"pregnancy_status": "postpartum", "weeks_postpartum": 20}),
    ("RF-S05", "fragility_age_ge", 50, {"trauma": "minor", "age_years": 50}),
    ("RT-01", "duration_refer_days_ge", 28, {"episode_duration_days": 28}),
    ("RT-02", "duration_review_days_ge", 14, {"episode_duration_days": 14, "trend": "unchanged"}),
    ("RT-03", "older_cancer_age_ge", 50, {"age_years": 50, "episode_duration_days": 42}),
    ("RT-03", "duration_refer_days_ge", 28, {"age_years": 60, "episode_duration_days": 28}),
    ("RT-07", "first_episode_age_ge", 45, {"age_years": 45, "first_ever_episode": "yes"}),
]


@pytest.mark.parametrize(("criterion", "name", "value", "changes"), REACHES)
def test_a_clinics_own_setting_reaches_the_criterion(
    criterion: str, name: str, value: Value, changes: dict[str, Any]
) -> None:
    answers = validate(record(**changes))
    assert criterion in protocol_for({name: value}).decide(answers).criteria
    if value != DEFAULTS[name]:
        assert criterion not in protocol_for().decide(answers).criteria


@pytest.mark.holds("HZ-08")
def test_looser_settings_let_through_what_they_name_and_no_more() -> None:
    young = validate(record(age_years=16))
    assert "CL-04" in protocol_for().decide(young).criteria
    assert protocol_for({"adult_age_min": 16}).decide(young).decision == "continue_running"
    graded = validate(record(pregnancy_status="postpartum", weeks_postpartum=20))
    assert "AD-09" not in protocol_for({"postpartum_weeks_min": 24}).decide(graded).criteria
