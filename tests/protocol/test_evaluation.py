"""What an evaluation says, beyond which criteria are met."""

import json
from random import Random
from typing import Any

import pytest

from assessments.protocol import (
    CRITERIA,
    PARAMETERS,
    PROTOCOL_VERSION,
    QUESTIONS,
    canonical_json,
    compile_protocol,
    evaluate,
    protocol_for,
    protocol_hash,
    validate,
)
from assessments.protocol.questions.emergency import CES_ITEMS, LONGSTANDING
from assessments.protocol.validation import ValidAnswers
from tests.protocol.records import CASES, REASSURING, met, record, result

KEYS = [
    "protocol_version", "protocol_hash", "decision", "urgency", "urgency_is_lower_bound",
    "run_status", "adjust_level", "plan_release", "follows", "insufficiency_kind",
    "screen_complete", "provisional", "criteria_met",
    "missing", "contradictions", "next_questions", "not_assessed", "notices", "figures",
]  # fmt: skip
MET_KEYS = ["id", "title", "texts", "decision", "urgency", "answers", "sources"]
STARTS = [REASSURING, *(case["answers"] for case in CASES)]
OPTIONAL = [question for question in QUESTIONS if question.screen == "optional"]


def values(name: str) -> list[Any]:
    """Answers to a question: every choice, or a spread over the range."""
    question = next(question for question in QUESTIONS if question.name == name)
    if question.type == "choice":
        return list(question.choices)
    if question.type in ("integer", "number"):
        low, high = int(question.low or 0), int(question.high or 0)
        return sorted(
            {low, *range(low, min(high, 12) + 1), 17, 18, 28, 42, 60, 65, 91, high} & set(range(high + 1))
        )
    if question.type == "features":
        return [dict.fromkeys(question.choices[:count], "yes") for count in range(1, 9)]
    if question.type == "object":
        return list(question.samples()) or [{}]
    return {"date": ["2020-01-01"], "text": ["x"]}.get(question.type, [[]])


def near(random: Random) -> dict[str, Any]:
    """A record a few answers away from a known one, with some answers taken out."""
    answers = dict(random.choice(STARTS))
    for name in random.sample(sorted(REASSURING), random.randint(0, 4)):
        answers[name] = random.choice(values(name))
    for question in OPTIONAL:
        if random.random() < 0.4:
            answers.pop(question.name, None)
    return answers


def test_the_json_has_exactly_the_published_keys() -> None:
    found = result(bladder_change="yes")
    assert list(found) == KEYS
    assert [list(item) for item in found["criteria_met"]] == [MET_KEYS]
    assert json.loads(json.dumps(found)) == found


def test_a_met_criterion_says_why_and_on_which_answers() -> None:
    (found,) = result(bladder_change="yes")["criteria_met"]
    assert found["texts"]["clinician"] == "New or changed bladder function: suspected cauda equina syndrome."
    assert found["answers"] == {"bladder_change": "yes"}
    assert found["sources"] == ["HH-R04", "B01", "B02", "B03"]


def test_an_unanswered_question_is_no_evidence_and_never_worded_as_no() -> None:
    found = {item["id"]: item for item in result(trend="worsening", treatment_tried=None)["criteria_met"]}
    assert found["RF-W04"]["answers"] == {"trend": "worsening"}
    assert found["RF-W04"]["texts"]["letter"] == "Worsening; no improvement with treatment is known."


def test_missing_answers_are_named_in_the_order_of_the_screens() -> None:
    found = result(trend=None, pain_next_day_nrs=None, age_years=None, gait_unsteady=None)
    assert found["missing"] == [
        {"question": "gait_unsteady", "screen": "emergency"},
        {"question": "age_years", "screen": "urgent"},
        {"question": "trend", "screen": "core"},
        {"question": "pain_next_day_nrs", "screen": "run_reaction"},
    ]
    assert found["next_questions"][:4] == [item["question"] for item in found["missing"]]
    assert (found["screen_complete"], found["urgency_is_lower_bound"]) == (False, True)


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"pregnancy_status": "postpartum"}, ["weeks_postpartum"]),
        ({"pregnancy_status": "pregnant"}, ["pregnancy_warning_signs"]),
        ({"leg_pain": "unilateral", "leg_symptom_progression": None}, ["leg_symptom_progression"]),
        ({"leg_symptom_progression": None}, []),
        ({"leg_pain": None, "leg_symptom_progression": None}, ["leg_pain"]),
        ({"ran_last_14d": None, "pain_run_peak_nrs": None}, ["ran_last_14d"]),
        ({"pregnancy_status": None}, ["pregnancy_status"]),
    ],
)
def test_a_conditional_question_is_missing_only_when_it_surely_applies(
    changes: dict[str, Any], missing: list[str]
) -> None:
    assert [item["question"] for item in result(**changes)["missing"]] == missing


