"""The generated pages: whole, current, and naming only tests that exist."""

from pathlib import Path

import pytest

from assessments.protocol import CONTRADICTIONS, CRITERIA, PARAMETERS, QUESTIONS
from assessments.protocol.evidence import EVIDENCE
from assessments.protocol.sources import STATEMENTS, Statement
from tools import generate_docs
from tools.docs.holding import held_by
from tools.docs.markdown import table
from tools.docs.protocol_page import protocol_page
from tools.docs.safety_properties import PROPERTIES
from tools.docs.traceability_page import cases_by_id, criteria_of, statement_row, traceability_page
from tools.generate_docs import PAGES, main, stale_pages, write_pages

# The inventory of the articles, counted when they were read: 90 statements.
INVENTORY = [
    *(f"EH-C{n}" for n in range(1, 8)), "EH-G1", *(f"EH-D0{n}" for n in range(1, 9)),
    *(f"EH-P{n}" for n in range(1, 5)), *(f"EH-N{n}" for n in range(1, 4)),
    *(f"EH-Y{n}" for n in range(1, 4)), *(f"EH-A{n}" for n in range(6)), *(f"EH-V{n}" for n in range(1, 4)),
    *(f"HH-ST{n}" for n in range(1, 5)), *(f"HH-C{n}" for n in range(5)), *(f"HH-T0{n}" for n in range(1, 6)),
    *(f"HH-H0{n}" for n in range(5)), *(f"HH-R0{n}" for n in range(6)), *(f"HH-V0{n}" for n in range(1, 4)),
    *(f"HH-X0{n}" for n in range(1, 6)), "HH-F01", "HH-F02", "HH-L01",
    *(f"AA-C{n}" for n in range(1, 6)), "AA-T01", "AA-F01", "AA-F02", "AA-R01", "AA-R02", "AA-M01", "AA-M02",
    *(f"AA-W0{n}" for n in range(1, 5)), *(f"AA-X0{n}" for n in range(1, 4)),
]  # fmt: skip
JUDGEMENTS = {"author-judgement", "safety-principle", "scope"}


def test_every_statement_of_the_articles_has_exactly_one_row() -> None:
    assert len(INVENTORY) == 90
    assert sorted(item.id for item in STATEMENTS) == sorted(INVENTORY)
    rows = [line.split(" | ")[0].removeprefix("| ") for line in traceability_page().splitlines()]
    assert sorted(row for row in rows if row in INVENTORY) == sorted(INVENTORY)


@pytest.mark.parametrize("statement", STATEMENTS, ids=[item.id for item in STATEMENTS])
def test_every_statement_went_somewhere_or_says_why_not(statement: Statement) -> None:
    went = bool(criteria_of(statement) or statement.programme)
    assert went is not bool(statement.neither)


def test_only_a_statement_that_no_test_names_says_none() -> None:
    for statement in STATEMENTS:
        named = bool(criteria_of(statement) or held_by(statement.id))
        assert (statement_row(statement)[3] == "none") is not named, statement.id
    assert "none yet" not in traceability_page()


def test_every_criterion_and_contradiction_shows_the_title_of_a_worked_case() -> None:
    page = traceability_page()
    for item in (*CRITERIA, *CONTRADICTIONS):
        case = cases_by_id()[item.id][0]
        row = next(line for line in page.splitlines() if line.startswith(f"| {item.id} |"))
        assert f"{case['id']} {case['title']}" in row.replace("\\|", "|")


def test_every_source_a_criterion_cites_exists_and_every_criterion_cites_one() -> None:
    known = {*(item.id for item in STATEMENTS), *(item.id for item in EVIDENCE), *JUDGEMENTS}
    for criterion in CRITERIA:
        assert criterion.sources
        assert set(criterion.sources) <= known, criterion.id
    assert {name for item in STATEMENTS for name in item.criteria} <= {item.id for item in CRITERIA}


def test_the_protocol_page_shows_every_row_of_every_table() -> None:
    page = protocol_page()
    for name in (*(item.name for item in QUESTIONS), *(item.name for item in PARAMETERS)):
        assert f"\n| `{name}` |" in page
    for item in (*CRITERIA, *CONTRADICTIONS, *EVIDENCE):
        assert page.count(f"\n| {item.id} |") == 1
    assert all(f"**{item.id}.**" in page for item in PROPERTIES)


def test_writing_twice_gives_the_same_pages_and_an_edit_is_noticed(tmp_path: Path) -> None:
    assert stale_pages(tmp_path) == list(PAGES)
    write_pages(tmp_path)
    assert stale_pages(tmp_path) == []
    edited = tmp_path / "docs" / "protocol.md"
    edited.write_text(edited.read_text(encoding="utf-8").replace("more than 3 points", "more than 4 points"))
    assert stale_pages(tmp_path) == [Path("docs/protocol.md")]


def test_the_committed_pages_are_what_the_tables_say(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0, capsys.readouterr().out


def test_a_bar_inside_a_cell_does_not_split_it() -> None:
    assert table(("a",), [("x|y",)]) == "| a |\n| --- |\n| x\\|y |"


def test_a_page_of_what_tests_have_shown_is_left_until_they_have_passed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_pages(tmp_path)
    page = tmp_path / "docs" / "traceability.md"
    page.write_text("of yesterday")
    monkeypatch.setattr(generate_docs.stale_pages, "__defaults__", (tmp_path,))
    monkeypatch.setattr(generate_docs.write_pages, "__defaults__", (tmp_path,))
    monkeypatch.setattr(generate_docs, "not_passed", lambda: {"tests/test_it.py::test_it": ["S1"]})
    assert main([]) == 1
    assert page.read_text() == "of yesterday"
    assert "tests/test_it.py::test_it" in capsys.readouterr().out
    monkeypatch.setattr(generate_docs, "not_passed", dict)
    assert main([]) == 0
    assert stale_pages(tmp_path) == []
