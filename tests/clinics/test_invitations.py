"""The link of an invitation: mailed, good once, and never a way to change an account in use."""

import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic, Membership, Role, User
from clinics.members.services.invitations import Invitation, send_due_invitations
from tests.api_edge.checks import assert_problem, having_seen
from tests.factories import api_for, make_member
from tests.mail import Postbox
from tests.security.oauth import PASSWORD, can_sign_in

URL = "/api/v1/clinic/members"
KIM = {"email": "kim@clinic.example", "name": "Kim New", "role": "clinician"}
CHOSEN = {"new_password1": PASSWORD, "new_password2": PASSWORD}


def invite(api: APIClient, **changes: str) -> str:
    """Invite Kim; returns the member's id."""
    answer = api.post(URL, KIM | changes)
    assert answer.status_code == 201, answer.content
    return str(answer.json()["id"])


def link_in(mail: Any) -> str:
    """The address in a mail, without the host."""
    found = re.search(r"http://localhost:8000(/admin/invitation/\S+)", mail.get_payload(decode=True).decode())
    assert found is not None
    return found[1]


def link_to(clinic: Clinic, member_id: str) -> str:
    with clinic_scope(clinic.id):
        member = Membership.objects.select_related("user").get(id=member_id)
    return f"/admin/invitation/{Invitation.of(member).sealed()}/"


def test_the_person_sets_a_password_and_signs_in(api: APIClient, clinic: Clinic, postbox: Postbox) -> None:
    member = invite(api)
    assert send_due_invitations(now=timezone.now()) == 1
    (mail,) = postbox.messages
    assert mail["To"] == "kim@clinic.example"
    browser = Client()
    page = browser.get(link_in(mail))
    assert (page.status_code, "no-store" in page["Cache-Control"]) == (200, True)
    assert clinic.name in page.content.decode()
    assert browser.post(link_in(mail), CHOSEN)["Location"] == "/admin/"

    form = {"username": "kim@clinic.example", "password": PASSWORD}
    assert browser.post("/admin/login/", form).status_code == 302
    assert browser.get("/admin/patients/patient/").status_code == 200
    assert api.get(f"{URL}/{member}").json()["accepted"] is True
    assert str(User.objects.get(email="kim@clinic.example")) == "Kim New"


def test_a_mail_is_sent_once(api: APIClient, postbox: Postbox) -> None:
    invite(api)
    assert [send_due_invitations(now=timezone.now()) for _ in range(2)] == [1, 0]
    assert len(postbox.messages) == 1


def test_a_mail_that_did_not_leave_is_tried_again_for_a_day(api: APIClient, postbox: Postbox) -> None:
    invite(api)
    postbox.refuse = lambda _: "451 later"
    now = timezone.now()
    assert send_due_invitations(now=now) == 0
    assert send_due_invitations(now=now + dt.timedelta(minutes=4)) == 0
    postbox.refuse = lambda _: None
    assert send_due_invitations(now=now + dt.timedelta(minutes=6)) == 1

    postbox.refuse = lambda _: "550 never"
    invite(api, email="nobody@clinic.example")
    assert send_due_invitations(now=now + dt.timedelta(days=2)) == 0
    postbox.refuse = lambda _: None
    assert send_due_invitations(now=now + dt.timedelta(days=3)) == 0


def test_a_broker_that_is_down_does_not_stop_an_invitation(
    api: APIClient, postbox: Postbox, unreachable_broker: None
) -> None:
    invite(api)
    assert send_due_invitations(now=timezone.now()) == 1


def test_a_link_works_once(api: APIClient, clinic: Clinic) -> None:
    link = link_to(clinic, invite(api))
    assert Client().post(link, CHOSEN).status_code == 302
    other = {"new_password1": "another-one-2026", "new_password2": "another-one-2026"}
    for answer in (Client().get(link), Client().post(link, other)):
        assert answer.status_code == 410
        assert clinic.name not in answer.content.decode()
    assert User.objects.get(email="kim@clinic.example").check_password(PASSWORD)


def test_a_link_ends_after_three_days(api: APIClient, clinic: Clinic) -> None:
    link = link_to(clinic, invite(api))
    for hours, status in ((71, 200), (73, 410)):
        with time_machine.travel(timezone.now() + dt.timedelta(hours=hours)):
            assert Client().get(link).status_code == status