NOT_RUN = dict.fromkeys(
    (
        "pain_run_peak_nrs",
        "pain_post_run_peak_nrs",
        "hours_to_settle",
        "pain_next_day_nrs",
        "analgesic_before_run",
    )
)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"ran_last_14d": "no"}, ["X1"]),
        ({"ran_last_14d": "no", **NOT_RUN}, []),
        ({"walking_ability": "unable", "pain_walking_nrs": 1}, ["X2"]),
        ({"walking_ability": "unable", "pain_walking_nrs": 2}, []),
        ({"pregnancy_status": "pregnant", "sex_at_birth": "male"}, ["X3"]),
        ({"weeks_postpartum": 20}, ["X4"]),
        ({"weeks_postpartum": 20, "pregnancy_status": "postpartum"}, []),
        ({"weeks_postpartum": 20, "pregnancy_status": None}, []),
        ({"leg_symptom_progression": "worsening"}, ["X5"]),
        ({"leg_symptom_progression": "worsening", "leg_pain": None}, []),
        ({"ran_last_14d": "no", **NOT_RUN, "analgesic_before_run": "no"}, []),
        ({"ran_last_14d": "no", **NOT_RUN, "analgesic_before_run": "yes"}, ["X1"]),
        ({"ran_last_14d": "no", **NOT_RUN, "hours_since_run": 2, "pain_next_day_nrs": 1}, ["X1"]),
        ({"adjustment_outcome": "helped_pain_free", "pain_next_day_nrs": 1}, []),
        ({"adjustment_outcome": "helped_pain_free", "pain_next_day_nrs": 2}, ["X6"]),
        ({"adjustment_outcome": "helped_pain_free", "pain_run_peak_nrs": 2}, ["X6"]),
        *(
            ({"diagnoses": [{"code": code, "status": "past_resolved", "clearance": clearance}]}, found)
            for code in ("fracture", "bone_stress_injury")
            for clearance, found in (("no", ["X7"]), ("unknown", []), ("yes", []))
        ),
        ({"adjustment_outcome": "helped_pain_free"}, []),
    ],
)
def test_a_contradiction_is_named_and_withholds_reassurance(
    changes: dict[str, Any], found: list[str]
) -> None:
    evaluation = result(**changes)
    assert [item["id"] for item in evaluation["contradictions"]] == found
    assert ("IN-05" in met(**changes)) is bool(found)
    if found:
        assert evaluation["decision"] not in ("continue_running", "adjust_running")
        assert evaluation["plan_release"] != "releasable_after_clinician_sign_off"


def test_the_answers_shown_for_a_contradiction_are_those_that_contradict() -> None:
    changes = {"walking_ability": "unable", "pain_walking_nrs": 1}
    shown = next(item for item in result(**changes)["criteria_met"] if item["id"] == "IN-05")
    assert shown["answers"] == changes


@pytest.mark.parametrize(
    ("changes", "level"),
    [
        ({"new_to_running": "yes"}, "graded_return"),
        ({"pain_run_peak_nrs": 2}, "minor"),
        ({"pain_run_peak_nrs": 4}, "major"),
        ({"pain_post_run_peak_nrs": 6}, "major"),
        ({"pregnancy_status": "postpartum", "weeks_postpartum": 12, "pain_run_peak_nrs": 4}, "graded_return"),
        ({}, None),
        ({"pain_run_peak_nrs": 4, "pain_walking_nrs": 4}, None),
    ],
)
def test_the_adjustment_is_the_largest_one_called_for(changes: dict[str, Any], level: str | None) -> None:
    assert result(**changes)["adjust_level"] == level


@pytest.mark.holds("HH-X05")
@pytest.mark.parametrize(
    ("changes", "release"),
    [
        ({}, "releasable_after_clinician_sign_off"),
        ({"trend": None}, "withheld"),
        ({"pain_walking_nrs": 5, "trend": None}, "withheld"),
        ({"cancer_history": "yes", "trend": None}, "referral_only"),
        ({"bladder_change": "yes"}, "referral_only"),
    ],
)
def test_a_plan_is_released_only_on_a_complete_record_without_referral(
    changes: dict[str, Any], release: str
) -> None:
    assert result(**changes)["plan_release"] == release


def test_a_routine_referral_adds_urgency_and_no_decision() -> None:
    found = result(analgesic_after_every_run="yes")
    assert (found["decision"], found["urgency"]) == ("continue_running", "routine")
    assert [item["decision"] for item in found["criteria_met"]] == [None, "continue_running"]


def test_answers_a_patient_gave_alone_are_provisional() -> None:
    assert evaluate(REASSURING, assessor_role="patient_self_report").provisional is True
    assert evaluate(REASSURING, assessor_role="physiotherapist").provisional is False


