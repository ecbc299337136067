"""Prehab goes on: it is asked after every four weeks, and pain that returns begins anew."""

import datetime as dt

import pytest

from assessments.check_ins.services.announce import announce_due_follow_ups
from assessments.privacy.services.erasure import erase_patient
from clinics.identity.clinicians import Actor
from clinics.identity.models import Clinic
from patients.models import ErasureReason, Patient
from tests.mail import Postbox
from tests.programme.test_stories import MONDAY, YOUNG, where
from tests.programme.weeks import Weeks

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def weeks(clinic: Clinic, patient: Patient) -> Weeks:
    """A runner who has completed their programme."""
    weeks = Weeks(clinic, patient, MONDAY)
    weeks.begin(pain_run_peak_nrs=1, **YOUNG)
    for _ in range(9):
        weeks.run_and_check()
    assert where(weeks.step("complete"))[1] == "P4"
    return weeks


def reminders(weeks: Weeks, state: str = "scheduled") -> list[dict[str, str]]:
    query = f"/follow-ups?kind=prehab&patient={weeks.patient.id}&state={state}"
    return list(weeks.get(query)["results"])


def told(postbox: Postbox, follow_up: dict[str, str]) -> list[str]:
    """The messages about one follow-up, whole."""
    said = [f"{message}" for message in postbox.wait_for(1)]
    return [message for message in said if follow_up["id"] in message]


def carry_out(weeks: Weeks) -> None:
    announce_due_follow_ups(clock=lambda: weeks.now)


def test_a_reminder_follows_in_four_weeks_and_the_next_one_when_it_is_answered(
    weeks: Weeks, postbox: Postbox
) -> None:
    [first] = reminders(weeks)
    assert (weeks.now.isoformat(), first["due_at"]) == ("2026-03-20T08:00:00+00:00", "2026-04-17T07:00:00Z")
    weeks.run_and_check()
    assert reminders(weeks) == [first], "a check of a run leaves it alone"
    weeks.now = dt.datetime.fromisoformat(first["due_at"])
    carry_out(weeks)
    [message] = told(postbox, first)
    assert "A follow-up is due" in message
    telling = ("prehab", "pain", "strength", weeks.patient.family_name.lower())
    assert not any(word in message.lower() for word in telling)
    weeks.post(f"/follow-ups/{first['id']}/result", {"result": "confirmed"})
    [second] = reminders(weeks)
    assert dt.datetime.fromisoformat(second["due_at"]) - weeks.now == dt.timedelta(days=28)


def test_an_unanswered_reminder_is_chased_once_a_week(weeks: Weeks, postbox: Postbox) -> None:
    [reminder] = reminders(weeks)
    weeks.now = dt.datetime.fromisoformat(reminder["overdue_at"])
    carry_out(weeks)
    first = len(told(postbox, reminder))
    assert first
    weeks.later(days=6)
    carry_out(weeks)
    assert len(told(postbox, reminder)) == first
    weeks.later(days=1, seconds=1)
    carry_out(weeks)
    assert len(told(postbox, reminder)) == 2 * first


def test_a_runner_who_wants_none_is_reminded_no_more(weeks: Weeks) -> None:
    [reminder] = reminders(weeks)
    weeks.post(f"/follow-ups/{reminder['id']}/result", {"result": "declined"})
    assert reminders(weeks) == []


def test_pain_that_returns_holds_the_programme_and_a_new_draft_takes_its_place(weeks: Weeks) -> None:
    [reminder] = reminders(weeks)
    recorded = weeks.check(reminder["id"], pain_run_peak_nrs=2)
    assert where(weeks.present())[:2] == ("held", "P4")
    assert weeks.may_run() == "not_permitted"
    assert weeks.session()["today"] == "Today: no run, the programme isn't active; ask your clinician."
    old = weeks.programme
    drafted = weeks.post("/programmes", {"assessment": recorded["id"]})
    assert (drafted["takes_the_place_of"], drafted["state"], drafted["phase"]) == (old, "draft", "P3")
    assert weeks.present()["state"] == "ended"
    assert reminders(weeks) == []
    kinds = [event["kind"] for event in weeks.get(f"/programmes/{old}/events")["results"]]
    assert kinds[-3:] == ["completed", "pain_returned", "ended"]


def test_a_reminder_answered_without_pain_changes_nothing_but_the_date(weeks: Weeks) -> None:
    [reminder] = reminders(weeks)
    weeks.check(reminder["id"])
    assert where(weeks.present())[:2] == ("active", "P4")
    assert len(reminders(weeks)) == 1


def test_two_weeks_without_a_run_lead_out_of_prehab_and_end_its_reminders(weeks: Weeks) -> None:
    weeks.later(days=15)
    session = weeks.session()
    assert (session["after_a_gap"], session["share_percent"]) == (True, 50)
    weeks.run()
    assert where(weeks.present())[1:] == ("P3", 0, 50)
    assert reminders(weeks) == []


def test_a_referral_symptom_in_prehab_ends_the_reminders(weeks: Weeks) -> None:
    weeks.assess(leg_weakness="mild_unilateral", leg_symptom_progression="stable_or_improving")
    assert where(weeks.present())[0] == "suspended"
    assert reminders(weeks) == []


def test_nobody_is_reminded_of_an_erased_runner(weeks: Weeks) -> None:
    erase_patient(
        clinic=weeks.clinic,
        actor=Actor(client=None, user=None),
        patient_id=weeks.patient.id,
        reason=ErasureReason.PATIENT_REQUEST,
        request_id="",
        action="test",
        now=weeks.now,
    )
    assert reminders(weeks) == []
