"""What follows is as cautious as each criterion (safety property S16), from the one table."""

from collections import Counter
from dataclasses import fields
from itertools import product

import pytest
from hypothesis import given

from assessments.protocol import CRITERIA, Criterion, evaluate, protocol_for
from assessments.protocol.follows import COLUMNS, NOTHING_CHANGES, Follows, most_cautious
from assessments.protocol.programme import build as words
from assessments.protocol.programme import build_programme
from assessments.protocol.vocabulary import Decision, Urgency
from tests.protocol.records import record, settings_of
from tests.protocol.strategies import SETTINGS, Record, records

BY_ID = pytest.mark.parametrize("criterion", CRITERIA, ids=[criterion.id for criterion in CRITERIA])
REST_NOW = (Urgency.EMERGENCY_NOW, Urgency.SAME_DAY, Urgency.COMPLETE_SCREEN_NOW)
#: The published table, by the ids a row is about; the longest prefix counts.
PUBLISHED = {
    "RF-E": "none rest referral_outcome referral_only",
    "RF-S": "none rest referral_outcome referral_only",
    "RF-W": "none no_impact referral_outcome referral_only",
    "CL-": "none no_impact clearance activity_only",
    **dict.fromkeys(("CL-05", "CL-06"), "none low_impact clearance activity_only"),
    "SR-": "none low_impact p1 rehab",
    "SR-06": "none no_impact examination activity_only",
    "SR-07": "none low_impact examination activity_only",
    "AD-": "modified normal none reduced",
    **dict.fromkeys(("AD-01", "AD-03", "AD-07"), "until_settled low_impact calm_24h test_run"),
    **dict.fromkeys(("AD-09", "AD-10", "AD-11"), "none low_impact p1 graded"),
    "AD-15": "none low_impact examination graded",
    "RT-": "within_limits normal none programme",
    "OK-": "within_limits normal none programme",
    "IN-": "none rest new_assessment withheld",
    **dict.fromkeys(("IN-03", "IN-04"), "none low_impact new_assessment withheld"),
}
#: Sentences about activity, from the least to the most cautious.
SENTENCES = {
    words.LOW_IMPACT: "low_impact",
    words.NO_IMPACT: "no_impact",
    words.AS_TREATED: "rest",
    words.ANSWER_TODAY: "rest",
    words.PATHWAY: "rest",
}


def orders(row: Follows) -> tuple[int, ...]:
    return tuple(list(words).index(word) for words, word in zip(COLUMNS, row, strict=True))


@BY_ID
def test_a_criterion_has_the_row_of_the_published_table(criterion: Criterion) -> None:
    prefix = max((key for key in PUBLISHED if criterion.id.startswith(key)), key=len)
    assert " ".join(criterion.follows) == PUBLISHED[prefix]


def test_a_criterion_without_what_follows_from_it_cannot_be_written() -> None:
    assert next(field for field in fields(Criterion) if field.name == "follows").kw_only
    with pytest.raises(TypeError):
        Criterion("X", "x", CRITERIA[0].condition, None, Urgency.NONE, "why", ())  # type: ignore[call-arg]


@pytest.mark.holds("S16")
@BY_ID
def test_advice_is_as_cautious_as_every_criterion_and_its_urgency(criterion: Criterion) -> None:
    """Over the records at its edges; rest is what the default says, and activity never stands beside it."""
    reached: Counter[str] = Counter()
    settings = settings_of(criterion.condition)
    for edge in list(criterion.condition.boundaries(protocol_for(settings).context))[:60]:
        evaluation = evaluate(record(**edge.met), settings)
        made = build_programme(evaluation, evaluation.answers)
        assert orders(evaluation.follows) >= (0, 0, 0, 0)
        said = [SENTENCES[advice.text] for advice in made.advice if advice.text in SENTENCES]
        activity = evaluation.follows.activity.value
        if made.start is None:
            assert said == [activity]
        if evaluation.urgency in REST_NOW:
            assert said == ["rest"]
            assert evaluation.follows.running == "none"
        if activity in ("rest", "no_impact"):
            assert said == [activity]
            assert not any("active" in advice.text.lower() for advice in made.advice)
        reached[activity] += 1
    assert reached.total() > 0