def test_a_forged_link_is_over_too(api: APIClient, clinic: Clinic) -> None:
    link = link_to(clinic, invite(api))
    payload, _, signature = link.rpartition(":")
    for wrong in (f"{payload[:-2]}AA:{signature}", f"{payload}:{signature[:-3]}A/", "/admin/invitation/x/"):
        assert Client().post(wrong, CHOSEN).status_code == 410


def test_a_link_ends_when_the_clinic_takes_the_invitation_back(api: APIClient, clinic: Clinic) -> None:
    member = invite(api)
    link = link_to(clinic, member)
    assert (
        api.patch(
            f"{URL}/{member}", {"active": False}, headers=having_seen(api, f"{URL}/{member}")
        ).status_code
        == 200
    )
    assert Client().post(link, CHOSEN).status_code == 410


@pytest.mark.parametrize(
    "chosen", ["short", "password1234", "kim@clinic.example"], ids=["short", "common", "own-name"]
)
def test_a_weak_password_is_refused(api: APIClient, clinic: Clinic, chosen: str) -> None:
    link = link_to(clinic, invite(api))
    answer = Client().post(link, {"new_password1": chosen, "new_password2": chosen})
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert not User.objects.get(email="kim@clinic.example").has_usable_password()


def test_a_link_never_changes_the_password_of_an_account_in_use(
    api: APIClient, clinic: Clinic, other_clinic: Clinic
) -> None:
    """A person of another clinic accepts with a click, and keeps name, address and password."""
    known = can_sign_in(make_member(other_clinic, Role.CLINICIAN).user)
    before = User.objects.filter(id=known.id).values().get()
    link = link_to(clinic, invite(api, email=known.email))
    other = {"new_password1": "taken-over-2026", "new_password2": "taken-over-2026"}
    assert Client().post(link, other).status_code == 302
    assert User.objects.filter(id=known.id).values().get() == before
    assert api_for(clinic, user=known).get("/api/v1/clinic").status_code == 200


def test_who_does_not_accept_stays_out(api: APIClient, clinic: Clinic, other_clinic: Clinic) -> None:
    known = can_sign_in(make_member(other_clinic, Role.CLINICIAN).user)
    invite(api, email=known.email)
    browser = Client()
    browser.force_login(known)
    assert other_clinic.name in browser.get("/admin/").content.decode()
    assert clinic.name not in browser.get("/admin/choose-clinic/").content.decode()
    assert browser.post("/admin/choose-clinic/", {"clinic": str(clinic.id)}).status_code == 404


def test_following_the_link_is_not_yet_accepting(api: APIClient, clinic: Clinic) -> None:
    member = invite(api)
    Client().get(link_to(clinic, member))
    assert api.get(f"{URL}/{member}").json()["accepted"] is False


def test_a_forged_form_accepts_nothing(api: APIClient, clinic: Clinic) -> None:
    member = invite(api)
    assert Client(enforce_csrf_checks=True).post(link_to(clinic, member), CHOSEN).status_code == 403
    assert api.get(f"{URL}/{member}").json()["accepted"] is False


def test_an_invitation_is_sent_again_on_demand(api: APIClient, clinic: Clinic, postbox: Postbox) -> None:
    member = invite(api)
    send_due_invitations(now=timezone.now())
    assert api.post(f"{URL}/{member}/invitation").status_code == 200
    assert send_due_invitations(now=timezone.now()) == 1
    assert Client().post(link_in(postbox.messages[0]), CHOSEN).status_code == 302
    assert Client().get(link_in(postbox.messages[1])).status_code == 410
    assert_problem(api.post(f"{URL}/{member}/invitation"), "conflict")


def test_accepting_is_kept_with_the_person(api: APIClient, clinic: Clinic) -> None:
    member = invite(api)
    Client().post(link_to(clinic, member), CHOSEN, headers={"X-Request-ID": "accepting"})
    with clinic_scope(clinic.id):
        last = Membership.history.field.model.objects.filter(pgh_obj_id=member).order_by("pgh_id").last()  # type: ignore[attr-defined]
    person = User.objects.get(email="kim@clinic.example")
    assert last.accepted is True
    assert last.pgh_context == {"client": None, "user": str(person.id), "request": "accepting"}
