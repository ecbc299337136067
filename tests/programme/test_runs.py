"""A run is logged as it was, against what was planned; its shoes wear, and its week has a cap."""

from typing import Any

import pytest

from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic
from patients.models import Patient
from tests.api_edge.checks import assert_matches, assert_problem
from tests.factories import make_patient
from tests.programme.test_stories import MONDAY, NOT_RUN, YOUNG, where
from tests.programme.weeks import V1, Weeks

pytestmark = pytest.mark.django_db
UNKNOWN_KM = dict.fromkeys(("weekly_km_current", "last_run_km", "longest_run_30d_km"))
WALK = {"minutes": 30, "rise_during": 0, "rise_next_day": 0}
TIMES = "\N{MULTIPLICATION SIGN}"


@pytest.fixture
def weeks(clinic: Clinic, patient: Patient) -> Weeks:
    """A Monday morning in March."""
    return Weeks(clinic, patient, MONDAY)


@pytest.fixture
def graded(weeks: Weeks) -> Weeks:
    """A runner at stage 1 of the walk-run table."""
    weeks.begin(ran_last_14d="no", **NOT_RUN, **YOUNG)
    weeks.step("brisk-walks", WALK)
    weeks.later(days=1)
    weeks.step("brisk-walks", WALK)
    weeks.run_and_check()
    weeks.run_and_check()
    return weeks


def km(value: float) -> dict[str, Any]:
    return {"value": value, "unit": "km"}


def test_the_session_of_the_day_is_said_in_one_line(graded: Weeks) -> None:
    session = graded.session()
    assert_matches("ProgrammeSession", session)
    assert session["today"] == (
        f"Today: 5 {TIMES} 1 min run / 2 min walk, flat, one clear day after; stop if the pain rises by more "
        "than 3 points, reaches more than 5 of 10, spreads into a leg, or is of a new kind."
    )
    graded.run()
    assert graded.session()["today"] == (
        "Today: no run, the check of the last run isn't answered in full; answer it, or be assessed anew."
    )


def test_a_run_stands_beside_what_was_planned(graded: Weeks) -> None:
    run = graded.run(
        distance={"value": 2, "unit": "mi"},
        minutes=18,
        running_minutes=9,
        stage=2,
        surface="grass",
        speed="easy",
        changed=["terrain"],
    )
    assert_matches("Run", run)
    planned = run["planned"]
    assert (planned["stage"], planned["running_minutes"], planned["minutes"]) == (1, 5, 15)
    assert (run["stage"], run["running_minutes"], run["speed"], run["changed"]) == (2, 9, "easy", ["terrain"])
    assert run["distance"] == {"km": 3.22, "mi": 2.0}
    assert run["more_than_planned"] == ["minutes", "running_minutes", "stage"]


def test_what_is_not_known_of_a_run_is_more_than_nothing(graded: Weeks) -> None:
    assert graded.run()["more_than_planned"] == []


def test_a_major_adjustment_keeps_two_clear_days(weeks: Weeks) -> None:
    begun = weeks.begin(pain_run_peak_nrs=4, **YOUNG)
    assert begun["plan"]["start"]["clear_days"] == 2
    weeks.step("settled")
    assert "two clear days after" in weeks.session()["today"]
    weeks.run_and_check()
    assert weeks.session()["blocked_by"] == "clear_days"
    weeks.later(days=1)
    assert weeks.session()["permitted"]


def test_a_run_is_at_most_a_tenth_longer_than_the_longest_of_a_month(weeks: Weeks) -> None:
    begun = weeks.begin(
        pain_run_peak_nrs=2, longest_run_30d_km=4, weekly_km_prev4w_avg=30, runs_per_week=3, **YOUNG
    )
    assert begun["usual_run"]["km"] == 10
    session = weeks.session()
    assert (session["distance"]["km"], session["cap"]["distance"]["km"]) == (4.4, 4.4)
    assert session["cap"]["sources"] == ["B23"]
    run = weeks.run(distance=km(5))
    assert (run["planned"]["distance"]["km"], run["more_than_planned"]) == (4.4, ["distance"])
    weeks.later(days=31)
    cap = weeks.session()["cap"]
    assert (cap["distance"]["km"], cap["basis"]) == (4.4, "last_done"), "no more than its session"


