"""A clinic invites people, gives them roles and lets them go, and nobody grants more than they hold."""

import dataclasses
import datetime as dt
import threading
import uuid
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from oauth2_provider.models import AccessToken, Grant, RefreshToken
from rest_framework.test import APIClient

from assessments.escalations.on_call.services.ladder import Ladder, Step, default_ladders
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic, Membership, Role, User
from clinics.identity.permissions import permissions_of
from clinics.identity.scopes import ALL_SCOPES
from clinics.members.services.change_member import LastAdminError, change_member
from tests.api_edge.checks import assert_matches, assert_problem
from tests.factories import api_for, make_member
from tests.on_call.plans import NOW, cover, set_plan, shift
from tests.security.oauth import can_sign_in

URL = "/api/v1/clinic/members"
KIM = {"email": "Kim@Clinic.example", "name": "Kim New", "role": "clinician"}


def url_of(member: Membership) -> str:
    return f"{URL}/{member.id}"


def change(api: APIClient, member: Membership, **fields: object) -> Any:
    tag = api.get(url_of(member)).headers["ETag"]
    return api.patch(url_of(member), fields, headers={"if-match": tag})


def stored(member: Membership) -> Membership:
    with clinic_scope(member.clinic_id):
        return Membership.objects.select_related("user").get(id=member.id)


def api_as(clinic: Clinic, member: Membership) -> APIClient:
    return api_for(clinic, user=member.user)


@pytest.fixture
def clinician(clinic: Clinic) -> Membership:
    """Somebody who is neither on call nor lead."""
    return make_member(clinic, Role.CLINICIAN)


def test_an_invitation_is_a_member_who_has_not_accepted(api: APIClient) -> None:
    answer = api.post(URL, KIM)
    assert answer.status_code == 201
    body = answer.json()
    assert_matches("ClinicMember", body)
    assert (body["email"], body["name"], body["role"]) == ("kim@clinic.example", "Kim New", "clinician")
    assert (body["active"], body["accepted"]) == (True, False)
    assert api.get(answer.headers["Location"]).json() == body
    assert User.objects.get(email="kim@clinic.example").has_usable_password() is False


def test_no_password_is_taken_or_shown(api: APIClient) -> None:
    refused = api.post(URL, KIM | {"password": "chosen-by-somebody-else"})
    assert_problem(refused, "invalid", "/password")
    assert "password" not in api.post(URL, KIM).content.decode()


def test_whether_the_person_has_an_account_is_not_told(api: APIClient, other_clinic: Clinic) -> None:
    """Neither by the answer nor by the list, and nothing of the account changes."""
    known = make_member(other_clinic, Role.CLINICIAN).user
    known.email, known.first_name, known.last_name = "Kim@Clinic.example", "Katharina", "Known"
    known.save()
    before = User.objects.filter(id=known.id).values().get()

    def told(document: dict[str, Any]) -> dict[str, Any]:
        return {
            name: value for name, value in document.items() if name not in {"id", "created_at", "updated_at"}
        }

    of_known = api.post(URL, KIM)
    of_unknown = api.post(URL, KIM | {"email": "kim@elsewhere.example"})
    assert of_known.status_code == of_unknown.status_code == 201
    assert told(of_known.json()) == told(of_unknown.json()) | {"email": "kim@clinic.example"}
    listed = {row["id"]: row for row in api.get(URL).json()["results"]}
    assert listed[of_known.json()["id"]] == of_known.json()
    assert User.objects.filter(id=known.id).values().get() == before
    assert "Kath" not in api.get(URL).content.decode()


def test_the_same_person_is_a_member_once(api: APIClient, clinician: Membership) -> None:
    assert api.post(URL, KIM).status_code == 201
    assert_problem(api.post(URL, KIM | {"email": "kim@clinic.example"}), "conflict", "/email")
    assert_problem(api.post(URL, KIM | {"email": clinician.user.email.upper()}), "conflict", "/email")


