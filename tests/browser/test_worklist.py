"""A red flag arrives at an open worklist: announced, claimed by one, refused to the other, resolved."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from assessments.escalations.models import Escalation
from assessments.operations.services.counters import PASSES, note
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic, Role
from tests.browser.accessibility import check
from tests.browser.conftest import SignIn
from tests.browser.pictures import Pictures
from tests.dashboard.test_dashboard import emergency, record
from tests.factories import api_for, assessment_body, make_patient

pytestmark = pytest.mark.process


def only(clinic: Clinic) -> Escalation:
    with clinic_scope(clinic.id):
        return clinic.escalations.select_related("acknowledged_by__user").get()


@pytest.mark.smoke
def test_a_red_flag_is_claimed_by_one_refused_to_the_other_sent_with_a_letter_and_resolved(
    clinic: Clinic, sign_in: SignIn
) -> None:
    first = sign_in(clinic, Role.CLINICIAN, name="Maya Lind")
    second = sign_in(clinic, Role.CLINICIAN, name="Tom Hale")
    expect(first.get_by_text("Nothing waits here.")).to_be_visible()
    answer = api_for(clinic).post(
        "/api/v1/assessments", assessment_body(make_patient(clinic), {"bladder_change": "yes"})
    )
    assert answer.status_code == 201
    for page in (first, second):
        announced = page.get_by_role("status").get_by_role("link", name="1 new")
        expect(announced).to_be_visible()
        announced.click()
        expect(page.get_by_role("row").filter(has_text="Robin Runner")).to_contain_text("Nobody yet")
    first.get_by_role("button", name="Claim").click()
    expect(first.get_by_text("You have taken this on")).to_be_visible()
    second.get_by_role("button", name="Claim").click()
    expect(second.get_by_text("Not yours: Maya Lind took it on at")).to_be_visible()
    assert only(clinic).acknowledged_by.shown_name == "Maya Lind"  # type: ignore[union-attr]

    first.get_by_role("link", name="Robin Runner", exact=True).click()
    first.get_by_role("button", name="Emergency department").click()
    first.get_by_label("Who to call with questions").fill("020 7946 0000")
    first.get_by_label("Your words").fill("New bladder change since this morning. Please scan tonight.")
    first.get_by_role("button", name="Issue the letter in my name").click()
    expect(first.locator(".af-letter")).to_contain_text("Issued by Maya Lind")
    first.goto("/admin/")

    first.locator("summary", has_text="Resolve").click()
    check(first)
    first.get_by_label("What came of it").select_option("handed_over")
    first.get_by_label("In words").fill("Handed over to the emergency department by phone")
    first.get_by_role("button", name="Resolve").click()
    expect(first.get_by_text("Resolved, with what came of it")).to_be_visible()
    assert only(clinic).outcome_code == "handed_over"
    second.goto(f"/admin/patients/{only(clinic).patient_id}/#timeline")
    told = second.locator(".rtr-timeline li").all_inner_texts()
    steps = (
        "resolved",
        "Letter issued to the emergency department",
        "acknowledged",
        "emergency department now",
        "Assessed",
    )
    found = [next(row for row, line in enumerate(told) if step in line) for step in steps]
    assert found == sorted(found)
    assert "Maya Lind" in told[found[1]]


def test_the_worklist_is_accessible_and_shows_the_most_urgent_first(
    clinic: Clinic, sign_in: SignIn, pictures: Pictures
) -> None:
    record(clinic, analgesic_after_every_run="yes")
    record(clinic, fever_or_rigors="yes")
    emergency(clinic)
    for name in PASSES:
        note(name, now=timezone.now())
    page = sign_in(clinic, Role.CLINICIAN)
    expect(page.get_by_role("alert")).to_have_count(0)
    words = page.get_by_role("table").locator("tbody tr .rtr-urgency").all_inner_texts()
    assert len(words) == 3
    assert "emergency" in words[0].lower()
    check(page)
    pictures.take(page, "worklist")


@pytest.mark.parametrize("role", [Role.RECEPTION, Role.AUDITOR])
def test_who_may_see_no_clinical_answer_sees_no_escalation(
    clinic: Clinic, sign_in: SignIn, role: str
) -> None:
    emergency(clinic)
    page = sign_in(clinic, role)
    expect(page.locator("#content")).not_to_contain_text("bladder", ignore_case=True)
    expect(page.get_by_role("heading", name="Escalations")).to_have_count(0)
    check(page)


def test_a_service_that_is_late_says_so_above_everything(
    clinic: Clinic, open_page: Callable[[], Page], sign_in: SignIn
) -> None:
    page = sign_in(clinic, Role.CLINICIAN)
    expect(page.get_by_role("alert")).to_contain_text("The watch that repairs what was missed has stopped.")
