"""Thresholds change on a page only after a preview of the clinic's own record."""

import re
from typing import Any

import pytest

from assessments.parameters.forms import TITLES
from assessments.parameters.pages.parameters import LINKED
from assessments.parameters.services.in_force import parameters_in_force
from assessments.parameters.services.preview import SETTABLE
from assessments.protocol.parameters import DEFAULTS
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic, Role
from tests.dashboard.settings_pages import signed_in, statements, take
from tests.dashboard.test_dashboard import record

PAGE = "/admin/settings/parameters/"
STRICTER, LOOSER = {"walking_pain_stop_ge": 3}, {"walking_pain_stop_ge": 5}


def previewed(browser: Any, **changes: Any) -> str:
    """Post the values in force with changes; the address of the preview."""
    values = {item.name: DEFAULTS[item.name] for item in SETTABLE}
    answer = take(browser, PAGE, "preview", **{**values, **changes})
    assert answer.status_code == 302, answer.context["faults"]
    return str(answer["Location"])


def in_force(clinic: Clinic) -> dict[str, Any]:
    with clinic_scope(clinic.id):
        return dict(parameters_in_force(clinic).values)


def test_a_value_changes_only_after_its_preview(clinic: Clinic) -> None:
    record(clinic, pain_walking_nrs=3)
    browser = signed_in(clinic)
    preview = previewed(browser, **STRICTER)
    assert in_force(clinic) == {}
    page = browser.get(preview)
    assert page.context["preview"]["flipped"] == {"less_cautious": 0, "more_cautious": 1}
    assert "Stop running and rehabilitate" in page.content.decode()
    answer = take(browser, preview, "put_into_force", reason="Too many came back.")
    assert answer["Location"] == PAGE
    assert in_force(clinic) == STRICTER
    shown = browser.get(PAGE).content.decode()
    assert "Set number 1 is in force" in shown
    assert "Too many came back." in shown
    with clinic_scope(clinic.id):
        made = clinic.parameter_sets.select_related("decided_by").get()
    assert str(made.decided_by.user_id) == browser.session["_auth_user_id"]
    used = browser.get(preview).content.decode()
    assert "was acted on already" in used
    assert "Put it into force from now on" not in used
    assert take(browser, preview, "put_into_force", reason="Again.").status_code == 422


def test_a_looser_value_needs_the_clinical_lead_by_name(clinic: Clinic) -> None:
    browser = signed_in(clinic)
    preview = previewed(browser, **LOOSER)
    refused = take(browser, preview, "put_into_force", reason="Agreed.")
    assert list(refused.context["forms"]["put_into_force"].errors) == ["lead"]
    wrong = take(browser, preview, "put_into_force", reason="Agreed.", lead=str(clinic.on_call_id))
    assert wrong.status_code == 422
    assert in_force(clinic) == {}
    take(browser, preview, "put_into_force", reason="Agreed.", lead=str(clinic.lead_id))
    assert in_force(clinic) == LOOSER
    with clinic_scope(clinic.id):
        assert clinic.parameter_sets.get().lead_id == clinic.lead_id


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"walking_pain_stop_ge": 6}, "walking_pain_stop_ge"),
        ({"walking_pain_stop_ge": "3.5"}, "walking_pain_stop_ge"),
        ({"walking_pain_stop_ge": ""}, "walking_pain_stop_ge"),
        ({}, "__all__"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(clinic: Clinic, changes: dict[str, Any], field: str) -> None:
    values = {item.name: DEFAULTS[item.name] for item in SETTABLE}
    answer = take(signed_in(clinic), PAGE, "preview", **{**values, **changes})
    assert answer.status_code == 422
    assert list(answer.context["forms"]["preview"].errors) == [field]
    with clinic_scope(clinic.id):
        assert not clinic.parameter_previews.exists()


def test_a_page_of_values_that_are_no_longer_in_force_previews_nothing(clinic: Clinic) -> None:
    browser = signed_in(clinic)
    shown = browser.get(PAGE).context["state"]
    late, first = previewed(browser, usual_pain_stop_gt=4), previewed(browser, **STRICTER)
    take(browser, first, "put_into_force", reason="First.")
    values = {item.name: DEFAULTS[item.name] for item in SETTABLE} | {"usual_pain_stop_gt": 4}
    assert browser.post(PAGE, {"state": shown, "step": "preview", **values}).status_code == 409
    assert "have changed since this preview" in browser.get(late).content.decode()
    assert take(browser, late, "put_into_force", reason="Late.").status_code == 422
    assert in_force(clinic) == STRICTER


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.AUDITOR])
def test_who_may_only_look_changes_nothing(clinic: Clinic, role: Role) -> None:
    preview = previewed(signed_in(clinic), **STRICTER)
    browser = signed_in(clinic, role)
    for page in (PAGE, preview):
        assert '<button type="submit" class="rtr-button' not in browser.get(page).content.decode()
    assert browser.post(PAGE, {"step": "preview", **STRICTER}).status_code == 403
    assert browser.post(preview, {"step": "put_into_force", "reason": "x"}).status_code == 403
    assert in_force(clinic) == {}


