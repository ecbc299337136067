"""CDS Hooks around one emergency: whatever the shape of what is sent, it is never passed over in silence."""

import datetime as dt
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from assessments.cds import cards
from assessments.fhir.questionnaire import ID
from assessments.fhir.questionnaire_items import REQUIRED_SCREENS, answer_coding
from assessments.fhir.risk_assessment import labels
from assessments.protocol import QUESTIONS, Question, evaluate
from assessments.protocol.vocabulary import rank, urgency_rank
from clinics.identity.models import ApiClient, Clinic
from tests.factories import reassuring_answers
from tests.fhir.checks import fhir
from tests.fhir.test_cds import body, call, card
from tests.security.hospital import hospital

Body = dict[str, Any]


@pytest.fixture
def form(api: APIClient) -> Body:
    return fhir(api.get(f"/fhir/Questionnaire/{ID}"))


@pytest.fixture
def caller(clinic: Clinic, form: Body) -> ApiClient:
    return hospital(clinic)


@pytest.fixture
def emergency(form: Body) -> Body:
    return body(form, reassuring_answers(bladder_change="yes"))


@pytest.fixture
def calm(form: Body) -> Body:
    return body(form, reassuring_answers())


def answers(sent: Body) -> Body:
    found: Body = sent["prefetch"]["response"]["entry"][0]["resource"]
    return found


def earlier(response: Body, **by: float) -> Body:
    at = dt.datetime.fromisoformat(response["authored"]) - dt.timedelta(**by)
    return {**deepcopy(response), "authored": at.isoformat()}


def bundle(*resources: Any, **more: Any) -> Body:
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "entry": [{"resource": one} for one in resources],
    } | more


def outcome(severity: str) -> Body:
    return {"resourceType": "OperationOutcome", "issue": [{"severity": severity, "code": "processing"}]}


OTHER_FORM = {"resourceType": "QuestionnaireResponse", "questionnaire": "urn:another", "status": "completed"}
HOST = "http://localhost:8000"


def elsewhere(value: Any) -> Any:
    """The same as another host of ours would have written it."""
    if isinstance(value, dict):
        return {name: elsewhere(part) for name, part in value.items()}
    if isinstance(value, list):
        return [elsewhere(part) for part in value]
    return value.replace(HOST, "https://old.example") if isinstance(value, str) else value


