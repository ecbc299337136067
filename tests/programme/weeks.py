"""A runner's weeks at a clinic, told through the API with a clock that is moved."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import time_machine
from django.utils import timezone

from clinics.identity.models import Clinic
from patients.models import Patient
from tests.factories import api_for, assessment_body, make_patient, reassuring_answers

V1 = "/api/v1"
#: No pain at all, unless the test says so.
PAINLESS: dict[str, object] = dict.fromkeys(
    (
        "pain_usual_nrs",
        "pain_walking_nrs",
        "pain_pre_run_nrs",
        "pain_run_peak_nrs",
        "pain_post_run_peak_nrs",
        "pain_next_day_nrs",
        "hours_to_settle",
    ),
    0,
)


@dataclass
class Weeks:
    """One runner, one clinic, one clock."""

    clinic: Clinic
    patient: Patient
    now: dt.datetime
    programme: str = ""

    @contextmanager
    def at(self) -> Iterator[Any]:
        """The clinic's software, at this moment."""
        with time_machine.travel(self.now, tick=False):
            yield api_for(self.clinic)

    def later(self, **duration: float) -> None:
        """Let time pass."""
        self.now += dt.timedelta(**duration)

    def get(self, path: str) -> Any:
        with self.at() as api:
            answer = api.get(f"{V1}{path}")
        assert answer.status_code == 200, answer.json()
        return answer.json()

    def post(self, path: str, body: dict[str, Any] | None = None, *, status: int | None = None) -> Any:
        """What is answered; a success unless the test says otherwise."""
        with self.at() as api:
            answer = api.post(f"{V1}{path}", body or {})
        assert answer.status_code == status if status else answer.status_code < 300, answer.json()
        return answer.json()

    def assess(self, role: str = "physiotherapist", **changes: object) -> Any:
        """Record an assessment at this moment."""
        body = assessment_body(self.patient, reassuring_answers(**PAINLESS | changes), assessor_role=role)
        return self.post("/assessments", {**body, "assessed_at": self.now.isoformat()})

    def begin(self, **changes: object) -> Any:
        """Assess, draft and release; returns the programme."""
        drafted = self.post("/programmes", {"assessment": self.assess(**changes)["id"]})
        self.programme = drafted["id"]
        return self.step("release")

    def step(self, name: str, body: dict[str, Any] | None = None, *, status: int | None = None) -> Any:
        return self.post(f"/programmes/{self.programme}/{name}", body, status=status)

    def present(self) -> Any:
        return self.get(f"/programmes/{self.programme}")

    def session(self) -> Any:
        return self.get(f"/programmes/{self.programme}/session")

    def may_run(self) -> str:
        """What is answered to the question about the runner, whatever programme there is."""
        return str(self.get(f"/patients/{self.patient.id}/run-permission")["state"])

    def run(self, **done: object) -> Any:
        """Log a run that ends now."""
        return self.step("runs", {"ended_at": self.now.isoformat(), **done})

    def check(self, follow_up: str, **changes: object) -> Any:
        """Answer a run's check a day later: pain at rest, in the run and after, and the whole screen."""
        body = {
            "assessed_at": self.now.isoformat(),
            "assessor_role": "physiotherapist",
            "answers": reassuring_answers(**PAINLESS | changes),
        }
        return self.post(f"/follow-ups/{follow_up}/response", body)

    def run_and_check(self, **changes: object) -> Any:
        """Run now, check after a day, and stand at the next permitted moment; returns the programme."""
        follow_up = self.run()["follow_up"]
        self.later(days=1)
        self.check(follow_up, **changes)
        self.later(days=1)
        return self.present()


def eight_weeks(clinic: Clinic) -> Weeks:
    """A runner who was referred, came back after a gap, and builds up; the last run's check is due."""
    runner = make_patient(clinic, birth_date=dt.date(1987, 4, 12), external_id="HP-1001")
    told = Weeks(clinic, runner, timezone.now() - dt.timedelta(days=60))
    told.assess(pain_usual_nrs=5, pain_walking_nrs=4, pain_run_peak_nrs=8, pain_next_day_nrs=7)
    told.later(days=4)
    flagged = told.assess(
        pain_usual_nrs=6,
        pain_walking_nrs=5,
        fever_or_rigors="yes",
        pain_run_peak_nrs=None,
        pain_next_day_nrs=None,
    )
    told.later(hours=1)
    told.post(f"/escalations/{flagged['escalation']}/acknowledge")
    told.later(hours=5)
    told.post(
        f"/escalations/{flagged['escalation']}/resolve",
        {"outcome_code": "attended", "outcome": "Seen the same day; kidney infection treated."},
    )
    told.later(days=5)
    told.assess(pain_usual_nrs=4, pain_walking_nrs=3, pain_run_peak_nrs=5, pain_next_day_nrs=4)
    told.later(days=18)
    told.begin(
        pain_usual_nrs=2,
        pain_walking_nrs=1,
        pain_pre_run_nrs=2,
        pain_run_peak_nrs=3,
        pain_next_day_nrs=2,
        hours_since_run=20,
    )
    told.later(days=2)
    scores = (
        (2, 3, 2),
        (2, 2, 2),
        (1, 3, 1),
        (1, 2, 1),
        (1, 1, 0),
        (0, 2, 1),
        (0, 1, 0),
        (0, 1, 0),
        (0, 1, 0),
    )
    for number, (rest, run, after) in enumerate(scores):
        check_due = told.run(distance={"value": 4 + number * 0.3, "unit": "km"})["follow_up"]
        told.later(days=1)
        told.check(
            check_due,
            pain_usual_nrs=rest,
            pain_walking_nrs=rest // 2,
            pain_pre_run_nrs=rest,
            pain_run_peak_nrs=run,
            pain_next_day_nrs=after,
        )
        told.later(days=2)
    told.now = timezone.now() - dt.timedelta(hours=26)
    told.run(distance={"value": 7, "unit": "km"})
    return told
