"""The dashboard shows a clinic its own record, lets clinicians take an escalation on, and nobody else."""

import re
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from django.contrib import admin
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format

from assessments.decisions.services.submit import Submission, submit_assessment
from assessments.escalations.models import Escalation
from assessments.records.models import Assessment
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.clinicians import Actor
from clinics.identity.models import Clinic, Role, User
from patients.models import Patient
from tests.factories import make_clinic, make_member, make_patient, reassuring_answers

PAGES = {
    "patients": "/admin/patients/patient/",
    "assessments": "/admin/assessments/assessment/",
    "escalations": "/admin/assessments/escalation/",
    "follow_ups": "/admin/assessments/followup/",
    "deliveries": "/admin/assessments/delivery/",
}
DESK = {"patients", "follow_ups"}
AUDIT = {"deliveries"}
SEEN = {Role.ADMIN: set(PAGES), Role.CLINICIAN: set(PAGES), Role.AUDITOR: AUDIT, Role.RECEPTION: DESK}

SignIn = Callable[[Clinic, str], Client]


@pytest.fixture
def sign_in(db: None) -> SignIn:
    """A browser in which somebody of the role is signed in."""

    def enter(clinic: Clinic, role: str) -> Client:
        user = make_member(clinic, role).user
        user.is_staff = True
        user.save()
        browser = Client()
        browser.force_login(user)
        return browser

    return enter


def record(clinic: Clinic, runner: Patient | None = None, **changes: object) -> Assessment:
    """An assessment of a runner named Robin Runner."""
    patient = runner or make_patient(clinic)
    submission = Submission(patient.id, timezone.now(), "physiotherapist", reassuring_answers(**changes))
    with clinic_scope(clinic.id):
        actor = Actor(client=clinic.api_clients.get())
        return submit_assessment(
            clinic=clinic, actor=actor, submission=submission, now=timezone.now()
        ).assessment


def emergency(clinic: Clinic) -> Escalation:
    """An open emergency."""
    with clinic_scope(clinic.id):
        return clinic.escalations.get(assessment=record(clinic, bladder_change="yes"))


def page_of(row: Assessment | Escalation) -> str:
    return f"/admin/assessments/{row._meta.model_name}/{row.pk}/change/"


def state(clinic: Clinic, escalation: Escalation) -> str:
    with clinic_scope(clinic.id):
        return clinic.escalations.get(id=escalation.id).state


@pytest.mark.parametrize("role", Role)
def test_a_role_sees_what_its_table_allows_and_no_more(clinic: Clinic, sign_in: SignIn, role: Role) -> None:
    browser = sign_in(clinic, role)
    answers = {name: browser.get(page).status_code for name, page in PAGES.items()}
    assert answers == {name: 200 if name in SEEN[role] else 403 for name in PAGES}


def test_nobody_enters_without_signing_in(db: None) -> None:
    for page in PAGES.values():
        answer = Client().get(page)
        assert (answer.status_code, answer["Location"]) == (302, f"/admin/login/?next={page}")


@pytest.mark.parametrize("superuser", [True, False])
def test_a_person_without_a_membership_sees_nothing(clinic: Clinic, superuser: bool) -> None:
    escalation = emergency(clinic)
    browser = Client()
    browser.force_login(User.objects.create_user("stranger", is_staff=True, is_superuser=superuser))
    assert [browser.get(page).status_code for page in PAGES.values()] == [403] * len(PAGES)
    assert browser.post(f"/admin/assessments/escalation/{escalation.pk}/acknowledge/").status_code == 403
    assert state(clinic, escalation) == "open"


def test_another_clinics_rows_are_neither_listed_nor_opened(
    clinic: Clinic, other_clinic: Clinic, sign_in: SignIn
) -> None:
    escalation = emergency(other_clinic)
    browser = sign_in(clinic, Role.ADMIN)
    for name in ("patients", "assessments", "escalations", "follow_ups"):
        assert "Runner" not in browser.get(PAGES[name]).content.decode()
    # Django's admin answers an unknown row with its own index page.
    assert browser.get(page_of(escalation)).status_code == 404
    assert browser.post(f"/admin/assessments/escalation/{escalation.pk}/acknowledge/").status_code == 404
    assert state(other_clinic, escalation) == "open"


