"""One table says what an urgency means: who changes a figure or a word there changes it for every reader."""

import datetime as dt
import runpy
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from typing import Any

import pytest
from rest_framework.test import APIClient

from assessments.decisions.form.live_preview import first_step_of
from assessments.escalations.channels.messages import escalation_message, follow_up_message
from assessments.escalations.models import Escalation, Outcome
from assessments.escalations.on_call.services.ladder import default_ladder, latest_minutes, problems_of
from assessments.escalations.pages import outcomes_of
from assessments.escalations.services.deadlines import acknowledge_by
from assessments.escalations.services.policy import freeze_policy
from assessments.fhir.service_request import request_words
from assessments.follow_ups.models import FollowUp, FollowUpKind
from assessments.follow_ups.services.state import next_step
from assessments.protocol import urgencies
from assessments.protocol.follow_up import plan_chasers
from assessments.protocol.urgencies import MEANINGS, Chase, Deadline, Meaning, in_words, meaning_of
from assessments.protocol.vocabulary import Urgency
from assessments.records.summary import urgency_words
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic
from patients.models import Patient
from tests.factories import assessment_body, reassuring_answers

NOW = dt.datetime(2026, 3, 4, 10, tzinfo=dt.UTC)  # a Wednesday
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
EMERGENCY = Urgency.EMERGENCY_NOW

Change = Callable[..., None]


@pytest.fixture
def change(monkeypatch: pytest.MonkeyPatch) -> Change:
    """Change columns of one row of the table."""

    def changed(urgency: Urgency, **columns: Any) -> None:
        monkeypatch.setitem(MEANINGS, urgency, replace(MEANINGS[urgency], **columns))

    return changed


def chased(urgency: Urgency, **given: Any) -> dict[str, tuple[float, float]]:
    """Hours after the call until each question about a referral is due and overdue."""
    times = {"acknowledge_by": NOW + 50 * HOUR, "next_morning": NOW + 23 * HOUR, **given}
    planned = plan_chasers(urgency=urgency, called_at=NOW, **times)
    return {one.kind: ((one.due_at - NOW) / HOUR, (one.overdue_at - NOW) / HOUR) for one in planned}


def deadline(clinic: Clinic, urgency: Urgency) -> dt.timedelta:
    with clinic_scope(clinic.id):
        return acknowledge_by(urgency=urgency, clinic=clinic, now=NOW) - NOW


def test_the_figures_are_those_of_the_specification(clinic: Clinic) -> None:
    assert {urgency: deadline(clinic, urgency) for urgency in MEANINGS} == {
        Urgency.EMERGENCY_NOW: 15 * MINUTE,
        Urgency.COMPLETE_SCREEN_NOW: 4 * HOUR,
        Urgency.SAME_DAY: 8 * HOUR,
        Urgency.WITHIN_2_WEEKS: 2 * DAY,
        Urgency.ROUTINE: 7 * DAY,
    }
    again = {urgency: meaning.repeat / MINUTE for urgency, meaning in MEANINGS.items()}
    assert list(again.values()) == [5, 30, 60, 24 * 60, 24 * 60]


def test_another_deadline_moves_the_ladder_the_hand_over_and_what_fhir_says(
    clinic: Clinic, api: APIClient, patient: Patient, change: Change
) -> None:
    change(EMERGENCY, acknowledge=Deadline(time=10 * MINUTE))
    assert deadline(clinic, EMERGENCY) == 10 * MINUTE
    assert latest_minutes(EMERGENCY) == 10
    assert chased(EMERGENCY)["handover"] == (pytest.approx(1 / 6), pytest.approx(55 / 60))
    late = replace(default_ladder(EMERGENCY), steps=(default_ladder(EMERGENCY).steps[0],) * 2)
    slow = replace(late, steps=(late.steps[0], replace(late.steps[1], after_minutes=11, who=("lead",))))
    assert ("/steps/1/after_minutes", "Must be at most 10: the time to acknowledge.") in problems_of(
        EMERGENCY, slow
    )
    api.post("/api/v1/assessments", assessment_body(patient, reassuring_answers(bladder_change="yes")))
    with clinic_scope(clinic.id):
        row = clinic.escalations.get()
        handover = clinic.follow_ups.get(kind="handover")
        assert row.acknowledge_by - row.opened_at == 10 * MINUTE
        assert handover.due_at == row.acknowledge_by
    task = api.get(f"/fhir/Task/{row.pk}").json()
    period = task["restriction"]["period"]["end"]
    assert dt.datetime.fromisoformat(period) == row.acknowledge_by


