"""One runner's page: everything that a clinician needs, and nothing clinical for the desk."""

import datetime as dt
import re

import pytest
from django.utils import timezone

from assessments.records.models import Assessment
from assessments.timeline.services.runner_record import assessments_of, latest_of
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic, Role
from patients.models import Patient
from tests.audit.test_access_log import entries
from tests.dashboard.test_dashboard import SignIn, emergency, record
from tests.dashboard.walk import statements_of
from tests.factories import api_for, make_patient, reassuring_answers
from tests.programme.weeks import Weeks

MARCH = dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC)


def page_of(patient: Patient) -> str:
    return f"/admin/patients/{patient.pk}/"


@pytest.fixture
def weeks(clinic: Clinic) -> Weeks:
    """A runner in the third week of a programme: green checks, and one that hurt."""
    told = Weeks(
        clinic, make_patient(clinic, birth_date=dt.date(1987, 4, 12)), timezone.now() - dt.timedelta(days=16)
    )
    told.begin(pain_walking_nrs=1, hours_since_run=20)
    told.later(days=2)
    for distance in (5, 5.5, 6):
        told.run_and_check(pain_run_peak_nrs=1)
        told.run(distance={"value": distance, "unit": "km"})
        told.later(days=1)
    return told


def test_a_clinician_sees_what_holds_what_is_due_and_what_happened(
    weeks: Weeks,
    clinic: Clinic,
    sign_in: SignIn,
) -> None:
    shown = sign_in(clinic, Role.CLINICIAN).get(page_of(weeks.patient))
    words = shown.content.decode()
    assert "Born 12 April 1987" in words
    assert "Running may continue within the current limits." in words
    assert "24-hour check" in words
    assert "Programme: released" in words
    assert '<title id="pain-title">' in words
    assert '<title id="load-title">' in words
    assert [entry["patient"] for entry in entries(api_for(clinic))][:1] == [str(weeks.patient.pk)]


def test_what_holds_is_what_the_run_permission_says(weeks: Weeks, clinic: Clinic, sign_in: SignIn) -> None:
    browser = sign_in(clinic, Role.CLINICIAN)
    for _ in range(3):
        asked = api_for(clinic).get(f"/api/v1/patients/{weeks.patient.pk}/run-permission").json()
        shown = browser.get(page_of(weeks.patient)).context["holds"]
        assert shown["permitted"] == (asked["state"] == "holds")
        assert str(shown["assessment"].id) == asked["assessment"]
        record(clinic, weeks.patient, bladder_change="yes")


def test_nobody_reads_that_running_may_continue_before_that_it_may_not(
    weeks: Weeks, clinic: Clinic, sign_in: SignIn
) -> None:
    browser = sign_in(clinic, Role.CLINICIAN)
    held = browser.get(page_of(weeks.patient))
    assert held.context["holds"]["withheld"]
    words = held.content.decode()
    [headline] = re.findall(r'<p class="rtr-decision">(.*?)</p>', words)
    assert headline.startswith("No running")
    assert words.index("No running") < words.index("Running may continue")

    record(clinic, weeks.patient, bladder_change="yes")
    referred = browser.get(page_of(weeks.patient))
    assert not referred.context["holds"]["withheld"]
    [headline] = re.findall(r'<p class="rtr-decision">(.*?)</p>', referred.content.decode())
    assert headline == "Refer as an emergency. No running."


def test_an_open_escalation_comes_before_everything(clinic: Clinic, sign_in: SignIn) -> None:
    escalation = emergency(clinic)
    with clinic_scope(clinic.id):
        runner = escalation.patient
    words = sign_in(clinic, Role.CLINICIAN).get(page_of(runner)).content.decode()
    assert words.index("Nobody has taken it on") < words.index("rtr-runner-name")
    assert f"/admin/assessments/escalation/{escalation.pk}/change/" in words


@pytest.mark.holds("HZ-26")
def test_the_desk_sees_who_it_is_and_no_clinical_answer(clinic: Clinic, sign_in: SignIn) -> None:
    escalation = emergency(clinic)
    with clinic_scope(clinic.id):
        runner = escalation.patient
    shown = sign_in(clinic, Role.RECEPTION).get(page_of(runner))
    words = shown.content.decode().lower()
    assert "robin runner" in words
    for word in ("bladder", "emergency", "escalation", "pain over time", "what happened", "referral"):
        assert word not in words


