"""What is left of a runner who was erased: the decisions, and nothing that says whose they were."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db.models import BinaryField, CharField, Field, JSONField, Model, TextField
from rest_framework.test import APIClient

from assessments.protocol import evaluate
from tests.api_edge.checks import assert_matches
from tests.privacy.erasure import V1, Story, erase, places, resolve_all, tell
from tests.privacy.marker import marked_answers, marked_patient, submission, text_questions

#: Columns that hold words about a patient: erasure reaches each, and the story puts the marker there.
ERASED = {
    *(f"patients.Patient.{name}" for name in ("external_id", "given_name", "family_name")),
    *(f"patients.Patient.{name}" for name in ("contact", "running_profile")),
    *(f"patients.PatientHistory.{name}" for name in ("external_id", "given_name", "family_name")),
    *(f"patients.PatientHistory.{name}" for name in ("contact", "running_profile")),
    *(f"assessments.Assessment.{name}" for name in ("answers", "evaluation", "amendment_reason")),
    *(f"assessments.Override.{name}" for name in ("reason", "finding_text", "handover_to")),
    *(f"assessments.Override.{name}" for name in ("exclusion_by", "exclusion_text")),
    *(f"assessments.Letter.{name}" for name in ("recipient", "call_back", "words", "content")),
    "assessments.Escalation.outcome",
    "assessments.EscalationHistory.outcome",
    "assessments.EscalationEvent.note",
    "assessments.Shoe.name",
    "assessments.CardFeedback.comment",
}
#: What a clinic says of its people, services and receivers: about no runner.
OF_THE_CLINIC = {
    **dict.fromkeys(("closed_days", "covers", "ladders", "quiet_hours", "shifts"), "OnCallPlan"),
    **dict.fromkeys(("country", "subdivision"), "OnCallPlan"),
    **dict.fromkeys(("name", "schema", "test_reason", "urgencies"), "OnCallService"),
    **dict.fromkeys(("description", "events", "url"), "WebhookEndpoint"),
}
#: Columns that could hold words and hold something else, with what it is.
KEPT = {
    **{f"assessments.{model}.{column}": "the clinic's own" for column, model in OF_THE_CLINIC.items()},
    **{f"assessments.{model}History.{column}": "the same" for column, model in OF_THE_CLINIC.items()},
    "assessments.OnCallService.ending": "the end of an address of the clinic's",
    "assessments.OnCallService.sealed_url": "an address of the clinic's, sealed",
    "assessments.OnCallService.sealed_key": "a key, sealed",
    "assessments.WebhookEndpoint.sealed_keys": "keys, sealed",
    "assessments.Card.service": "the name of one of our services",
    "assessments.Card.protocol_version": "a version",
    "assessments.Card.suggestions": "ids",
    "assessments.CardFeedback.suggestions": "ids",
    "assessments.CheckInLink.token_hash": "a hash of nothing that anybody said, gone with the erasure",
    "assessments.ParameterPreview.values": "numbers by the names of parameters",
    "assessments.ParameterPreview.changes": "numbers by the names of parameters",
    "assessments.ParameterPreview.report": "decisions, counts and ids",
    "assessments.ParameterPreview.protocol_version": "a version",
    "assessments.ParameterPreview.protocol_hash": "a hash",
    "assessments.ParameterSet.values": "numbers by the names of parameters",
    "assessments.ParameterSet.protocol_version": "a version",
    "assessments.ParameterSet.protocol_hash": "a hash",
    "assessments.ParameterSet.reason": "why the clinic set its thresholds; about nobody",
    "assessments.Programme.content": "codes, scores and the service's own sentences",
    "assessments.ProgrammeEvent.criteria": "ids of criteria",
    "assessments.ProgrammeEvent.figures": "numbers",
    "assessments.ExerciseLog.exercise": "a code",
    "assessments.ExerciseLogHistory.exercise": "a code",
    "assessments.RunLog.levers": "codes",
    "assessments.RunLog.planned": "the service's own sentences and numbers",
    "patients.Erasure.records": "numbers",
    "assessments.Assessment.absent_reasons": "codes",
    "assessments.Assessment.notices": "codes and the service's own sentences",
    "assessments.Assessment.attested": "names of questions",
    "assessments.Assessment.attested_longstanding": "names of questions, and which of the clinic's people",
    "assessments.Assessment.carried": "ids and dates",
    "assessments.Assessment.decision": "a code",
    "assessments.Assessment.urgency": "a code",
    "assessments.Assessment.protocol_version": "a version",
    "assessments.Assessment.protocol_hash": "a hash",
    "assessments.Escalation.policy": "addresses of the clinic's people",
    "assessments.Escalation.last_error": "an error of ours or of the mail server",
    "assessments.EscalationHistory.policy": "addresses of the clinic's people",
    "assessments.FollowUp.last_error": "an error of ours or of the mail server",
    "assessments.Delivery.name": "the name of a paging service",
    "assessments.Delivery.address": "the address of one of the clinic's people",
    "assessments.Delivery.error": "an error of ours or of the mail server",
    "assessments.DeliveryAttempt.reason": "an error of ours or of the mail server",
    "assessments.WebhookDelivery.last_error": "the kind of failure: a status, or the name of an error",
    "assessments.WebhookAttempt.reason": "the same",
    "assessments.WebhookAttempt.request_headers": "ours: ids and times",
    "assessments.WebhookAttempt.response_headers": "a receiver's own, without bodies; kept 30 days",
    "assessments.Export.last_error": "the kind of an error of ours",
    "assessments.Export.rows_total": "numbers",
    "assessments.Export.rows_done": "numbers",
    "assessments.ExportChunk.rows": "ids",
    "assessments.ExportChunk.patients": "ids",
    "assessments.ExportChunk.content": "emptied with the chunk, which goes",
    "assessments.Tally.name": "the name of a count",
}
#: What pghistory itself adds to each history: a label, and ids.
PGHISTORY = {"pgh_label", "pgh_context"}


@pytest.fixture
def story(api: APIClient) -> Story:
    """A runner with the marker wherever words can be said."""
    return tell(api)


def word_columns() -> Iterator[str]:
    for app in ("patients", "assessments"):
        for model in apps.get_app_config(app).get_models():
            yield from (f"{model._meta.label}.{column.name}" for column in _of_words(model))


def _of_words(model: type[Model]) -> Iterator[Field[Any, Any]]:
    for column in model._meta.concrete_fields:
        takes_words = isinstance(column, CharField | TextField | JSONField | BinaryField)
        if takes_words and not column.choices and column.name not in PGHISTORY:
            yield column


def test_every_column_that_takes_words_is_erased_or_has_its_reason() -> None:
    """A new one: reach it in ``erase_patient`` and the story, or say in ``KEPT`` what it holds."""
    assert set(word_columns()) == ERASED | set(KEPT)


def test_the_story_has_something_to_erase_everywhere(story: Story) -> None:
    columns = {name.replace(".", "_", 1).lower() for name in ERASED}
    assert columns | {"patients_patient.birth_date"} <= places()


def test_nothing_is_left_of_the_person(api: APIClient, story: Story) -> None:
    answer = erase(api, story.patient)
    assert answer.status_code == 200, answer.content
    assert places() == set()


def test_the_report_counts_what_went_and_what_stays(api: APIClient, story: Story) -> None:
    report = erase(api, story.patient).json()
    assert_matches("Erasure", report)
    assert (report["patient"], report["reason"]) == (story.patient, "patient_request")
    records = {entry.pop("kind"): entry for entry in report["records"]}
    assert records["assessment"] == {"pseudonymised": 4, "kept": 4, "kept_because": "record"}
    assert records["override"] == {"pseudonymised": 1, "kept": 1, "kept_because": "record"}
    assert records["answered_request"]["kept"] == 0
    assert records["answered_request"]["pseudonymised"] >= 10
    assert records["access_log"]["kept_because"] == "audit"


def test_decisions_stay_and_can_be_formed_again_with_the_same_bytes(api: APIClient, story: Story) -> None:
    kept = ("decision", "urgency", "run_status", "effective", "absent_reasons", "notices", "created_at")
    before = [api.get(f"{V1}/assessments/{id_}").json() for id_ in story.assessments]
    erase(api, story.patient)
    after = [api.get(f"{V1}/assessments/{id_}").json() for id_ in story.assessments]
    for old, new in zip(before, after, strict=True):
        assert_matches("Assessment", new)
        assert {name: new.get(name) for name in kept} == {name: old.get(name) for name in kept}
        assert formed_again(new) == new["evaluation"]
        assert {**new["answers"], **_words(old["answers"])} == old["answers"]


def formed_again(assessment: dict[str, Any]) -> dict[str, Any]:
    at = dt.datetime.fromisoformat(assessment["assessed_at"])
    role = assessment["assessor_role"]
    return evaluate(assessment["answers"], assessed_at=at, assessor_role=role).as_dict()


def _words(answers: dict[str, Any]) -> dict[str, Any]:
    return {name: answers[name] for name in text_questions() if name in answers}


def test_diagnoses_keep_the_protocols_order_without_their_names(api: APIClient) -> None:
    """Their names decide between two of the same code until they are gone; then the dates do."""
    patient = api.post(f"{V1}/patients", marked_patient()).json()["id"]
    cleared = {"code": "bone_stress_injury", "status": "past_resolved", "clearance": "yes"}
    diagnoses = [
        {**cleared, "cleared_by": "A. First", "cleared_at": "2026-02-02"},
        {**cleared, "cleared_by": "Z. Last", "cleared_at": "2026-01-01"},
    ]
    made = api.post(
        f"{V1}/assessments", {**submission(marked_answers(diagnoses=diagnoses)), "patient": patient}
    ).json()
    resolve_all(api, patient)
    erase(api, patient)
    after = api.get(f"{V1}/assessments/{made['id']}").json()
    assert [item["cleared_at"] for item in after["answers"]["diagnoses"]] == ["2026-01-01", "2026-02-02"]
    assert formed_again(after) == after["evaluation"]