def test_a_run_that_was_not_permitted_or_not_borne_shows_nothing_that_a_body_bears(weeks: Weeks) -> None:
    weeks.begin(pain_run_peak_nrs=2, longest_run_30d_km=8, **YOUNG)
    before = weeks.session()["cap"]
    weeks.run(distance=km(5))
    weeks.later(hours=3)
    assert not weeks.session()["permitted"]
    further = weeks.run(distance=km(20))
    assert (further["as_permitted"], weeks.session()["cap"]) == (False, before)
    weeks.later(days=1)
    weeks.check(further["follow_up"])
    assert weeks.session()["cap"] == before, "however green its check"


@pytest.mark.parametrize("weekly", [{"weekly_km_prev4w_avg": 24}, {"weekly_km_prev4w_avg": None}])
@pytest.mark.parametrize("told", [True, False])
def test_who_does_what_is_permitted_breaks_no_cap_that_is_printed(
    weeks: Weeks, weekly: dict[str, object], told: bool
) -> None:
    """Six weeks of every run that is permitted; without a distance it counts as its session."""
    weeks.begin(pain_run_peak_nrs=2, runs_per_week=3, **weekly, **YOUNG)
    reasons, runs = set(), 0
    for _ in range(21):
        session = weeks.session()
        reasons.add(session["blocked_by"])
        if session["permitted"]:
            done = {"distance": km(session["distance"]["km"])} if told else {}
            follow_up = weeks.run(**done)["follow_up"]
            weeks.later(days=1)
            weeks.check(follow_up)
            weeks.later(days=1)
            runs += 1
        else:
            weeks.later(days=1)
        load = weeks.get(f"/programmes/{weeks.programme}/load")["weeks"]
        assert [week["within"] for week in load if week["within"] is False] == []
    assert runs >= 8
    assert reasons <= {None, "week_full", "clear_days"}
    assert "week_full" in reasons


def test_two_weeks_without_a_run_start_further_back(graded: Weeks) -> None:
    for _ in range(8):
        now = graded.run_and_check()
    assert where(now)[1:3] == ("P2", 5)
    graded.later(days=11)
    assert (graded.session()["stage"]["stage"], graded.session()["after_a_gap"]) == (5, False)
    graded.later(days=1)
    assert (graded.session()["stage"]["stage"], graded.session()["after_a_gap"]) == (3, True)
    graded.step("advance", {"reason": "clinical_judgement"}, status=409)
    assert graded.run()["planned"]["stage"] == 3
    assert (where(graded.present())[2], graded.present()["greens_in_a_row"]) == (3, 0)
    kinds = [event["kind"] for event in graded.get(f"/programmes/{graded.programme}/events")["results"]]
    assert kinds[-2:] == ["restarted", "run"]


def test_shoes_add_up_their_runs_and_say_when_to_look_at_them(weeks: Weeks) -> None:
    weeks.begin(pain_run_peak_nrs=2, **YOUNG)
    body = {"name": "Blue", "started_on": "2026-02-20", "distance_before": {"value": 298, "unit": "mi"}}
    shoe = weeks.post(f"/patients/{weeks.patient.id}/shoes", body)
    assert_matches("Shoe", shoe)
    assert (shoe["distance"]["mi"], shoe["advice"], len(shoe["limits"])) == (298, "keep", 5)
    assert weeks.run(distance=km(4), shoe=shoe["id"])["shoe"] == shoe["id"]
    worn = weeks.get(f"/patients/{weeks.patient.id}/shoes/{shoe['id']}")
    assert (worn["distance"]["km"], worn["runs"], worn["advice"]) == (483.58, 1, "inspect")
    [reached] = worn["reached"]
    assert (reached["distance"]["km"], reached["sources"]) == (483, ["HH-F01", "AA-F01"])
    assert weeks.get(f"/patients/{weeks.patient.id}/shoes")["results"] == [worn]


