"""Three runners on their way back."""

import datetime as dt
from typing import Any

import pytest

from assessments.check_ins.services.announce import announce_due_follow_ups
from assessments.escalations.services.deliver import deliver_due_escalations
from clinics.identity.models import Clinic
from patients.models import Patient
from tests.mail import Postbox
from tests.programme.weeks import Weeks

MONDAY = dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC)
NOT_RUN = dict.fromkeys(
    (
        "pain_pre_run_nrs",
        "pain_run_peak_nrs",
        "pain_post_run_peak_nrs",
        "hours_to_settle",
        "pain_next_day_nrs",
        "analgesic_before_run",
        "hours_since_run",
    )
)
YOUNG = {"episode_duration_days": 3}
INJURED = {"diagnoses": [{"code": "disc_injury", "status": "confirmed_current", "clearance": "no"}]}
CLEARED = {
    "diagnoses": [
        {
            "code": "disc_injury",
            "status": "confirmed_current",
            "clearance": "yes",
            "cleared_by": "Dr Lee",
            "cleared_at": "2026-03-01",
        }
    ]
}


@pytest.fixture
def weeks(clinic: Clinic, patient: Patient) -> Weeks:
    """A Monday morning in March."""
    return Weeks(clinic, patient, MONDAY)


def where(programme: Any) -> tuple[str, str, int, int]:
    return programme["status"], programme["phase"], programme["stage"], programme["share_percent"]


@pytest.mark.holds("EH-V1", "EH-V3", "EH-P4")
def test_a_grey_zone_runner_adjusts_builds_up_and_ends_in_prehab(weeks: Weeks) -> None:
    begun = weeks.begin(pain_run_peak_nrs=2, **YOUNG)
    assert weeks.may_run() == "holds"
    assert (begun["plan"]["decision"], where(begun)) == ("adjust_running", ("active", "P3", 0, 75))
    assert [change["lever"] for change in begun["plan"]["changes"]] == ["distance", "speed"]
    assert weeks.session()["permitted"]

    assert where(weeks.run_and_check())[3] == 75, "one green check: the same again"
    assert where(weeks.run_and_check())[3] == 82
    assert where(weeks.run_and_check(pain_run_peak_nrs=2))[3] == 82, "an amber one holds"
    for _ in range(4):
        now = weeks.run_and_check()
    assert where(now)[3] == 99
    weeks.step("complete", status=409)
    for _ in range(6):
        now = weeks.run_and_check()
    assert where(now)[3] == 100
    assert where(weeks.step("complete")) == ("active", "P4", 0, 100)
    kinds = [event["kind"] for event in weeks.get(f"/programmes/{weeks.programme}/events")["results"]]
    assert (kinds[:4], kinds[-1]) == (["drafted", "released", "run", "reacted"], "completed")


def test_after_a_rest_the_stages_are_walked_one_by_one(weeks: Weeks) -> None:
    begun = weeks.begin(ran_last_14d="no", **NOT_RUN, **YOUNG)
    assert where(begun)[:2] == ("active", "P1")
    assert weeks.session()["blocked_by"] == "no_running_in_this_phase"
    walk = {"minutes": 30, "rise_during": 1, "rise_next_day": 0}
    weeks.step("brisk-walks", walk)
    weeks.step("brisk-walks", walk, status=409)
    weeks.later(days=1)
    assert where(weeks.step("brisk-walks", walk))[1:3] == ("P2", 0)

    stages = [where(weeks.run_and_check())[2] for _ in range(6)]
    assert stages == [0, 1, 1, 2, 2, 3]
    assert where(weeks.run_and_check(pain_run_peak_nrs=5))[2] == 1, "a red check goes back two"
    assert weeks.session()["blocked_by"] == "settle_first"
    assert weeks.may_run() == "not_permitted", "one answer, wherever it is asked"
    weeks.step("settled")
    weeks.later(days=1)
    assert weeks.session()["permitted"]
    assert weeks.session()["session"] == "5 \N{MULTIPLICATION SIGN} 1 min run / 2 min walk"


def test_a_disc_injury_stays_stopped_until_it_is_cleared_and_then_returns_by_stages(weeks: Weeks) -> None:
    begun = weeks.begin(**INJURED, **YOUNG)
    assert (begun["plan"]["decision"], begun["clearance_needed"]) == ("stop_running_clearance_required", True)
    assert [item["id"] for item in begun["plan"]["exercises"]] == ["walking_cycling"]
    calm = {"usual_nrs": 2, "walking_nrs": 3}
    weeks.step("calm-days", calm)
    weeks.later(days=1)
    assert where(weeks.step("calm-days", calm))[1] == "P0", "however calm, nobody has examined it"
    assert weeks.session()["blocked_by"] == "no_running_in_this_phase"
    cleared = weeks.step("clearance")
    assert (where(cleared)[1], cleared["cleared_by"]["name"]) == ("P1", "Clinician Person")
    walk = {"minutes": 40, "rise_during": 0, "rise_next_day": 0}
    for _ in range(2):
        assert weeks.may_run() == "not_permitted"
        weeks.step("brisk-walks", walk)
        weeks.later(days=1)
    assert where(weeks.present())[1:3] == ("P2", 0)
    assert weeks.may_run() == "holds"
    stages = [where(weeks.run_and_check(**CLEARED))[2] for _ in range(4)]
    assert stages == [0, 1, 1, 2]


@pytest.mark.django_db(transaction=True)
def test_leg_weakness_in_the_third_check_suspends_the_plan_and_calls_at_once(
    weeks: Weeks, postbox: Postbox
) -> None:
    weeks.begin(pain_run_peak_nrs=2, **YOUNG)
    weeks.run_and_check()
    weeks.run_and_check()
    now = weeks.run_and_check(leg_weakness="mild_unilateral", leg_symptom_progression="stable_or_improving")
    assert where(now)[0] == "suspended"
    assert weeks.session()["blocked_by"] == "not_active"
    [escalation] = weeks.get("/escalations")["results"]
    assert (escalation["urgency"], escalation["state"]) == ("same_day", "open")
    deliver_due_escalations(clock=lambda: weeks.now)
    assert postbox.wait_for(1)
    for step in ("resume", "advance", "hold"):
        weeks.step(step, {"reason": "clinical_judgement"}, status=409)
    weeks.post(
        "/programmes",
        {
            "assessment": weeks.assess(
                leg_weakness="mild_unilateral", leg_symptom_progression="stable_or_improving"
            )["id"]
        },
        status=409,
    )


@pytest.mark.django_db(transaction=True)
def test_silence_ends_the_permission_and_advances_nothing(weeks: Weeks, postbox: Postbox) -> None:
    weeks.begin(pain_run_peak_nrs=2, **YOUNG)
    weeks.run_and_check()
    weeks.run()
    weeks.later(hours=37)
    announce_due_follow_ups(clock=lambda: weeks.now)
    weeks.later(days=3)
    now = weeks.present()
    assert (where(now)[3], now["greens_in_a_row"]) == (75, 0)
    assert weeks.session()["blocked_by"] == "check_unanswered"