@pytest.mark.holds("S16")
@SETTINGS
@given(records())
def test_what_follows_is_the_most_cautious_of_all_that_is_met(answers: Record) -> None:
    evaluation = evaluate(answers)
    rows = [item.follows for item in evaluation.criteria_met]
    for row, column in product(rows, range(len(COLUMNS))):
        assert orders(evaluation.follows)[column] >= orders(row)[column]
    assert evaluation.follows == most_cautious(rows or [NOTHING_CHANGES])
    if evaluation.urgency in REST_NOW:
        assert evaluation.follows.activity == "rest"
    if evaluation.decision not in (Decision.CONTINUE_RUNNING, Decision.ADJUST_RUNNING):
        assert (evaluation.follows.running, evaluation.run_status) == ("none", "no_running")
    if evaluation.follows.gate != "none":
        assert evaluation.run_status == "no_running"


def test_a_fracture_under_treatment_is_rest_and_no_plan() -> None:
    found = evaluate(
        record(diagnoses=[{"code": "fracture", "status": "confirmed_current", "clearance": "no"}])
    )
    assert (found.follows.activity, found.plan_release) == ("rest", "withheld")
    [advice] = build_programme(found, found.answers).advice
    assert advice.text == words.AS_TREATED
    other = evaluate(record(diagnoses=[{"code": "disc_injury", "status": "confirmed_current"}]))
    assert (other.follows.activity, other.follows.gate) == ("no_impact", "clearance")


@pytest.mark.holds("HZ-15")
@pytest.mark.parametrize(
    ("changes", "decision", "urgency"),
    [
        # Buttock pain, a tender point and a jump in distance: bone stress until examined and imaged.
        (
            {
                "age_years": 28, "pain_region": "lumbosacral_sij_buttock", "bone_focal_pain": "yes",
                "hop_or_impact_pain": "yes", "weekly_km_current": 60, "weekly_km_prev4w_avg": 20,
            },
            "stop_running_clearance_required", "within_2_weeks",
        ),
        # The same 20 weeks after a birth, without the jump.
        (
            {
                "bone_focal_pain": "yes", "pregnancy_status": "postpartum", "weeks_postpartum": 20,
            },
            "stop_running_clearance_required", "within_2_weeks",
        ),
        # Low energy, an earlier stress fracture, pain earlier with each run; nothing to find with a finger.
        (
            {
                "age_years": 24, "pain_region": "lumbosacral_sij_buttock", "prior_bone_stress_injury": "yes",
                "low_energy_or_menstrual_disturbance": "yes", "pain_earlier_each_run": "yes",
                "hop_or_impact_pain": "no",
            },
            "stop_running_clearance_required", "within_2_weeks",
        ),
        # The same without the hop: there it has to be asked.
        (
            {
                "age_years": 24, "pain_region": "lumbosacral_sij_buttock", "prior_bone_stress_injury": "yes",
                "low_energy_or_menstrual_disturbance": "yes", "pain_earlier_each_run": "yes",
                "hop_or_impact_pain": None,
            },
            "insufficient_information", "complete_screen_now",
        ),
        ({"low_energy_or_menstrual_disturbance": "yes"}, "stop_and_rehab", "routine"),
        # A risk of infection alone, and a spinal injection six weeks ago: no fever needed.
        ({"infection_risk": "yes"}, "refer_urgent", "within_2_weeks"),
        ({"spinal_procedure_recent": "yes"}, "refer_urgent", "same_day"),
        ({"spinal_procedure_recent": "yes", "leg_weakness": "mild_unilateral",
          "leg_symptom_progression": "stable_or_improving"}, "refer_emergency", "emergency_now"),
        # A leg symptom that worsens, and nobody asked about weakness.
        ({"leg_symptom_progression": "worsening", "leg_weakness": None}, "refer_emergency", "emergency_now"),
    ],
)  # fmt: skip
def test_a_risk_is_read_without_a_finding_beside_it(changes: Record, decision: str, urgency: str) -> None:
    found = evaluate(record(**changes))
    assert (found.decision, found.urgency) == (decision, urgency)
    assert found.run_status == "no_running"


def test_a_tender_point_without_any_risk_waits_for_an_examination() -> None:
    found = evaluate(record(bone_focal_pain="yes"))
    assert (found.decision, found.follows.gate) == ("stop_and_rehab", "examination")
