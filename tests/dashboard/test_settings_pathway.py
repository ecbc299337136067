"""The emergency pathway is set on a page, by the rules of the API, and never emptied."""

import pytest

from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic, Role
from tests.dashboard.settings_pages import latest_change, signed_in, take
from tests.factories import make_member

PAGE = "/admin/settings/pathway/"


def pathway(clinic: Clinic, **changes: object) -> dict[str, object]:
    return {
        "emergency_number": "112",
        "emergency_destination": "A&E, Other Hospital",
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
    assert (stored(clinic).name, stored(clinic).lead_id) == (clinic.name, clinic.lead_id)
    who, changes = latest_change(clinic, "clinic", clinic)
    assert who == browser.session["_auth_user_id"]
    assert changes["emergency_destination"] == "A&E, Other Hospital"


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.RECEPTION, Role.AUDITOR])
def test_nobody_else_sets_the_pathway(clinic: Clinic, role: Role) -> None:
    browser = signed_in(clinic, role)
    assert "A&amp;E, General Hospital" in browser.get(PAGE).content.decode()
    assert browser.post(PAGE, {"step": "store", **pathway(clinic)}).status_code == 403
    assert stored(clinic).emergency_number == "999"


@pytest.mark.parametrize("emptied", ["emergency_number", "emergency_destination", "on_call"])
def test_the_pathway_is_never_emptied(clinic: Clinic, emptied: str) -> None:
    answer = take(signed_in(clinic), PAGE, "store", **pathway(clinic, **{emptied: ""}))
    assert answer.status_code == 422
    assert list(answer.context["forms"]["store"].errors) == [emptied]
    assert stored(clinic).missing_from_pathway == []
    assert stored(clinic).emergency_number == "999"


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
