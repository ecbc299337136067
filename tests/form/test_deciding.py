"""The result, and what a clinician does about it: each rule is said before it bites, and holds."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from assessments.records.models import Assessment
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic, Membership, Role
from patients.models import Patient
from tests.factories import assessment_body, make_patient, reassuring_answers
from tests.form.filled import address, filled, hidden_in, opened, recorded

Made = dict[str, Any]


@pytest.fixture
def assessed(api: APIClient, patient: Patient) -> Callable[..., Made]:
    """Record answers through the API."""

    def record(answers: dict[str, object] | None = None) -> Made:
        answer = api.post("/api/v1/assessments", assessment_body(patient, answers))
        assert answer.status_code == 201, answer.json()
        made: Made = answer.json()
        return made

    return record


def result(made: Made) -> str:
    return f"/admin/assessments/assessment/{made['id']}/change/"


def override_page(made: Made) -> str:
    return f"/admin/assessments/{made['id']}/override/"


def decide(browser: Client, made: Made, decision: str, **said: object) -> Any:
    """Open the page and decide."""
    seen = hidden_in(browser.get(override_page(made)).content, "seen")
    return browser.post(
        override_page(made), {"seen": seen, "decision": decision, "reason": "Examined.", **said}
    )


def now() -> str:
    return timezone.localtime(timezone.now()).strftime("%Y-%m-%dT%H:%M")


FOUND = {"role": "physiotherapist", "finding_kind": "examination", "finding_text": "Full power."}


def overrides(clinic: Clinic) -> list[tuple[str, str]]:
    with clinic_scope(clinic.id):
        return list(clinic.overrides.order_by("created_at").values_list("decision", "urgency"))


def test_the_result_says_why_from_where_and_what_was_not_asked(
    browser: Client, assessed: Callable[..., Made]
) -> None:
    page = browser.get(result(assessed({"bladder_change": "yes"}))).content.decode()
    assert "Refer as an emergency. No running." in page
    assert "RF-E02" in page
    assert "Sources: HH-R04" in page
    assert "Not answered although needed" in page
    assert "Open the escalation" in page
    assert "Draft this programme" not in page


def test_the_result_names_who_ruled_findings_out_together(
    browser: Client, clinic: Clinic, clinician: Membership, patient: Patient
) -> None:
    answers = {"pregnancy_status": "not_pregnant"}
    browser.post(address(patient), filled(opened(browser, patient), answers, **{"none.emergency": "1"}))
    (assessment,) = recorded(clinic)
    page = browser.get(f"/admin/assessments/assessment/{assessment.pk}/change/").content.decode()
    assert "Ruled out together on the emergency screen" in page
    assert f"By {clinician.user}" in page


def test_a_programme_is_previewed_drafted_and_released_by_the_signed_in_clinician(
    browser: Client, clinic: Clinic, clinician: Membership, assessed: Callable[..., Made]
) -> None:
    made = assessed()
    assert "Programme: preview" in browser.get(result(made)).content.decode()
    drafted = browser.post(f"/admin/assessments/{made['id']}/draft-programme/", follow=True)
    assert "Release: I sign this off" in drafted.content.decode()
    with clinic_scope(clinic.id):
        programme = clinic.programmes.get()
        assert programme.state == "draft"
    released = browser.post(f"/admin/programmes/{programme.pk}/release/", follow=True)
    assert "Released by" in released.content.decode()
    with clinic_scope(clinic.id):
        programme.refresh_from_db()
        assert (programme.state, programme.released_by_id) == ("released", clinician.id)


def test_no_programme_is_released_while_an_urgent_referral_waits(
    browser: Client, clinic: Clinic, assessed: Callable[..., Made]
) -> None:
    made = assessed()
    browser.post(f"/admin/assessments/{made['id']}/draft-programme/")
    assessed({"fever_or_rigors": "yes"})
    with clinic_scope(clinic.id):
        programme = clinic.programmes.get()
    page = browser.post(f"/admin/programmes/{programme.pk}/release/", follow=True).content.decode()
    assert "it comes first" in page or "a draft any more" in page
    with clinic_scope(clinic.id):
        programme.refresh_from_db()
        assert programme.released_at is None


def test_a_link_that_is_followed_drafts_and_releases_nothing(
    browser: Client, assessed: Callable[..., Made]
) -> None:
    made = assessed()
    assert browser.get(f"/admin/assessments/{made['id']}/draft-programme/").status_code == 405


def test_the_override_page_says_its_rule_and_what_holds(
    browser: Client, assessed: Callable[..., Made]
) -> None:
    page = browser.get(override_page(assessed({"bladder_change": "yes"}))).content.decode()
    assert "Refer as an emergency. No running." in page
    assert (
        "Less cautious: needs a reason, your role and what was found, and a hand-over or an exclusion" in page
    )
    assert "<strong>An emergency ends</strong> only with a recorded hand-over or an exclusion" in page


def test_upward_takes_a_reason_and_the_original_stays_visible(
    browser: Client, clinic: Clinic, assessed: Callable[..., Made]
) -> None:
    made = assessed()
    assert decide(browser, made, "refer_urgent", reason=" ").status_code == 422
    assert decide(browser, made, "refer_urgent").status_code == 302
    assert overrides(clinic) == [("refer_urgent", "within_2_weeks")]
    page = browser.get(result(made)).content.decode()
    assert "Refer urgently. No running until reviewed." in page
    assert "The protocol said:</strong> Running may continue" in page


def test_downward_is_refused_by_name_and_nothing_typed_is_lost(
    browser: Client, clinic: Clinic, assessed: Callable[..., Made]
) -> None:
    made = assessed({"bladder_change": "yes"})
    answer = decide(browser, made, "stop_and_rehab", urgency="none", reason="A reason worth keeping")
    page = answer.content.decode()
    assert answer.status_code == 422
    for place in ("role", "finding_text", "handover_to"):
        assert f'<a href="#id_{place}">' in page
        assert f'id="id_{place}"' in page
    assert "A reason worth keeping" in page
    assert 'value="stop_and_rehab" checked' in page
    assert overrides(clinic) == []


def test_an_emergency_ends_with_a_hand_over(
    browser: Client, clinic: Clinic, assessed: Callable[..., Made]
) -> None:
    made = assessed({"bladder_change": "yes"})
    ended = {"urgency": "none", **FOUND, "handover_to": "A&E, General Hospital", "handover_at": now()}
    assert decide(browser, made, "stop_and_rehab", **ended).status_code == 302
    assert overrides(clinic) == [("stop_and_rehab", "none")]
    assert "Handed over to A&amp;E, General Hospital" in browser.get(result(made)).content.decode()


def test_half_a_ground_is_refused(browser: Client, assessed: Callable[..., Made]) -> None:
    answer = decide(browser, assessed(), "refer_urgent", exclusion_by="Dr A. Example")
    assert '<a href="#id_exclusion_text">' in answer.content.decode()


def test_a_stale_override_is_refused_and_kept(
    browser: Client, clinic: Clinic, assessed: Callable[..., Made]
) -> None:
    made = assessed()
    seen = hidden_in(browser.get(override_page(made)).content, "seen")
    decide(browser, made, "stop_and_rehab")
    late = {"seen": seen, "decision": "refer_urgent", "reason": "Typed before that"}
    answer = browser.post(override_page(made), late)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Something has changed since you opened this page" in page
    assert "Typed before that" in page
    assert "Stop running and rehabilitate" in page
    assert len(overrides(clinic)) == 1
    assert (
        browser.post(override_page(made), late | {"seen": hidden_in(answer.content, "seen")}).status_code
        == 302
    )


def needs_clearance(browser: Client, clinic: Clinic, assessed: Callable[..., Made]) -> str:
    """The address of the clearance of a released programme that needs one."""
    made = assessed(reassuring_answers(pregnancy_status="postpartum", weeks_postpartum=6))
    browser.post(f"/admin/assessments/{made['id']}/draft-programme/")
    with clinic_scope(clinic.id):
        programme = clinic.programmes.get()
    browser.post(f"/admin/programmes/{programme.pk}/release/")
    return f"/admin/programmes/{programme.pk}/clear/"


@pytest.mark.holds("HZ-24")
def test_running_is_cleared_by_a_named_clinician_who_examined(
    browser: Client, clinic: Clinic, clinician: Membership, assessed: Callable[..., Made]
) -> None:
    page = needs_clearance(browser, clinic, assessed)
    opened = browser.get(page)
    assert "it is recorded as <strong>" in opened.content.decode()
    seen = hidden_in(opened.content, "seen")
    assert browser.post(page, {"seen": seen}).status_code == 422
    assert browser.post(page, {"seen": "earlier", "examined": "yes"}).status_code == 409
    assert browser.post(page, {"seen": seen, "examined": "yes"}).status_code == 302
    with clinic_scope(clinic.id):
        assert clinic.programmes.get().cleared_by_id == clinician.id


@pytest.mark.parametrize("role", [Role.RECEPTION, Role.AUDITOR])
def test_whoever_is_no_clinician_decides_nothing(
    browser: Client,
    browser_as: Callable[[str], Client],
    clinic: Clinic,
    assessed: Callable[..., Made],
    role: Role,
) -> None:
    clearance = needs_clearance(browser, clinic, assessed)
    (assessment,) = recorded(clinic)
    pages = [clearance, clearance.replace("clear/", "release/")]
    pages += [
        f"/admin/assessments/{assessment.pk}/{name}/" for name in ("override", "correct", "draft-programme")
    ]
    stranger = browser_as(role)
    assert [stranger.get(page).status_code for page in pages] == [403] * len(pages)
    assert [stranger.post(page, {}).status_code for page in pages] == [403] * len(pages)


def test_another_clinics_records_are_not_there(
    browser: Client, other_api: APIClient, other_clinic: Clinic
) -> None:
    made = other_api.post("/api/v1/assessments", assessment_body(make_patient(other_clinic))).json()
    for name in ("override", "correct"):
        assert browser.get(f"/admin/assessments/{made['id']}/{name}/").status_code == 404
    assert browser.post(f"/admin/assessments/{made['id']}/draft-programme/").status_code == 404
    assert browser.get(f"/admin/programmes/{made['id']}/clear/").status_code == 404


def test_every_page_takes_few_statements(
    browser: Client, clinic: Clinic, assessed: Callable[..., Made]
) -> None:
    clearance = needs_clearance(browser, clinic, assessed)
    assessment: Assessment = recorded(clinic)[0]
    taken = {}
    for page in (
        clearance,
        f"/admin/assessments/{assessment.pk}/override/",
        f"/admin/assessments/{assessment.pk}/correct/",
        f"/admin/assessments/assessment/{assessment.pk}/change/",
    ):
        with CaptureQueriesContext(connection) as context:
            assert browser.get(page).status_code == 200
        # What a test's own transaction adds around the page's is none of its statements.
        taken[page] = len([one for one in context if "SAVEPOINT" not in one["sql"]])
    assert max(taken.values()) <= 15, taken
