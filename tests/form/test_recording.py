"""An assessment entered by hand is recorded as the API would, once, and only on what was seen."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from assessments.decisions.form.typed_values import as_typed
from assessments.protocol import QUESTIONS
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic, Membership, Role
from patients.models import Patient
from tests.conventions.threads import all_at_once
from tests.factories import CASES, assessment_body, make_patient
from tests.form.filled import address, filled, opened, recorded, seal_in


def test_the_form_asks_every_question_and_answers_none_of_them(browser: Client, patient: Patient) -> None:
    page = browser.get(address(patient)).content.decode()
    for question in QUESTIONS:
        assert f'data-question="{question.name}"' in page, question.name
    assert " checked>" not in page.partition('id="emergency"')[2]
    assert "Severe: power 3 of 5 or less in any muscle group, or foot drop." in page
    assert "Number, 0 to 400 km." in page


@pytest.mark.parametrize("case", sorted(CASES))
def test_every_worked_case_is_recorded_from_the_form_as_from_the_api(
    browser: Client, clinic: Clinic, api: APIClient, case: str
) -> None:
    answers = CASES[case]["answers"]
    by_hand, by_software = make_patient(clinic), make_patient(clinic)
    answer = browser.post(address(by_hand), filled(opened(browser, by_hand), answers))
    assert answer.status_code == 302, answer.content.decode()[:4000]
    body = assessment_body(by_software, answers)
    assert api.post("/api/v1/assessments", body).status_code == 201
    one, other = recorded(clinic)
    assert one.answers == other.answers
    assert one.evaluation == other.evaluation
    assert answer["Location"] == f"/admin/assessments/assessment/{one.pk}/change/"


def test_the_signed_in_clinician_is_who_recorded_it(
    browser: Client, clinic: Clinic, clinician: Membership, patient: Patient
) -> None:
    browser.post(address(patient), filled(opened(browser, patient)))
    (assessment,) = recorded(clinic)
    assert (assessment.recorded_by_user_id, assessment.recorded_by_client_id) == (clinician.user_id, None)


def test_a_double_click_records_once(browser: Client, clinic: Clinic, patient: Patient) -> None:
    sent = filled(opened(browser, patient), {"bladder_change": "yes"})
    first, second = browser.post(address(patient), sent), browser.post(address(patient), sent)
    assert first["Location"] == second["Location"]
    assert len(recorded(clinic)) == 1
    with clinic_scope(clinic.id):
        assert clinic.escalations.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_forms_that_are_sent_at_once_one_is_recorded(
    browser: Client, clinic: Clinic, patient: Patient
) -> None:
    """Both were opened on the same record, which the first of them changes."""
    forms = [filled(opened(browser, patient)) for _ in range(2)]
    answers = all_at_once([lambda form=form: browser.post(address(patient), form) for form in forms])  # type: ignore[misc]
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    assert len(recorded(clinic)) == 1


def test_none_of_these_writes_a_no_for_each_and_who_answers_for_it(
    browser: Client, clinic: Clinic, patient: Patient
) -> None:
    sent = filled(opened(browser, patient), {"pregnancy_status": "not_pregnant"}, **{"none.emergency": "1"})
    browser.post(address(patient), sent)
    (assessment,) = recorded(clinic)
    (attested,) = assessment.attested
    assert attested["screen"] == "emergency"
    assert {"bladder_change", "leg_weakness", "systemically_unwell"} <= set(attested["questions"])
    assert {assessment.answers[name] for name in attested["questions"]} == {"no", "none"}
    # What doesn't apply isn't ruled out, nor is the other screen.
    assert "pregnancy_warning_signs" not in assessment.answers
    assert "cancer_history" not in assessment.answers


def test_none_of_these_rules_out_nothing_that_another_answer_brings_up(
    browser: Client, clinic: Clinic, patient: Patient
) -> None:
    sent = filled(opened(browser, patient), {"pregnancy_status": "pregnant"}, **{"none.emergency": "1"})
    browser.post(address(patient), sent)
    (assessment,) = recorded(clinic)
    assert "pregnancy_warning_signs" not in assessment.answers
    assert "pregnancy_warning_signs" in {item["question"] for item in assessment.evaluation["missing"]}


def test_none_of_these_never_overrules_an_answer(browser: Client, clinic: Clinic, patient: Patient) -> None:
    for said in ("yes", "unknown"):
        sent = filled(opened(browser, patient), {}, **{"none.emergency": "1", "a.bladder_change": said})
        answer = browser.post(address(patient), sent)
        assert answer.status_code == 422
        fault = '<a href="#q-bladder_change">Change in passing urine: “None of these” is ticked'
        assert fault in answer.content.decode()
    assert recorded(clinic) == []


def test_an_unknown_answer_keeps_its_reason(browser: Client, clinic: Clinic, patient: Patient) -> None:
    changes = {"a.sexual_function_change": "unknown", "r.sexual_function_change": "asked-declined"}
    browser.post(address(patient), filled(opened(browser, patient), {"bladder_change": "no"}, **changes))
    (assessment,) = recorded(clinic)
    assert assessment.answers["bladder_change"] == "no"
    assert "sexual_function_change" not in assessment.answers
    assert assessment.absent_reasons == {"sexual_function_change": "asked-declined"}


def test_what_is_wrong_is_named_in_one_summary_and_nothing_typed_is_lost(
    browser: Client, clinic: Clinic, patient: Patient
) -> None:
    wrong = {
        "assessor_role": None,
        "a.pain_usual_nrs": "3.5",
        "a.episode_duration_days": "a while",
        "a.clinician_note": "A note worth keeping",
        "a.diagnoses.1.code": "fracture",
        "a.diagnoses.1.cleared_by": "Dr Somebody",
    }
    answer = browser.post(address(patient), filled(opened(browser, patient), **wrong))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<title> Nothing was stored: " in page
    for place in ("assessor_role", "q-pain_usual_nrs", "q-episode_duration_days"):
        assert f'<li><a href="#{place}">' in page
        assert f'id="{place}"' in page
    for typed in ("3.5", "a while", "Dr Somebody"):
        assert f'value="{typed}"' in page
    assert "A note worth keeping" in page
    assert recorded(clinic) == []


def test_a_fault_in_a_row_leads_to_that_row(browser: Client, clinic: Clinic, patient: Patient) -> None:
    answers = {"bladder_change": "no"}
    changes = {"a.diagnoses.1.code": "fracture", "a.diagnoses.1.status": ""}
    page = browser.post(
        address(patient), filled(opened(browser, patient), answers, **changes)
    ).content.decode()
    assert '<a href="#q-diagnoses-1-status">Known or suspected back diagnoses: This field is needed.' in page
    assert 'id="q-diagnoses-1-status"' in page


def test_without_a_script_the_decision_is_a_button_away(
    browser: Client, clinic: Clinic, patient: Patient
) -> None:
    sent = filled(opened(browser, patient), {"bladder_change": "yes"}, action="evaluate")
    page = browser.post(address(patient), sent).content.decode()
    assert "Refer as an emergency. No running." in page
    assert "<dt>Emergency: ring</dt><dd>999</dd><dt>Send to</dt><dd>A&amp;E, General Hospital</dd>" in page
    assert recorded(clinic) == []
    # The same form is recorded afterwards.
    assert (
        browser.post(
            address(patient), sent | {"action": "record", "form": seal_in(page.encode())}
        ).status_code
        == 302
    )


def test_the_panel_names_the_next_question_and_leads_to_it(browser: Client, patient: Patient) -> None:
    decision = f"{address(patient)}decision/"
    panel = browser.post(decision, filled("", {"saddle_sensation_change": "no"})).content.decode()
    assert 'Next: <a href="#q-bladder_change">Change in passing urine</a>' in panel
    panel = browser.post(decision, filled("")).content.decode()
    assert "Running may continue within the current limits." in panel


def test_an_answer_that_cannot_be_read_counts_as_unknown_and_is_named(
    browser: Client, patient: Patient
) -> None:
    sent = filled("", **{"a.pain_walking_nrs": "3.5"})
    panel = browser.post(f"{address(patient)}decision/", sent).content.decode()
    assert "Not enough information to decide." in panel
    assert '<a href="#q-pain_walking_nrs">Pain on walking, last 48 hours</a>' in panel


def test_the_age_comes_from_the_birth_date(browser: Client, clinic: Clinic) -> None:
    runner = make_patient(clinic, birth_date="2012-01-01")
    sent = filled("", **{"a.age_years": ""})
    assert "CL-04" in browser.post(f"{address(runner)}decision/", sent).content.decode()


def test_a_form_of_before_another_assessment_is_refused_with_what_changed(
    browser: Client, api: APIClient, clinic: Clinic, patient: Patient
) -> None:
    seal = opened(browser, patient)
    api.post("/api/v1/assessments", assessment_body(patient, {"bladder_change": "yes"}))
    answer = browser.post(address(patient), filled(seal, **{"a.clinician_note": "Typed meanwhile"}))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Refer as an emergency. No running." in page
    assert "Typed meanwhile" in page
    assert len(recorded(clinic)) == 1
    # Whoever has read it records on.
    assert browser.post(address(patient), filled(seal_in(answer.content))).status_code == 302
    assert len(recorded(clinic)) == 2


def test_a_form_of_before_a_change_of_the_runner_is_refused(
    browser: Client, clinic: Clinic, patient: Patient
) -> None:
    seal = opened(browser, patient)
    with clinic_scope(clinic.id):
        patient.birth_date = "1990-05-04"
        patient.save()
    answer = browser.post(address(patient), filled(seal))
    assert (answer.status_code, recorded(clinic)) == (409, [])
    assert "details were changed" in answer.content.decode()


def test_a_form_that_was_open_too_long_is_refused(browser: Client, clinic: Clinic, patient: Patient) -> None:
    seal = opened(browser, patient)
    with time_machine.travel(timezone.now() + timedelta(hours=2, minutes=1)):
        answer = browser.post(address(patient), filled(seal))
    assert (answer.status_code, recorded(clinic)) == (409, [])
    assert "opened more than 2 hours ago" in answer.content.decode()


def test_a_form_of_another_runner_or_person_records_nothing(
    browser: Client, browser_as: Callable[[str], Client], clinic: Clinic, patient: Patient
) -> None:
    other = make_patient(clinic)
    colleague = browser_as(Role.CLINICIAN)
    for seal in (opened(browser, other), opened(colleague, patient), "forged"):
        assert b"opened afresh" in browser.post(address(patient), filled(seal)).content
    assert recorded(clinic) == []


@pytest.mark.parametrize("role", [Role.RECEPTION, Role.AUDITOR])
def test_whoever_may_not_record_opens_nothing(
    browser_as: Callable[[str], Client], clinic: Clinic, patient: Patient, role: Role
) -> None:
    browser = browser_as(role)
    assert browser.get(address(patient)).status_code == 403
    assert browser.post(address(patient), filled("")).status_code == 403
    assert browser.post(f"{address(patient)}decision/", filled("")).status_code == 403
    assert recorded(clinic) == []


def test_another_clinics_or_an_archived_runner_is_not_there(
    browser: Client, clinic: Clinic, other_clinic: Clinic
) -> None:
    gone = make_patient(clinic, archived_at=timezone.now())
    for runner in (make_patient(other_clinic), gone):
        assert browser.get(address(runner)).status_code == 404
        assert browser.post(f"{address(runner)}decision/", filled("")).status_code == 404


def test_opening_the_form_is_a_read_that_is_noted(browser: Client, clinic: Clinic, patient: Patient) -> None:
    opened(browser, patient)
    with clinic_scope(clinic.id):
        (entry,) = clinic.access_log.all()
    assert (entry.patient_id, entry.action) == (patient.id, "GET assess")


def test_a_correction_begins_with_what_was_recorded_and_says_why(
    browser: Client, clinic: Clinic, patient: Patient
) -> None:
    browser.post(address(patient), filled(opened(browser, patient)))
    (first,) = recorded(clinic)
    page = browser.get(f"/admin/assessments/{first.pk}/correct/")
    seal = seal_in(page.content)
    assert 'value="no" checked' in page.content.decode()
    corrected = filled(seal, {**first.answers, "bladder_change": "yes"}, reason=" ")
    assert "Say what was wrong" in browser.post(page.wsgi_request.path, corrected).content.decode()
    assert browser.post(page.wsgi_request.path, corrected | {"reason": "Misread"}).status_code == 302
    old, new = recorded(clinic)
    assert (new.supersedes_id, new.amendment_reason) == (old.id, "Misread")
    assert new.decision == "refer_emergency"
    # The old one leads to the one that took its place.
    assert browser.get(f"/admin/assessments/{old.pk}/correct/").status_code == 302


def test_the_form_takes_few_statements(
    browser: Client, patient: Patient, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    opened(browser, patient)  # the first page of a session stores its clinic
    with django_assert_max_num_queries(15):  # type: ignore[attr-defined]
        browser.get(address(patient))


def test_what_is_recorded_reads_back_as_it_was_typed(clinic: Clinic) -> None:
    typed = as_typed(CASES["V01"]["answers"], {"leg_pain": "asked-unknown"})
    assert typed["a.bladder_change"] == "no"
