"""A runner's weeks at a clinic, told through the API with a clock that is moved."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import time_machine

from clinics.models import Clinic
from patients.models import Patient
from tests.factories import api_for, assessment_body, reassuring_answers

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