def test_the_page_of_an_assessment_says_why_in_words(clinic: Clinic, sign_in: SignIn) -> None:
    assessment = record(clinic, bladder_change="yes", hop_or_impact_pain=None)
    page = sign_in(clinic, Role.CLINICIAN).get(page_of(assessment)).content.decode()
    assert "Refer as an emergency. No running." in page
    assert "Emergency department now" in page
    (met,) = [met for met in assessment.evaluation["criteria_met"] if met["id"] == "RF-E02"]
    assert met["texts"]["clinician"] in page
    assert "<small>RF-E02." in page
    assert "bladder change is yes" not in page
    assert "Not assessed" in page
    assert "<dt>Emergency: ring</dt><dd>999</dd><dt>Send to</dt><dd>A&amp;E, General Hospital</dd>" in page


def test_answers_stand_with_their_units(clinic: Clinic, sign_in: SignIn) -> None:
    page = sign_in(clinic, Role.CLINICIAN).get(page_of(record(clinic))).content.decode()
    assert "<em>27 days</em>" in page
    assert "<em>2 out of 10</em>" in page
    assert "<dd>999</dd>" not in page


def test_what_was_noticed_names_its_question(clinic: Clinic, sign_in: SignIn) -> None:
    runner = make_patient(clinic, birth_date="1980-01-01")
    assessment = record(clinic, runner)
    page = sign_in(clinic, Role.CLINICIAN).get(page_of(assessment)).content.decode()
    assert "Age: The age given differs" in page


def test_repeated_contacts_are_counted(clinic: Clinic, sign_in: SignIn) -> None:
    runner = make_patient(clinic)
    record(clinic, runner)
    latest = record(clinic, runner)
    record(clinic)
    page = sign_in(clinic, Role.CLINICIAN).get(page_of(latest)).content.decode()
    assert "up to this assessment:</strong> 2" in page


def test_times_are_those_of_the_clinic(db: None, sign_in: SignIn) -> None:
    tokyo = make_clinic("Tokyo Physio", time_zone="Asia/Tokyo")
    escalation = emergency(tokyo)
    shown = escalation.opened_at.astimezone(ZoneInfo("Asia/Tokyo"))
    browser = sign_in(tokyo, Role.CLINICIAN)
    for page in (PAGES["escalations"], page_of(escalation)):
        text = browser.get(page).content.decode()
        assert "Times are those of Asia/Tokyo." in text
        assert date_format(shown, "DATETIME_FORMAT") in text


def test_a_missing_answer_is_named(clinic: Clinic, sign_in: SignIn) -> None:
    assessment = record(clinic, saddle_sensation_change=None)
    page = sign_in(clinic, Role.CLINICIAN).get(page_of(assessment)).content.decode()
    assert "Not answered although needed" in page
    assert "The safety screen is incomplete" in page


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.ADMIN])
def test_a_clinician_takes_an_escalation_on_from_the_page_the_mail_links_to(
    clinic: Clinic, sign_in: SignIn, role: Role
) -> None:
    escalation = emergency(clinic)
    browser = sign_in(clinic, role)
    assert "Acknowledge" in browser.get(page_of(escalation)).content.decode()
    answer = browser.post(f"/admin/assessments/escalation/{escalation.pk}/acknowledge/")
    assert answer["Location"] == page_of(escalation)
    with clinic_scope(clinic.id):
        acknowledged = clinic.escalations.get(id=escalation.id)
        assert acknowledged.state == "acknowledged"
        assert acknowledged.next_attempt_at is None
        assert str(acknowledged.acknowledged_by.user.pk) == browser.session["_auth_user_id"]
    assert "I take this on" not in browser.get(page_of(escalation)).content.decode()


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.RECEPTION])
def test_others_may_not_take_it_on(clinic: Clinic, sign_in: SignIn, role: Role) -> None:
    escalation = emergency(clinic)
    browser = sign_in(clinic, role)
    assert "I take this on" not in browser.get(page_of(escalation)).content.decode()
    assert browser.post(f"/admin/assessments/escalation/{escalation.pk}/acknowledge/").status_code == 403
    assert state(clinic, escalation) == "open"


