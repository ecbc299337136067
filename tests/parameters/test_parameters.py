"""A clinic's own thresholds: previewed, put into force by somebody named, and kept with every decision."""

import uuid
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from assessments.parameters.services import preview
from assessments.parameters.services.in_force import InForce, parameters_of
from assessments.protocol import (
    CONTRADICTIONS,
    CRITERIA,
    PARAMETERS,
    QUESTIONS,
    canonical_json,
    protocol_for,
    validate,
)
from assessments.records.models import Assessment
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic, Membership, Role
from patients.models import Patient
from tests.api_edge.checks import assert_problem
from tests.factories import assessment_body, make_member, make_patient, make_token, reassuring_answers

PATH = "/api/v1/clinic/parameters"
STRICTER = {"walking_pain_stop_ge": 3}
LOOSER = {"walking_pain_stop_ge": 5}


def record(api: APIClient, patient: Patient, **answers: object) -> Any:
    response = api.post("/api/v1/assessments", assessment_body(patient, reassuring_answers(**answers)))
    assert response.status_code == 201, response.json()
    return response.json()


def previewed(api: APIClient, clinic: Clinic, values: dict[str, Any]) -> Any:
    body = {"values": values, "on_behalf_of": str(clinic.lead_id)}
    response = api.post(f"{PATH}/previews", body)
    assert response.status_code == 201, response.json()
    return response.json()


def change(api: APIClient, clinic: Clinic, preview_id: str, **more: Any) -> Any:
    body = {"preview": preview_id, "reason": "Agreed.", "on_behalf_of": str(clinic.lead_id), **more}
    return api.post(PATH, body)


def set_to(api: APIClient, clinic: Clinic, values: dict[str, Any], **more: Any) -> Any:
    response = change(api, clinic, previewed(api, clinic, values)["id"], **more)
    assert response.status_code == 201, response.json()
    return response.json()


def value(api: APIClient, name: str) -> Any:
    shown = api.get(PATH).json()["parameters"]
    return next(item for item in shown if item["name"] == name)


def test_without_a_set_of_its_own_a_clinic_decides_by_the_defaults(api: APIClient) -> None:
    shown = api.get(PATH).json()
    assert (shown["number"], shown["protocol_hash"]) == (0, protocol_for().hash)
    assert [item["name"] for item in shown["parameters"]] == [item.name for item in PARAMETERS]
    assert all(item["value"] == item["default"] for item in shown["parameters"])


@pytest.mark.holds("HZ-14")
def test_a_preview_shows_what_would_flip_and_changes_nothing(
    api: APIClient, clinic: Clinic, patient: Patient
) -> None:
    record(api, patient, pain_walking_nrs=1)
    stopped = record(api, patient, pain_walking_nrs=3)["id"]

    shown = previewed(api, clinic, STRICTER)

    assert shown["changes"] == [{"name": "walking_pain_stop_ge", "from": 4, "to": 3, "looser": False}]
    assert (shown["stored"], shown["evaluated"], shown["lead_needed"]) == (2, 2, False)
    assert shown["flipped"] == {"less_cautious": 0, "more_cautious": 1}
    (flip,) = shown["flips"]
    assert (flip["from"]["decision"], flip["to"]["decision"]) == ("continue_running", "stop_and_rehab")
    assert flip["assessments"] == [stopped]
    assert value(api, "walking_pain_stop_ge")["value"] == 4
    assert api.get(f"{PATH}/previews/{shown['id']}").json() == shown