def test_another_clinics_preview_is_not_there(clinic: Clinic, other_clinic: Clinic) -> None:
    preview, browser = previewed(signed_in(other_clinic), **STRICTER), signed_in(clinic)
    assert browser.get(preview).status_code == 404
    assert browser.post(preview, {"step": "put_into_force", "reason": "x"}).status_code == 404
    assert in_force(other_clinic) == {}


def test_the_pages_take_few_statements(clinic: Clinic) -> None:
    record(clinic, pain_walking_nrs=3)
    browser = signed_in(clinic)
    preview = previewed(browser, **STRICTER)
    assert statements(browser, preview) < 15
    take(browser, preview, "put_into_force", reason="Agreed.")
    assert statements(browser, PAGE) < 15


def test_who_set_what_goes_on_page_after_page_and_says_how_many_there_are(clinic: Clinic) -> None:
    browser = signed_in(clinic)
    for number in range(21):
        changes = {} if number % 2 else STRICTER
        values = {item.name: DEFAULTS[item.name] for item in SETTABLE} | changes
        preview = take(browser, PAGE, "preview", **values)["Location"]
        lead = {"lead": str(clinic.lead_id)} if number % 2 else {}
        answer = take(browser, preview, "put_into_force", reason=f"Reason {number + 1}.", **lead)
        assert answer["Location"] == PAGE, answer.context["faults"]
    first, second = (browser.get(f"{PAGE}?page={page}").content.decode() for page in (1, 2))
    assert "20 of 21 are shown" in first
    assert 'href="?page=2">Earlier' in first
    assert "1 of 21 are shown" in second
    assert 'href="?page=1">Later' in second
    shown = [int(number) for page in (first, second) for number in re.findall(r"<strong>Set (\d+)", page)]
    assert shown == list(range(21, 0, -1))


def test_a_preview_says_how_many_it_links_of_those_that_flip(clinic: Clinic) -> None:
    for _ in range(LINKED + 1):
        record(clinic, pain_walking_nrs=3)
    browser = signed_in(clinic)
    page = browser.get(previewed(browser, **STRICTER)).content.decode()
    assert f"{LINKED} of {LINKED + 1} are linked" in page
    assert page.count(">Assessment ") == LINKED


def test_the_protocol_page_holds_every_criterion_with_the_clinics_own_thresholds(clinic: Clinic) -> None:
    browser = signed_in(clinic)
    take(browser, previewed(browser, **STRICTER), "put_into_force", reason="Agreed.")
    page = signed_in(clinic, Role.RECEPTION).get("/admin/settings/protocol/").content.decode()
    assert "Walking is quite painful: at or above" in page
    for anchor in ("RF-E02", "EH-N1", "B21", "safety-principle"):
        assert page.count(f'id="{anchor}"') == 1
        assert f'href="#{anchor}"' in page


def test_everything_a_clinic_may_set_has_words_of_its_own() -> None:
    assert list(TITLES) == [item.name for item in SETTABLE]