@pytest.mark.holds("HZ-26")
def test_retired_shoes_take_no_later_run_and_another_runners_none(weeks: Weeks, clinic: Clinic) -> None:
    weeks.begin(pain_run_peak_nrs=2, **YOUNG)
    body = {"name": "Blue", "started_on": "2026-02-20"}
    shoe = weeks.post(f"/patients/{weeks.patient.id}/shoes", body)
    path = f"{V1}/patients/{weeks.patient.id}/shoes/{shoe['id']}"
    with weeks.at() as api:
        etag = api.get(path).headers["ETag"]
        change = {"retired_on": "2026-03-01"}
        assert_problem(api.patch(path, change), "precondition_required")
        assert api.patch(path, change, headers={"if-match": etag}).json()["retired_on"] == "2026-03-01"
    weeks.step("runs", {"ended_at": weeks.now.isoformat(), "shoe": shoe["id"]}, status=409)
    with weeks.at() as api:
        others = api.post(f"{V1}/patients/{make_patient(clinic).id}/shoes", body).json()["id"]
    wrong = weeks.step("runs", {"ended_at": weeks.now.isoformat(), "shoe": others}, status=422)
    assert wrong["errors"][0]["pointer"] == "/shoe"
    assert not weeks.get(f"/programmes/{weeks.programme}/runs")["results"]


def test_the_weeks_stand_against_their_caps_and_every_fourth_is_lighter(weeks: Weeks) -> None:
    weeks.begin(pain_run_peak_nrs=2, **YOUNG)
    for distance in (10, 11, 12, 13):
        follow_up = weeks.run(distance=km(distance))["follow_up"]
        weeks.later(days=1)
        weeks.check(follow_up)
        weeks.later(days=6)
    load = weeks.get(f"/programmes/{weeks.programme}/load")
    assert_matches("ProgrammeLoad", load)
    caps = [week["cap"]["distance"] and week["cap"]["distance"]["km"] for week in load["weeks"]]
    assert caps == [18, 11, 12.1, 9, 13.2], "after a lighter week the one before it counts"
    assert [week["within"] for week in load["weeks"]] == [True, True, True, False, True]
    assert load["weeks"][3]["cap"]["reason"] == "Every fourth week is a quarter lighter."


def test_the_lighter_week_says_the_share_that_is_really_run(weeks: Weeks) -> None:
    weeks.begin(pain_run_peak_nrs=2, weekly_km_prev4w_avg=24, runs_per_week=3, last_run_km=8, **YOUNG)
    said = {}
    for number in range(1, 5):
        session = weeks.session()
        said[number] = (session["distance"]["km"], session["session"])
        follow_up = weeks.run(distance=km(session["distance"]["km"]))["follow_up"]
        weeks.later(days=1)
        weeks.check(follow_up, pain_run_peak_nrs=2 if number == 2 else 0)
        weeks.later(days=6)
    assert said[1] == (6.0, "6 km easy (75 % of your usual distance, easy)")
    assert said[4] == (
        4.5,
        "4.5 km easy (56 % of your usual distance, easy; every fourth week is a quarter lighter)",
    )


def test_the_runs_of_a_week_are_a_limit(weeks: Weeks) -> None:
    """In the second week there is distance left for a third run, but two a week are what was usual."""
    usual = {"weekly_km_prev4w_avg": 60, "runs_per_week": 2, "last_run_km": 30, "longest_run_30d_km": 30}
    weeks.begin(pain_run_peak_nrs=2, **usual, **YOUNG)
    for _ in range(2):
        weeks.run_and_check()
    weeks.later(days=3)
    for _ in range(2):
        assert weeks.session()["permitted"]
        follow_up = weeks.run(distance=km(20))["follow_up"]
        weeks.later(days=1)
        weeks.check(follow_up)
        weeks.later(days=1)
    week = weeks.get(f"/programmes/{weeks.programme}/load")["weeks"][1]
    assert (week["runs"], week["runs_allowed"], week["within"]) == (2, 2, True)
    assert week["cap"]["distance"]["km"] > week["distance"]["km"] + 2
    assert weeks.session()["blocked_by"] == "week_full"
    weeks.later(days=3)
    assert weeks.session()["permitted"]