def test_a_change_holds_for_what_is_evaluated_from_then_on_and_for_nothing_before(
    api: APIClient, clinic: Clinic, patient: Patient
) -> None:
    before = record(api, patient, pain_walking_nrs=3)
    made = set_to(api, clinic, STRICTER)
    after = record(api, patient, pain_walking_nrs=3)
    stateless = {key: item for key, item in assessment_body(patient).items() if key != "patient"}
    stateless["answers"] = reassuring_answers(pain_walking_nrs=3)

    assert before["evaluation"]["decision"] == "continue_running"
    assert after["evaluation"]["decision"] == "stop_and_rehab"
    assert api.post("/api/v1/evaluations", stateless).json()["decision"] == "stop_and_rehab"
    assert (
        after["evaluation"]["protocol_hash"] == made["protocol_hash"] == api.get(PATH).json()["protocol_hash"]
    )
    assert before["evaluation"]["protocol_hash"] == protocol_for().hash != made["protocol_hash"]
    assert api.get(f"/api/v1/assessments/{before['id']}").json()["evaluation"] == before["evaluation"]


def test_every_past_decision_is_formed_again_to_the_byte(
    api: APIClient, clinic: Clinic, patient: Patient
) -> None:
    ids = [record(api, patient, pain_walking_nrs=3)["id"]]
    for values in (STRICTER, {"usual_pain_stop_gt": 3}, {"walking_pain_stop_ge": None}):
        set_to(api, clinic, values, lead=str(clinic.lead_id))
        ids.append(record(api, patient, pain_walking_nrs=3, pain_usual_nrs=4)["id"])
    with clinic_scope(clinic.id):
        rows = list(Assessment.objects.filter(id__in=ids).order_by("created_at"))
        numbers = [parameters_of(row).number for row in rows]
        again = [parameters_of(row).protocol.evaluate(validate(row.answers)).as_dict() for row in rows]
    assert numbers == [0, 1, 2, 3]
    assert len({row.protocol_hash for row in rows}) == 4
    for row, formed in zip(rows, again, strict=True):
        assert canonical_json(formed) == canonical_json(row.evaluation)


@pytest.mark.holds("HZ-14")
def test_a_looser_value_needs_the_clinical_lead_by_name(
    api: APIClient, clinic: Clinic, patient: Patient
) -> None:
    record(api, patient, pain_walking_nrs=4)
    shown = previewed(api, clinic, LOOSER)
    assert shown["lead_needed"]
    assert shown["flipped"]["less_cautious"] == 1

    refused = change(api, clinic, shown["id"])
    assert_problem(refused, "invalid", "/lead")
    assert "walking_pain_stop_ge" in refused.json()["errors"][0]["detail"]
    assert_problem(change(api, clinic, shown["id"], lead=str(clinic.on_call_id)), "invalid", "/lead")
    assert value(api, "walking_pain_stop_ge")["value"] == 4

    made = change(api, clinic, shown["id"], lead=str(clinic.lead_id))
    assert made.status_code == 201
    assert (made.json()["looser"], made.json()["lead"]["id"]) == (True, str(clinic.lead_id))
    assert record(api, patient, pain_walking_nrs=4)["evaluation"]["decision"] == "continue_running"


def test_back_to_the_default_from_a_stricter_value_is_looser_too(api: APIClient, clinic: Clinic) -> None:
    set_to(api, clinic, STRICTER)
    back = previewed(api, clinic, {"walking_pain_stop_ge": None})
    assert back["lead_needed"]
    assert_problem(change(api, clinic, back["id"]), "invalid", "/lead")


def test_a_lead_who_has_left_answers_for_nothing(api: APIClient, clinic: Clinic) -> None:
    shown = previewed(api, clinic, LOOSER)
    other = make_member(clinic, Role.ADMIN)
    with clinic_scope(clinic.id):
        Membership.objects.filter(id=clinic.lead_id).update(active=False)
    body = {"lead": str(clinic.lead_id), "on_behalf_of": str(other.id)}
    assert_problem(change(api, clinic, shown["id"], **body), "invalid", "/lead")


