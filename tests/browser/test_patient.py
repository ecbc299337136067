"""The page of one runner in a browser: read at a glance, on a phone and without a mouse."""

import datetime as dt

from django.utils import timezone
from playwright.sync_api import expect

from clinics.models import Clinic, Role
from tests.browser.accessibility import check
from tests.browser.conftest import SignIn
from tests.browser.pictures import Pictures
from tests.dashboard.test_dashboard import emergency
from tests.factories import make_patient
from tests.programme.weeks import Weeks


def eight_weeks(clinic: Clinic) -> Weeks:
    """A runner who was referred, came back after a gap, and builds up; the last run's check is due."""
    runner = make_patient(clinic, birth_date=dt.date(1987, 4, 12), external_id="HP-1001")
    told = Weeks(clinic, runner, timezone.now() - dt.timedelta(days=60))
    told.assess(pain_usual_nrs=5, pain_walking_nrs=4, pain_run_peak_nrs=8, pain_next_day_nrs=7)
    told.later(days=4)
    flagged = told.assess(
        pain_usual_nrs=6,
        pain_walking_nrs=5,
        fever_or_rigors="yes",
        pain_run_peak_nrs=None,
        pain_next_day_nrs=None,
    )
    told.later(hours=1)
    told.post(f"/escalations/{flagged['escalation']}/acknowledge")
    told.later(hours=5)
    told.post(
        f"/escalations/{flagged['escalation']}/resolve",
        {"outcome_code": "attended", "outcome": "Seen the same day; kidney infection treated."},
    )
    told.later(days=5)
    told.assess(pain_usual_nrs=4, pain_walking_nrs=3, pain_run_peak_nrs=5, pain_next_day_nrs=4)
    told.later(days=18)
    told.begin(
        pain_usual_nrs=2,
        pain_walking_nrs=1,
        pain_pre_run_nrs=2,
        pain_run_peak_nrs=3,
        pain_next_day_nrs=2,
        hours_since_run=20,
    )
    told.later(days=2)
    scores = (
        (2, 3, 2),
        (2, 2, 2),
        (1, 3, 1),
        (1, 2, 1),
        (1, 1, 0),
        (0, 2, 1),
        (0, 1, 0),
        (0, 1, 0),
        (0, 1, 0),
    )
    for number, (rest, run, after) in enumerate(scores):
        check_due = told.run(distance={"value": 4 + number * 0.3, "unit": "km"})["follow_up"]
        told.later(days=1)
        told.check(
            check_due,
            pain_usual_nrs=rest,
            pain_walking_nrs=rest // 2,
            pain_pre_run_nrs=rest,
            pain_run_peak_nrs=run,
            pain_next_day_nrs=after,
        )
        told.later(days=2)
    told.now = timezone.now() - dt.timedelta(hours=26)
    told.run(distance={"value": 7, "unit": "km"})
    return told


def test_a_clinician_reads_a_runner_at_a_glance(clinic: Clinic, sign_in: SignIn, pictures: Pictures) -> None:
    told = eight_weeks(clinic)
    page = sign_in(clinic, Role.CLINICIAN)
    page.goto("/admin/patients/patient/")
    page.get_by_role("link", name="Runner, Robin").click()
    expect(page.get_by_role("img", name="Pain over time")).to_be_visible()
    expect(page.get_by_role("img", name="Kilometres in each week")).to_be_visible()
    expect(page.locator(".rtr-next")).to_contain_text("overdue by")
    expect(page.get_by_text("Letter issued")).to_have_count(0)
    for summary in page.locator("summary", has_text="The same as a table").all():
        summary.click()
    rows = page.get_by_role("region", name="Pain as a table").locator("tbody tr")
    expect(rows.last).to_contain_text("8")
    check(page)
    for summary in page.locator("summary", has_text="The same as a table").all():
        summary.click()
    page.evaluate("() => window.scrollTo(0, 0)")
    pictures.take(page, "patient")
    page.get_by_role("link", name="Older").click()
    expect(page.get_by_text("Escalation: resolved")).to_be_visible()
    with page.expect_response(lambda answer: answer.url.endswith(f"/programmes/{told.programme}/sheet/")):
        page.get_by_role("link", name="Sheet to print").click()
    check(page)


def test_an_emergency_stands_above_everything_else(clinic: Clinic, sign_in: SignIn) -> None:
    emergency(clinic)
    page = sign_in(clinic, Role.CLINICIAN)
    page.get_by_role("link", name="Patient page of Robin Runner").click()
    expect(page.get_by_role("region", name="Escalation: Emergency department now")).to_be_visible()
    check(page)


def test_a_reception_user_sees_no_clinical_answer(clinic: Clinic, sign_in: SignIn) -> None:
    emergency(clinic)
    page = sign_in(clinic, Role.RECEPTION)
    page.goto("/admin/patients/patient/")
    page.get_by_role("link", name="Runner, Robin").click()
    expect(page.locator("#content")).to_contain_text("Date of birth not recorded")
    expect(page.locator("#content")).not_to_contain_text("bladder", ignore_case=True)
    expect(page.locator("#content")).not_to_contain_text("emergency", ignore_case=True)
    expect(page.get_by_role("img")).to_have_count(0)
    check(page)
