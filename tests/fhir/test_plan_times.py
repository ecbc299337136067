"""What is shown of a plan changes by time alone, and its ``lastUpdated`` says when."""

import datetime as dt
from typing import Any

from clinics.identity.models import Clinic
from patients.models import Patient
from tests.programme.weeks import Weeks

MONDAY = dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC)


def plan(weeks: Weeks) -> Any:
    with weeks.at() as api:
        answer = api.get(f"/fhir/CarePlan/{weeks.programme}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_each_week_of_a_programme_is_a_change_of_its_plan(clinic: Clinic, patient: Patient) -> None:
    weeks = Weeks(clinic, patient, MONDAY)
    weeks.begin(episode_duration_days=3)
    seen = set()
    for week in range(1, 5):
        weeks.now = MONDAY + dt.timedelta(days=7 * week, seconds=1)
        at = dt.datetime.fromisoformat(plan(weeks)["meta"]["lastUpdated"])
        assert MONDAY + dt.timedelta(days=7 * week) <= at <= weeks.now
        seen.add(at)
    assert len(seen) == 4
