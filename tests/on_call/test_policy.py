"""What is frozen into an escalation: the rota of each step's moment, the ladder and the quiet hours."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.escalations.on_call.services.ladder import Ladder, Step, default_ladders, latest_minutes
from assessments.escalations.on_call.services.plan import QuietHours
from assessments.escalations.services.deadlines import acknowledge_by
from assessments.escalations.services.policy import (
    freeze_policy,
    next_round_at,
    not_before,
    still_here,
)
from assessments.protocol.urgencies import meaning_of
from assessments.protocol.vocabulary import Urgency
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic, Membership
from tests.on_call.plans import MOMENTS, NOW, UNHURRIED, clinician, cover, leave, set_plan, shift

MINUTE = dt.timedelta(minutes=1)
NIGHT = QuietHours(dt.time(22), dt.time(7))
ESCALATED = [urgency for urgency in Urgency if urgency is not Urgency.NONE]


def freeze(
    clinic: Clinic, urgency: str = "emergency_now", now: dt.datetime = NOW, assessor: Membership | None = None
) -> dict[str, Any]:
    with clinic_scope(clinic.id):
        stored = Clinic.objects.get(id=clinic.id)
        user = assessor.user if assessor else None
        return freeze_policy(urgency=urgency, clinic=stored, assessor=user, now=now)


def told(policy: dict[str, Any], step: int) -> list[str | None]:
    return [target["member"] for target in policy["steps"][step]["targets"]]


def ids(*members: Membership | None) -> list[str]:
    return [str(member.id) for member in members if member]


def test_every_urgency_that_escalates_has_a_ladder_and_a_limit() -> None:
    assert set(default_ladders()) == {urgency.value for urgency in ESCALATED}
    assert all(latest_minutes(urgency) > 0 for urgency in ESCALATED)


def test_an_emergency_tells_assessor_and_on_call_at_once_and_all_on_call_and_the_lead_after_five_minutes(
    clinic: Clinic,
) -> None:
    anna, ben, assessor = (clinician(clinic) for _ in range(3))
    set_plan(clinic, shift(anna), shift(ben))
    policy = freeze(clinic, assessor=assessor)
    assert [step["after_seconds"] for step in policy["steps"]] == [0, 300]
    assert told(policy, 0) == ids(assessor, anna)
    assert told(policy, 1) == ids(assessor, anna, ben, clinic.lead)
    assert policy["repeat_seconds"] == 300
    assert policy["on_call"] == {"member": str(anna.id), "source": "rota"}


def test_each_step_tells_who_is_on_call_at_its_own_moment(clinic: Clinic) -> None:
    anna, ben = clinician(clinic), clinician(clinic)
    set_plan(clinic, shift(anna), covers=(cover(ben, after=4 / 60, hours=1),))
    policy = freeze(clinic)
    assert told(policy, 0) == ids(anna)
    assert told(policy, 1) == ids(anna, ben, clinic.lead)


def test_an_emergency_whose_second_step_would_reach_nobody_new_reaches_every_clinician(
    clinic: Clinic,
) -> None:
    other = clinician(clinic)
    with clinic_scope(clinic.id):
        Clinic.objects.filter(id=clinic.id).update(lead=None)
    policy = freeze(clinic)
    assert told(policy, 0) == ids(clinic.on_call)
    assert set(told(policy, 1)) == set(ids(clinic.on_call, clinic.lead, other))


def test_a_gap_is_frozen_as_one(clinic: Clinic) -> None:
    set_plan(clinic, shift(clinician(clinic), "20:00-21:00"))
    policy = freeze(clinic)
    assert told(policy, 0) == ids(clinic.lead)
    assert policy["on_call"] == {"member": str(clinic.lead_id), "source": "lead"}


def test_with_nobody_left_every_step_tells_the_operator(clinic: Clinic, settings: Any) -> None:
    settings.OPERATOR_EMAILS = ["operator@service.example"]
    assert clinic.on_call
    assert clinic.lead
    leave(clinic.on_call, clinic.lead)
    policy = freeze(clinic)
    targets = [{"channel": "email", "address": "operator@service.example", "member": None}]
    assert [step["targets"] for step in policy["steps"]] == [targets, targets]
    assert policy["on_call"] == {"member": None, "source": "operator"}


def test_a_ladder_of_the_clinics_own_takes_the_place_of_the_default(clinic: Clinic) -> None:
    anna = clinician(clinic)
    own = Ladder((Step(0, ("on_call",)), Step(10, (), (anna.id,)), Step(20, ("all_clinicians",))), 15)
    set_plan(clinic, ladders={**default_ladders(), "same_day": own})
    policy = freeze(clinic, "same_day")
    assert [step["after_seconds"] for step in policy["steps"]] == [0, 600, 1200]
    assert told(policy, 1) == ids(clinic.on_call, anna)
    assert set(told(policy, 2)) == set(ids(clinic.on_call, anna, clinic.lead))
    assert freeze(clinic, "routine")["repeat_seconds"] == 24 * 3600, "the others keep theirs"


@pytest.mark.parametrize("urgency", ESCALATED)
def test_no_step_comes_after_the_deadline(clinic: Clinic, urgency: Urgency) -> None:
    evening = dt.datetime(2026, 6, 3, 16, 50, tzinfo=dt.UTC)  # ten minutes before the working day ends
    policy, deadline = (
        freeze(clinic, urgency, evening),
        acknowledge_by(urgency=urgency, clinic=clinic, now=evening),
    )
    for step in policy["steps"]:
        assert evening + dt.timedelta(seconds=step["after_seconds"]) <= deadline


@pytest.mark.parametrize("urgency", ESCALATED)
def test_quiet_hours_are_frozen_for_what_can_wait_only(clinic: Clinic, urgency: Urgency) -> None:
    set_plan(clinic, quiet_hours=NIGHT)
    quiet = freeze(clinic, urgency)["quiet"]
    if urgency in {Urgency.EMERGENCY_NOW, Urgency.COMPLETE_SCREEN_NOW}:
        assert quiet is None
    else:
        assert quiet == {"starts_at": "22:00:00", "ends_at": "07:00:00", "time_zone": "Europe/London"}


def test_whoever_is_on_call_when_a_held_message_goes_out_is_told(clinic: Clinic) -> None:
    night, day = clinician(clinic), clinician(clinic)
    set_plan(clinic, shift(night, "20:00-06:00"), shift(day, "06:00-20:00"), quiet_hours=NIGHT)
    midnight = dt.datetime(2026, 6, 3, 23, tzinfo=dt.UTC)
    assert told(freeze(clinic, "routine", midnight), 0) == ids(day)
    assert told(freeze(clinic, "emergency_now", midnight), 0) == ids(night)


@UNHURRIED
@given(
    moment=MOMENTS,
    left=st.timedeltas(dt.timedelta(days=-1), dt.timedelta(days=8)),
)
def test_an_emergency_is_never_delayed(moment: dt.datetime, left: dt.timedelta) -> None:
    never_quiet = {urgency for urgency in ESCALATED if not meaning_of(urgency).waits_for_quiet_hours}
    assert never_quiet == {Urgency.EMERGENCY_NOW, Urgency.COMPLETE_SCREEN_NOW}
    assert not_before({"quiet": None}, moment=moment, deadline=moment + left) == moment


def test_a_round_comes_at_the_next_step_or_by_repeating_whichever_is_sooner() -> None:
    policy = {"steps": [{"after_seconds": 0}, {"after_seconds": 600}], "repeat_seconds": 480}
    rounds = [NOW]
    while len(rounds) < 4:
        rounds.append(next_round_at(policy, opened_at=NOW, now=rounds[-1]))
    assert [(moment - NOW) // MINUTE for moment in rounds] == [0, 8, 10, 18]


def test_whoever_has_left_is_skipped_and_when_nobody_stays_whoever_is_on_call_by_now_is_told(
    clinic: Clinic,
) -> None:
    anna, ben, cara = (clinician(clinic) for _ in range(3))
    set_plan(clinic, shift(anna), shift(ben))
    targets = freeze(clinic)["steps"][1]["targets"]
    leave(anna)
    assert clinic.lead

    def here() -> list[str | None]:
        with clinic_scope(clinic.id):
            stored = Clinic.objects.get(id=clinic.id)
            (step,) = still_here([targets], clinic=stored, now=NOW)
            return [target["member"] for target in step]

    assert here() == ids(ben, clinic.lead)
    set_plan(clinic, shift(cara))
    leave(ben, clinic.lead)
    assert here() == ids(cara)