def test_a_repeated_invitation_is_sent_once(api: APIClient) -> None:
    first, second = (api.post(URL, KIM, headers={"idempotency-key": "kim"}) for _ in range(2))
    assert first.json() == second.json()
    assert second.headers["Idempotency-Replayed"] == "true"
    assert User.objects.filter(email="kim@clinic.example").count() == 1


@pytest.mark.parametrize("field", KIM)
def test_what_is_missing_or_wrong_is_named_and_nothing_stored(api: APIClient, field: str) -> None:
    before = User.objects.count()
    for wrong in ({name: value for name, value in KIM.items() if name != field}, KIM | {field: "\n"}):
        assert_problem(api.post(URL, wrong), "invalid", f"/{field}")
    assert User.objects.count() == before


def test_who_was_invited_counts_only_once_they_accepted(api: APIClient, clinic: Clinic) -> None:
    invited = uuid.UUID(api.post(URL, KIM).json()["id"])
    assert str(invited) not in {row["id"] for row in api.get("/api/v1/clinic").json()["members"]}
    tag = api.get("/api/v1/clinic").headers["ETag"]
    pathway = {"emergency_pathway": {"on_call": str(invited)}}
    refused = api.patch("/api/v1/clinic", pathway, headers={"if-match": tag})
    assert_problem(refused, "invalid", "/emergency_pathway/on_call")
    with clinic_scope(clinic.id):
        user = Membership.objects.get(id=invited).user
    assert api_for(clinic, user=user).get("/api/v1/clinic").status_code == 401


@pytest.mark.parametrize("role", Role)
def test_software_grants_no_role_that_allows_more_than_its_token(clinic: Clinic, role: str) -> None:
    held = {"members:write", *map(str, permissions_of(Role.RECEPTION))}
    answer = api_for(clinic, scopes=" ".join(held)).post(URL, KIM | {"role": role})
    if role == Role.RECEPTION:
        assert answer.status_code == 204, "it may write members and not read them"
        with clinic_scope(clinic.id):
            assert clinic.members.get(user__email="kim@clinic.example").role == Role.RECEPTION
    else:
        assert_problem(answer, "permission_denied", "/role")
        assert not User.objects.filter(email="kim@clinic.example").exists()


def test_a_person_with_a_narrow_token_grants_no_more_than_it(clinic: Clinic) -> None:
    admin = make_member(clinic, Role.ADMIN)
    api = api_for(clinic, user=admin.user, scopes="members:read members:write")
    assert_problem(api.post(URL, KIM), "permission_denied", "/role")
    assert api_as(clinic, admin).post(URL, KIM).status_code == 201


def test_nobody_raises_a_member_or_lets_one_go_who_holds_more(clinic: Clinic, clinician: Membership) -> None:
    held = {"members:read", "members:write", *map(str, permissions_of(Role.RECEPTION))}
    api = api_for(clinic, scopes=" ".join(held))
    desk = make_member(clinic, Role.RECEPTION)
    assert_problem(change(api, desk, role="clinician"), "permission_denied", "/role")
    assert_problem(change(api, clinician, active=False), "permission_denied", "/role")
    assert (stored(desk).role, stored(clinician).active) == (Role.RECEPTION, True)
    assert change(api, desk, active=False).status_code == 200


def test_a_role_is_changed_with_the_state_that_was_read(api: APIClient, clinician: Membership) -> None:
    tag = api.get(url_of(clinician)).headers["ETag"]
    assert api.patch(url_of(clinician), {"role": "auditor"}).status_code == 428
    answer = api.patch(url_of(clinician), {"role": "auditor"}, headers={"if-match": tag})
    assert (answer.status_code, answer.json()["role"]) == (200, "auditor")
    assert api.patch(url_of(clinician), {"role": "admin"}, headers={"if-match": tag}).status_code == 412
    assert stored(clinician).role == Role.AUDITOR


