"""Whatever is found, acknowledged or corrected in whatever order, somebody is called as urgently."""

import datetime as dt
from dataclasses import dataclass, field

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from assessments.decisions.services.override import Decided, OverrideRefusedError, override_decision
from assessments.decisions.services.submit import Submission, submit_assessment
from assessments.escalations.models import Escalation
from assessments.escalations.services.acknowledge import SupersededEscalationError, acknowledge, reopen
from assessments.protocol.vocabulary import Decision, Urgency, urgency_rank
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.clinicians import Actor, NamedClinician
from clinics.identity.models import Clinic
from tests.assessments.test_escalation_life import URGENCIES
from tests.factories import make_patient, reassuring_answers

START = timezone.now() - dt.timedelta(days=2)
#: Each step: what is done, an urgency where one is needed, and which escalation or how late a record.
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("report"), st.sampled_from(sorted(URGENCIES)), st.integers(0, 3)),
        st.tuples(st.just("report"), st.just("none"), st.integers(0, 1)),
        st.tuples(st.just("acknowledge"), st.just(""), st.integers(0, 5)),
        st.tuples(st.just("reopen"), st.just(""), st.integers(0, 5)),
        st.tuples(st.just("raise"), st.just(""), st.integers(0, 5)),
    ),
    min_size=2,
    max_size=8,
)


@dataclass
class Told:
    """What was ever reported and no person has taken on: urgency and place in time, counted here alone."""

    waiting: list[tuple[int, dt.datetime]] = field(default_factory=list)

    def report(self, urgency: str, at: dt.datetime) -> None:
        self.waiting.append((urgency_rank(Urgency(urgency)), at))

    def taken_on(self, rank: int, at: dt.datetime) -> None:
        """Whoever acknowledges takes on what was found until then and is no more urgent."""
        self.waiting = [one for one in self.waiting if one[0] > rank or one[1] > at]


@pytest.mark.holds("S11")
@pytest.mark.django_db
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
@example(steps=[("report", "emergency_now", 0), ("report", "routine", 0)])
@example(steps=[("report", "same_day", 0), ("acknowledge", "", 0), ("report", "emergency_now", 0)])
@example(steps=[("report", "same_day", 0), ("report", "emergency_now", 3)])
def test_the_most_urgent_that_nobody_took_on_is_always_called_for(
    clinic: Clinic, steps: list[tuple[str, str, int]]
) -> None:
    assert clinic.on_call is not None
    by, told = NamedClinician(clinic.on_call), Told()
    with transaction.atomic(), clinic_scope(clinic.id):
        runner = make_patient(clinic)
        for place, (name, urgency, which) in enumerate(steps):
            now = START + dt.timedelta(minutes=20 * (place + 1))
            if name == "report":
                at = now - dt.timedelta(minutes=30 * which)
                answers = reassuring_answers(**URGENCIES.get(urgency, {}))
                submission = Submission(runner.id, at, "physiotherapist", answers)
                submit_assessment(
                    clinic=clinic, actor=Actor(user=by.member.user), submission=submission, now=now
                )
                if urgency != "none":
                    told.report(urgency, at)
            else:
                rows = list(clinic.escalations.filter(patient=runner).order_by("opened_at", "id"))
                if rows:
                    _act(name, clinic, rows[which % len(rows)], by, told, now)
            _assert_called(clinic, runner.id, told)
        transaction.set_rollback(True)


def _act(
    name: str, clinic: Clinic, row: Escalation, by: NamedClinician, told: Told, now: dt.datetime
) -> None:
    at = row.assessment.assessed_at
    try:
        if name == "acknowledge":
            acknowledge(clinic=clinic, escalation_id=row.id, by=by, now=now)
            if row.state == Escalation.State.OPEN:
                told.taken_on(row.urgency_rank, at)
        elif name == "reopen" and row.state != Escalation.State.OPEN:
            reopen(clinic=clinic, escalation_id=row.id, by=by, reason="Not reached.", now=now)
            told.report(row.urgency, at)
        elif name == "raise":
            decided = Decided(Decision.REFER_EMERGENCY, "Looks unwell.")
            override_decision(clinic=clinic, assessment_id=row.assessment_id, decided=decided, by=by, now=now)
            row.refresh_from_db()
            if row.state == Escalation.State.OPEN:
                told.report(Urgency.EMERGENCY_NOW, at)
    except (SupersededEscalationError, OverrideRefusedError):
        pass  # the first names the one to act on, the second says that it is an emergency already


def _assert_called(clinic: Clinic, runner: object, told: Told) -> None:
    calling = clinic.escalations.filter(patient_id=runner, state=Escalation.State.OPEN)
    ranks = [row.urgency_rank for row in calling if row.next_attempt_at is not None]
    assert max(ranks, default=0) >= max((rank for rank, _ in told.waiting), default=0)
    for row in calling.exclude(breached_at__isnull=False):
        assert row.next_attempt_at is not None
        assert row.next_attempt_at <= row.acknowledge_by
