"""A runner's own long-standing answer stays open until a clinician attests it (D.1a)."""

import datetime as dt
from typing import Any

import pytest

from tests.check_in.page import WELL, Phone, link
from tests.programme.weeks import Weeks

LONGSTANDING = "yes_longstanding_unchanged"
OLD_LEAKAGE = {**WELL, "bladder_change": LONGSTANDING}


def answered(weeks: Weeks) -> dict[str, Any]:
    """The assessment that the runner's own answers became."""
    found = weeks.get(f"/assessments?patient={weeks.patient.id}&page_size=100")["results"]
    [own] = [item for item in found if item["assessor_role"] == "patient_self_report"]
    return dict(own)


def confirm(weeks: Weeks, assessment: str, *attested: str, status: int = 201) -> Any:
    body = {"role": "physiotherapist", "attested_longstanding": list(attested)}
    return weeks.post(f"/assessments/{assessment}/confirmation", body, status=status)


def ids(assessment: dict[str, Any]) -> set[str]:
    return {met["id"] for met in assessment["evaluation"]["criteria_met"]}


@pytest.mark.holds("S15", "HZ-12")
def test_the_runners_own_word_stands_and_the_screen_stays_open(weeks: Weeks, phone: Phone) -> None:
    phone.send(OLD_LEAKAGE)
    own = answered(weeks)
    assert own["answers"]["bladder_change"] == LONGSTANDING
    assert {"RF-W11", "IN-01"} <= ids(own)
    assert [item["question"] for item in own["evaluation"]["missing"]] == ["bladder_change"]
    assert ("longstanding_not_attested", "bladder_change") in {
        (notice["code"], notice["question"]) for notice in own["notices"]
    }
    assert own["attested_longstanding"] == []
    assert own["evaluation"]["urgency"] == "complete_screen_now"


def test_a_clinician_attests_it_and_the_screen_is_complete(weeks: Weeks, phone: Phone) -> None:
    phone.send(OLD_LEAKAGE)
    weeks.later(hours=1)
    found = confirm(weeks, answered(weeks)["id"], "bladder_change")
    assert found["evaluation"]["screen_complete"]
    assert "IN-01" not in ids(found)
    assert found["answers"]["bladder_change"] == LONGSTANDING
    [attested] = found["attested_longstanding"]
    assert (attested["question"], attested["role"]) == ("bladder_change", "physiotherapist")
    assert attested["by"]
    assert dt.datetime.fromisoformat(attested["at"]) == weeks.now


@pytest.mark.holds("HZ-12")
def test_what_the_clinician_does_not_attest_is_stored_as_new(weeks: Weeks, phone: Phone) -> None:
    phone.send(OLD_LEAKAGE)
    weeks.later(hours=1)
    found = confirm(weeks, answered(weeks)["id"])
    assert found["answers"]["bladder_change"] == "yes"
    assert found["evaluation"]["urgency"] == "emergency_now"
    assert found["attested_longstanding"] == []


def test_nothing_else_can_be_attested(weeks: Weeks, phone: Phone) -> None:
    phone.send(OLD_LEAKAGE)
    own = answered(weeks)["id"]
    refused = confirm(weeks, own, "bladder_change", "bowel_change", status=422)
    assert [(item["pointer"], item["code"]) for item in refused["errors"]] == [
        ("/attested_longstanding/1", "not_longstanding")
    ]
    confirm(weeks, own, "trend", status=422)
    assert answered(weeks)["id"] == own


def test_an_attestation_holds_in_later_checks_while_the_answer_is_the_same(weeks: Weeks) -> None:
    first = weeks.assess(
        episode_duration_days=3, pain_next_day_nrs=None, hours_since_run=1, bladder_change=LONGSTANDING
    )
    [attested] = first["attested_longstanding"]
    assert (attested["question"], attested["role"]) == ("bladder_change", first["assessor_role"])
    pending = weeks.get(f"/follow-ups?patient={weeks.patient.id}&page_size=100")["results"]
    check = next(item for item in pending if item["kind"] == "day_7")
    weeks.later(days=7)
    link(weeks, check["id"]).send({**OLD_LEAKAGE, "saddle_sensation_change": LONGSTANDING})
    own = answered(weeks)
    assert own["assessor_role"] == "patient_self_report"
    assert own["attested_longstanding"] == [attested]
    open_ = [item["question"] for item in own["evaluation"]["missing"]]
    assert "saddle_sensation_change" in open_
    assert "bladder_change" not in open_