#: Shapes in which the emergency can be read: the card must be the emergency's.
READABLE: dict[str, Callable[[Body], Any]] = {
    "the response alone": lambda r: r,
    "in a bundle": bundle,
    "behind a warning": lambda r: bundle(outcome("warning"), r),
    "before an error": lambda r: bundle(r, outcome("error")),
    "behind another form": lambda r: bundle(OTHER_FORM, r),
    "behind an older one": lambda r: bundle(earlier(r, days=3), r),
    "before an older one": lambda r: bundle(r, earlier(r, days=3)),
    "behind a withdrawn one": lambda r: bundle({**r, "status": "entered-in-error"}, earlier(r, hours=1)),
    "in a bundle of a bundle": lambda r: bundle(bundle(r)),
    "in a list": lambda r: bundle(r)["entry"][0]["resource"],
    "beside nothing": lambda r: bundle(None, r),
    "on another host": lambda r: elsewhere(r),
    "of any version": lambda r: {**r, "questionnaire": r["questionnaire"].partition("|")[0]},
    "by its own id": lambda r: {**r, "questionnaire": f"{HOST}/fhir/Questionnaire/{ID}"},
    "of the version before": lambda r: {
        **r,
        "questionnaire": r["questionnaire"].partition("|")[0] + "|2025.9",
    },
    "of the next version": lambda r: {**r, "questionnaire": r["questionnaire"].partition("|")[0] + "|2099.1"},
    "without its form": lambda r: {name: part for name, part in r.items() if name != "questionnaire"},
    "of another form that asks our questions": lambda r: {**r, "questionnaire": "urn:another"},
    "of another form beside one of ours": lambda r: bundle(
        {**r, "questionnaire": "urn:another"}, earlier(r, days=1)
    ),
    "as a reference": lambda r: {**r, "questionnaire": {"reference": f"Questionnaire/{ID}"}},
    "in progress": lambda r: {**r, "status": "in-progress"},
    "amended": lambda r: {**r, "status": "amended"},
    "stopped": lambda r: {**r, "status": "stopped"},
    "of an unknown status": lambda r: {**r, "status": "done"},
    "without a status": lambda r: {name: part for name, part in r.items() if name != "status"},
    "without a time": lambda r: {name: part for name, part in r.items() if name != "authored"},
    "of a day": lambda r: {**r, "authored": r["authored"][:10]},
    "of a year": lambda r: {**r, "authored": r["authored"][:4]},
    "of a time without an offset": lambda r: {**r, "authored": r["authored"][:19]},
    "of tomorrow": lambda r: earlier(r, days=-1),
    "with an order": lambda r: {**r, "basedOn": [{"reference": "ServiceRequest/1"}]},
    "with an extension": lambda r: {**r, "extension": [{"url": "urn:x", "valueString": "x"}]},
    "with a modifier": lambda r: {**r, "modifierExtension": [{"url": "urn:x", "valueString": "x"}]},
    "with an unknown item": lambda r: {**r, "item": [*r["item"], {"linkId": "new_question"}]},
    "under a heading that isn't there": lambda r: {
        **r,
        "item": [{**section, "linkId": f"part-{number}"} for number, section in enumerate(r["item"])],
    },
    "without a role": lambda r: {**r, "item": r["item"][1:]},
    "of the patient elsewhere": lambda r: {**r, "subject": {"reference": "https://ehr.example/Patient/p-1"}},
    "of a version of the patient": lambda r: {**r, "subject": {"reference": "Patient/p-1/_history/2"}},
}
#: Shapes in which nobody can tell what was answered, or about whom.
UNREADABLE: dict[str, Callable[[Body], Any]] = {
    "a number": lambda _: 7,
    "an empty list": lambda _: [],
    "a text": lambda _: "none",
    "false": lambda _: False,
    "an empty object": lambda _: {},
    "a list": lambda r: [r],
    "an error": lambda _: outcome("error"),
    "a warning alone": lambda _: outcome("warning"),
    "another resource": lambda _: {"resourceType": "Patient", "id": "p-1"},
    "a misspelt type": lambda r: bundle({**r, "resourceType": "questionnaireresponse"}),
    "a response inside another": lambda r: bundle({"resourceType": "Observation", "contained": [r]}),
    "entries that are none": lambda r: {"resourceType": "Bundle", "entry": {"resource": r}},
    "an error in a bundle": lambda _: bundle(outcome("error")),
    "nothing in an entry": lambda _: bundle(None),
    "a bundle that goes on": lambda _: bundle(link=[{"relation": "next", "url": "https://ehr.example/2"}]),
    "a bundle of fewer than there are": lambda _: bundle(total=3),
    "bundles without end": lambda r: bundle(bundle(bundle(r))),
    "without a patient": lambda r: {name: part for name, part in r.items() if name != "subject"},
    "of a patient inside": lambda r: {**r, "subject": {"reference": "#p"}},
    "of a patient by another's number": lambda r: {**r, "subject": {"identifier": {"value": "1"}}},
    "a form that is no name": lambda r: {**r, "questionnaire": 7, "item": []},
    "no items": lambda r: {**r, "item": {"linkId": "section-4"}},
}


@pytest.mark.holds("HZ-17")
@pytest.mark.parametrize("shape", READABLE.values(), ids=READABLE)
def test_an_emergency_is_a_critical_card_in_every_shape(
    caller: ApiClient, emergency: Body, shape: Callable[[Body], Any]
) -> None:
    emergency["prefetch"]["response"] = shape(answers(emergency))
    found = card(call(emergency))
    assert found["indicator"] == "critical", found
    assert found["source"]["topic"]["code"] == "refer_emergency"


