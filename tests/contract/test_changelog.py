"""The API's changes as CHANGELOG.md tells them: each kind in words, what breaks first, and never stale."""

from pathlib import Path
from typing import Any

import pytest

from tests.contract.test_breaking import (
    A_B,
    A_B_C,
    LARGE,
    ONE,
    TEXT,
    WHOLE,
    answered_with,
    asks,
    document,
    named,
    tells,
    thing,
)
from tools import generate_docs
from tools.docs import changelog_page as page
from tools.docs.changelog_page import BEGIN, END, api_section, with_section

Document = dict[str, Any]


def told(old: Document, new: Document) -> list[str]:
    """The lines between the marks."""
    section = api_section(old, new, version="1.0.0", is_released=True)
    return [line for line in section.splitlines() if line]


def with_hook(body: Document) -> Document:
    """A document with a webhook beside its operation."""
    hook = {"operationId": "onThing", "requestBody": {"content": {"application/json": {"schema": body}}}}
    return {**document(), "webhooks": {"thing.made": {"post": hook}}}


LINES = {
    "Breaks clients": {
        "`POST /more`: removed operation (`makeThing`)": (document(paths=("/things", "/more")), document()),
        "`POST /things`: renamed operation: makeThing is now addThing (`addThing`, `makeThing`)": (
            document(),
            document(operationId="addThing"),
        ),
        "`query:after`: removed parameter (`makeThing`)": (document(parameters=ONE), document()),
        "`body.a`: removed field (`makeThing`)": (asks(maybe_b=TEXT, a=TEXT), asks(maybe_b=TEXT)),
        "`body.a`: new required field (`makeThing`)": (asks(), asks(a=TEXT)),
        "`body.a`: removed enum value 'c' (`makeThing`)": (asks(a=A_B_C), asks(a=A_B)),
        "`body.a`: narrowed input: maximum 10 is now 9 (`makeThing`)": (
            asks(a=LARGE),
            asks(a={**LARGE, "maximum": 9}),
        ),
        "`body.maybe_a`: another default: 5 is now 9 (`makeThing`)": (
            asks(maybe_a={**WHOLE, "default": 5}),
            asks(maybe_a={**WHOLE, "default": 9}),
        ),
        "`200.a[].b`: widened output: new enum value 'c' (`makeThing`)": (
            tells(a={"type": "array", "items": thing(b=A_B)}),
            tells(a={"type": "array", "items": thing(b=A_B_C)}),
        ),
        "`200.ETag`: removed header (`makeThing`)": (answered_with(ETag=TEXT), answered_with()),
        "`Widget`: renamed schema: Thing is now Widget (`makeThing`)": (named("Thing"), named("Widget")),
        "`body.a`: removed field (`onThing`)": (with_hook(thing(a=TEXT)), with_hook(thing())),
    },
    "Added": {
        "`POST /more`: new operation (`makeThing`)": (document(), document(paths=("/things", "/more"))),
        "`thing.made`: new webhook (`onThing`)": (document(), with_hook(thing())),
        "`query:after`: new parameter (`makeThing`)": (document(), document(parameters=ONE)),
        "`body.maybe_a`: new field (`makeThing`)": (asks(), asks(maybe_a=TEXT)),
        "`Thing.b`: new field (`makeThing`)": (named("Thing", a=TEXT), named("Thing", a=TEXT, b=TEXT)),
        "`body.a`: new enum value 'c' (`makeThing`)": (asks(a=A_B), asks(a=A_B_C)),
    },
    "Changed": {
        "`body.a`: widened input: maximum 9 is now 10 (`makeThing`)": (
            asks(a={**LARGE, "maximum": 9}),
            asks(a=LARGE),
        ),
    },
}
CASES = [(title, line, *pair) for title, lines in LINES.items() for line, pair in lines.items()]


@pytest.mark.parametrize(("title", "line", "old", "new"), CASES, ids=[case[1] for case in CASES])
def test_each_kind_of_change_is_told_in_words(title: str, line: str, old: Document, new: Document) -> None:
    lines = told(old, new)
    assert lines[0] == "Since 1.0.0:"
    assert lines.index(f"**{title}**") < lines.index(f"- {line}")


def test_what_breaks_clients_is_told_first() -> None:
    lines = told(asks(a=TEXT), asks(b=TEXT, maybe_c=TEXT))
    assert [line for line in lines if line.startswith("**")] == ["**Breaks clients**", "**Added**"]
    assert lines.index("- `body.a`: removed field (`makeThing`)") < lines.index("**Added**")
    assert lines.index("- `body.maybe_c`: new field (`makeThing`)") > lines.index("**Added**")


def test_a_schema_of_many_operations_names_the_first_of_them() -> None:
    def used_by(*names: str, **fields: Any) -> Document:
        whole = named("Thing", **fields)
        operation = whole["paths"]["/things"]["post"]
        return {
            **whole,
            "paths": {f"/{name}": {"post": {**operation, "operationId": name}} for name in names},
        }

    lines = told(used_by(*"abcde", x=TEXT), used_by(*"abcde", x=TEXT, y=TEXT))
    assert lines[-1] == "- `Thing.y`: new field (`a`, `b`, `c`, 2 more)"


@pytest.mark.parametrize(
    ("is_released", "line"),
    [
        (False, "Nothing is released yet: 1.0.0 is the first, with 2 operations, 2 webhooks."),
        (True, "Nothing changed in the API since 1.0.0: 2 operations, 2 webhooks."),
    ],
)
def test_that_nothing_changed_is_said_in_a_line(is_released: bool, line: str) -> None:
    hooks = with_hook(thing(a=TEXT))["webhooks"]
    whole = {
        **document(paths=("/things", "/more")),
        "webhooks": {**hooks, "thing.gone": hooks["thing.made"]},
    }
    assert api_section(whole, whole, version="1.0.0", is_released=is_released) == line


def test_only_what_stands_between_the_marks_is_written() -> None:
    text = f"## [Unreleased]\n\n{BEGIN}\nold\n{END}\n\n### Added\n"
    once = with_section(text, "new")
    assert once == f"## [Unreleased]\n\n{BEGIN}\n\nnew\n\n{END}\n\n### Added\n"
    assert with_section(once, "new") == once


@pytest.mark.parametrize("text", ["", BEGIN, END, f"{END}{BEGIN}"])
def test_a_changelog_without_its_marks_is_refused_and_not_overwritten(text: str) -> None:
    with pytest.raises(ValueError, match=r"CHANGELOG\.md needs the lines"):
        with_section(text, "new")


def test_the_check_notices_a_section_that_is_stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    grown = tmp_path / "openapi.yaml"
    grown.write_text(
        page.OPENAPI.read_text(encoding="utf-8").replace("operationId: listChanges", "operationId: x")
    )
    assert generate_docs.main(["--check"]) == 0, capsys.readouterr().out
    monkeypatch.setattr(page, "OPENAPI", grown)
    assert generate_docs.main(["--check"]) == 1
    assert "CHANGELOG.md is not what it is made from: run make generate." in capsys.readouterr().out
