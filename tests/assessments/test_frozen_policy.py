"""The ladder that is frozen into an escalation, as the senders read it."""

import datetime as dt

from django.utils import timezone

from assessments.escalations.services.policy import freeze_policy, targets_at
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic


def minutes(count: float) -> dt.timedelta:
    return dt.timedelta(minutes=count)


def test_every_target_says_its_channel_its_address_and_whose_it_is(clinic: Clinic) -> None:
    assert clinic.on_call is not None
    with clinic_scope(clinic.id):
        policy = freeze_policy(urgency="emergency_now", clinic=clinic, assessor=None, now=timezone.now())
    email, member = clinic.on_call.user.email, str(clinic.on_call_id)
    assert policy["steps"][0] == {
        "after_seconds": 0,
        "targets": [{"channel": "email", "address": email, "member": member}],
    }


def test_the_step_reached_last_is_told_and_the_last_of_all_for_ever(clinic: Clinic) -> None:
    with clinic_scope(clinic.id):
        policy = freeze_policy(urgency="emergency_now", clinic=clinic, assessor=None, now=timezone.now())
    first, second = (step["targets"] for step in policy["steps"])
    assert first != second
    assert targets_at(policy, waited=minutes(0)) == targets_at(policy, waited=minutes(4.9)) == first
    assert targets_at(policy, waited=minutes(5)) == targets_at(policy, waited=minutes(9999)) == second


def test_a_ladder_frozen_as_bare_addresses_is_read_as_mail() -> None:
    policy = {"steps": [{"after_seconds": 0, "addresses": ["a@clinic.example"]}], "repeat_seconds": 300}
    assert targets_at(policy, waited=minutes(1)) == [
        {"channel": "email", "address": "a@clinic.example", "member": None}
    ]
