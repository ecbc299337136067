"""What is not allowed is refused, place by place, all at once, and without repeating the answer."""

from datetime import UTC, datetime
from typing import Any

import pytest

from assessments.protocol import InvalidAnswers, InvalidParameters, evaluate, validate
from tests.protocol.records import REASSURING, record

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SECRET = "s3cret-answer"
DIAGNOSIS = {"code": "fracture", "status": "suspected"}

REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"bladder_changes": "no"}, "/bladder_changes", "unknown_question"),
    ({"a/b~c": "no"}, "/a~1b~0c", "unknown_question"),
    ({"assessed_at": "2026-03-02"}, "/assessed_at", "unknown_question"),
    ({"bladder_change": "Yes"}, "/bladder_change", "unknown_choice"),
    ({"bladder_change": ""}, "/bladder_change", "unknown_choice"),
    ({"bladder_change": True}, "/bladder_change", "wrong_type"),
    ({"bladder_change": ["yes"]}, "/bladder_change", "wrong_type"),
    ({"pain_walking_nrs": 3.5}, "/pain_walking_nrs", "not_an_integer"),
    ({"pain_walking_nrs": 3.0}, "/pain_walking_nrs", "not_an_integer"),
    ({"pain_walking_nrs": True}, "/pain_walking_nrs", "wrong_type"),
    ({"pain_walking_nrs": "3"}, "/pain_walking_nrs", "wrong_type"),
    ({"pain_walking_nrs": 11}, "/pain_walking_nrs", "out_of_range"),
    ({"pain_walking_nrs": -1}, "/pain_walking_nrs", "out_of_range"),
    ({"age_years": 10**400}, "/age_years", "out_of_range"),
    ({"hours_to_settle": False}, "/hours_to_settle", "wrong_type"),
    ({"hours_to_settle": "4"}, "/hours_to_settle", "wrong_type"),
    ({"hours_to_settle": float("nan")}, "/hours_to_settle", "not_finite"),
    ({"hours_to_settle": float("inf")}, "/hours_to_settle", "not_finite"),
    ({"hours_to_settle": 72.1}, "/hours_to_settle", "out_of_range"),
    ({"hours_to_settle": {"value": 4, "unit": "h"}}, "/hours_to_settle", "wrong_type"),
    ({"weekly_km_current": {"value": 250, "unit": "mi"}}, "/weekly_km_current/value", "out_of_range"),
    ({"weekly_km_current": {"value": 10**400, "unit": "mi"}}, "/weekly_km_current/value", "out_of_range"),
    ({"weekly_km_current": {"value": "9", "unit": "mi"}}, "/weekly_km_current/value", "wrong_type"),
    ({"weekly_km_current": {"value": 9, "unit": "yd"}}, "/weekly_km_current/unit", "unknown_unit"),
    ({"weekly_km_current": {"value": 9, "unit": ["mi"]}}, "/weekly_km_current/unit", "unknown_unit"),
    ({"weekly_km_current": {"value": 9}}, "/weekly_km_current", "malformed"),
    ({"episode_duration_days": {"value": 1201, "unit": "months"}}, "/episode_duration_days/value",
     "out_of_range"),
    ({"onset_date": "2026-2-1"}, "/onset_date", "malformed"),
    ({"onset_date": "2026-02-30"}, "/onset_date", "malformed"),
    ({"onset_date": "20260201"}, "/onset_date", "malformed"),
    ({"onset_date": 20260201}, "/onset_date", "wrong_type"),
    ({"onset_date": "2026-03-03"}, "/onset_date", "in_the_future"),
    ({"surface_mix": "road"}, "/surface_mix", "wrong_type"),
    ({"surface_mix": ["road", "sand"]}, "/surface_mix/1", "unknown_choice"),
    ({"surface_mix": ["road", "road"]}, "/surface_mix/1", "not_unique"),
    ({"surface_mix": ["road"] * 7}, "/surface_mix", "too_long"),
    ({"surface_mix": [None]}, "/surface_mix/0", "wrong_type"),
    ({"form_observed": ["none", "overstride"]}, "/form_observed", "excludes_others"),
    ({"yellow_flags": ["low_mood", "not_asked"]}, "/yellow_flags", "excludes_others"),
    ({"diagnoses": {}}, "/diagnoses", "wrong_type"),
    ({"diagnoses": ["fracture"]}, "/diagnoses/0", "wrong_type"),
    ({"diagnoses": [{"status": "suspected"}]}, "/diagnoses/0/code", "required"),
    ({"diagnoses": [{"code": "fracture", "status": None}]}, "/diagnoses/0/status", "required"),
    ({"diagnoses": [{**DIAGNOSIS, "code": "gout"}]}, "/diagnoses/0/code", "unknown_choice"),
    ({"diagnoses": [{**DIAGNOSIS, "certain": "yes"}]}, "/diagnoses/0/certain", "unknown_field"),
    ({"diagnoses": [{**DIAGNOSIS, "clearance": "maybe"}]}, "/diagnoses/0/clearance", "unknown_choice"),
    ({"diagnoses": [{**DIAGNOSIS, "cleared_by": "x" * 201}]}, "/diagnoses/0/cleared_by", "too_long"),
    ({"diagnoses": [{**DIAGNOSIS, "cleared_at": "2026-03-02T10:00"}]}, "/diagnoses/0/cleared_at",
     "malformed"),
    ({"diagnoses": [{**DIAGNOSIS, "cleared_at": "2026-03-03"}]}, "/diagnoses/0/cleared_at", "in_the_future"),
    ({"diagnoses": [DIAGNOSIS, DIAGNOSIS]}, "/diagnoses/1", "not_unique"),
    ({"diagnoses": [DIAGNOSIS] * 25}, "/diagnoses", "too_long"),
    ({"spa_features": ["buttock_pain"]}, "/spa_features", "wrong_type"),
    ({"spa_features": {"knee_pain": "yes"}}, "/spa_features/knee_pain", "unknown_field"),
    ({"spa_features": {"buttock_pain": True}}, "/spa_features/buttock_pain", "unknown_choice"),
    ({"adjustments_tried": [{"runs": 3}]}, "/adjustments_tried/0/type", "required"),
    ({"adjustments_tried": [{"type": "distance", "runs": 101}]}, "/adjustments_tried/0/runs", "out_of_range"),
    ({"adjustments_tried": [{"type": "distance", "detail": "x" * 501}]}, "/adjustments_tried/0/detail",
     "too_long"),
    ({"goal_event": {"type": "x" * 101}}, "/goal_event/type", "too_long"),
    ({"goal_event": {"date": "soon"}}, "/goal_event/date", "malformed"),
    ({"goal_event": {"distance_km": 1001}}, "/goal_event/distance_km", "out_of_range"),
    ({"clinician_note": 5}, "/clinician_note", "wrong_type"),
    ({"clinician_note": "x" * 4001}, "/clinician_note", "too_long"),
    ({"clinician_note": "a\x00b"}, "/clinician_note", "malformed"),
    ({"clinician_note": "a\ud800"}, "/clinician_note", "malformed"),
]  # fmt: skip


