"""What a person reads: every text is there, filled, plain, and true of the record."""

import copy
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from assessments.protocol import (
    ADMINISTRATIVE,
    CONTRADICTIONS,
    CRITERIA,
    PARAMETERS,
    QUESTIONS,
    Criterion,
    compile_protocol,
    evaluate,
    validate,
)
from assessments.protocol.conditions import one_of
from assessments.protocol.findings import absent, answer_words, letter_finding, present, says_no
from assessments.protocol.follows import COLUMNS, Released
from assessments.protocol.texts import (
    TEXTS,
    IncompleteTextsError,
    Texts,
    every_sentence,
    filled,
    placeholders,
    read,
    translated,
)
from tests.protocol.reading import grade, sentences, words
from tests.protocol.records import CASES, record

DATA = read()
SENTENCES = dict(every_sentence(DATA))
TABLE = (*ADMINISTRATIVE, *QUESTIONS)
IDENTIFIERS = {item.id for item in (*CRITERIA, *CONTRADICTIONS)}
RAW_UNITS = {question.unit for question in QUESTIONS if question.unit.startswith("{")}
A_CODE = re.compile(r"\b[a-z]+_[a-z_]+\b")
MOST_WORDS_TO_A_RUNNER = 26
HARDEST_GRADE = 6
#: Read by code and by nobody: names of groups, units and months, not sentences.
DATA_ALONE = ("/protocol_version", "/language", "/words/")


def shown() -> Iterator[tuple[str, str]]:
    """Every text that is shown, with its path; placeholders out."""
    for path, text in SENTENCES.items():
        if not path.startswith(DATA_ALONE):
            yield path, re.sub(r"\{\w+\}", "", text)


def to_a_runner() -> list[str]:
    """Every sentence to a runner; the words of a choice are none and would only lower the grade."""
    return [
        text for path, text in SENTENCES.items() if "/runner" in path and "/choices/" not in path and text
    ]


@pytest.mark.parametrize("question", TABLE, ids=lambda question: question.name)
def test_every_question_and_each_value_that_is_offered_has_its_texts(question: Any) -> None:
    text = TEXTS.questions[question.name]
    assert text.clinician.label
    for value in (*question.offered, *(("unknown",) if question.screen != "administrative" else ())):
        if question.name != "attested_longstanding":  # its values are names of questions
            assert text.choice(value).clinician
    for value in question.never_offered:
        assert value not in text.choices
    if text.runner and question.type == "choice":
        assert all(text.choice(value).runner for value in question.offered)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_each_value_is_said_to_be_there_or_not_and_never_both(question: Any) -> None:
    for value in question.offered if question.type == "choice" else ():
        assert not (present(question.name, value) and absent(question.name, value))
        if present(question.name, value) == "":
            assert says_no(question.name, value) or value in ("normal", "not_pregnant")


def test_there_are_texts_of_every_criterion_contradiction_notice_and_column_and_of_nothing_else() -> None:
    assert set(TEXTS.questions) == {question.name for question in TABLE}
    assert set(TEXTS.criteria) == {criterion.id for criterion in CRITERIA}
    assert set(TEXTS.contradictions) == {item.id for item in CONTRADICTIONS}
    assert set(TEXTS.notices) == {item.unknown_notice for item in QUESTIONS if item.unknown_notice} | {
        "longstanding_not_attested"
    }
    for column in COLUMNS:
        if column is not Released:
            assert all(TEXTS.column(word) for word in column)


@pytest.mark.parametrize("criterion", CRITERIA, ids=lambda criterion: criterion.id)
def test_every_placeholder_is_filled_at_every_edge_of_its_criterion(criterion: Criterion) -> None:
    for edge in criterion.condition.boundaries(compile_protocol().context):
        known = {name: value for name, value in edge.met.items() if value is not None}
        for met in evaluate(known).as_dict()["criteria_met"]:  # type: ignore[attr-defined]
            assert set(met["texts"]) == {"clinician", "letter", "runner"}
            assert not any("{" in text or "  " in text or not text for text in met["texts"].values())