def test_the_week_is_full_in_minutes_where_no_distance_is_known(weeks: Weeks) -> None:
    weeks.begin(
        ran_last_14d="no", **NOT_RUN, **YOUNG, **UNKNOWN_KM, weekly_km_prev4w_avg=None, runs_per_week=6
    )
    with clinic_scope(weeks.clinic.id):
        weeks.clinic.programmes.update(phase="P2", stage=8, greens=1)
    follow_up = weeks.run(running_minutes=30)["follow_up"]
    weeks.later(days=1)
    weeks.check(follow_up, **YOUNG)
    weeks.later(days=6)
    session = weeks.session()
    assert (where(weeks.present())[1], session["minutes"], session["permitted"]) == ("P3", 30, True)
    follow_up = weeks.run(running_minutes=30)["follow_up"]
    weeks.later(days=1)
    weeks.check(follow_up, **YOUNG)
    weeks.later(days=1)
    assert weeks.session()["blocked_by"] == "week_full"
    week = weeks.get(f"/programmes/{weeks.programme}/load")["weeks"][1]
    assert (week["cap"]["distance"], week["cap"]["minutes"], week["minutes"]) == (None, 37, 30)


def test_an_empty_week_neither_grows_the_cap_nor_ends_running_for_good(weeks: Weeks) -> None:
    weeks.begin(pain_run_peak_nrs=2, **YOUNG)
    weeks.run(distance=km(10))
    weeks.later(days=13)
    assert [week["cap"]["distance"] for week in weeks.get(f"/programmes/{weeks.programme}/load")["weeks"]][1][
        "km"
    ] == 11
    weeks.later(days=2)
    third = weeks.get(f"/programmes/{weeks.programme}/load")["weeks"][2]
    assert (third["cap"]["distance"]["km"], third["starts_at"][:10]) == (5, "2026-03-16")


def test_pain_lets_no_week_grow(weeks: Weeks) -> None:
    weeks.begin(pain_run_peak_nrs=2, **YOUNG)
    follow_up = weeks.run(distance=km(10))["follow_up"]
    weeks.later(days=1)
    weeks.check(follow_up, pain_run_peak_nrs=2)
    weeks.later(days=6)
    assert weeks.get(f"/programmes/{weeks.programme}/load")["weeks"][1]["cap"]["distance"]["km"] == 10


def test_who_leaves_the_table_by_minutes_runs_no_more_than_a_tenth_longer(weeks: Weeks) -> None:
    """Usual 20 km, every run logged by minutes as the table prescribes: half an hour, and not ten km."""
    usual = {"weekly_km_prev4w_avg": 60, "runs_per_week": 3}
    weeks.begin(ran_last_14d="no", **NOT_RUN, **YOUNG, **UNKNOWN_KM, **usual)
    with clinic_scope(weeks.clinic.id):
        weeks.clinic.programmes.update(phase="P2", stage=8, greens=1)
    follow_up = weeks.run(running_minutes=30)["follow_up"]
    weeks.later(days=1)
    weeks.check(follow_up, **YOUNG)
    weeks.later(days=1)
    session = weeks.session()
    assert (where(weeks.present())[1], session["distance"], session["minutes"]) == ("P3", None, 30)
    assert (session["cap"]["minutes"], session["cap"]["basis"]) == (33, "longest_30_days")
    assert session["session"].startswith("30 min easy")
    assert session["permitted"]


def test_an_unclear_check_is_no_dead_end(graded: Weeks) -> None:
    """A gap closes running; a later whole assessment opens the same session again."""
    follow_up = graded.run()["follow_up"]
    graded.later(days=1)
    graded.check(follow_up, pain_next_day_nrs=None)
    graded.later(days=1)
    assert graded.session()["blocked_by"] == "check_unanswered"
    before = graded.session()["session"]
    graded.assess(**YOUNG)
    session = graded.session()
    assert (session["permitted"], session["session"]) == (True, before)


def test_a_check_that_denies_its_run_advances_nothing(graded: Weeks) -> None:
    stood = where(graded.present())
    for _ in range(2):
        follow_up = graded.run()["follow_up"]
        graded.later(days=1)
        graded.check(follow_up, ran_last_14d="no", **NOT_RUN)
        graded.later(days=1)
    assert where(graded.present())[2] == stood[2]
    assert not graded.session()["permitted"]
