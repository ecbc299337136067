"""A runner in a programme, and the phone on which a check is answered."""

import datetime as dt

import pytest

from clinics.identity.models import Clinic
from patients.models import Patient
from tests.check_in.page import Phone, link
from tests.programme.weeks import Weeks

MONDAY = dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC)


@pytest.fixture
def weeks(clinic: Clinic, patient: Patient) -> Weeks:
    """A runner in a programme, on a Monday morning in March."""
    return Weeks(clinic, patient, MONDAY)


@pytest.fixture
def phone(weeks: Weeks) -> Phone:
    """The link to the check of a run, a day after it."""
    weeks.begin(episode_duration_days=3)
    follow_up = weeks.run()["follow_up"]
    weeks.later(days=1)
    return link(weeks, follow_up)
