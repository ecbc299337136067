"""The second clinician to take an escalation on is told who has it, at whichever door; nothing changes."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from assessments.models import Escalation
from backend.api.fhir.elements import identifier_system
from clinics.models import Clinic, Membership, Role
from clinics.tenancy import clinic_scope
from tests.dashboard.test_dashboard import emergency, page_of
from tests.factories import api_for, make_member

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


def as_a_task(clinic: Clinic, escalation: Escalation, member: Membership) -> tuple[int, str]:
    """A hospital's software that accepts the task."""
    api: APIClient = api_for(clinic)
    task: Any = api.get(f"/fhir/Task/{escalation.pk}", HTTP_ACCEPT="application/fhir+json")
    owner = {"identifier": {"system": identifier_system("member"), "value": str(member.pk)}}
    answer = api.put(
        f"/fhir/Task/{escalation.pk}",
        {**task.json(), "status": "accepted", "owner": owner},
        HTTP_IF_MATCH=task["ETag"],
        content_type="application/fhir+json",
    )
    return answer.status_code, answer.content.decode()


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