def test_what_was_not_assessed_is_listed_down_to_single_features() -> None:
    long = {"age_years": 40, "episode_duration_days": 100}
    found = result(**long, spa_features={"buttock_pain": "no"}, hop_or_impact_pain=None)["not_assessed"]
    assert "hop_or_impact_pain" in found
    assert "spa_features.psoriasis_ever" in found
    assert {"spa_features", "spa_features.buttock_pain", "clinician_note", "bladder_change"}.isdisjoint(found)
    whole = result(**long, spa_features=None)["not_assessed"]
    assert "spa_features" in whole
    assert not any("." in name for name in whole)


def test_the_optional_questions_to_ask_next_are_exactly_those_that_can_change_the_outcome() -> None:
    random, seen = Random(11), set()
    for _ in range(200):
        answers = near(random)
        found = evaluate(answers)
        unknown = [q.name for q in OPTIONAL if q.name not in found.answers]
        changing = [
            name
            for name in unknown
            if any(outcome({**answers, name: value}) != outcome(answers) for value in values(name))
            or (asked_beside(name, found.answers) and found.urgency != "emergency_now")
        ]
        changing = [name for name in changing if name not in {item.question for item in found.missing}]
        assert list(found.next_questions) == [item.question for item in found.missing] + changing
        seen.update(changing)
    assert len(seen) >= 11, seen


def outcome(answers: dict[str, Any]) -> tuple[Any, ...]:
    """Decision with its kind of insufficiency, and urgency."""
    return protocol_for().outcome(validate(answers))[:3]


def asked_beside(name: str, answers: ValidAnswers) -> bool:
    """Whether a question is asked beside a finding, whatever it changes by itself."""
    question = next(question for question in QUESTIONS if question.name == name)
    when = question.asked_when
    return when is not None and when.evaluate(answers, protocol_for().context) is True


@pytest.mark.parametrize("finding", [{"bone_focal_pain": "yes"}, {"hop_or_impact_pain": "yes"}])
def test_beside_a_bone_finding_what_excludes_a_stress_injury_is_asked(finding: dict[str, Any]) -> None:
    history = ("prior_bone_stress_injury", "low_energy_or_menstrual_disturbance", "pain_earlier_each_run")
    week, run = ("weekly_km_current", "weekly_km_prev4w_avg"), ("last_run_km", "longest_run_30d_km")
    unasked = {**finding, **dict.fromkeys((*history, *week, *run))}
    asked = evaluate(record(**unasked)).next_questions
    assert {*history, *week} <= set(asked)
    by_run = evaluate(record(**(unasked | {"last_run_km": 8, "longest_run_30d_km": 9}))).next_questions
    assert not set(week) & set(by_run)
    assert set(evaluate(record(**finding)).next_questions) == set()


def test_the_hop_is_essential_only_beside_a_history_and_buttock_pain() -> None:
    history = {"pain_region": "lumbosacral_sij_buttock", "hop_or_impact_pain": None}
    for risk in (
        {"prior_bone_stress_injury": "yes"},
        {"low_energy_or_menstrual_disturbance": "yes"},
        {"diagnoses": [{"code": "bone_stress_injury", "status": "past_resolved", "clearance": "yes"}]},
    ):
        found = evaluate(record(**history, **risk))
        assert [(item.question, item.screen) for item in found.missing] == [("hop_or_impact_pain", "urgent")]
        assert "hop_or_impact_pain" not in found.not_assessed
        for unsafe in (
            {"bone_focal_pain": "yes"},
            {"diagnoses": [{"code": "fracture", "status": "suspected"}]},
            {"pain_region": "lumbar"},
        ):
            assert "hop_or_impact_pain" not in [
                item.question for item in evaluate(record(**(history | risk | unsafe))).missing
            ]
    assert "hop_or_impact_pain" in evaluate(record(hop_or_impact_pain=None)).not_assessed


def test_a_question_that_does_not_apply_is_not_listed_as_not_assessed() -> None:
    found = evaluate(record(leg_symptom_duration_days=None)).not_assessed
    assert {"leg_symptom_duration_days", "maternity_running_advice", "spa_features"}.isdisjoint(found)
    beside = {"leg_pain": "unilateral", "leg_symptom_progression": "stable_or_improving"}
    assert "leg_symptom_duration_days" in evaluate(record(**beside)).not_assessed