def test_working_days_are_the_tables_too(clinic: Clinic, change: Change) -> None:
    change(Urgency.WITHIN_2_WEEKS, acknowledge=Deadline(working_days=1), repeat=HOUR)
    change(Urgency.SAME_DAY, acknowledge=Deadline(time=2 * HOUR, working_days=0))
    assert deadline(clinic, Urgency.WITHIN_2_WEEKS) == DAY
    assert deadline(clinic, Urgency.SAME_DAY) == 2 * HOUR
    assert (latest_minutes(Urgency.WITHIN_2_WEEKS), latest_minutes(Urgency.SAME_DAY)) == (24 * 60, 120)


def test_another_repeat_is_the_default_ladder_and_frozen_into_the_escalation(
    clinic: Clinic, change: Change
) -> None:
    change(EMERGENCY, repeat=3 * MINUTE, no_slower_than=4 * MINUTE)
    assert default_ladder(EMERGENCY).repeat_minutes == 3
    with clinic_scope(clinic.id):
        policy = freeze_policy(urgency=EMERGENCY, clinic=clinic, assessor=None, now=NOW)
    assert ([step["after_seconds"] for step in policy["steps"]], policy["repeat_seconds"]) == ([0, 180], 180)
    slow = replace(default_ladder(EMERGENCY), repeat_minutes=5)
    assert list(problems_of(EMERGENCY, slow)) == [("/repeat_minutes", "Must be at most 4 in an emergency.")]


def test_another_question_is_asked_at_its_time_and_as_often_as_the_table_says(change: Change) -> None:
    change(Urgency.ROUTINE, chases=(Chase(kind="letter", due=3 * HOUR, grace=HOUR, every=2 * HOUR),))
    assert chased(Urgency.ROUTINE) == {"letter": (3, 4)}
    over = FollowUp(kind="letter", due_at=NOW, overdue_at=NOW)
    assert next_step(over, NOW + HOUR) == NOW + 3 * HOUR
    assert next_step(FollowUp(kind="booking", due_at=NOW, overdue_at=NOW), NOW + HOUR) == NOW + HOUR + DAY


def test_another_word_is_read_wherever_the_urgency_is_told(change: Change) -> None:
    words = {name: f"{name} in other words" for name in ("words", "call", "chase", "first_step", "request")}
    change(Urgency.SAME_DAY, **words, closed_by=frozenset({"attended"}))
    clinic = Clinic(name="Harbour Physio")
    call = Escalation(urgency="same_day", clinic=clinic)
    asked = FollowUp(kind="seen", urgency="same_day", clinic=clinic)
    assert escalation_message(call, message_id=call.id, address="a@example.org").subject.startswith(
        words["call"]
    )
    assert follow_up_message(asked, message_id=asked.id, address="a@example.org").subject.startswith(
        words["chase"]
    )
    assert (in_words("same_day"), urgency_words("same_day")) == (words["words"], words["words"])
    assert (first_step_of("same_day"), request_words("same_day")) == (words["first_step"], words["request"])
    assert outcomes_of(call) == [("attended", Outcome.ATTENDED.label)]


def test_the_table_names_outcomes_and_questions_that_there_are() -> None:
    for meaning in MEANINGS.values():
        assert (meaning.closed_by or frozenset()) <= set(Outcome.values)
        assert {chase.kind for chase in meaning.chases} <= set(FollowUpKind.values)


def test_an_urgency_without_a_row_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    longer = StrEnum("Urgency", {**{one.name: one.value for one in Urgency}, "WITHIN_A_DAY": "within_a_day"})
    monkeypatch.setattr("assessments.protocol.vocabulary.Urgency", longer)
    with pytest.raises(LookupError, match="within_a_day"):
        runpy.run_path(urgencies.__file__)


@pytest.mark.parametrize("column", list(Meaning.__dataclass_fields__))
def test_a_row_without_one_of_its_columns_does_not_start(column: str) -> None:
    row = {name: getattr(meaning_of(EMERGENCY), name) for name in Meaning.__dataclass_fields__}
    with pytest.raises(TypeError, match=column):
        Meaning(**{name: value for name, value in row.items() if name != column})


@pytest.mark.parametrize("column", ["source", "words", "call", "chase", "first_step", "request"])
def test_a_row_with_nothing_to_say_does_not_start(column: str) -> None:
    with pytest.raises(ValueError, match="words"):
        replace(meaning_of(EMERGENCY), **{column: ""})


def test_a_row_that_would_call_too_late_does_not_start() -> None:
    with pytest.raises(ValueError, match="later"):
        replace(meaning_of(EMERGENCY), acknowledge=Deadline(time=4 * MINUTE), no_slower_than=None)
    with pytest.raises(ValueError, match="needs a time"):
        Deadline(working_days=0)