def test_an_auditor_may_not_open_it_and_another_clinic_finds_nothing(
    clinic: Clinic,
    other_clinic: Clinic,
    sign_in: SignIn,
) -> None:
    theirs = make_patient(other_clinic)
    assert sign_in(clinic, Role.AUDITOR).get(page_of(make_patient(clinic))).status_code == 403
    assert sign_in(clinic, Role.CLINICIAN).get(page_of(theirs)).status_code == 404


def test_a_runner_nobody_has_assessed_has_a_page(clinic: Clinic, sign_in: SignIn) -> None:
    words = sign_in(clinic, Role.CLINICIAN).get(page_of(make_patient(clinic))).content.decode()
    assert "Not assessed yet" in words
    assert "No score has been given yet." in words


def test_the_sheets_are_handed_out_from_the_page(weeks: Weeks, clinic: Clinic, sign_in: SignIn) -> None:
    clinician, desk = sign_in(clinic, Role.CLINICIAN), sign_in(clinic, Role.RECEPTION)
    sheet = f"/admin/programmes/{weeks.programme}/sheet/"
    assert b"Robin Runner" in clinician.get(sheet).content
    assert clinician.get(f"{sheet}pdf/").content.startswith(b"%PDF-")
    with clinic_scope(clinic.id):
        assessment = clinic.assessments.first()
    plan = f"/admin/assessments/{assessment.pk}/sheet/"
    assert clinician.get(plan).status_code == 200
    assert {desk.get(page).status_code for page in (sheet, f"{sheet}pdf/", plan)} == {403}


def copies(patient: Patient, assessment: Assessment, number: int) -> None:
    """The same assessment on as many earlier days."""
    rows = [
        Assessment(
            clinic_id=assessment.clinic_id,
            patient=patient,
            assessed_at=(at := assessment.assessed_at - dt.timedelta(days=day)),
            created_at=at,
            **{
                name: getattr(assessment, name)
                for name in (
                    "assessor_role", "recorded_by_client_id", "recorded_by_user_id", "answers", "evaluation",
                    "decision", "urgency", "protocol_version", "protocol_hash",
                )
            },
        )
        for day in range(1, number + 1)
    ]  # fmt: skip
    Assessment.objects.bulk_create(rows)


def test_it_takes_fewer_than_fifteen_statements_however_long_the_history(
    weeks: Weeks,
    clinic: Clinic,
    sign_in: SignIn,
) -> None:
    browser = sign_in(clinic, Role.ADMIN)
    browser.get("/admin/")
    _, short = statements_of(browser, page_of(weeks.patient))
    with clinic_scope(clinic.id):
        copies(weeks.patient, clinic.assessments.latest("assessed_at"), 200)
    record(clinic, weeks.patient, fever_or_rigors="yes")
    _, long = statements_of(browser, f"{page_of(weeks.patient)}?pain=all")
    assert max(short, long) < 15
    assert browser.get(f"{page_of(weeks.patient)}?page=9").context["newer"] == 8
    for odd in ("?page=x", "?page=-1", "?page=99999999999", "?pain=%00", "?page=²"):
        assert browser.get(page_of(weeks.patient) + odd).status_code in (200, 400)


def test_an_amended_assessment_is_in_the_history_and_not_in_the_curve(
    clinic: Clinic, sign_in: SignIn
) -> None:
    first = record(clinic, pain_usual_nrs=7)
    with clinic_scope(clinic.id):
        runner = first.patient
    amended = api_for(clinic).post(
        f"/api/v1/assessments/{first.pk}/amendments",
        {
            "reason": "Typed 7 for 1",
            "assessed_at": first.assessed_at.isoformat(),
            "assessor_role": "physiotherapist",
            "answers": reassuring_answers(pain_usual_nrs=1),
        },
    )
    assert amended.status_code == 201, amended.json()
    shown = sign_in(clinic, Role.CLINICIAN).get(page_of(runner))
    assert [row.values[0] for row in shown.context["pain_rows"]] == [1]
    assert "Corrected since." in shown.content.decode()
    with clinic_scope(clinic.id):
        latest = latest_of(assessments_of(clinic.patients.get(pk=runner.pk), []))
    assert latest is not None
    assert str(latest.pk) == amended.json()["id"]