@pytest.mark.parametrize("planted", ["{nobody_knows}", "{rise_run}", "{missing}", "{figure}", "{age_years}"])
def test_a_placeholder_that_cannot_be_filled_is_found_when_the_protocol_is_compiled(
    planted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = TEXTS.criteria["RF-E01"]._replace(letter=f"Suspected. {planted}")
    monkeypatch.setitem(TEXTS.criteria, "RF-E01", said)
    with pytest.raises(IncompleteTextsError, match="RF-E01"):
        compile_protocol()


def test_a_criterion_without_texts_does_not_compile() -> None:
    unheard_of = replace(CRITERIA[0], id="RF-E99", condition=one_of("trauma", "minor"))
    with pytest.raises(IncompleteTextsError, match="RF-E99"):
        compile_protocol(criteria=[unheard_of, *CRITERIA])


@pytest.mark.parametrize(
    ("part", "path"),
    [
        ("label", ("questions", "trauma", "clinician", "label")),
        ("question", ("questions", "trauma", "runner", "question")),
        ("letter", ("criteria", "RF-E01", "letter")),
        ("runner", ("contradictions", "X1", "runner")),
    ],
)
def test_a_language_with_a_missing_sentence_is_refused_whole(part: str, path: tuple[str, ...]) -> None:
    data = copy.deepcopy(DATA)
    place = data
    for key in path[:-1]:
        place = place[key]
    place[part] = ""
    with pytest.raises(IncompleteTextsError, match=path[-2] if part != "label" else "trauma"):
        translated(data)
    with pytest.raises(IncompleteTextsError):
        Texts(data)


def test_a_translation_keeps_the_placeholders() -> None:
    data = copy.deepcopy(DATA)
    data["language"] = "xx"
    assert translated(data).language == "xx"
    data["criteria"]["RT-01"]["letter"] = "So lange."
    with pytest.raises(IncompleteTextsError, match="RT-01"):
        translated(data)


def test_no_code_identifier_unit_or_note_is_in_any_text() -> None:
    notes = {note for question in TABLE for note in (question.note, question.if_unknown) if len(note) > 15}
    names = {question.name for question in TABLE if "_" in question.name}
    names |= {parameter.name for parameter in PARAMETERS}
    for path, text in shown():
        assert not A_CODE.search(text), path
        assert not any(identifier in text for identifier in IDENTIFIERS | names | RAW_UNITS | notes), path


def test_a_runner_reads_short_sentences_of_a_low_grade() -> None:
    long = [
        text
        for text in to_a_runner()
        if any(len(words(one)) > MOST_WORDS_TO_A_RUNNER for one in sentences(text))
    ]
    assert long == []
    assert grade(to_a_runner()) <= HARDEST_GRADE
    assert grade(["Radicular symptoms necessitate an urgent multidisciplinary evaluation."]) > HARDEST_GRADE


def test_one_is_singular_and_seventy_two_hours_are_not_yet_settled() -> None:
    assert filled("Present for {value} days.", {"value": 1}) == "Present for 1 day."
    assert (
        filled("At least {value} clear days between runs.", {"value": 1})
        == "At least 1 clear day between runs."
    )
    assert filled("Rose by {value} points.", {"value": 11}) == "Rose by 11 points."
    assert letter_finding("episode_duration_days", 1.0) == "Present for 1 day."
    assert letter_finding("hours_to_settle", 72) == "Not yet settled."
    late = evaluate(record(hours_to_settle=72)).as_dict()["criteria_met"]
    assert [met["texts"]["letter"] for met in late if met["id"] == "AD-06"] == ["Not yet settled."]  # type: ignore[attr-defined]


def test_answers_to_a_clinician_are_words_with_their_unit() -> None:
    assert answer_words("leg_weakness", "severe_unilateral") == "Severe, one leg, or foot drop"
    assert answer_words("pain_usual_nrs", 3) == "3 out of 10"
    assert answer_words("episode_duration_days", 1) == "1 day"
    assert answer_words("runs_per_week", 3) == "3 a week"
    assert answer_words("spa_features", {"buttock_pain": "yes", "psoriasis_ever": "no"}) == "Buttock pain"
    assert answer_words("surface_mix", []) == "none"
    cleared = {"code": "disc_injury", "status": "past_resolved", "clearance": "yes", "cleared_by": "Dr A"}
    assert answer_words("diagnoses", [{**cleared, "cleared_at": "2026-03-01"}]) == (
        "Disc injury (in the past, resolved, cleared to run by Dr A on 1 March 2026)"
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_the_findings_of_a_letter_are_answers_of_the_record_that_are_there(case: dict[str, Any]) -> None:
    answers = validate(case["answers"])
    evaluation = evaluate(
        case["answers"],
        case.get("parameters"),
        assessor_role=case.get("assessor_role"),
        attested_longstanding=case.get("attested_longstanding", ()),
    )
    for met in evaluation.criteria_met:
        written = TEXTS.criteria[met.id].letter
        if "{findings}" not in placeholders(written) and "findings" not in placeholders(written):
            continue
        head = written.split("{findings}")[0].strip()
        findings = met.texts["letter"].removeprefix(head).strip()
        own = {present(name, value) for name, value in answers.items() if name in met.answers}
        for finding in filter(None, own):
            findings = findings.replace(finding, "", 1)
        if "diagnoses" not in met.answers:
            assert findings.strip() == "", (met.id, findings)


def test_an_answer_that_did_not_meet_the_criterion_is_not_among_its_findings() -> None:
    answers = record(
        cancer_history="yes", thoracic_or_band_pain="yes", trend="improving", night_pain_unrelieved="no"
    )
    met = {one.id: one.texts["letter"] for one in evaluate(answers).criteria_met}
    assert met["RF-S04"] == (
        "Pain pattern of spinal metastasis. History of cancer. Thoracic or band-like trunk pain."
    )


def test_a_suspected_diagnosis_is_named_in_words() -> None:
    suspected = [{"code": "cauda_equina_syndrome", "status": "suspected"}]
    met = {one.id: one.texts["letter"] for one in evaluate(record(diagnoses=suspected)).criteria_met}
    assert met["RF-E16"] == "Suspected cauda equina syndrome, by the assessing clinician."


def test_the_safety_net_names_the_numbers_of_the_pathway() -> None:
    net = TEXTS.safety_net(emergency_number="112", maternity_number="0555 1", pregnancy=True)
    assert "112" in net.lead
    assert "0555 1" in net.pregnancy
    assert "fever" in net.as_text
    assert TEXTS.safety_net(emergency_number="112", pregnancy=False).pregnancy == ""
    assert "112" in TEXTS.safety_net(emergency_number="112").pregnancy
    assert "{" not in TEXTS.safety_net(emergency_number="").as_text
