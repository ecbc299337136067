"""What was done of the exercises, day by day, against what was asked."""

from typing import Any

import pytest

from clinics.identity.models import Clinic
from patients.models import Patient
from tests.api_edge.checks import assert_matches, assert_problem
from tests.programme.test_stories import INJURED, MONDAY, YOUNG
from tests.programme.weeks import V1, Weeks

pytestmark = pytest.mark.django_db


@pytest.fixture
def weeks(clinic: Clinic, patient: Patient) -> Weeks:
    """A runner who may run shorter, on a Monday morning in March."""
    weeks = Weeks(clinic, patient, MONDAY)
    weeks.begin(pain_run_peak_nrs=2, **YOUNG)
    return weeks


def log(weeks: Weeks, exercise: str, **done: object) -> Any:
    body = {"exercise": exercise, "done_on": weeks.now.date().isoformat(), **done}
    with weeks.at() as api:
        return api.put(f"{V1}/programmes/{weeks.programme}/exercises", body)


def kept(weeks: Weeks, exercise: str, week: int = 1) -> tuple[int | None, int, int, int]:
    adherence = weeks.get(f"/programmes/{weeks.programme}/adherence")
    assert_matches("Adherence", adherence)
    [found] = [one for one in adherence["weeks"][week - 1]["exercises"] if one["exercise"] == exercise]
    return found["days_asked"], found["days_done"], found["days_full"], found["days_too_painful"]


def test_a_day_said_twice_counts_once_and_the_last_word_holds(weeks: Weeks) -> None:
    first = log(weeks, "bridge", sets=1)
    again = log(weeks, "bridge", sets=2, repetitions=8)
    assert (first.status_code, again.status_code) == (201, 200)
    assert_matches("ExerciseLog", again.json())
    assert again.json()["id"] == first.json()["id"]
    [only] = weeks.get(f"/programmes/{weeks.programme}/exercises")["results"]
    assert (only["sets"], only["repetitions"], only["minutes"]) == (2, 8, None)
    assert kept(weeks, "bridge") == (2, 1, 1, 0)


def test_the_dose_is_kept_when_every_figure_of_it_is_known_and_reached(weeks: Weeks) -> None:
    log(weeks, "side_plank", sets=2, seconds=29)
    weeks.later(days=1)
    log(weeks, "side_plank", sets=2)
    weeks.later(days=1)
    log(weeks, "side_plank", sets=3, seconds=30, pain_nrs=6)
    assert kept(weeks, "side_plank") == (2, 3, 1, 1)


def test_a_warm_up_is_asked_for_before_each_run_and_the_class_never(weeks: Weeks) -> None:
    assert kept(weeks, "light_warm_up")[0] is None
    log(weeks, "light_warm_up", minutes=5)
    weeks.run()
    assert kept(weeks, "light_warm_up") == (1, 1, 1, 0)
    assert kept(weeks, "tai_chi_yoga")[0] is None


def test_a_week_says_how_much_of_it_was_kept_and_the_next_begins_with_nothing(weeks: Weeks) -> None:
    asked = [
        one for one in weeks.get(f"/programmes/{weeks.programme}/adherence")["weeks"][0]["exercises"]
        if one["days_asked"]
    ]  # fmt: skip
    for day in range(7):
        for one in asked:
            if day < one["days_asked"]:
                assert log(weeks, one["exercise"]).status_code == 201
        weeks.later(days=1)
    first, second = weeks.get(f"/programmes/{weeks.programme}/adherence")["weeks"]
    assert (first["share_percent"], second["share_percent"]) == (100, 0)
    assert (first["starts_on"], second["starts_on"]) == ("2026-03-02", "2026-03-09")


@pytest.mark.parametrize(
    ("exercise", "day"),
    [("heat", "2026-03-02"), ("bridge", "2026-03-03"), ("bridge", "2026-03-01")],
    ids=["not in the plan", "tomorrow", "before the release"],
)
def test_what_cannot_have_been_done_is_refused(weeks: Weeks, exercise: str, day: str) -> None:
    assert_problem(log(weeks, exercise, done_on=day), "conflict")
    assert log(weeks, "unheard_of").json()["errors"][0]["code"] == "invalid_choice"
    assert weeks.get(f"/programmes/{weeks.programme}/exercises")["results"] == []


@pytest.mark.holds("HH-H01")
def test_each_phase_has_its_exercises_and_before_an_examination_there_is_walking_only(
    clinic: Clinic, patient: Patient
) -> None:
    weeks = Weeks(clinic, patient, MONDAY)
    begun = weeks.begin(**INJURED, **YOUNG)
    assert begun["exercises_now"] == ["walking_cycling"]
    later = {one["id"] for one in begun["plan"]["later"]}
    assert {"bridge", "bird_dog", "light_warm_up"} <= later
    calm = {"usual_nrs": 1, "walking_nrs": 1}
    weeks.step("calm-days", calm)
    weeks.later(days=1)
    assert weeks.step("calm-days", calm)["exercises_now"] == ["walking_cycling"]
    restored = weeks.step("clearance")["exercises_now"]
    assert {"walking_cycling", "bridge"} <= set(restored)
    assert "light_warm_up" not in restored