@pytest.mark.parametrize("field", ["name", "email", "user", "username", "password", "accepted"])
def test_what_is_the_persons_own_is_not_the_clinics_to_change(
    api: APIClient, clinician: Membership, field: str
) -> None:
    before = User.objects.filter(id=clinician.user_id).values().get()
    assert_problem(change(api, clinician, **{field: "other"}), "invalid", f"/{field}")
    assert User.objects.filter(id=clinician.user_id).values().get() == before


@pytest.mark.parametrize("taken", [{"role": "clinician"}, {"active": False}])
def test_the_last_admin_stays(api: APIClient, clinic: Clinic, taken: dict[str, object]) -> None:
    lead = clinic.lead
    assert lead is not None
    with clinic_scope(clinic.id):
        Clinic.objects.filter(id=clinic.id).update(lead=None)
    invited = make_member(clinic, Role.ADMIN, accepted=False)
    gone = make_member(clinic, Role.ADMIN, active=False)
    assert_problem(change(api, lead, **taken), "conflict")
    assert (stored(lead).role, stored(lead).active) == (Role.ADMIN, True)
    assert not stored(invited).accepted
    assert not stored(gone).active
    make_member(clinic, Role.ADMIN)
    assert change(api, lead, **taken).status_code == 200


@pytest.mark.parametrize("field", ["on_call", "lead"])
@pytest.mark.parametrize("taken", [{"role": "reception"}, {"active": False}])
def test_whom_escalations_go_to_stays_reachable(
    api: APIClient, clinic: Clinic, field: str, taken: dict[str, object]
) -> None:
    make_member(clinic, Role.ADMIN)
    needed = getattr(clinic, field)
    refused = change(api, needed, **taken)
    assert_problem(refused, "conflict")
    assert f"emergency_pathway.{field}" in refused.json()["detail"]
    assert stored(needed).active
    with clinic_scope(clinic.id):
        Clinic.objects.filter(id=clinic.id).update(**{field: make_member(clinic, Role.ADMIN)})
    assert change(api, needed, **taken).status_code == 200


PLANNED = {
    "shift": lambda member: ([shift(member)], {}),
    "cover": lambda member: ([], {"covers": (cover(member, hours=1),)}),
    "ladder": lambda member: ([], {"ladders": {**default_ladders(), "routine": told(member)}}),
}


def told(member: Membership) -> Ladder:
    """The default of routine, which calls the member at last."""
    default = default_ladders()["routine"]
    return Ladder((*default.steps, Step(2 * 24 * 60, (), (member.id,))), default.repeat_minutes)


@pytest.mark.parametrize("how", PLANNED)
@pytest.mark.parametrize("taken", [{"role": "reception"}, {"active": False}])
def test_whom_the_on_call_plan_calls_stays_reachable(
    clinic: Clinic, clinician: Membership, how: str, taken: dict[str, object]
) -> None:
    shifts, more = PLANNED[how](clinician)
    with time_machine.travel(NOW):
        set_plan(clinic, *shifts, **more)
        api = api_for(clinic)
        refused = change(api, clinician, **taken)
        assert_problem(refused, "conflict")
        assert "/api/v1/clinic/on-call" in refused.json()["detail"]
        set_plan(clinic)
        assert change(api, clinician, **taken).status_code == 200


def test_a_turn_that_is_over_holds_nobody(clinic: Clinic, clinician: Membership) -> None:
    over = dataclasses.replace(shift(clinician), valid_until=(NOW - dt.timedelta(days=2)).date())
    with time_machine.travel(NOW):
        set_plan(clinic, over, covers=(cover(clinician, hours=1, after=-2),))
        assert change(api_for(clinic), clinician, active=False).status_code == 200


