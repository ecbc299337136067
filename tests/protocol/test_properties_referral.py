"""Referral symptoms always escalate, and nothing buys them down (safety properties S3 to S5)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.protocol import CRITERIA, Criterion, evaluate, protocol_for
from tests.protocol.records import record, settings_of
from tests.protocol.strategies import (
    PAIN_SCORES,
    RUN_REACTION,
    SETTINGS,
    Record,
    caution,
    changes,
    contradictions,
    records,
)

REFERRALS = [item for item in CRITERIA if item.id.startswith("RF-")]
NO_PAIN = dict.fromkeys(PAIN_SCORES, 0)
CONTRADICTORY: dict[str, Record] = {
    "X1": {"ran_last_14d": "no"},
    "X2": {"walking_ability": "unable", "pain_walking_nrs": 1},
    "X3": {"pregnancy_status": "postpartum", "weeks_postpartum": 30, "sex_at_birth": "male"},
    "X4": {"pregnancy_status": "not_pregnant", "weeks_postpartum": 30},
    "X5": {
        "leg_symptom_progression": "worsening",
        "leg_pain": "none",
        "leg_sensory_change": "none",
        "leg_weakness": "none",
    },
    "X6": {"adjustment_outcome": "helped_pain_free", "pain_usual_nrs": 1, "pain_next_day_nrs": 3},
    "X7": {"diagnoses": [{"code": "fracture", "status": "past_resolved", "clearance": "no"}]},
}


@pytest.mark.holds("S3")
@SETTINGS
@given(records())
def test_an_emergency_is_decided_exactly_when_an_emergency_symptom_is_met(answers: Record) -> None:
    found = evaluate(answers)
    emergency = any(item.id.startswith("RF-E") for item in found.criteria_met)
    assert (found.decision == "refer_emergency") is emergency
    assert (found.urgency == "emergency_now") is emergency


@pytest.mark.holds("S3")
@SETTINGS
@given(records())
def test_an_urgent_referral_is_decided_exactly_when_urgent_symptoms_lead(
    answers: Record,
) -> None:
    found = evaluate(answers)
    families = {item.id[:4] for item in found.criteria_met}
    urgent = bool(families & {"RF-S", "RF-W"})
    assert (found.decision == "refer_urgent") is (urgent and "RF-E" not in families)
    if "RF-S" in families:
        assert found.urgency in ("same_day", "emergency_now")
    elif "RF-W" in families:
        assert found.urgency in ("within_2_weeks", "complete_screen_now", "emergency_now")


@pytest.mark.holds("S3")
@SETTINGS
@given(records())
def test_a_routine_referral_is_never_lost(answers: Record) -> None:
    found = evaluate(answers)
    if any(item.id.startswith("RT-") for item in found.criteria_met):
        assert found.urgency != "none"


@pytest.mark.holds("S4")
@pytest.mark.parametrize("identifier", CONTRADICTORY)
@SETTINGS
@given(extra=changes(most=2))
def test_a_contradictory_record_never_permits_running(identifier: str, extra: Record) -> None:
    answers = record(**{**extra, **CONTRADICTORY[identifier]})
    if identifier == "X1":
        answers |= {"analgesic_before_run": "yes"}
    elif identifier == "X6":
        answers.pop("pain_pre_run_nrs", None)
    assert identifier in contradictions(answers)
    found = evaluate(answers)
    assert found.decision not in ("continue_running", "adjust_running")
    assert found.run_status == "no_running"
    assert found.plan_release in ("withheld", "referral_only")
    assert found.urgency in ("complete_screen_now", "same_day", "emergency_now")


@pytest.mark.holds("S5")
@pytest.mark.parametrize("criterion", REFERRALS, ids=[item.id for item in REFERRALS])
def test_pain_scores_of_zero_do_not_buy_down_a_referral(criterion: Criterion) -> None:
    if criterion.condition.reads() & set(PAIN_SCORES):
        return  # the score is the symptom
    settings = settings_of(criterion.condition)
    for edge in criterion.condition.boundaries(protocol_for(settings).context):
        found = evaluate(record(**{**edge.met, **NO_PAIN}), settings)
        assert criterion.id in {item.id for item in found.criteria_met}
        assert found.decision in ("refer_urgent", "refer_emergency")
        assert found.run_status == "no_running"


@pytest.mark.holds("S5")
@SETTINGS
@given(records())
def test_whatever_refers_still_refers_without_any_pain(answers: Record) -> None:
    before = caution(answers)
    for_the_pain = {"RF-W13"} & {item.id for item in evaluate(answers).criteria_met}
    if before[0] >= 6 and not for_the_pain:
        assert caution(answers | NO_PAIN)[0] == before[0]


@pytest.mark.holds("S14", "HZ-02")
@SETTINGS
@given(records(), st.sampled_from(RUN_REACTION))
def test_a_referral_does_not_wait_for_an_answer_about_running(answers: Record, unasked: str) -> None:
    found = evaluate(answers)
    if found.decision == "refer_emergency":
        later: dict[str, Any] = {key: value for key, value in answers.items() if key != unasked}
        assert evaluate(later).decision == "refer_emergency"
