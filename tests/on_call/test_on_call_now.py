"""Who is on call at a moment, and who is when the rota has nobody."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessments.escalations.on_call.services.now import OnCall, gaps, on_call_at
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic, Role
from tests.factories import make_member
from tests.on_call.plans import NOW, clinician, cover, leave, set_plan, shift

HOUR = dt.timedelta(hours=1)


def now(clinic: Clinic, moment: dt.datetime = NOW) -> OnCall:
    with clinic_scope(clinic.id):
        return on_call_at(Clinic.objects.get(id=clinic.id), moment)


def found_gaps(clinic: Clinic, hours: float = 24) -> list[OnCall]:
    with clinic_scope(clinic.id):
        return gaps(Clinic.objects.get(id=clinic.id), since=NOW, until=NOW + hours * HOUR)


def test_without_a_rota_the_clinics_on_call_clinician_is_on_call_always(clinic: Clinic) -> None:
    for moment in (NOW, NOW + 10_000 * HOUR):
        assert (now(clinic, moment).members, now(clinic, moment).source) == ((clinic.on_call,), "rota")
    assert found_gaps(clinic) == []


def test_with_a_rota_its_members_are_on_call_and_nobody_else(clinic: Clinic) -> None:
    anna, ben = clinician(clinic), clinician(clinic)
    set_plan(clinic, shift(anna), shift(ben))
    assert (now(clinic).members, now(clinic).source) == ((anna, ben), "rota")


def test_a_gap_falls_to_the_lead(clinic: Clinic) -> None:
    set_plan(clinic, shift(clinician(clinic), "12:00-14:00"))
    assert (now(clinic).members, now(clinic).source) == ((clinic.lead,), "lead")


def test_without_a_lead_a_gap_falls_to_everybody_who_can_be_reached(clinic: Clinic) -> None:
    anna = clinician(clinic)
    make_member(clinic, Role.RECEPTION)
    set_plan(clinic, shift(anna, "12:00-14:00"))
    with clinic_scope(clinic.id):
        Clinic.objects.filter(id=clinic.id).update(lead=None)
    assert set(now(clinic).members) == {clinic.on_call, clinic.lead, anna}
    assert now(clinic).source == "anyone"


def test_with_nobody_left_it_falls_to_the_operator(clinic: Clinic) -> None:
    assert clinic.on_call
    assert clinic.lead
    leave(clinic.on_call, clinic.lead)
    assert (now(clinic).members, now(clinic).source) == ((), "operator")


def test_a_cover_who_has_left_gives_way_to_the_rota_before_the_lead(clinic: Clinic) -> None:
    anna, cara = clinician(clinic), clinician(clinic)
    set_plan(clinic, shift(anna), covers=(cover(cara, hours=4),))
    assert now(clinic).members == (cara,)
    leave(cara)
    assert (now(clinic).members, now(clinic).source, now(clinic).unreachable) == ((anna,), "rota", (cara.id,))


def test_gaps_say_from_when_until_when_and_who_is_told_instead(clinic: Clinic) -> None:
    anna = clinician(clinic)
    set_plan(clinic, shift(anna, "12:00-09:00"))
    first, second = found_gaps(clinic)
    assert (first.since, first.until) == (NOW, NOW + 2 * HOUR), "from ten until noon"
    assert (second.since, second.until) == (NOW + 23 * HOUR, NOW + 24 * HOUR), "from nine"
    assert {(gap.members, gap.source) for gap in (first, second)} == {((clinic.lead,), "lead")}


def test_a_shift_whose_member_has_left_is_a_gap_that_names_them(clinic: Clinic) -> None:
    anna, ben = clinician(clinic), clinician(clinic)
    set_plan(clinic, shift(anna), shift(ben, "12:00-13:00"))
    leave(ben)
    (gap,) = found_gaps(clinic)
    assert (gap.since, gap.until) == (NOW + 2 * HOUR, NOW + 3 * HOUR)
    assert (gap.unreachable, gap.members, gap.source) == ((ben.id,), (anna,), "rota")


@pytest.mark.parametrize("days", [1, 14])
def test_gaps_of_any_length_take_the_same_two_statements(clinic: Clinic, days: int) -> None:
    set_plan(clinic, shift(clinician(clinic), "12:00-14:00"))
    with clinic_scope(clinic.id):
        fresh = Clinic.objects.get(id=clinic.id)
        with CaptureQueriesContext(connection) as queries:
            assert len(gaps(fresh, since=NOW, until=NOW + days * 24 * HOUR)) == days + 1
    assert len(queries) == 2, "the plan and the members"