def test_following_a_link_acknowledges_nothing(clinic: Clinic, sign_in: SignIn) -> None:
    escalation = emergency(clinic)
    browser = sign_in(clinic, Role.CLINICIAN)
    assert browser.get(f"/admin/assessments/escalation/{escalation.pk}/acknowledge/").status_code == 405
    assert state(clinic, escalation) == "open"


def test_a_forged_form_acknowledges_nothing(clinic: Clinic, sign_in: SignIn) -> None:
    escalation = emergency(clinic)
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = sign_in(clinic, Role.CLINICIAN).cookies
    person = browser.session["_auth_user_id"]
    address = f"/admin/assessments/escalation/{escalation.pk}/acknowledge/"
    assert browser.post(address, {"opened_in": f"{clinic.id}.{person}"}).status_code == 403
    assert browser.post(address).status_code == 403
    assert state(clinic, escalation) == "open"


def test_the_worklist_shows_what_is_open_first_then_by_urgency(clinic: Clinic, sign_in: SignIn) -> None:
    browser = sign_in(clinic, Role.CLINICIAN)
    done = emergency(clinic)
    browser.post(f"/admin/assessments/escalation/{done.pk}/acknowledge/")
    with clinic_scope(clinic.id):
        routine = clinic.escalations.get(assessment=record(clinic, analgesic_after_every_run="yes"))
        same_day = clinic.escalations.get(assessment=record(clinic, fever_or_rigors="yes"))
    page = browser.get(PAGES["escalations"]).content.decode()
    places = [page.index(str(row.pk)) for row in (same_day, routine, done)]
    assert places == sorted(places)


@pytest.mark.parametrize("role", Role)
def test_nobody_changes_or_deletes_clinical_rows(clinic: Clinic, sign_in: SignIn, role: Role) -> None:
    assessment = record(clinic)
    browser = sign_in(clinic, role)
    for page in (
        *(f"{page}add/" for page in PAGES.values()),
        page_of(assessment).replace("change", "delete"),
    ):
        assert browser.get(page).status_code == 403
    assert browser.post(page_of(assessment), {"decision": "adjust_running"}).status_code == 403


def test_tokens_and_clients_are_not_shown() -> None:
    shown = {model._meta.label for model in admin.site._registry}
    assert shown == {
        "patients.Patient",
        "assessments.Assessment",
        "assessments.Escalation",
        "assessments.FollowUp",
        "assessments.Delivery",
    }


def test_no_page_needs_a_script_that_its_policy_forbids(clinic: Clinic, sign_in: SignIn) -> None:
    assessment = record(clinic, bladder_change="yes")
    with clinic_scope(clinic.id):
        details = [page_of(assessment), page_of(clinic.escalations.get())]
    browser = sign_in(clinic, Role.ADMIN)
    for page in ["/admin/", *PAGES.values(), *details]:
        html = browser.get(page).content.decode()
        scripts = re.findall(r"<script\b[^>]*>", html)
        assert scripts, page
        assert [tag for tag in scripts if "src=" not in tag and "json" not in tag] == []
        assert re.findall(r"\son(?:click|load|change|submit|error)=|href=\"javascript:", html) == []


def test_there_is_no_second_history_beside_the_clinics_own(clinic: Clinic, sign_in: SignIn) -> None:
    page = page_of(emergency(clinic))
    browser = sign_in(clinic, Role.ADMIN)
    assert browser.get(page).status_code == 200
    assert "/history/" not in browser.get(page).content.decode()
    assert browser.get(page.replace("/change/", "/history/")).status_code == 404


def test_a_page_without_anything_to_save_has_no_bar_of_buttons(clinic: Clinic, sign_in: SignIn) -> None:
    browser = sign_in(clinic, Role.ADMIN)
    assert 'id="submit-row"' not in browser.get(page_of(record(clinic))).content.decode()
