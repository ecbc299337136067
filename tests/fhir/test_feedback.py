"""What somebody did with a card: taken once, kept with the runner it was about, and in their timeline."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import DatabaseError
from django.utils import timezone
from rest_framework.test import APIClient

from assessments.cds.models import Card, CardFeedback
from assessments.exports.services.kinds import KINDS
from assessments.fhir.questionnaire import ID
from assessments.privacy.services.retention import forget_what_is_past
from backend.platform.fhir.elements import system
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic
from patients.fhir import external_ids
from patients.models import Patient
from tests.api_edge.checks import assert_matches, assert_problem
from tests.factories import make_patient, reassuring_answers
from tests.fhir.checks import fhir
from tests.fhir.test_cds import body
from tests.security.hospital import NUMBERS, HospitalAPI, hospital_api, token

VIEW, BOOK = "/cds-services/patient-view", "/cds-services/appointment-book"
FEEDBACK = f"{VIEW}/feedback"
COMMENT = "Seen in clinic this morning, MRI was clear."


@pytest.fixture
def runner(clinic: Clinic) -> Patient:
    return make_patient(clinic, external_id="P-17")


@pytest.fixture
def ehr(clinic: Clinic, form: dict[str, Any]) -> HospitalAPI:
    return hospital_api(clinic)


@pytest.fixture
def form(api: APIClient) -> dict[str, Any]:
    return fhir(api.get(f"/fhir/Questionnaire/{ID}"))


def shown(
    ehr: HospitalAPI, form: dict[str, Any], *identifiers: tuple[str, str], path: str = VIEW, **answers: object
) -> dict[str, Any]:
    """A card about the hospital's patient with these identifiers."""
    sent = body(form, reassuring_answers(**answers), path.rpartition("/")[2])
    sent["prefetch"]["patient"]["identifier"] = [{"system": name, "value": v} for name, v in identifiers]
    answer = ehr.post(path, sent)
    assert answer.status_code == 200, answer.content
    (card,) = answer.json()["cards"]
    return dict(card)


@pytest.fixture
def card(ehr: HospitalAPI, form: dict[str, Any], runner: Patient) -> dict[str, Any]:
    return shown(ehr, form, (NUMBERS, "P-17"), bladder_change="yes")


def overridden(card: dict[str, Any], code: str = "excluded-by-imaging", **changes: Any) -> dict[str, Any]:
    reason = {"reason": {"system": system("override-reason"), "code": code}, "userComment": COMMENT}
    said = {"card": card["uuid"], "outcome": "overridden", "overrideReason": reason}
    return {**said, "outcomeTimestamp": timezone.now().isoformat(), **changes}


def accepted(card: dict[str, Any], **changes: Any) -> dict[str, Any]:
    suggestions = [{"id": card["suggestions"][0]["uuid"]}]
    said = {"card": card["uuid"], "outcome": "accepted", "acceptedSuggestions": suggestions}
    return {**said, "outcomeTimestamp": timezone.now().isoformat(), **changes}


def send(ehr: HospitalAPI, *feedback: Any, path: str = FEEDBACK) -> Any:
    return ehr.post(path, {"feedback": list(feedback)})


def kept(clinic: Clinic) -> list[CardFeedback]:
    with clinic_scope(clinic.id):
        return list(clinic.card_feedback.order_by("outcome_at").select_related("card"))


def timeline(api: APIClient, patient: Patient) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = api.get(f"/api/v1/patients/{patient.id}/timeline").json()["results"]
    return entries


def test_what_was_done_with_a_card_stands_in_the_runners_timeline(
    api: APIClient, ehr: HospitalAPI, runner: Patient, card: dict[str, Any]
) -> None:
    first = overridden(card)
    answer = send(ehr, first)
    assert (answer.status_code, answer.json()) == (200, {})
    assert send(ehr, accepted(card)).status_code == 200, "ignored or overridden first and accepted later"
    entries = timeline(api, runner)
    assert [entry["what"] for entry in entries] == ["overridden_excluded_by_imaging", "accepted"]
    assert [entry["comment"] for entry in entries] == [COMMENT, None]
    assert {entry["type"] for entry in entries} == {"card_feedback"}
    assert entries[0]["urgency"] == "emergency_now"
    assert dt.datetime.fromisoformat(entries[0]["at"]) == dt.datetime.fromisoformat(first["outcomeTimestamp"])
    for entry in entries:
        assert_matches("TimelineEntry", entry)


