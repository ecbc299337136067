"""The second clinician to take an escalation on is told who has it, at whichever door; nothing changes."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from assessments.escalations.models import Escalation
from assessments.escalations.pages import hold_of
from backend.platform.fhir.elements import identifier_system
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic, Membership, Role
from tests.dashboard.test_dashboard import emergency, page_of
from tests.factories import api_for, assessment_body, make_member, make_patient, reassuring_answers
from tests.fhir.test_tasks import HANDED_OVER
from tests.programme.test_stories import INJURED

#: Sends an acknowledgement as a member; returns the status and everything that is read then.
Door = Callable[[Clinic, Escalation, Membership], tuple[int, str]]
HOLDER, LATER = "Maya Lind", "Tom Reed"


def named(clinic: Clinic, name: str) -> Membership:
    """A clinician of that name who may sign in."""
    member = make_member(clinic, Role.CLINICIAN)
    member.user.first_name, member.user.last_name = name.split()
    member.user.is_staff = True
    member.user.save()
    return member


def pressed(address: str, member: Membership) -> tuple[int, str]:
    """A button of the dashboard, and the page that it leads to."""
    browser = Client()
    browser.force_login(member.user)
    answer: Any = browser.post(address, follow=True)
    return answer.status_code, answer.content.decode()


def on_its_page(clinic: Clinic, escalation: Escalation, member: Membership) -> tuple[int, str]:
    """Where the link of a mail leads."""
    return pressed(f"/admin/assessments/escalation/{escalation.pk}/acknowledge/", member)


def on_the_worklist(clinic: Clinic, escalation: Escalation, member: Membership) -> tuple[int, str]:
    """The button of a row."""
    return pressed(f"/admin/worklist/{escalation.pk}/claim/", member)


def over_the_api(clinic: Clinic, escalation: Escalation, member: Membership) -> tuple[int, str]:
    """The clinic's software on behalf of a member."""
    address = f"/api/v1/escalations/{escalation.pk}/acknowledge"
    answer = api_for(clinic).post(address, {"on_behalf_of": str(member.pk)})
    return answer.status_code, answer.content.decode()


def read_task(clinic: Clinic, escalation: Escalation) -> Any:
    """The task as a hospital reads it, with its ETag."""
    return api_for(clinic).get(f"/fhir/Task/{escalation.pk}", HTTP_ACCEPT="application/fhir+json")


def put_task(
    clinic: Clinic, member: Membership, task: Any, *, api: APIClient | None = None, **changes: Any
) -> tuple[int, str]:
    """The task as it was read, sent back in a member's name."""
    owner = {"identifier": {"system": identifier_system("member"), "value": str(member.pk)}}
    resource = task.json()
    answer = (api or api_for(clinic)).put(
        f"/fhir/Task/{resource['id']}",
        {**resource, "owner": owner, **changes},
        HTTP_IF_MATCH=task["ETag"],
        content_type="application/fhir+json",
    )
    return answer.status_code, answer.content.decode()


def as_a_task(clinic: Clinic, escalation: Escalation, member: Membership) -> tuple[int, str]:
    """A hospital's software that accepts the task."""
    return put_task(clinic, member, read_task(clinic, escalation), status="accepted")


DOORS: dict[str, tuple[Door, int]] = {
    "its page": (on_its_page, 200),
    "the worklist": (on_the_worklist, 200),
    "the API": (over_the_api, 409),
    "a FHIR Task": (as_a_task, 409),
}


@pytest.mark.parametrize("first", DOORS)
@pytest.mark.parametrize("second", DOORS)
def test_the_second_is_told_who_has_it(clinic: Clinic, first: str, second: str) -> None:
    escalation = emergency(clinic)
    holder, later = named(clinic, HOLDER), named(clinic, LATER)
    taken, _ = DOORS[first][0](clinic, escalation, holder)
    assert taken == 200
    status, told = DOORS[second][0](clinic, escalation, later)
    assert status == DOORS[second][1]
    assert f"{HOLDER} took it on at" in told
    assert "You have taken this on" not in told
    with clinic_scope(clinic.id):
        assert clinic.escalations.get(pk=escalation.pk).acknowledged_by_id == holder.pk


@pytest.mark.parametrize("door", DOORS)
def test_whoever_has_it_may_send_it_again(clinic: Clinic, door: str) -> None:
    """An answer that was lost on the way is asked for again."""
    escalation, holder = emergency(clinic), named(clinic, HOLDER)
    for _ in range(2):
        status, told = DOORS[door][0](clinic, escalation, holder)
        assert status == 200
        assert "Not yours" not in told


