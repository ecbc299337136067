"""Programmes, runs and checks as they stand in the database, with the times that a test names."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from assessments.decisions.services.submit import Submission, submit_assessment
from assessments.follow_ups.models import FollowUp
from assessments.programmes.models import Programme
from assessments.records.models import Assessment
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.clinicians import Actor
from clinics.identity.models import Clinic
from patients.models import Patient
from tests.factories import make_patient, reassuring_answers

LONG_AGO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


def at(text: str) -> dt.datetime:
    """A moment in UTC."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@dataclass
class Rows:
    """What a clinic has."""

    clinic: Clinic
    _assessment: Assessment | None = field(default=None)

    def assessment(
        self, moment: dt.datetime | None = None, *, patient: Patient | None = None, **answers: object
    ) -> Assessment:
        """A runner's assessment, a new one's unless named; ``moment`` is when it was made."""
        moment = moment or timezone.now() - dt.timedelta(minutes=1)
        submission = Submission(
            (patient or make_patient(self.clinic)).id,
            moment,
            "physiotherapist",
            reassuring_answers(**answers),
        )
        with clinic_scope(self.clinic.id):
            actor = Actor(client=self.clinic.api_clients.get())
        return submit_assessment(
            clinic=self.clinic, actor=actor, submission=submission, now=moment
        ).assessment

    def programme(self, released_at: dt.datetime, **columns: Any) -> Programme:
        """A runner's programme in P3 at its release."""
        made = {"phase": "P3", "state": "released", **columns}
        patient = make_patient(self.clinic)
        if self._assessment is None:
            self._assessment = self.assessment()
        with clinic_scope(self.clinic.id):
            return self.clinic.programmes.create(
                patient=patient,
                assessment=self._assessment,
                content={},
                released_at=released_at,
                released_by=self.clinic.lead,
                **made,
            )

    def run(self, programme: Programme, ended_at: dt.datetime, **columns: Any) -> None:
        """A run, and the event that tells where the programme stood."""
        stood = {name: columns.pop(name, value) for name, value in (("phase", "P3"), ("share_percent", 50))}
        stage = columns.pop("stage", None)
        done = {"minutes": 20, "as_permitted": True, **columns}
        with clinic_scope(self.clinic.id):
            programme.runs.create(
                clinic=self.clinic,
                ended_at=ended_at,
                planned={"words": "", "stage": None if stage is None else {"stage": stage}},
                check_due=self.check(LONG_AGO),
                created_at=ended_at,
                **done,
            )
        self.event(programme, ended_at, kind="run", stage=stage or 0, **stood)

    def event(self, programme: Programme, moment: dt.datetime, **columns: Any) -> None:
        """Something that moved the programme."""
        stood = {"phase": "P2", "stage": 0, "share_percent": 100, "status": "active", **columns}
        with clinic_scope(self.clinic.id):
            programme.events.create(clinic=self.clinic, at=moment, **stood)

    def check(self, due_at: dt.datetime, **columns: Any) -> FollowUp:
        """A 24-hour check."""
        if self._assessment is None:
            self._assessment = self.assessment()
        with clinic_scope(self.clinic.id):
            return self.clinic.follow_ups.create(
                patient_id=self._assessment.patient_id,
                assessment=self._assessment,
                kind="check_24_hours",
                opens_at=due_at - dt.timedelta(hours=6),
                due_at=due_at,
                overdue_at=due_at + dt.timedelta(hours=6),
                **columns,
            )

    def answered(self, due_at: dt.datetime, *, hours: float) -> None:
        """A check answered so many hours after it was due."""
        answer = self.assessment(dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
        answered_at = due_at + dt.timedelta(hours=hours)
        self.check(due_at, state="answered", answer=answer, answered_at=answered_at)