def test_only_an_admin_previews_or_changes(api: APIClient, clinic: Clinic) -> None:
    clinician = str(clinic.on_call_id)
    shown = previewed(api, clinic, STRICTER)
    body = {"values": {"usual_pain_stop_gt": 4}, "on_behalf_of": clinician}
    assert_problem(api.post(f"{PATH}/previews", body), "invalid", "/on_behalf_of")
    assert_problem(change(api, clinic, shown["id"], on_behalf_of=clinician), "invalid", "/on_behalf_of")
    member = make_member(clinic, Role.CLINICIAN)
    with clinic_scope(clinic.id):
        token = make_token(clinic.api_clients.get(), user=member.user)
    person = APIClient()
    person.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    assert person.get(PATH).status_code == 200
    assert person.post(PATH, {}, format="json").status_code == 403


def test_nobody_changes_anything_blind(api: APIClient, clinic: Clinic, other_api: APIClient) -> None:
    assert_problem(change(api, clinic, str(uuid.uuid4())), "invalid", "/preview")
    shown = previewed(api, clinic, STRICTER)["id"]
    assert_problem(
        other_api.post(PATH, {"preview": shown, "reason": "Ours?", "on_behalf_of": str(clinic.lead_id)}),
        "invalid",
        "/on_behalf_of",
    )
    earlier = previewed(api, clinic, {"usual_pain_stop_gt": 4})["id"]
    assert change(api, clinic, shown).status_code == 201

    assert_problem(change(api, clinic, shown), "conflict")
    assert_problem(change(api, clinic, earlier), "conflict")  # what it was beside is no longer in force
    late = previewed(api, clinic, {"usual_pain_stop_gt": 4})["id"]
    with time_machine.travel(timezone.now() + timedelta(hours=24, minutes=1)):
        with clinic_scope(clinic.id):
            token = make_token(clinic.api_clients.get())
        api.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        assert_problem(change(api, clinic, late), "conflict")


@pytest.mark.holds("HZ-14")
@pytest.mark.parametrize(
    ("values", "pointer", "code"),
    [
        ({"walking_pain_stop_ge": 6}, "/values/walking_pain_stop_ge", "out_of_range"),
        ({"walking_pain_stop_ge": 3.5}, "/values/walking_pain_stop_ge", "not_an_integer"),
        ({"no_such": 3}, "/values/no_such", "unknown_parameter"),
        ({"no_such": None}, "/values/no_such", "unknown_parameter"),
        ({"followup_due_h": 24}, "/values/followup_due_h", "not_settable"),
        ({"adjust_trial_min_runs": 4}, "/values/adjust_trial_min_runs", "not_settable"),
        ({"walking_pain_stop_ge": 4}, "/values", "no_change"),
        ({"walking_pain_stop_ge": "3"}, "/values/walking_pain_stop_ge", "wrong_type"),
    ],
)
def test_what_cannot_be_set_is_refused_at_its_place(
    api: APIClient, clinic: Clinic, values: dict[str, Any], pointer: str, code: str
) -> None:
    response = api.post(f"{PATH}/previews", {"values": values, "on_behalf_of": str(clinic.lead_id)})
    assert_problem(response, "invalid", pointer)
    assert response.json()["errors"][0]["code"] == code


def test_who_set_what_and_why_is_kept_in_order(api: APIClient, clinic: Clinic) -> None:
    set_to(api, clinic, STRICTER, reason="Too many came back.")
    set_to(api, clinic, {"settle_hours_ok_max": 3.5}, reason="As the network does.")
    rows = api.get(f"{PATH}/sets").json()["results"]
    assert [(row["number"], row["reason"], row["values"]) for row in rows] == [
        (1, "Too many came back.", STRICTER),
        (2, "As the network does.", {**STRICTER, "settle_hours_ok_max": 3.5}),
    ]
    assert {row["decided_by"]["id"] for row in rows} == {str(clinic.lead_id)}


