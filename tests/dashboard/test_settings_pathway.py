"""The emergency pathway is set on a page, by the rules of the API, and never emptied."""

import pytest
from django.test import Client

from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic, Role
from tests.dashboard.settings_pages import latest_change, signed_in, take
from tests.factories import make_member

PAGE = "/admin/settings/pathway/"


def pathway(clinic: Clinic, **changes: object) -> dict[str, object]:
    return {
        "emergency_number": "112",
        "emergency_destination": "A&E, Other Hospital",
        "takes_pregnant_runners": "yes",
        "maternity_emergency_number": "020 7946 0151",
        "maternity_destination": "Maternity unit, Other Hospital",
        "on_call": str(clinic.on_call_id),
        "lead": str(clinic.lead_id),
        **changes,
    }


def stored(clinic: Clinic) -> Clinic:
    with clinic_scope(clinic.id):
        return Clinic.objects.get(id=clinic.id)


def test_the_clinics_admin_sets_the_pathway(clinic: Clinic) -> None:
    browser = signed_in(clinic)
    answer = take(browser, PAGE, "store", **pathway(clinic, require_one_time_codes=""))
    assert answer.status_code == 302
    assert stored(clinic).emergency_number == "112"
    assert stored(clinic).maternity_destination == "Maternity unit, Other Hospital"
    assert (stored(clinic).name, stored(clinic).lead_id) == (clinic.name, clinic.lead_id)
    who, changes = latest_change(clinic, "clinic", clinic)
    assert who == browser.session["_auth_user_id"]
    assert changes["emergency_destination"] == "A&E, Other Hospital"


@pytest.mark.holds("HZ-18")
@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.RECEPTION, Role.AUDITOR])
def test_nobody_else_sets_the_pathway(clinic: Clinic, role: Role) -> None:
    browser = signed_in(clinic, role)
    assert "A&amp;E, General Hospital" in browser.get(PAGE).content.decode()
    assert browser.post(PAGE, {"step": "store", **pathway(clinic)}).status_code == 403
    assert stored(clinic).emergency_number == "999"


@pytest.mark.holds("HZ-18")
@pytest.mark.parametrize(
    "emptied",
    [
        "emergency_number",
        "emergency_destination",
        "on_call",
        "takes_pregnant_runners",
        "maternity_emergency_number",
        "maternity_destination",
    ],
)
def test_the_pathway_is_never_emptied(clinic: Clinic, emptied: str) -> None:
    answer = take(signed_in(clinic), PAGE, "store", **pathway(clinic, **{emptied: ""}))
    assert answer.status_code == 422
    assert list(answer.context["forms"]["store"].errors) == [emptied]
    assert stored(clinic).missing_from_pathway == []
    assert stored(clinic).emergency_number == "999"


def test_a_clinic_that_takes_no_pregnant_runners_says_so(clinic: Clinic) -> None:
    browser = signed_in(clinic)
    nowhere = {"maternity_emergency_number": "", "maternity_destination": ""}
    answer = take(browser, PAGE, "store", **pathway(clinic, takes_pregnant_runners="no", **nowhere))
    assert answer.status_code == 302
    assert stored(clinic).takes_pregnant_runners is False
    assert "Not taken" in browser.get(PAGE).content.decode()


TASK = "say whether the clinic takes pregnant runners"


def lets_it_answer_later(clinic: Clinic) -> None:
    with clinic_scope(clinic.id):
        Clinic.objects.filter(id=clinic.id).update(takes_pregnant_runners=None, may_answer_later=True)


def test_what_waits_for_the_lead_is_said_until_it_is_answered(clinic: Clinic) -> None:
    browser = signed_in(clinic)
    places = (PAGE, "/admin/settings/", "/admin/")
    words = (TASK, "Open for the lead: does the clinic take pregnant runners?", TASK)
    for place, said in zip(places, words, strict=True):
        assert said not in browser.get(place).content.decode()
    lets_it_answer_later(clinic)
    for place, said in zip(places, words, strict=True):
        assert said in browser.get(place).content.decode()

    other = pathway(clinic, takes_pregnant_runners="")
    assert take(browser, PAGE, "store", **other).status_code == 302, "the rest may be changed meanwhile"
    assert stored(clinic).open_in_pathway == ["takes_pregnant_runners"]
    assert take(browser, PAGE, "store", **pathway(clinic)).status_code == 302
    for place, said in zip(places, words, strict=True):
        assert said not in browser.get(place).content.decode()


def test_the_task_is_the_leads_and_not_every_clinicians(clinic: Clinic) -> None:
    lets_it_answer_later(clinic)
    lead, other = make_member(clinic, Role.CLINICIAN), make_member(clinic, Role.CLINICIAN)
    with clinic_scope(clinic.id):
        Clinic.objects.filter(id=clinic.id).update(lead=lead)
    for member, told in ((lead, True), (other, False)):
        member.user.is_staff = True
        member.user.save()
        browser = Client()
        browser.force_login(member.user)
        assert (TASK in browser.get("/admin/").content.decode()) is told


def test_what_the_api_refuses_is_said_at_its_field(clinic: Clinic) -> None:
    answer = take(signed_in(clinic), PAGE, "store", **pathway(clinic, emergency_number="1\x07"))
    assert list(answer.context["forms"]["store"].errors) == ["emergency_number"]


def test_nobody_who_cannot_be_reached_is_put_on_call(clinic: Clinic, other_clinic: Clinic) -> None:
    auditor = make_member(clinic, Role.AUDITOR)
    browser = signed_in(clinic)
    for wrong in (auditor.id, other_clinic.on_call_id):
        answer = take(browser, PAGE, "store", **pathway(clinic, on_call=str(wrong)))
        assert answer.status_code == 422
    assert stored(clinic).on_call_id == clinic.on_call_id


def test_a_page_that_somebody_else_has_overtaken_changes_nothing(clinic: Clinic) -> None:
    browser = signed_in(clinic)
    shown = browser.get(PAGE).context["state"]
    take(signed_in(clinic), PAGE, "store", **pathway(clinic))
    late = pathway(clinic, emergency_number="000")
    assert browser.post(PAGE, {"state": shown, "step": "store", **late}).status_code == 409
    assert stored(clinic).emergency_number == "112"