def test_who_is_let_go_is_out_at_once(api: APIClient, clinic: Clinic, clinician: Membership) -> None:
    can_sign_in(clinician.user)  # a new password ends tokens, so it comes first
    own, browser = api_as(clinic, clinician), Client()
    browser.force_login(clinician.user)
    with clinic_scope(clinic.id):
        client = clinic.api_clients.get()
        RefreshToken.objects.create(user=clinician.user, application=client, token="refresh")
    assert own.get("/api/v1/clinic").status_code == 200
    assert browser.get("/admin/patients/patient/").status_code == 200

    assert change(api, clinician, active=False).status_code == 200

    assert own.get("/api/v1/clinic").status_code == 401
    assert browser.get("/admin/patients/patient/")["Location"].startswith("/admin/login/")
    for tokens in (AccessToken, RefreshToken, Grant):
        assert not tokens.objects.filter(user=clinician.user).exists()


def test_taking_somebody_back_revives_neither_session_nor_token(
    api: APIClient, clinic: Clinic, clinician: Membership
) -> None:
    own, browser = api_as(clinic, clinician), Client()
    browser.force_login(can_sign_in(clinician.user))
    assert browser.get("/admin/").status_code == 200
    for active in (False, True):
        assert change(api, clinician, active=active).status_code == 200
    assert own.get("/api/v1/clinic").status_code == 401
    assert browser.get("/admin/").status_code == 302
    assert api_as(clinic, clinician).get("/api/v1/clinic").status_code == 200


def test_a_colleagues_session_and_another_clinics_go_on(
    api: APIClient, clinic: Clinic, other_clinic: Clinic, clinician: Membership
) -> None:
    colleague, elsewhere = Client(), Client()
    colleague.force_login(can_sign_in(make_member(clinic, Role.CLINICIAN).user))
    elsewhere.force_login(can_sign_in(clinician.user))
    with clinic_scope(other_clinic.id):
        other_clinic.members.create(user=clinician.user, role=Role.CLINICIAN)
    elsewhere.post("/admin/choose-clinic/", {"clinic": str(other_clinic.id)})
    assert colleague.get("/admin/").status_code == 200
    assert change(api, clinician, active=False).status_code == 200
    assert [browser.get("/admin/patients/patient/").status_code for browser in (colleague, elsewhere)] == [
        200,
        200,
    ]


def test_nobody_is_deleted(api: APIClient, clinician: Membership) -> None:
    assert api.delete(url_of(clinician)).status_code == 405
    assert change(api, clinician, active=False).status_code == 200
    assert api.get(url_of(clinician)).json()["active"] is False


def test_another_clinics_member_does_not_exist_here(api: APIClient, other_clinic: Clinic) -> None:
    theirs = make_member(other_clinic, Role.CLINICIAN)
    assert api.get(url_of(theirs)).status_code == 404
    assert api.patch(url_of(theirs), {"active": False}, headers={"if-match": "*"}).status_code == 404
    assert str(theirs.id) not in api.get(URL).content.decode()


@pytest.mark.django_db(transaction=True)
def test_of_two_admins_who_demote_each_other_at_once_one_stays(clinic: Clinic) -> None:
    with clinic_scope(clinic.id):
        Clinic.objects.filter(id=clinic.id).update(lead=None)
    assert clinic.lead is not None
    admins = [clinic.lead, make_member(clinic, Role.ADMIN)]
    together, outcomes = threading.Barrier(2), []

    def demote(member: Membership) -> None:
        together.wait()
        try:
            with clinic_scope(clinic.id):
                locked = Clinic.objects.select_for_update().get(id=clinic.id)
                mine = locked.members.select_for_update().get(id=member.id)
                change_member(
                    clinic=locked,
                    member=mine,
                    held=frozenset(ALL_SCOPES),
                    changes={"role": "clinician"},
                    now=mine.updated_at,
                )
            outcomes.append("demoted")
        except LastAdminError:
            outcomes.append("stays")
        finally:
            connection.close()

    threads = [threading.Thread(target=demote, args=[member]) for member in admins]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(outcomes) == ["demoted", "stays"]
