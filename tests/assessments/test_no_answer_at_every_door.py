"""A choice that says "doesn't apply", where the question does, is no answer at any door (S15).

Each is put beside the same record without it: decision, urgency and the state of the screen are the same, or
it is refused. What was reached is counted.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from assessments.cds.cards import UNREAD
from assessments.fhir.questionnaire import ID
from assessments.protocol import QUESTIONS, protocol_for, validate
from clinics.identity.models import Clinic, Role
from tests.check_in.page import WELL, link
from tests.factories import make_member, make_patient, reassuring_answers
from tests.fhir.answers import response_body
from tests.fhir.checks import fhir
from tests.fhir.test_cds import body as cds_body
from tests.fhir.test_cds import call
from tests.form.conftest import browser_of
from tests.form.filled import address, filled, opened, recorded
from tests.programme.weeks import Weeks
from tests.security.hospital import hospital

PASSING_BY = ("not_applicable", "too_early")
LEG = {"leg_symptom_progression": "stable_or_improving"}
#: Records in which such a question applies, each with an answer that answers it.
STATES: tuple[dict[str, object], ...] = (
    {},
    {"leg_pain": "unilateral", **LEG},
    {"leg_weakness": "mild_unilateral", **LEG},
    {"leg_sensory_change": "unilateral", **LEG},
    {"pregnancy_status": "pregnant", "pregnancy_warning_signs": "no"},
    {"sex_at_birth": "intersex"},
    {"episode_duration_days": 60, "trend": "improving"},
)
SAID = ("decision", "urgency", "screen_complete", "urgency_is_lower_bound")


class Pair(NamedTuple):
    """A record with a choice that answers nothing, and the record without it."""

    question: str
    choice: str
    answers: dict[str, object]
    unasked: dict[str, object]


def pairs() -> Iterator[Pair]:
    """Every such choice of every question, in every state in which it answers nothing."""
    for state in STATES:
        record = reassuring_answers(**state)
        for question in QUESTIONS:
            for choice in PASSING_BY:
                if choice not in question.choices or question.counts_as_unknown is None:
                    continue
                unasked = {name: value for name, value in record.items() if name != question.name}
                answers = {**unasked, question.name: choice}
                if question.counts_as_unknown.evaluate(validate(answers), protocol_for().context) is True:
                    yield Pair(question.name, choice, answers, unasked)


PAIRS = tuple(pairs())
EVERY = {
    "leg_symptom_progression",
    "pregnancy_warning_signs",
    "pregnancy_status",
    "adjustment_outcome",
    "trend",
}


def decided(evaluation: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(evaluation[name] for name in SAID)


def reached_all(reached: Counter[str], *names: str) -> None:
    """Every question that has such a choice was put in, and each as often as it applies."""
    assert set(reached) == set(names or EVERY)
    assert reached == Counter(pair.question for pair in PAIRS if pair.question in reached), reached


def test_such_choices_are_there_in_number() -> None:
    count = Counter(pair.question for pair in PAIRS)
    assert set(count) == EVERY
    assert count["leg_symptom_progression"] == 3
    assert count["adjustment_outcome"] == len(STATES)


@pytest.mark.holds("S15", "HZ-11")
def test_evaluated_and_recorded_through_the_api(api: APIClient, clinic: Clinic) -> None:
    reached: Counter[str] = Counter()
    for pair in PAIRS:
        about = {"assessed_at": timezone.now().isoformat(), "assessor_role": "physiotherapist"}
        found = [
            api.post("/api/v1/evaluations", {**about, "answers": answers}).json()
            for answers in (pair.answers, pair.unasked)
        ]
        for answers in (pair.answers, pair.unasked):
            sent = {**about, "patient": str(make_patient(clinic).id), "answers": answers}
            found.append(api.post("/api/v1/assessments", sent).json()["evaluation"])
        assert len({decided(one) for one in found}) == 1, pair
        reached[pair.question] += 1
    reached_all(reached)


@pytest.mark.holds("S15", "HZ-11")
def test_through_the_clinicians_form(clinic: Clinic) -> None:
    browser = browser_of(make_member(clinic, Role.CLINICIAN))
    reached: Counter[str] = Counter()
    for pair in PAIRS:
        assert decided_on_the_form(browser, clinic, pair.answers) in (
            None,
            decided_on_the_form(browser, clinic, pair.unasked),
        ), pair
        reached[pair.question] += 1
    reached_all(reached)


def decided_on_the_form(browser: Client, clinic: Clinic, answers: dict[str, object]) -> Any:
    """What the form makes of the answers; None where it refuses and stores nothing."""
    patient, before = make_patient(clinic), len(recorded(clinic))
    page = browser.post(address(patient), filled(opened(browser, patient), answers))
    if page.status_code == 422:
        assert len(recorded(clinic)) == before
        return None
    assert page.status_code == 302, page.content
    return decided(recorded(clinic)[-1].evaluation)


def put_in(items: list[dict[str, Any]], name: str, code: str) -> int:
    """Answer an item with a code, offered or not; returns how many there were."""
    found = 0
    for item in items:
        if item["linkId"] == name:
            (answer,) = item["answer"]
            item["answer"] = [{"valueCoding": {"system": answer["valueCoding"]["system"], "code": code}}]
            found += 1
        found += put_in(item.get("item", []), name, code)
    return found


def as_response(form: dict[str, Any], patient: Any, pair: Pair) -> dict[str, Any]:
    """The form as software fills it in that knows the choice from elsewhere."""
    question = next(one for one in QUESTIONS if one.name == pair.question)
    offered = next(choice for choice in question.offered if choice not in PASSING_BY)
    sent = response_body(form, patient, {**pair.answers, pair.question: offered}, timezone.now().isoformat())
    assert put_in(sent["item"], pair.question, pair.choice) == 1, pair
    return sent


@pytest.fixture
def form(api: APIClient) -> dict[str, Any]:
    return fhir(api.get(f"/fhir/Questionnaire/{ID}"))


@pytest.mark.holds("S15", "HZ-11")
def test_through_a_questionnaire_response(api: APIClient, clinic: Clinic, form: dict[str, Any]) -> None:
    reached: Counter[str] = Counter()
    for pair in PAIRS:
        answer = api.post("/fhir/QuestionnaireResponse", as_response(form, make_patient(clinic), pair))
        reached[pair.question] += 1
        if answer.status_code in {400, 422}:  # the form offers no such choice
            continue
        stored = api.get(f"/api/v1/assessments/{fhir(answer, 201)['id']}").json()["evaluation"]
        twin = response_body(form, make_patient(clinic), pair.unasked, timezone.now().isoformat())
        unasked = fhir(api.post("/fhir/QuestionnaireResponse", twin), 201)
        assert decided(stored) == decided(
            api.get(f"/api/v1/assessments/{unasked['id']}").json()["evaluation"]
        )
    reached_all(reached)


@pytest.mark.holds("S15", "HZ-11")
def test_on_a_card(clinic: Clinic, form: dict[str, Any]) -> None:
    hospital(clinic)
    reached: Counter[str] = Counter()
    for pair in PAIRS:
        sent = cds_body(form, pair.unasked)
        response = sent["prefetch"]["response"]["entry"][0]["resource"]
        response["item"] = as_response(form, make_patient(clinic), pair)["item"]
        shown, twin = said(call(sent)), said(call(cds_body(form, pair.unasked)))
        assert shown in (twin, UNREADABLE), (pair, shown, twin)
        reached[pair.question] += 1
    reached_all(reached)


#: What is said where an answer can't be read.
UNREADABLE = ("warning", "insufficient_information", UNREAD)


def said(answer: Any) -> tuple[str, str | None, str]:
    """How loud a card is, the decision it names, and its first line."""
    assert answer.status_code == 200, answer.content
    (card,) = answer.json()["cards"]
    return card["indicator"], card["source"].get("topic", {}).get("code"), card["summary"]


@pytest.mark.holds("S15", "HZ-11")
def test_on_the_runners_own_page(clinic: Clinic) -> None:
    reached: Counter[str] = Counter()
    for pair in PAIRS:
        began = {"pregnancy_status": pair.unasked["pregnancy_status"]} if "pregnant" in str(pair) else {}
        found = [decided_on_the_page(clinic, answers, began) for answers in (pair.answers, pair.unasked)]
        if pair.question in found[0][1]:
            reached[pair.question] += 1
            assert found[0][0] in (None, found[1][0]), pair
    assert set(reached) == EVERY - {"pregnancy_status"}, reached


def decided_on_the_page(
    clinic: Clinic, answers: dict[str, object], began: dict[str, object]
) -> tuple[Any, str]:
    """What a check makes of the answers, None where the page asks again; and the page as it is asked."""
    weeks = Weeks(clinic, make_patient(clinic), dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC))
    weeks.assess(episode_duration_days=answers["episode_duration_days"], **began)
    follow_up = weeks.get(f"/follow-ups?patient={weeks.patient.id}")["results"][0]["id"]
    weeks.later(days=1)
    phone = link(weeks, follow_up)
    page = phone.open().content.decode()
    sent = {**WELL, **{name: str(value) for name, value in answers.items() if name in WELL or name in EVERY}}
    phone.send({name: value for name, value in sent.items() if name in answers})
    answer = weeks.get(f"/follow-ups/{follow_up}")["answer"]
    evaluation = weeks.get(f"/assessments/{answer}")["evaluation"] if answer else None
    return evaluation and decided(evaluation), page