def problems(answers: Any) -> list[tuple[str, str]]:
    with pytest.raises(InvalidAnswers) as caught:
        validate(answers, assessed_at=NOW)
    return [(problem.pointer, problem.code) for problem in caught.value.problems]


@pytest.mark.parametrize(("answers", "pointer", "code"), REFUSED)
def test_an_answer_that_is_not_allowed_is_refused_at_its_place(
    answers: dict[str, Any], pointer: str, code: str
) -> None:
    assert problems({**REASSURING, **answers}) == [(pointer, code)]


def test_every_problem_is_named_at_once() -> None:
    found = problems({"age_years": 200, "trend": "better", "x": 1, "diagnoses": [{"status": "maybe"}]})
    assert found == [
        ("/age_years", "out_of_range"),
        ("/trend", "unknown_choice"),
        ("/x", "unknown_question"),
        ("/diagnoses/0/status", "unknown_choice"),
        ("/diagnoses/0/code", "required"),
    ]


def test_answers_that_are_not_an_object_are_refused() -> None:
    assert problems([("trend", "improving")]) == [("", "wrong_type")]


def test_the_submitted_value_is_never_repeated() -> None:
    answers = dict.fromkeys(REASSURING, SECRET) | {"diagnoses": [{"code": SECRET, "status": SECRET}]}
    with pytest.raises(InvalidAnswers) as caught:
        validate(answers)
    assert len(caught.value.problems) > len(REASSURING)
    assert SECRET not in str(caught.value)
    assert all(SECRET not in problem.detail for problem in caught.value.problems)


@pytest.mark.holds("HZ-10")
@pytest.mark.parametrize("nothing", [None, "unknown"])
@pytest.mark.parametrize("name", list(REASSURING))
def test_absent_null_and_unknown_are_the_same(name: str, nothing: object) -> None:
    absent = record(**{name: None})
    assert evaluate({**absent, name: nothing}).as_dict() == evaluate(absent).as_dict()


def test_a_set_of_features_all_unknown_is_unknown() -> None:
    assert "spa_features" not in validate(
        {"spa_features": {"buttock_pain": "unknown", "arthritis_ever": None}}
    )


def test_no_diagnosis_is_an_answer() -> None:
    assert validate({"diagnoses": []}) == {"diagnoses": []}