def test_the_same_again_is_kept_once_and_something_else_is_a_conflict(
    ehr: HospitalAPI, clinic: Clinic, card: dict[str, Any]
) -> None:
    said = overridden(card)
    for _ in range(3):
        assert send(ehr, said, said).status_code == 200
    assert len(kept(clinic)) == 1
    other = {**said, "overrideReason": {"userComment": "Something else."}}
    assert_problem(send(ehr, accepted(card), other), "conflict")
    assert len(kept(clinic)) == 1, "all of a request or nothing"


def test_a_comment_alone_and_a_code_alone_are_enough(
    ehr: HospitalAPI, clinic: Clinic, card: dict[str, Any]
) -> None:
    code_alone = overridden(card)
    del code_alone["overrideReason"]["userComment"]
    comment_alone = overridden(card, overrideReason={"userComment": COMMENT})
    plain = overridden(card)
    del plain["overrideReason"]
    assert send(ehr, code_alone, comment_alone, plain).status_code == 200
    assert [(row.reason, row.comment) for row in kept(clinic)] == [
        ("excluded-by-imaging", ""),
        ("", COMMENT),
        ("", ""),
    ]


WRONG = {
    "no card": ({"card": None}, "/card"),
    "an unknown card": ({"card": str(uuid.uuid4())}, "/card"),
    "another word": ({"outcome": "ignored"}, "/outcome"),
    "no time": ({"outcomeTimestamp": None}, "/outcomeTimestamp"),
    "a time without offset": ({"outcomeTimestamp": "2026-03-01T09:00:00"}, "/outcomeTimestamp"),
    "a time to come": ({"outcomeTimestamp": "2999-03-01T09:00:00Z"}, "/outcomeTimestamp"),
    "a time before the card": ({"outcomeTimestamp": "2020-03-01T09:00:00Z"}, "/outcomeTimestamp"),
    "accepted without what": ({"outcome": "accepted", "overrideReason": None}, "/overrideReason"),
    "suggestions of an overridden card": (
        {"acceptedSuggestions": [{"id": str(uuid.uuid4())}]},
        "/acceptedSuggestions",
    ),
    "no code of ours": (
        {"overrideReason": {"reason": {"system": system("override-reason"), "code": "not-applicable"}}},
        "/overrideReason/reason/code",
    ),
    "a code of another system": (
        {"overrideReason": {"reason": {"system": "urn:x", "code": "excluded-by-imaging"}}},
        "/overrideReason/reason/code",
    ),
    "a comment that is no text": ({"overrideReason": {"userComment": 7}}, "/overrideReason/userComment"),
    "too long a comment": (
        {"overrideReason": {"userComment": "x" * 2001}},
        "/overrideReason/userComment",
    ),
    "an element nobody knows": ({"colour": "red"}, "/colour"),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_what_cannot_be_taken_is_named_and_nothing_is_kept(
    ehr: HospitalAPI, clinic: Clinic, card: dict[str, Any], wrong: tuple[dict[str, Any], str]
) -> None:
    changes, place = wrong
    answer = send(ehr, accepted(card), {**overridden(card), **changes})
    assert_problem(answer, "invalid", f"/feedback/1{place}")
    assert kept(clinic) == []


def test_accepting_names_a_suggestion_of_this_card(
    ehr: HospitalAPI, form: dict[str, Any], card: dict[str, Any]
) -> None:
    other = shown(ehr, form)
    without = accepted(card)
    del without["acceptedSuggestions"]
    assert_problem(send(ehr, without), "invalid", "/feedback/0/acceptedSuggestions")
    strange = accepted(card, acceptedSuggestions=[{"id": other["suggestions"][0]["uuid"]}])
    assert_problem(send(ehr, strange), "invalid", "/feedback/0/acceptedSuggestions/0/id")
    both = accepted(card, overrideReason={"userComment": COMMENT})
    assert_problem(send(ehr, both), "invalid", "/feedback/0/overrideReason")


@pytest.mark.parametrize("odd", [{}, {"feedback": {}}, {"feedback": ["x"]}, {"feedback": None}, {"card": 1}])
def test_a_body_of_another_shape_is_refused(ehr: HospitalAPI, odd: dict[str, Any]) -> None:
    assert ehr.post(FEEDBACK, odd).status_code == 422


def test_no_feedback_at_all_is_taken(ehr: HospitalAPI) -> None:
    assert send(ehr).status_code == 200


def test_feedback_is_signed_for_its_own_address(
    ehr: HospitalAPI, clinic: Clinic, card: dict[str, Any]
) -> None:
    """As the call was; the call's own token is none for it."""
    for authorization in ("", f"Bearer {token(VIEW, ehr.issuer)}"):
        refused = ehr.post(FEEDBACK, {"feedback": [accepted(card)]}, headers={"Authorization": authorization})
        assert refused.status_code == 401, authorization
    assert kept(clinic) == []


def test_feedback_belongs_to_the_service_and_the_clinic_of_its_card(
    ehr: HospitalAPI, other_clinic: Clinic, card: dict[str, Any]
) -> None:
    assert_problem(send(ehr, accepted(card), path=f"{BOOK}/feedback"), "invalid", "/feedback/0/card")
    assert_problem(send(ehr, accepted(card), path="/cds-services/nothing/feedback"), "not_found")
    assert_problem(send(hospital_api(other_clinic), accepted(card)), "invalid", "/feedback/0/card")


def test_a_runner_is_known_by_our_own_system_or_the_one_that_the_clinic_named(
    api: APIClient, ehr: HospitalAPI, clinic: Clinic, form: dict[str, Any], runner: Patient
) -> None:
    """The same number of another system is somebody else's, and two runners at once are nobody."""
    make_patient(clinic, external_id="P-18")
    for known in ((external_ids(), "P-17"), (NUMBERS, "P-17")):
        send(ehr, overridden(shown(ehr, form, ("urn:insurer", "P-18"), known)))
    assert len(timeline(api, runner)) == 2
    for unknown in ([("urn:insurer", "P-17")], [(NUMBERS, "P-17"), (NUMBERS, "P-18")], [(NUMBERS, "P-99")]):
        assert send(ehr, overridden(shown(ehr, form, *unknown))).status_code == 200
    assert len(timeline(api, runner)) == 2
    strangers = [row for row in kept(clinic) if row.card.patient_id is None]
    assert [row.comment for row in strangers] == ["", "", ""], "nobody could read it, and nobody erase it"
    assert [row.reason for row in strangers] == ["excluded-by-imaging"] * 3


def test_a_comment_is_in_no_log(
    ehr: HospitalAPI,
    card: dict[str, Any],
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert send(ehr, overridden(card)).status_code == 200
    refused = send(ehr, overridden(card, outcome="accepted"))
    assert refused.status_code == 422
    said = "".join(capfd.readouterr()) + caplog.text + refused.content.decode()
    assert "this morning" not in said
    assert "P-17" not in said


def test_an_erased_runners_comment_goes_and_no_other_comes(
    api: APIClient,
    ehr: HospitalAPI,
    clinic: Clinic,
    form: dict[str, Any],
    runner: Patient,
    card: dict[str, Any],
) -> None:
    unanswered = shown(ehr, form, (NUMBERS, "P-17"))
    assert send(ehr, overridden(card), accepted(card)).status_code == 200
    erased = api.post(f"/api/v1/patients/{runner.id}/erasure", {"reason": "patient_request"})
    assert erased.status_code in {200, 201}, erased.json()
    (counted,) = [one for one in erased.json()["records"] if one["kind"] == "card_feedback"]
    assert (counted["pseudonymised"], counted["kept"]) == (1, 2)
    assert [row.comment for row in kept(clinic)] == ["[erased]", ""]
    assert_problem(send(ehr, overridden(card)), "erased")
    assert_problem(send(ehr, overridden(unanswered)), "invalid", "/feedback/0/card")


def test_feedback_is_never_changed_and_a_card_that_nobody_answered_is_forgotten(
    ehr: HospitalAPI, clinic: Clinic, form: dict[str, Any], card: dict[str, Any]
) -> None:
    shown(ehr, form)
    send(ehr, overridden(card))
    for change in (
        lambda: CardFeedback.objects.update(comment="x"),
        lambda: CardFeedback.objects.all().delete(),
        lambda: Card.objects.update(urgency="none"),
    ):
        with pytest.raises(DatabaseError), clinic_scope(clinic.id):
            change()
    now = timezone.now()
    for days, left in ((29, 2), (31, 1)):
        forget_what_is_past(now=now + dt.timedelta(days=days))
        with clinic_scope(clinic.id):
            assert clinic.cards.count() == left


def test_an_export_holds_what_was_done_with_cards(
    ehr: HospitalAPI, clinic: Clinic, runner: Patient, card: dict[str, Any]
) -> None:
    send(ehr, overridden(card))
    with clinic_scope(clinic.id):
        (row,) = KINDS["card_feedback"].readable(KINDS["card_feedback"].rows(clinic))
        document = KINDS["card_feedback"].document(row)
    assert (document["decision"], document["outcome"]) == ("refer_emergency", "overridden")
    assert (document["reason"], document["comment"]) == ("excluded-by-imaging", COMMENT)
