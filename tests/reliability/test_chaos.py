"""A short run of `make chaos`, and the judge's eye for what must not be."""

from dataclasses import replace

import pytest

from tools.chaos.faults import LANES, plan
from tools.chaos.judge import Report, Stored, judge
from tools.chaos.records import RECORDS, Order, Promise, Receipt, write_orders
from tools.chaos.run import Options, run
from tools.chaos.table import table

SHORT = Options(seed=996, seconds=6, assessments=36, longest_outage=1.2, lease=3)


@pytest.mark.holds("HZ-30")
@pytest.mark.process
@pytest.mark.smoke
def test_nothing_is_lost_while_everything_is_killed_stopped_and_emptied() -> None:
    outcome = run(SHORT)
    shown = table(SHORT, outcome)
    assert outcome.report.kept, f"{outcome.report.problems}\n{shown}"
    assert {line.urgency: line.promised for line in outcome.report.lines} == dict.fromkeys(RECORDS, 6)
    assert {"kill web", "kill postgres", "flush redis", "kill in mid-mail"} <= outcome.faults.keys()
    assert outcome.restarts >= 2
    assert "| emergency_now       | 6        | 6        |" in shown
    assert outcome.report.lines[0].lost == []


ORDER = Order("key", 0, "runner", "emergency_now", at=0)
PROMISE = Promise(ORDER, "assessment", "escalation", answered=100.5)
MESSAGE = Receipt("mail", "escalation", "a@practice.example", connected=101, accepted=101.5)
CALL = Receipt("call", "escalation", "webhook", connected=101, accepted=101.1)
STORED = Stored(
    committed={"assessment": 100.0},
    runners={"assessment": "runner"},
    deliveries={"mail": ("escalation", "a@practice.example"), "call": ("escalation", "webhook")},
)


def judged(*receipts: Receipt, acknowledged: float | None = None, stored: Stored = STORED) -> Report:
    """What is said about one emergency whose webhook was called and whose mails were these."""
    answered = {} if acknowledged is None else {"escalation": acknowledged}
    return judge([PROMISE], [CALL, *receipts], answered, stored)


def test_a_message_keeps_the_promise() -> None:
    report = judged(MESSAGE)
    assert report.kept
    assert report.lines[0].latencies == [1.5]


def test_a_promise_without_a_message_is_lost() -> None:
    report = judged()
    assert (report.lost, report.kept) == (1, False)


def test_a_webhook_that_was_never_called_is_lost_although_the_mail_came() -> None:
    assert judge([PROMISE], [MESSAGE], {}, STORED).lost == 1
    assert judge([PROMISE], [MESSAGE], {"escalation": 101.6}, STORED).kept


def test_an_emergency_that_nobody_heard_of_is_lost_even_when_acknowledged() -> None:
    assert judged(acknowledged=101).lost == 1


def test_a_routine_escalation_acknowledged_before_its_message_is_kept() -> None:
    promise = replace(PROMISE, order=replace(ORDER, urgency="routine"))
    report = judge([promise], [], {"escalation": 101.0}, STORED)
    assert report.kept
    assert sum(line.acknowledged_first for line in report.lines) == 1


def test_an_assessment_that_is_gone_is_lost_although_its_message_came() -> None:
    assert judged(MESSAGE, stored=replace(STORED, committed={}, runners={})).lost == 1


def test_the_same_message_twice_is_a_duplicate_and_no_fault() -> None:
    report = judged(MESSAGE, replace(MESSAGE, accepted=105))
    assert report.kept
    assert report.lines[0].duplicates == 1


def test_a_repeat_under_another_id_is_found_unless_the_ladder_is_due_again() -> None:
    again = replace(MESSAGE, message="other mail", accepted=290)
    due = replace(again, accepted=400.5)
    deliveries = {**STORED.deliveries, again.message: (again.escalation, again.address)}
    stored = replace(STORED, deliveries=deliveries)
    (problem,) = judged(MESSAGE, again, stored=stored).problems
    assert problem.startswith("escalation: repeat 1 to a@practice.example came ")
    assert judged(MESSAGE, due, stored=stored).kept


def test_a_message_that_no_delivery_stands_for_is_found() -> None:
    report = judged(MESSAGE, stored=replace(STORED, deliveries={"call": STORED.deliveries["call"]}))
    assert report.problems == ["mail is no delivery to a@practice.example"]


def test_a_message_in_flight_during_the_acknowledgement_is_counted_and_no_fault() -> None:
    report = judged(MESSAGE, acknowledged=101.2)
    assert report.kept
    assert report.lines[0].in_flight == 1


def test_a_message_sent_after_the_acknowledgement_is_found() -> None:
    late = replace(MESSAGE, connected=110, accepted=111)
    report = judged(MESSAGE, late, acknowledged=102)
    assert report.problems == ["mail was sent 8.0 s after the acknowledgement"]
    assert report.lines[0].after == 1


def test_a_worker_that_stood_still_may_finish_the_message_it_had_begun() -> None:
    late = replace(MESSAGE, connected=110, accepted=111)
    answered = {"escalation": 102.0}
    assert judge([PROMISE], [MESSAGE, late], answered, STORED, frozen=[(101.5, 109.9)]).kept
    assert not judge([PROMISE], [MESSAGE, late], answered, STORED, frozen=[(101.5, 103.0)]).kept


def test_a_request_recorded_twice_is_found() -> None:
    runners = {"assessment": "runner", "other": "runner"}
    report = judged(MESSAGE, stored=replace(STORED, runners=runners))
    assert report.problems == ["runner runner has 2 assessments"]


def test_a_seed_decides_the_plan_and_every_kind_comes_before_any_comes_again() -> None:
    faults = plan(7, seconds=600)
    assert faults == plan(7, seconds=600) != plan(8, seconds=600)
    for lane, kinds in LANES.items():
        first = [fault.kind for fault in faults[lane]][: len(kinds)]
        assert sorted(first) == sorted(kinds)


@pytest.mark.parametrize("seed", range(20))
def test_no_emergency_is_acknowledged_before_its_message(seed: int) -> None:
    orders = write_orders(seed, patients=[["a", "b"], ["c", "d"]], count=4, seconds=10)
    assert all(order.waits_for_message for order in orders if order.urgency == "emergency_now")
