"""Members are invited, given a role and let go on a page, by the rules of the API."""

import pytest

from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic, Membership, Role
from tests.dashboard.settings_pages import latest_change, signed_in, statements, take
from tests.factories import make_member

PAGE = "/admin/settings/members/"


def page_of(member: Membership) -> str:
    return f"{PAGE}{member.pk}/"


def now(member: Membership) -> Membership:
    with clinic_scope(member.clinic_id):
        return Membership.objects.select_related("user").get(pk=member.pk)


def test_somebody_is_invited_and_counts_once_they_follow_the_link(clinic: Clinic) -> None:
    browser = signed_in(clinic)
    details = {"name": "Noor Haddad", "email": "Noor@example.org", "role": "clinician"}
    answer = take(browser, PAGE, "invite", **details)
    assert answer["Location"] == PAGE
    with clinic_scope(clinic.id):
        member = clinic.members.get(name="Noor Haddad")
        assert (member.accepted, member.user.email) == (False, "noor@example.org")
    assert "Invited; has not followed the link yet" in browser.get(PAGE).content.decode()
    assert take(browser, PAGE, "invite", **details).status_code == 422


def test_what_is_wrong_is_said_at_its_field(clinic: Clinic) -> None:
    known = clinic.on_call.user.email  # type: ignore[union-attr]
    browser = signed_in(clinic)
    wrong: dict[str, str] = {"name": "a\x07b", "role": "owner", "email": known}
    for field, value in wrong.items():
        body = {"name": "Noor", "email": "noor@example.org", "role": "clinician", field: value}
        answer = take(browser, PAGE, "invite", **body)
        assert answer.status_code == 422
        assert list(answer.context["forms"]["invite"].errors) == [field]


def test_another_role_is_given_and_its_change_is_in_the_history(clinic: Clinic) -> None:
    member = make_member(clinic, Role.RECEPTION)
    browser = signed_in(clinic)
    assert take(browser, page_of(member), "change_role", role="clinician").status_code == 302
    assert now(member).role == Role.CLINICIAN
    who = browser.session["_auth_user_id"]
    assert latest_change(clinic, "membership", member) == (who, {"role": "clinician"})


def test_who_is_let_go_is_signed_out_at_once_and_can_be_taken_back(clinic: Clinic) -> None:
    theirs = signed_in(clinic, Role.RECEPTION)
    with clinic_scope(clinic.id):
        member = clinic.members.get(user_id=theirs.session["_auth_user_id"])
    browser = signed_in(clinic)
    assert take(browser, page_of(member), "let_go").status_code == 302
    assert theirs.get("/admin/").status_code == 302
    assert "Has left" in browser.get(page_of(member)).content.decode()
    assert take(browser, page_of(member), "take_back").status_code == 302
    assert now(member).active


def test_who_is_needed_stays(clinic: Clinic) -> None:
    assert clinic.on_call is not None
    browser = signed_in(clinic)
    answer = take(browser, page_of(clinic.on_call), "let_go")
    assert "Escalations go to them" in answer.content.decode()
    assert now(clinic.on_call).active


def test_a_page_that_somebody_else_has_overtaken_changes_nothing(clinic: Clinic) -> None:
    member = make_member(clinic, Role.RECEPTION)
    browser = signed_in(clinic)
    shown = browser.get(page_of(member)).context["state"]
    take(signed_in(clinic), page_of(member), "change_role", role="auditor")
    answer = browser.post(page_of(member), {"state": shown, "step": "change_role", "role": "admin"})
    assert answer.status_code == 409
    assert "Somebody has changed this" in answer.content.decode()
    assert now(member).role == Role.AUDITOR


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.AUDITOR, Role.RECEPTION])
def test_nobody_else_changes_members(clinic: Clinic, role: Role) -> None:
    member = make_member(clinic, Role.RECEPTION)
    browser = signed_in(clinic, role)
    assert 'class="st-form"' not in browser.get(page_of(member)).content.decode()
    assert browser.post(page_of(member), {"step": "let_go"}).status_code == 403
    assert browser.post(PAGE, {"step": "invite"}).status_code == 403
    assert now(member).active


def test_another_clinics_member_is_not_there(clinic: Clinic, other_clinic: Clinic) -> None:
    member = make_member(other_clinic, Role.RECEPTION)
    browser = signed_in(clinic)
    assert browser.get(page_of(member)).status_code == 404
    assert browser.post(page_of(member), {"step": "let_go"}).status_code == 404
    assert member.user.email not in browser.get(PAGE).content.decode()
    assert now(member).active


def test_a_member_takes_few_statements_however_many_there_are(clinic: Clinic) -> None:
    browser = signed_in(clinic)
    before = statements(browser, PAGE)
    member = make_member(clinic, Role.RECEPTION)
    assert statements(browser, PAGE) == before < 15
    assert statements(browser, page_of(member)) < 15