@pytest.mark.parametrize("door", DOORS)
def test_after_it_is_resolved_the_second_is_told_so(clinic: Clinic, door: str) -> None:
    escalation = emergency(clinic)
    holder, later = named(clinic, HOLDER), named(clinic, LATER)
    over_the_api(clinic, escalation, holder)
    body = {"outcome_code": "handed_over", "outcome": "Rang A&E.", "on_behalf_of": str(holder.pk)}
    assert api_for(clinic).post(f"/api/v1/escalations/{escalation.pk}/resolve", body).status_code == 200
    status, told = DOORS[door][0](clinic, escalation, later)
    assert status in {DOORS[door][1], 422}
    if status != 422:  # a completed task can't be accepted at all
        assert f"{HOLDER} took it on at" in told
        assert "resolved since" in told


def test_a_page_that_went_stale_shows_who_has_it_afterwards(clinic: Clinic) -> None:
    escalation = emergency(clinic)
    holder, later = named(clinic, HOLDER), named(clinic, LATER)
    on_its_page(clinic, escalation, holder)
    _, page = on_its_page(clinic, escalation, later)
    assert "Not yours" in page
    assert "Acknowledge: I take this on" not in page
    assert page_of(escalation)


def resolved_on_the_worklist(clinic: Clinic, escalation: Escalation, member: Membership) -> tuple[int, str]:
    """The form below a row, as it was shown while somebody held it."""
    browser = Client()
    browser.force_login(member.user)
    with clinic_scope(clinic.id):
        seen = hold_of(clinic.escalations.get(pk=escalation.pk))
    said = {"seen": seen, "outcome_code": "handed_over", "outcome": "Rang A&E."}
    answer: Any = browser.post(f"/admin/worklist/{escalation.pk}/resolve/", said, follow=True)
    return answer.status_code, answer.content.decode()


def resolved_over_the_api(clinic: Clinic, escalation: Escalation, member: Membership) -> tuple[int, str]:
    """The clinic's software, in a member's name."""
    body = {"outcome_code": "handed_over", "outcome": "Rang A&E.", "on_behalf_of": str(member.pk)}
    answer = api_for(clinic).post(f"/api/v1/escalations/{escalation.pk}/resolve", body)
    return answer.status_code, answer.content.decode()


def completed_as_a_task(clinic: Clinic, escalation: Escalation, member: Membership) -> tuple[int, str]:
    """A hospital's software that completes the task."""
    return put_task(clinic, member, read_task(clinic, escalation), status="completed", output=HANDED_OVER)


RESOLVED_AT: dict[str, Door] = {
    "the worklist": resolved_on_the_worklist,
    "the API": resolved_over_the_api,
    "a FHIR Task": completed_as_a_task,
}


@pytest.mark.parametrize("first", RESOLVED_AT)
@pytest.mark.parametrize("second", RESOLVED_AT)
def test_the_second_to_resolve_it_is_told_who_did(clinic: Clinic, first: str, second: str) -> None:
    escalation = emergency(clinic)
    holder, later = named(clinic, HOLDER), named(clinic, LATER)
    over_the_api(clinic, escalation, holder)
    assert RESOLVED_AT[first](clinic, escalation, holder)[0] == 200
    status, told = RESOLVED_AT[second](clinic, escalation, later)
    assert status == 409
    assert f"{HOLDER} resolved it at" in told
    with clinic_scope(clinic.id):
        assert clinic.escalations.get(pk=escalation.pk).resolved_by_id == holder.pk


def test_the_second_to_reopen_it_is_told_who_did(clinic: Clinic) -> None:
    escalation = emergency(clinic)
    holder, later = named(clinic, HOLDER), named(clinic, LATER)
    over_the_api(clinic, escalation, holder)
    again = f"/api/v1/escalations/{escalation.pk}/reopen"
    sent = [
        api_for(clinic).post(again, {"reason": "Not reached.", "on_behalf_of": str(member.pk)})
        for member in (holder, later)
    ]
    assert [answer.status_code for answer in sent] == [200, 409]
    assert f"{HOLDER} reopened it at" in sent[1].json()["detail"]
    _, told = resolved_over_the_api(clinic, escalation, later)
    assert f"{HOLDER} reopened it at" in told
    never = emergency(clinic)
    unheld = api_for(clinic).post(f"/api/v1/escalations/{never.pk}/reopen", {"reason": "Not reached."})
    assert unheld.json()["detail"] == "The escalation is open."


#: What was done since the hospital read the task, and what it is told when it sends the task as it read it.
SINCE: dict[str, tuple[tuple[Door, ...], str]] = {
    "taken on": ((over_the_api,), "took it on at"),
    "given its outcome": ((over_the_api, resolved_over_the_api), "resolved it at"),
}