@pytest.mark.parametrize("table", ["parameter_sets", "parameter_previews"])
def test_the_database_refuses_to_change_or_delete_either(api: APIClient, clinic: Clinic, table: str) -> None:
    set_to(api, clinic, STRICTER)
    for attempt in (lambda rows: rows.update(values={}), lambda rows: rows.all()._raw_delete("default")):
        with clinic_scope(clinic.id), pytest.raises(DatabaseError), transaction.atomic():
            attempt(getattr(clinic, table))


def test_another_clinic_decides_by_its_own(
    api: APIClient, clinic: Clinic, other_api: APIClient, other_clinic: Clinic
) -> None:
    set_to(api, clinic, STRICTER)
    theirs = record(other_api, make_patient(other_clinic), pain_walking_nrs=3)
    assert theirs["evaluation"]["decision"] == "continue_running"
    assert other_api.get(PATH).json()["number"] == 0


def test_what_a_check_carries_forward_goes_by_the_clinics_own_days(
    api: APIClient, clinic: Clinic, patient: Patient
) -> None:
    set_to(api, clinic, {"carry_forward_days_max": 14})
    assert previewed(api, clinic, {"carry_forward_days_max": 20})["beyond_replay"] == [
        "carry_forward_days_max"
    ]
    body = assessment_body(patient, reassuring_answers(cancer_history="no", episode_duration_days=3))
    recorded = api.post(
        "/api/v1/assessments", {**body, "assessed_at": (timezone.now() - timedelta(days=15)).isoformat()}
    ).json()
    check = {"assessed_at": timezone.now().isoformat(), "assessor_role": "physiotherapist", "answers": {}}
    answered = api.post(f"/api/v1/follow-ups/{recorded['follow_ups'][0]}/response", check)
    assert answered.status_code == 201
    assert "cancer_history" not in answered.json()["answers"]


def test_a_value_that_a_later_protocol_forbids_never_stands_in_the_way_of_a_decision() -> None:
    narrowed = InForce(uuid.uuid4(), 1, {"walking_pain_stop_ge": 99, "usual_pain_stop_gt": 4, "gone": 1})
    assert narrowed.usable == {"usual_pain_stop_gt": 4}
    assert narrowed.protocol.hash == protocol_for({"usual_pain_stop_gt": 4}).hash


def test_recording_under_own_parameters_takes_no_statement_more(
    api: APIClient, clinic: Clinic, patient: Patient
) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as asked:
            record(api, patient, pain_walking_nrs=1)
        return len(asked)

    statements()  # what a process reads once
    under_the_defaults = statements()
    set_to(api, clinic, STRICTER)
    assert statements() == under_the_defaults


def test_everything_a_clinic_may_set_is_read_by_something() -> None:
    tables = str([item.as_json() for item in (*CRITERIA, *QUESTIONS, *CONTRADICTIONS)])
    read = {item.name for item in PARAMETERS if f"'parameter': '{item.name}'" in tables}
    settable = {item.name for item in preview.SETTABLE}
    assert settable - read == preview.BEYOND_REPLAY
    assert not preview.READ_BY_NOTHING & read


def test_replay_starts_from_the_clinics_own_parameters(
    api: APIClient, clinic: Clinic, patient: Patient
) -> None:
    set_to(api, clinic, STRICTER)
    record(api, patient, pain_walking_nrs=3)

    def printed(**options: Any) -> str:
        out = StringIO()
        call_command("replay", clinic=str(clinic.id), stdout=out, **options)
        return out.getvalue()

    assert "0 of their decisions flip" in printed()
    assert "walking_pain_stop_ge = 3 (default 4)" in printed()
    assert "Less cautious: 1" in printed(defaults=True)


def test_no_more_than_the_latest_are_replayed_while_somebody_waits(
    api: APIClient, clinic: Clinic, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(api, patient, pain_walking_nrs=3)
    record(api, patient, pain_walking_nrs=1)
    monkeypatch.setattr(preview, "MOST_REPLAYED", 1)
    shown = previewed(api, clinic, STRICTER)
    assert (shown["stored"], shown["evaluated"], shown["flips"]) == (2, 1, [])