def test_clearance_not_stated_is_unknown() -> None:
    (diagnosis,) = validate({"diagnoses": [DIAGNOSIS]})["diagnoses"]  # type: ignore[misc]
    assert diagnosis == {**DIAGNOSIS, "clearance": "unknown"}


def test_the_order_of_lists_and_answers_never_matters() -> None:
    diagnoses = [DIAGNOSIS, {"code": "disc_injury", "status": "confirmed_current", "clearance": "yes"}]
    forwards = record(diagnoses=diagnoses, surface_mix=["road", "trail"])
    backwards = record(diagnoses=diagnoses[::-1], surface_mix=["trail", "road"])
    assert evaluate(forwards).as_dict() == evaluate(dict(reversed(backwards.items()))).as_dict()


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("weekly_km_current", {"value": 15, "unit": "mi"}, 24.14016),
        ("weekly_km_current", {"value": 15, "unit": "km"}, 15),
        ("last_run_km", {"value": 0.5, "unit": "mi"}, 0.804672),
        ("episode_duration_days", {"value": 6, "unit": "weeks"}, 42),
        ("episode_duration_days", {"value": 1, "unit": "months"}, 31),
        ("episode_duration_days", {"value": 100, "unit": "months"}, 3044),
        ("episode_duration_days", {"value": 0.5, "unit": "weeks"}, 4),
        ("episode_duration_days", {"value": 10, "unit": "days"}, 10),
    ],
)
def test_units_are_converted_and_started_days_count(
    name: str, given: dict[str, Any], expected: float
) -> None:
    converted = validate({name: given})[name]
    assert converted == pytest.approx(expected, abs=1e-9)
    assert isinstance(converted, int) is (name == "episode_duration_days")


def test_validated_answers_cannot_be_changed() -> None:
    answers = validate(REASSURING)
    with pytest.raises(TypeError):
        answers["bladder_change"] = "unknown"
    with pytest.raises(TypeError):
        answers.update(bladder_change="unknown")
    assert answers == REASSURING


class TestDuration:
    def test_the_onset_date_gives_the_duration(self) -> None:
        found = evaluate({"onset_date": "2026-01-19"}, assessed_at=NOW)
        assert found.answers["episode_duration_days"] == 42
        assert "RT-01" in [item.id for item in found.criteria_met]
        assert "episode_duration_days" not in [item.question for item in found.missing]
        assert found.notices == ()

    def test_without_the_time_of_assessment_it_stays_unknown(self) -> None:
        assert "episode_duration_days" in [
            item.question for item in evaluate({"onset_date": "2026-01-19"}).missing
        ]

    @pytest.mark.parametrize(("given", "used"), [(34, 42), (50, 50)])
    def test_the_longer_one_is_used_and_said_when_they_differ_by_more_than_a_week(
        self, given: int, used: int
    ) -> None:
        answers = {"onset_date": "2026-01-19", "episode_duration_days": given}
        found = evaluate(answers, assessed_at=NOW)
        assert found.answers["episode_duration_days"] == used
        assert [item.code for item in found.notices] == ["duration_differs_from_onset_date"]

    @pytest.mark.parametrize("given", [35, 49])
    def test_the_given_one_stands_when_they_differ_by_a_week_or_less(self, given: int) -> None:
        answers = {"onset_date": "2026-01-19", "episode_duration_days": given}
        found = evaluate(answers, assessed_at=NOW)
        assert (found.answers["episode_duration_days"], found.notices) == (given, ())


@pytest.mark.parametrize(
    ("parameters", "pointer", "code"),
    [
        ({"walking_pain": 4}, "/walking_pain", "unknown_parameter"),
        ({"walking_pain_stop_ge": 2}, "/walking_pain_stop_ge", "out_of_range"),
        ({"walking_pain_stop_ge": 4.0}, "/walking_pain_stop_ge", "not_an_integer"),
        ({"walking_pain_stop_ge": True}, "/walking_pain_stop_ge", "not_an_integer"),
        ({"settle_hours_ok_max": "4"}, "/settle_hours_ok_max", "wrong_type"),
        ({"settle_hours_ok_max": False}, "/settle_hours_ok_max", "wrong_type"),
        ({"settle_hours_ok_max": float("nan")}, "/settle_hours_ok_max", "out_of_range"),
        ({"next_day_increase_ok_max": 1}, "/next_day_increase_ok_max", "out_of_range"),
    ],
)
def test_a_parameter_outside_its_allowed_range_is_refused(
    parameters: dict[str, Any], pointer: str, code: str
) -> None:
    with pytest.raises(InvalidParameters) as caught:
        evaluate(REASSURING, {**parameters, "no_such": 1})
    assert [(item.pointer, item.code) for item in caught.value.problems] == [
        (pointer, code),
        ("/no_such", "unknown_parameter"),
    ]