@pytest.mark.holds("HZ-12")
@pytest.mark.parametrize("item", CES_ITEMS)
def test_a_runners_own_long_standing_answer_stands_and_stays_open_until_attested(item: str) -> None:
    answers = record(**{item: LONGSTANDING})
    alone = evaluate(answers, assessor_role="patient_self_report")
    ids = [met.id for met in alone.criteria_met]
    assert ("RF-S08" if item == "saddle_sensation_change" else "RF-W11") in ids
    assert "IN-01" in ids
    assert [missing.question for missing in alone.missing] == [item]
    assert (alone.screen_complete, alone.urgency_is_lower_bound) == (False, True)
    assert [(notice.code, notice.question) for notice in alone.notices] == [
        ("longstanding_not_attested", item)
    ]
    attested = evaluate(answers, assessor_role="patient_self_report", attested_longstanding=[item])
    clinician = evaluate(answers, assessor_role="physiotherapist")
    assert attested._replace(provisional=False) == clinician
    assert (attested.missing, attested.notices) == ((), ())


def test_the_compiled_table_agrees_with_the_conditions_read_one_by_one() -> None:
    random, seen, protocol = Random(7), set(), protocol_for()
    for _ in range(2000):
        answers = validate(near(random))
        assert protocol.decide(answers).criteria == protocol.interpret(answers), answers
        seen.update(protocol.decide(answers).criteria)
    assert len(seen) >= 70, {criterion.id for criterion in CRITERIA} - seen


def test_a_partly_answered_set_of_features_is_asked_for_while_the_rest_could_matter() -> None:
    # In the whole table a long episode is a routine referral anyway; without that the features matter.
    protocol = compile_protocol(criteria=[c for c in CRITERIA if c.id not in ("RT-01", "RT-02", "RT-03")])
    items = next(question.choices for question in QUESTIONS if question.name == "spa_features")
    for present, worth_asking in ((0, True), (2, True), (3, False)):
        features = dict.fromkeys(items[:present], "yes") | {items[-1]: "no"}
        answers = validate(record(age_years=40, episode_duration_days=100, spa_features=features))
        assert ("spa_features" in protocol.evaluate(answers).next_questions) is worth_asking
    complete = dict.fromkeys(items, "no")
    answers = validate(record(age_years=40, episode_duration_days=100, spa_features=complete))
    assert "spa_features" not in protocol.evaluate(answers).next_questions


@pytest.mark.parametrize("parameter", PARAMETERS, ids=[item.name for item in PARAMETERS])
def test_every_parameter_has_a_default_within_its_range_and_a_cautious_direction(parameter: Any) -> None:
    if parameter.words:
        assert parameter.default == parameter.words[0]
        assert (parameter.cautious == "words") is (parameter.low is None)
        return
    assert parameter.low <= parameter.default <= parameter.high
    assert (parameter.cautious == "fixed") is (parameter.low == parameter.high)
    looser = {"lower": parameter.high, "higher": parameter.low}.get(parameter.cautious, parameter.default)
    assert (parameter.sign_off is not None) is (looser != parameter.default)


def test_a_clinic_with_its_own_threshold_gets_its_own_decision_wording_and_hash() -> None:
    answers = record(pain_walking_nrs=3)
    own = evaluate(answers, {"walking_pain_stop_ge": 3})
    assert (evaluate(answers).decision, own.decision) == ("continue_running", "stop_and_rehab")
    assert own.criteria_met[0].text.statement == "back pain on walking is 3/10 or more"
    assert own.protocol_hash == protocol_hash({"walking_pain_stop_ge": 3}) != protocol_hash()
    assert protocol_for({"walking_pain_stop_ge": 3}) is protocol_for({"walking_pain_stop_ge": 3})


def test_default_values_given_explicitly_are_the_default_protocol() -> None:
    defaults = {item.name: item.default for item in PARAMETERS}
    assert protocol_hash(defaults) == protocol_hash()
    assert protocol_hash({"settle_hours_ok_max": 4.0}) == protocol_hash()


def test_the_same_answers_give_the_same_bytes_from_a_protocol_compiled_anew() -> None:
    again = compile_protocol()
    for case in CASES:
        answers = validate(case["answers"])
        first, second = protocol_for().evaluate(answers), again.evaluate(answers)
        assert canonical_json(first.as_dict()).encode() == canonical_json(second.as_dict()).encode()


def test_the_hash_is_over_the_whole_table_and_comes_with_the_version() -> None:
    shorter = compile_protocol(criteria=CRITERIA[1:])
    assert shorter.hash != protocol_hash()
    assert protocol_hash().startswith("sha256:")
    assert len(protocol_hash()) == len("sha256:") + 64
    assert evaluate({}).as_dict()["protocol_version"] == PROTOCOL_VERSION == "2026.2.0"


def test_no_answers_at_all_is_an_incomplete_screen() -> None:
    found = evaluate({})
    assert (found.decision, found.insufficiency_kind) == ("insufficient_information", "screen")
    assert (found.urgency, found.run_status) == ("complete_screen_now", "no_running")


def test_an_emergency_asks_for_what_is_missing_but_for_nothing_optional() -> None:
    found = evaluate({"bladder_change": "yes"})
    assert found.next_questions == tuple(item.question for item in found.missing)
    assert found.urgency_is_lower_bound is False
