"""What is said before the day after a run is heard, and isn't the reaction of the day after."""

import datetime as dt
from typing import Any

import pytest

from clinics.identity.models import Clinic
from patients.models import Patient
from tests.check_in.page import WELL, link, words
from tests.factories import reassuring_answers
from tests.programme.weeks import PAINLESS, Weeks

MONDAY = dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC)
OPENS_H = 18
EARLY, OPEN = (0, 1, 6, 12, 17), (18, 24, 30, 35)
RED_FLAG: dict[str, object] = {"bladder_change": "yes"}
with_and_without_a_red_flag = pytest.mark.parametrize("flag", [{}, RED_FLAG], ids=["well", "red flag"])


@pytest.fixture
def weeks(clinic: Clinic, patient: Patient) -> Weeks:
    """A runner with a released programme."""
    told = Weeks(clinic, patient, MONDAY)
    told.begin(episode_duration_days=3)
    told.later(days=2)
    return told


def pending(weeks: Weeks, kind: str) -> list[Any]:
    rows = weeks.get(f"/follow-ups?patient={weeks.patient.id}&kind={kind}")["results"]
    return [row for row in rows if row["state"] not in ("answered", "cancelled")]


def check_after(weeks: Weeks, hours: int, flag: dict[str, object]) -> tuple[str, Any]:
    """The id of a run's check and what became of an answer to it; whatever the hour, a red flag calls."""
    check = weeks.run()["follow_up"]
    weeks.later(hours=hours)
    said = weeks.check(check, **flag)
    assert (said["escalation"] is not None) == bool(flag)
    return check, said


@pytest.mark.holds("S15", "HZ-13")
@pytest.mark.parametrize("hours", EARLY)
@with_and_without_a_red_flag
def test_before_it_opens_the_check_of_a_run_stays_open_and_a_red_flag_calls(
    weeks: Weeks, hours: int, flag: dict[str, object]
) -> None:
    check, said = check_after(weeks, hours, flag)
    assert "before_the_check_opens" in {notice["code"] for notice in said["notices"]}
    (still_open,) = pending(weeks, "check_24_hours")
    assert (still_open["id"], still_open["answer"], still_open["assessment"]) == (check, None, said["id"])
    assert len(pending(weeks, "clinician_task")) == 1, "its task stays with it, and there is no second one"
    assert weeks.present()["greens_in_a_row"] == 0
    assert weeks.present()["status"] == ("suspended" if flag else "active")


@pytest.mark.parametrize("hours", OPEN)
@with_and_without_a_red_flag
def test_inside_the_window_the_answer_is_the_reaction(
    weeks: Weeks, hours: int, flag: dict[str, object]
) -> None:
    check, said = check_after(weeks, hours, flag)
    closed = weeks.get(f"/follow-ups/{check}")
    assert (closed["state"], closed["answer"]) == ("answered", said["id"])
    assert weeks.present()["greens_in_a_row"] == (0 if flag else 1)


@pytest.mark.holds("HZ-13")
def test_answered_twice_too_early_and_then_in_time_counts_once(weeks: Weeks) -> None:
    check = weeks.run()["follow_up"]
    for hours in (1, 1):
        weeks.later(hours=hours)
        weeks.check(check)
    weeks.later(hours=22)
    weeks.check(check)
    assert weeks.present()["greens_in_a_row"] == 1


def test_what_was_said_too_early_is_carried_to_the_check(weeks: Weeks) -> None:
    check = weeks.run()["follow_up"]
    weeks.later(hours=1)
    weeks.check(check, cancer_history="yes")
    weeks.later(hours=23)
    answers = reassuring_answers(**PAINLESS)
    del answers["cancer_history"]
    body = {"assessed_at": weeks.now.isoformat(), "assessor_role": "physiotherapist", "answers": answers}
    assert weeks.post(f"/follow-ups/{check}/response", body)["answers"]["cancer_history"] == "yes"


