"""Plans for tests, stored the way the API stores them."""

import datetime as dt
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from assessments.escalations.on_call.services.change import change_on_call
from assessments.escalations.on_call.services.plan import WEEKDAYS, Cover, Plan, Shift
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic, Membership, Role
from tests.factories import make_member

#: A Wednesday, at ten in the morning in London.
NOW = dt.datetime(2026, 6, 3, 9, tzinfo=dt.UTC)

#: Any moment of two years; Hypothesis wants its bounds without a time zone.
MOMENTS = st.datetimes(
    dt.datetime(2026, 2, 1),  # noqa: DTZ001
    dt.datetime(2028, 2, 1),  # noqa: DTZ001
    timezones=st.just(dt.UTC),
)

#: Reading a year's holidays for the first time may take a while on a busy machine.
UNHURRIED = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def shift(member: Membership, hours: str = "00:00-00:00", days: tuple[str, ...] = WEEKDAYS) -> Shift:
    """A shift that has been valid since the beginning of 2026; round the clock unless said otherwise."""
    starts, ends = map(dt.time.fromisoformat, hours.split("-"))
    return Shift(member.id, days, starts, ends, dt.date(2026, 1, 1))


def cover(member: Membership, *, hours: float, after: float = 0) -> Cover:
    """A cover that begins so many hours from ``NOW``."""
    begins = NOW + dt.timedelta(hours=after)
    return Cover(member.id, begins, begins + dt.timedelta(hours=hours))


def set_plan(clinic: Clinic, *shifts: Shift, **more: Any) -> None:
    """Give the clinic a plan."""
    with clinic_scope(clinic.id):
        change_on_call(clinic=clinic, plan=Plan(tuple(shifts), **more), now=NOW)


def clinician(clinic: Clinic) -> Membership:
    """One more clinician."""
    return make_member(clinic, Role.CLINICIAN)


def leave(*members: Membership) -> None:
    """They can't be reached any more."""
    for member in members:
        member.user.is_active = False
        member.user.save()
