"""Two people take the same step in the same moment: it happens once, and the other is told by whom."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from assessments.escalations.models import Escalation
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic, Membership
from patients.models import Patient
from tests.assessments.test_taken_by_another import (
    DOORS,
    HOLDER,
    LATER,
    RESOLVED_AT,
    drafted,
    named,
    over_the_api,
)
from tests.conventions.threads import all_at_once
from tests.dashboard.test_dashboard import emergency
from tests.factories import api_for, assessment_body, make_patient, reassuring_answers
from tests.programme.test_stories import INJURED

pytestmark = pytest.mark.django_db(transaction=True)

#: How many clinicians send the step; each has a name of their own.
EACH = 3


def clinicians(clinic: Clinic) -> list[Membership]:
    return [named(clinic, f"{name} {number}") for number, name in enumerate(("Maya", "Tom", "Ann"))]


def happened(clinic: Clinic, related: str, **of: object) -> int:
    """How many events of a kind are kept."""
    with clinic_scope(clinic.id):
        return int(getattr(clinic, related).filter(**of).count())


def test_an_escalation_is_taken_on_once_whichever_doors_are_used_at_once(clinic: Clinic) -> None:
    """Whoever is told that it is theirs has it; every other is told who has it."""
    escalation, people = emergency(clinic), clinicians(clinic)
    doors = list(DOORS.values())
    works = [
        (door, member) for (door, _), member in zip(doors, [*people, named(clinic, HOLDER)], strict=True)
    ]
    answers = all_at_once([lambda w=w: w[0](clinic, escalation, w[1]) for w in works])  # type: ignore[misc]
    with clinic_scope(clinic.id):
        holder = clinic.escalations.get(pk=escalation.pk).acknowledged_by
    assert holder is not None
    for (_, member), (_, told), (_, refused) in zip(works, answers, doors, strict=True):
        if member == holder:
            assert "Not yours" not in told
        else:
            assert f"{holder.shown_name} took it on at" in told or (refused == 409 and "changed" in told), (
                told
            )
    assert happened(clinic, "escalation_events", escalation=escalation, kind="acknowledged") == 1


def test_an_escalation_is_resolved_once_whichever_doors_are_used_at_once(clinic: Clinic) -> None:
    escalation = emergency(clinic)
    holder, later = named(clinic, HOLDER), named(clinic, LATER)
    over_the_api(clinic, escalation, holder)
    people = [holder, later, named(clinic, "Ann Poe")]
    works = list(zip(RESOLVED_AT.values(), people, strict=True))
    answers = all_at_once([lambda w=w: w[0](clinic, escalation, w[1]) for w in works])  # type: ignore[misc]
    with clinic_scope(clinic.id):
        by = clinic.escalations.get(pk=escalation.pk).resolved_by
    assert by is not None
    assert sorted(status for status, _ in answers) in ([200, 409, 409], [200, 409, 412]), answers
    for (_, member), (status, told) in zip(works, answers, strict=True):
        assert (member == by) is (status == 200)
        assert status == 200 or f"{by.shown_name} resolved it at" in told
    assert happened(clinic, "escalation_events", escalation=escalation, kind="resolved") == 1


@dataclass(frozen=True)
class Step:
    """A request that several send at once; ``kind`` is the event that it leaves once."""

    address: str
    kind: str
    prepare: Callable[[Clinic], dict[str, str]]
    body: dict[str, Any]
    who: str = ""
    related: str = "programme_events"
    refused: int = 409


def draft(clinic: Clinic, **answers: object) -> dict[str, str]:
    assessment, programme = drafted(clinic, **answers)
    return {"assessment": assessment, "programme": programme}


def released(clinic: Clinic, *steps: str, **answers: object) -> dict[str, str]:
    """A programme that was released, and then moved by these steps."""
    made = draft(clinic, **answers)
    for step in ("release", *steps):
        body = {} if step == "release" else REASON
        answer = api_for(clinic).post(f"/api/v1/programmes/{made['programme']}/{step}", body)
        assert answer.status_code == 200, answer.json()
    return made


def assessed(clinic: Clinic, **answers: object) -> dict[str, str]:
    body = assessment_body(make_patient(clinic), reassuring_answers(**answers))
    answer = api_for(clinic).post("/api/v1/assessments", body).json()
    return {"assessment": answer["id"], "check": answer["follow_ups"][0]}


def taken_on(clinic: Clinic) -> dict[str, str]:
    escalation: Escalation = emergency(clinic)
    over_the_api(clinic, escalation, named(clinic, "Eva Noor"))
    return {"escalation": str(escalation.pk)}


REASON = {"reason": "clinical_judgement"}
ESCALATIONS = "escalation_events"
STEPS = {
    "reopen": Step(
        "escalations/{escalation}/reopen",
        "reopened",
        taken_on,
        {"reason": "Not reached."},
        "reopened it at",
        ESCALATIONS,
    ),
    "draft": Step("programmes", "drafted", assessed, {"assessment": "{assessment}"}, "drafted it at"),
    "release": Step("programmes/{programme}/release", "released", draft, {}, "released it at"),
    "hold": Step("programmes/{programme}/hold", "held", released, REASON, "held it at"),
    "resume": Step(
        "programmes/{programme}/resume", "resumed", lambda c: released(c, "hold"), REASON, "resumed it at"
    ),
    "clear": Step(
        "programmes/{programme}/clearance",
        "cleared",
        lambda c: released(c, **INJURED),
        {},
        "cleared it at",
    ),
}


@pytest.mark.parametrize("name", STEPS)
def test_a_step_that_several_send_at_once_is_taken_once_and_the_others_are_told_by_whom(
    clinic: Clinic, name: str
) -> None:
    step = STEPS[name]
    where, people = step.prepare(clinic), clinicians(clinic)
    body = {key: value.format(**where) for key, value in step.body.items()}
    address = f"/api/v1/{step.address.format(**where)}"

    def send(member: Membership) -> Any:
        return api_for(clinic).post(address, {**body, "on_behalf_of": str(member.pk)})

    answers = all_at_once([lambda m=member: send(m) for member in people])  # type: ignore[misc]
    statuses = [answer.status_code for answer in answers]
    assert sorted(statuses) in ([200, 409, 409], [201, 409, 409]), [answer.json() for answer in answers]
    [winner] = [one for one, status in zip(people, statuses, strict=True) if status < 300]
    for answer, status in zip(answers, statuses, strict=True):
        assert status < 300 or f"{winner.shown_name} {step.who}" in answer.json()["detail"]
    assert happened(clinic, step.related, kind=step.kind, member=winner) == 1
    assert happened(clinic, step.related, kind=step.kind, member__in=people) == 1


def test_a_check_that_is_answered_twice_at_once_has_one_answer(clinic: Clinic, patient: Patient) -> None:
    """And the answers of the other aren't lost without a word: they are refused."""
    check = assessed(clinic)["check"]
    body = assessment_body(patient, reassuring_answers())
    del body["patient"]
    answers = all_at_once([lambda: api_for(clinic).post(f"/api/v1/follow-ups/{check}/response", body)] * EACH)
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    with clinic_scope(clinic.id):
        runner = clinic.follow_ups.get(pk=check).patient_id
        assert clinic.assessments.filter(patient_id=runner).count() == 2, "the first, and one answer"