@pytest.mark.parametrize("wanted", ["accepted", "completed"])
@pytest.mark.parametrize("since", SINCE)
def test_an_older_version_of_the_task_is_told_who_changed_it(clinic: Clinic, since: str, wanted: str) -> None:
    escalation = emergency(clinic)
    holder, later = named(clinic, HOLDER), named(clinic, LATER)
    read = read_task(clinic, escalation)
    steps, words = SINCE[since]
    for step in steps:
        assert step(clinic, escalation, holder)[0] == 200
    status, told = put_task(clinic, later, read, status=wanted, output=HANDED_OVER)
    assert (status, f"{HOLDER} {words}" in told) == (412, True), told
    acts = api_for(clinic, scopes="follow-ups:write escalations:write")
    status, told = put_task(clinic, later, read, api=acts, status=wanted, output=HANDED_OVER)
    assert (status, HOLDER in told) == (412, False), told


def release(programme: str, member: Membership) -> str:
    """The button that signs a programme off, and what the page that follows says."""
    return pressed(f"/admin/programmes/{programme}/release/", member)[1]


def drafted(clinic: Clinic, **answers: object) -> tuple[str, str]:
    """An assessment and the programme that is drafted of it."""
    api = api_for(clinic)
    body = assessment_body(make_patient(clinic), reassuring_answers(**answers))
    assessment = api.post("/api/v1/assessments", body).json()["id"]
    return assessment, api.post("/api/v1/programmes", {"assessment": assessment}).json()["id"]


def test_the_second_to_release_a_programme_is_told_who_did(clinic: Clinic) -> None:
    holder, later = named(clinic, HOLDER), named(clinic, LATER)
    _, programme = drafted(clinic)
    release(programme, holder)
    assert f"{HOLDER} released it at" in release(programme, later)
    second = api_for(clinic).post(f"/api/v1/programmes/{programme}/release", {"on_behalf_of": str(later.pk)})
    assert second.status_code == 409
    assert f"{HOLDER} released it at" in second.json()["detail"]
    with clinic_scope(clinic.id):
        assert clinic.programmes.get(pk=programme).released_by_id == holder.pk


def test_a_page_that_is_older_than_a_release_drafts_nothing_in_its_place(clinic: Clinic) -> None:
    """The one that the runner was given goes on."""
    holder, later = named(clinic, HOLDER), named(clinic, LATER)
    assessment, programme = drafted(clinic)
    release(programme, holder)
    _, told = pressed(f"/admin/assessments/{assessment}/draft-programme/", later)
    assert "drafted already" in told
    second = api_for(clinic).post("/api/v1/programmes", {"assessment": assessment})
    assert second.status_code == 409
    assert "drafted it at" in second.json()["detail"]
    with clinic_scope(clinic.id):
        assert clinic.programmes.get().state == "released"


def test_a_programme_that_an_assessment_stopped_names_nobody_who_held_it_before(clinic: Clinic) -> None:
    holder = named(clinic, HOLDER)
    assessment, programme = drafted(clinic)
    release(programme, holder)
    api, reason = api_for(clinic), {"reason": "illness", "on_behalf_of": str(holder.pk)}
    for step in ("hold", "resume"):
        assert api.post(f"/api/v1/programmes/{programme}/{step}", reason).status_code == 200
    body = {"assessed_at": timezone.now().isoformat(), "assessor_role": "physiotherapist"}
    runner = api.get(f"/api/v1/assessments/{assessment}").json()["patient"]
    answers = reassuring_answers(bladder_change="yes")
    api.post("/api/v1/assessments", {**body, "patient": runner, "answers": answers})
    refused = api.post(f"/api/v1/programmes/{programme}/hold", reason)
    assert (refused.status_code, refused.json()["detail"]) == (409, "It isn't active.")


#: A step of a programme, and how the second who takes it is told of the first.
STEPS = {"hold": "held it at", "resume": "resumed it at", "clearance": "cleared it at"}


@pytest.mark.parametrize("step", STEPS)
def test_the_second_who_takes_a_step_of_a_programme_is_told_who_did(clinic: Clinic, step: str) -> None:
    holder, later = named(clinic, HOLDER), named(clinic, LATER)
    needs_it = INJURED if step == "clearance" else {}
    _, programme = drafted(clinic, **needs_it)
    api = api_for(clinic)

    def take(name: str, member: Membership) -> Any:
        reason = {} if name == "clearance" else {"reason": "clinical_judgement"}
        body = {"on_behalf_of": str(member.pk), **reason}
        return api.post(f"/api/v1/programmes/{programme}/{name}", body)

    assert (
        api.post(f"/api/v1/programmes/{programme}/release", {"on_behalf_of": str(later.pk)}).status_code
        == 200
    )
    if step == "resume":
        assert take("hold", later).status_code == 200
    assert take(step, holder).status_code == 200
    second = take(step, later)
    assert second.status_code == 409
    assert f"{HOLDER} {STEPS[step]}" in second.json()["detail"]