@pytest.mark.parametrize("shape", UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_makes_a_card_that_asks_again(
    caller: ApiClient, emergency: Body, shape: Callable[[Body], Any]
) -> None:
    emergency["prefetch"]["response"] = shape(answers(emergency))
    found = card(call(emergency))
    assert found["indicator"] == "warning"
    assert "ask again" in found["summary"]
    assert "/prefetch/response" in found["detail"]
    assert len(found["summary"]) < 140


@pytest.mark.holds("HZ-10")
@pytest.mark.parametrize("version", ["2025.9", "2099.1"])
def test_answers_to_another_version_never_reassure(caller: ApiClient, calm: Body, version: str) -> None:
    response = answers(calm)
    response["questionnaire"] = response["questionnaire"].partition("|")[0] + f"|{version}"
    found = card(call(calm))
    assert found["indicator"] == "warning"
    assert "another version" in found["summary"]


@pytest.mark.holds("HZ-10")
def test_answers_to_another_form_that_asks_our_questions_never_reassure(
    caller: ApiClient, calm: Body
) -> None:
    response = answers(calm)
    response["questionnaire"] = "https://ehr.example/Questionnaire/back-pain|1"
    found = card(call(calm))
    assert found["indicator"] == "warning"
    assert found["summary"] == cards.OTHER_FORM
    response["item"] = [{"linkId": "mood", "answer": [{"valueString": "fair"}]}]
    assert call(calm).json() == {"cards": []}


def test_the_newest_answers_count_wherever_they_stand(caller: ApiClient, emergency: Body, calm: Body) -> None:
    bad, good = answers(emergency), answers(calm)
    for older, newer, loud in ((good, bad, "critical"), (bad, good, "info")):
        for order in ((earlier(older, days=1), newer), (newer, earlier(older, days=1))):
            calm["prefetch"]["response"] = bundle(*order)
            assert card(call(calm))["indicator"] == loud


def test_newer_answers_that_cannot_be_read_dont_silence_what_held_before(
    caller: ApiClient, emergency: Body, calm: Body
) -> None:
    broken = {**answers(calm), "item": [{"linkId": "section-4", "item": 3}]}
    calm["prefetch"]["response"] = bundle(broken, earlier(answers(emergency), days=1))
    assert card(call(calm))["indicator"] == "critical"
    calm["prefetch"]["response"] = bundle(broken, earlier(answers(calm), days=1))
    assert card(call(calm))["indicator"] == "warning"


def test_answers_of_two_times_unknown_are_the_worse(caller: ApiClient, emergency: Body, calm: Body) -> None:
    undated = {name: part for name, part in answers(emergency).items() if name != "authored"}
    calm["prefetch"]["response"] = bundle(answers(calm), undated)
    assert card(call(calm))["indicator"] == "critical"


PATIENTS: dict[str, Any] = {
    "a number": 7,
    "another resource": {"resourceType": "OperationOutcome"},
    "a birth date that is none": {"resourceType": "Patient", "birthDate": "04/05/1990"},
}


@pytest.mark.parametrize("patient", PATIENTS.values(), ids=PATIENTS)
def test_a_patient_that_cannot_be_read_reassures_nobody(
    caller: ApiClient, emergency: Body, calm: Body, patient: Any
) -> None:
    for sent, loud in ((emergency, "critical"), (calm, "warning")):
        sent["prefetch"]["patient"] = patient
        found = card(call(sent))
        assert found["indicator"] == loud
        assert "/prefetch/patient" in found["detail"]


def test_a_birth_date_of_a_year_is_the_more_cautious_of_its_ends(caller: ApiClient, form: Body) -> None:
    sent = body(form, reassuring_answers(age_years=None))
    sent["prefetch"]["patient"]["birthDate"] = str(timezone.now().year - 18)
    assert "Below the adult age" in card(call(sent))["detail"]


def test_another_patient_of_the_prefetch_is_refused(caller: ApiClient, emergency: Body) -> None:
    emergency["prefetch"]["patient"]["id"] = "p-2"
    answer = call(emergency)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/prefetch/patient/id"]


def test_nobody_elses_answers_stand_beside_the_patients_own(caller: ApiClient, emergency: Body) -> None:
    own = answers(emergency)
    other = {**own, "subject": {"reference": "Patient/p-2"}}
    emergency["prefetch"]["response"] = bundle(other, own)
    assert card(call(emergency))["indicator"] == "critical"
    emergency["prefetch"]["response"] = bundle(other)
    assert call(emergency).status_code == 422


#: The questions of the safety screens that everybody is asked.
RED_FLAGS = [
    question
    for question in QUESTIONS
    if question.screen in REQUIRED_SCREENS
    and question.type in ("choice", "integer")
    and question.applies_when is None
]


def decided(**answers: Any) -> tuple[int, int]:
    """How bad it is to answer this, all else being well; of this day."""
    found = evaluate(
        reassuring_answers(**answers), assessed_at=timezone.now(), assessor_role="physiotherapist"
    )
    return rank(found.decision, found.insufficiency_kind), urgency_rank(found.urgency)


def worst_and_best(question: Question) -> tuple[Any, Any]:
    """The answers to a question that decide most and least urgently."""
    numbers = range(int(question.low or 0), int(question.high or 10) + 1)
    options = sorted(question.offered or numbers, key=lambda one: decided(**{question.name: one}))
    return options[-1], options[0]


def answered(form: Body, question: Question, value: Any) -> Body:
    """A call whose answers are well but for this one."""
    sent = body(form, reassuring_answers())
    kind = {"valueCoding": answer_coding(value)} if question.type == "choice" else {"valueInteger": value}
    item_of(sent, question.name)[1]["answer"] = [kind]
    return sent


def item_of(sent: Body, name: str) -> tuple[list[Body], Body]:
    """The item of a question, and the items among which it stands."""
    for section in answers(sent)["item"]:
        for item in section.get("item", []):
            if item["linkId"] == name:
                return section["item"], item
    raise AssertionError(name)


Spoil = Callable[[list[Body], Body, Body], Any]


def _twice(around: list[Body], good: Body, bad: Body) -> None:
    around.insert(around.index(good) + 1, bad)


def _twice_the_other_way(around: list[Body], good: Body, bad: Body) -> None:
    around.insert(around.index(good), bad)


def _below_a_section_of_its_own(around: list[Body], _good: Body, bad: Body) -> None:
    around.append({"linkId": "section-4", "item": [bad]})


def _two_answers(_around: list[Body], good: Body, bad: Body) -> None:
    good["answer"] += bad["answer"]


def _inside_the_item(_around: list[Body], good: Body, bad: Body) -> None:
    good["item"] = [bad]


def _inside_its_answer(_around: list[Body], good: Body, bad: Body) -> None:
    good["answer"][0]["item"] = [bad]


def _inside_another_question(around: list[Body], good: Body, bad: Body) -> None:
    around.remove(good)
    around[-1]["item"] = [bad]


def _inside_an_unknown_one(around: list[Body], good: Body, bad: Body) -> None:
    around[around.index(good)] = {"linkId": "more", "item": [bad]}


#: Two answers to one question, or one where nobody looks: whichever is the more urgent decides.
BOTH: dict[str, Spoil] = {
    "the same item twice": _twice,
    "the same item twice, the worse first": _twice_the_other_way,
    "the same item again in another section": _below_a_section_of_its_own,
    "two answers in one item": _two_answers,
    "again inside its own item": _inside_the_item,
    "again inside its own answer": _inside_its_answer,
    "inside another question": _inside_another_question,
    "inside an item that isn't there": _inside_an_unknown_one,
}


@pytest.mark.parametrize("question", RED_FLAGS, ids=lambda question: question.name)
def test_of_two_answers_to_one_red_flag_the_more_urgent_decides(
    caller: ApiClient, form: Body, question: Question
) -> None:
    worst, best = worst_and_best(question)
    alone = answered(form, question, worst)
    loud = card(call(alone))
    for name, spoil in BOTH.items():
        sent = answered(form, question, best)
        around, good = item_of(sent, question.name)
        spoil(around, good, deepcopy(item_of(alone, question.name)[1]))
        found = card(call(sent))
        topic, wanted = (one["source"]["topic"]["code"] for one in (found, loud))
        asks_again = topic == "insufficient_information" and loud["indicator"] != "critical"
        assert topic == wanted or asks_again, (name, topic, wanted)
        assert LOUDNESS[found["indicator"]] >= LOUDNESS[loud["indicator"]], name
        assert "/prefetch/response" in found["detail"], name


LOUDNESS = {"info": 0, "warning": 1, "critical": 2}


def _value(**value: Any) -> Spoil:
    def spoil(_around: list[Body], _good: Body, bad: Body) -> None:
        bad["answer"] = [value]

    return spoil


def _answer(answer: Any) -> Spoil:
    def spoil(_around: list[Body], _good: Body, bad: Body) -> None:
        bad["answer"] = answer

    return spoil


def _named(link_id: Any) -> Spoil:
    def spoil(_around: list[Body], _good: Body, bad: Body) -> None:
        bad["linkId"] = link_id

    return spoil


def _without_answer(_around: list[Body], _good: Body, bad: Body) -> None:
    del bad["answer"]


def _left_out(around: list[Body], _good: Body, bad: Body) -> None:
    around.remove(bad)


OWN = f"{HOST}/fhir/CodeSystem/answer"
#: One answer that can't be read; whether its place is named, or it is a question that nobody has answered.
BROKEN: dict[str, tuple[Spoil, bool]] = {
    "a text": (_value(valueString="yes"), True),
    "a truth": (_value(valueBoolean=True), True),
    "a number that is none": (_value(valueInteger="10"), True),
    "a decimal": (_value(valueDecimal=10.5), True),
    "a date": (_value(valueDate="2026-03-01"), True),
    "an unknown code": (_value(valueCoding={"system": OWN, "code": "definitely"}), True),
    "a code of another system": (
        _value(valueCoding={"system": "http://snomed.info/sct", "code": "yes"}),
        True,
    ),
    "a code without a system": (_value(valueCoding={"code": "yes"}), True),
    "a coding that is a text": (_value(valueCoding="yes"), True),
    "a misspelt value": (_value(valuecoding={"system": OWN, "code": "yes"}), True),
    "two values": (_value(valueString="yes", valueInteger=10), True),
    "an answer that says nothing": (_value(), True),
    "an answer of null": (_answer([None]), True),
    "answers that are no list": (_answer({"valueString": "yes"}), True),
    "answers of null": (_answer(None), True),
    "no answers in the list": (_answer([]), False),
    "neither answer nor item": (_without_answer, False),
    "left out": (_left_out, False),
    "a misspelt linkId": (_named("bladder_changes"), True),
    "a linkId of null": (_named(None), True),
    "a linkId of a number": (_named(4), True),
}


@pytest.mark.holds("HZ-17")
@pytest.mark.parametrize("question", RED_FLAGS, ids=lambda question: question.name)
def test_a_red_flag_whose_answer_cannot_be_read_is_never_passed_over(
    caller: ApiClient, form: Body, question: Question
) -> None:
    worst, _ = worst_and_best(question)
    for name, (spoil, placed) in BROKEN.items():
        sent = answered(form, question, worst)
        around, item = item_of(sent, question.name)
        spoil(around, item, item)
        found = card(call(sent))
        assert found["indicator"] != "info", name
        if placed:
            assert "/prefetch/response" in found["detail"], name
        else:
            assert labels([question.name]) in found["detail"], name
