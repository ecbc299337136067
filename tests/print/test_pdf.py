"""Data onto paper, by the library as it is installed."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from backend.platform.edge.arrival import THREADS
from backend.platform.print.pdf import (
    DATA_BYTES_MAX,
    SET_AT_ONCE,
    TEMPLATES,
    WAITING,
    PrintError,
    Template,
    pdf,
)
from tests.conventions.threads import all_at_once
from tests.print.pages import alternatives, catalog, standard, words

MADE_AT = dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC)


def sheet(**changes: Any) -> dict[str, Any]:
    """The smallest programme that can be printed."""
    stage = {
        "stage": 1,
        "words": "2 x (1 min run / 2 min walk)",
        "current": True,
        "description": "Stage 1: 2 times 1 minute of running and 2 minutes of walking.",
        "running": "2 min",
        "pieces": [{"kind": "run", "minutes": 1}, {"kind": "walk", "minutes": 2}] * 2,
    }
    lists = ("notes", "why", "advice", "reviews", "phases", "changes", "causes", "exercises", "left_out")
    return {
        "title": "Your way back to running",
        "clinic": "Riverside",
        "footer": "Robin Runner",
        "mark": None,
        "facts": [{"name": "For", "value": "Robin Runner"}],
        "safety_net": {"title": "Look out", "signs": ["New numbness."], "go": "Ring 999.", "also": "Now."},
        "decision": {"title": "What was decided", "words": "Running continues."},
        "today": None,
        "table": {"words": "Flat.", "legend": "Dark: running.", "longest": 6, "stages": [stage]},
        "not_assessed": [],
        "closing": "Made by the protocol.",
        **{name: [] for name in lists},
        **changes,
    }


def made(**changes: Any) -> bytes:
    return pdf(Template.PROGRAMME, sheet(**changes), made_at=MADE_AT)


def test_it_is_tagged_for_screen_readers_with_language_and_title() -> None:
    document = made()
    root = catalog(document)
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"]) == ("en-GB", True)
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "pdfuaid" in standard(document)
    assert "Your way back to running" in standard(document)
    assert alternatives(document) == ["Stage 1: 2 times 1 minute of running and 2 minutes of walking."]


def test_the_same_data_gives_the_same_bytes() -> None:
    assert made() == made()
    assert made() != made(footer="Somebody else")


def test_what_a_person_wrote_is_text_and_never_markup() -> None:
    written = '#panic("x") *bold* $x^2$ @cite <label> \\ #read("house.typ") // comment'
    said = words(made(notes=[written]))
    assert written.replace('"', "") in said.replace('"', "").replace("\u201c", "").replace("\u201d", "")


@pytest.mark.parametrize("name", ["Zoë Łukasz", "Ирина Ёлкина", "Ελένη Παππά"])
def test_latin_cyrillic_and_greek_names_are_printed_and_accessible(name: str) -> None:
    document = made(footer=name)
    assert name in words(document)
    assert "pdfuaid" in standard(document)


def test_a_name_in_a_script_without_a_font_still_gets_its_document() -> None:
    document = made(footer="\u6797\u5c0f\u6625")
    assert "Running continues." in words(document)
    assert catalog(document)["/MarkInfo"]["/Marked"]


def test_more_data_than_any_document_needs_is_refused() -> None:
    with pytest.raises(PrintError, match="too_much_data"):
        made(footer="x" * DATA_BYTES_MAX)


def test_a_document_that_takes_too_long_is_given_up() -> None:
    with pytest.raises(PrintError, match="too_slow"):
        pdf(Template.PROGRAMME, sheet(), made_at=MADE_AT, seconds_max=0.001)


def test_documents_leave_a_thread_of_the_server_free() -> None:
    assert SET_AT_ONCE + WAITING < THREADS


def test_of_many_at_once_some_are_set_and_the_others_told_to_come_again() -> None:
    """And whoever comes later finds every place free again, whatever became of those before."""

    def outcome() -> str:
        try:
            return made()[:5].decode()
        except PrintError as exc:
            return str(exc)

    outcomes = all_at_once([outcome] * 12)
    assert {*outcomes} == {"%PDF-", "busy"}
    assert outcomes.count("%PDF-") >= SET_AT_ONCE + WAITING
    for _ in range(SET_AT_ONCE + 1):
        with pytest.raises(PrintError, match="not_set"):
            pdf(Template.PROGRAMME, {}, made_at=MADE_AT)
    assert [outcome() for _ in range(SET_AT_ONCE + 1)] == ["%PDF-"] * (SET_AT_ONCE + 1)


def test_data_that_a_template_cannot_read_is_an_error_that_repeats_nothing(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(PrintError) as caught:
        pdf(Template.PROGRAMME, {"title": "marker-of-a-person"}, made_at=MADE_AT)
    assert (str(caught.value), capfd.readouterr()) == ("not_set", ("", ""))


def test_templates_fetch_nothing() -> None:
    for template in Path(TEMPLATES).glob("*.typ"):
        assert "@" not in template.read_text(), "a package would be fetched"