@pytest.mark.parametrize("hours", EARLY)
def test_without_a_programme_a_new_check_is_planned(clinic: Clinic, patient: Patient, hours: int) -> None:
    weeks = Weeks(clinic, patient, MONDAY)
    weeks.assess()
    (check,) = pending(weeks, "check_24_hours")
    weeks.later(hours=hours)
    said = weeks.check(check["id"])
    (planned,) = pending(weeks, "check_24_hours")
    assert (planned["assessment"], planned["answer"]) == (said["id"], None)
    left = weeks.get(f"/follow-ups/{check['id']}")
    assert (left["state"], left["cancelled_because"]) == ("cancelled", "assessed_since")


def test_a_link_that_was_used_too_early_is_good_for_the_check(weeks: Weeks) -> None:
    check = weeks.run()["follow_up"]
    phone = link(weeks, check)
    weeks.later(hours=2)
    page = words(phone.send())
    assert "Your check itself is still to come: open this link again from Thursday 5 March, 02:00." in page
    weeks.later(minutes=1)
    assert words(phone.send()) == page, "a second tap hears the same"
    assert len(weeks.get(f"/assessments?patient={weeks.patient.id}")["results"]) == 2
    weeks.later(hours=22)
    assert phone.open().status_code == 200
    assert "The link is used up." in words(phone.send(WELL))
    assert weeks.present()["greens_in_a_row"] == 1


def test_a_red_flag_by_a_link_too_early_calls_at_once(weeks: Weeks) -> None:
    phone = link(weeks, weeks.run()["follow_up"])
    page = words(phone.send({**WELL, "bladder_change": "yes"}))
    assert "Go to the emergency department now" in page
    assert weeks.get("/escalations?state=open")["results"]


def test_what_is_corrected_a_moment_later_is_heard(weeks: Weeks) -> None:
    phone = link(weeks, weeks.run()["follow_up"])
    phone.send()
    weeks.later(minutes=3)
    page = words(phone.send({**WELL, "bladder_change": "yes"}))
    assert "Go to the emergency department now" in page
    assert weeks.get("/escalations?state=open")["results"]


def test_a_link_that_is_revoked_after_early_answers_takes_no_more(weeks: Weeks) -> None:
    check = weeks.run()["follow_up"]
    phone = link(weeks, check)
    phone.send()
    weeks.later(minutes=1)
    with weeks.at() as api:
        assert api.delete(f"/api/v1/follow-ups/{check}/check-in-link").status_code == 204
    assert phone.send({**WELL, "bladder_change": "yes"}).status_code == 410


def test_a_correction_by_another_check_leaves_the_check_of_a_run_as_it_is(weeks: Weeks) -> None:
    (review,) = pending(weeks, "day_7")
    phone = link(weeks, review["id"])
    check = weeks.run()["follow_up"]
    for trend in ("unchanged", "improving"):
        weeks.later(minutes=3)
        assert phone.send({**WELL, "trend": trend}).status_code == 200
        assert [row["id"] for row in pending(weeks, "check_24_hours")] == [check]


def test_the_answer_in_time_counts_however_soon_it_follows_the_early_one(weeks: Weeks) -> None:
    check = weeks.run()["follow_up"]
    phone = link(weeks, check)
    weeks.later(hours=OPENS_H, minutes=-5)
    phone.send()
    weeks.later(minutes=7)
    assert "The link is used up." in words(phone.send({**WELL, "pain_next_day_nrs": "1"}))
    assert weeks.get(f"/follow-ups/{check}")["state"] == "answered"


def test_an_early_review_leaves_the_check_of_a_run_as_it_is(weeks: Weeks) -> None:
    (review,) = pending(weeks, "day_7")
    check = weeks.run()["follow_up"]
    weeks.later(hours=1)
    weeks.check(review["id"])
    assert [row["id"] for row in pending(weeks, "check_24_hours")] == [check]
    weeks.later(hours=23)
    weeks.check(check)
    assert weeks.present()["greens_in_a_row"] == 1


@pytest.mark.parametrize("hours", [36, 40, 48])
def test_a_red_flag_long_after_the_run_calls_too(weeks: Weeks, hours: int) -> None:
    check_after(weeks, hours, RED_FLAG)
