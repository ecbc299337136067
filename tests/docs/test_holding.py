"""What the tests say they hold, and the record of what passed."""

import sys
from pathlib import Path

import pytest

from tests.holding import Holding
from tools.docs.holding import Held, MarkerError, collected, not_passed, passed, without_a_test

TESTS = """
import pytest

@pytest.mark.holds("S1", "S3")
@pytest.mark.parametrize("number", [1, 2])
def test_numbers(number):
    assert number < {limit}

@pytest.mark.holds("S2a")
def test_not_run():
    pytest.skip()

@pytest.mark.holds(each="cause")
@pytest.mark.parametrize("cause", ["stiff", "weak"])
def test_causes(cause):
    assert cause == "stiff"

def test_holds_nothing():
    pass
"""


def run(folder: Path, text: str, *arguments: str) -> int:
    """Run tests as pytest does, leaving a record in the folder; returns its exit code."""
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = holds\n")
    (folder / "test_planted.py").write_text(text)
    options = [
        "-q",
        "--import-mode=importlib",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:django",
        "-c",
        str(folder / "pytest.ini"),
    ]
    chosen = [*options, *arguments, f"--rootdir={folder}", str(folder / "test_planted.py")]
    code = int(pytest.main(chosen, plugins=[Holding(folder / "held.json")]))
    for name in [name for name in sys.modules if name.endswith("test_planted")]:
        del sys.modules[name]  # the next run reads its own
    return code


def test_everything_that_must_be_held_is_named_by_a_test() -> None:
    assert without_a_test() == []


def test_what_no_test_names_is_said() -> None:
    assert {"S15", "RF-E01"} <= set(without_a_test((Held("tests/test_it.py::test_it", ("S1",)),)))


def test_only_what_passed_with_every_parameter_is_recorded(tmp_path: Path) -> None:
    assert run(tmp_path, TESTS.format(limit=3)) == 1  # a cause fails
    found = passed(tmp_path / "held.json")
    assert found["test_planted.py::test_numbers"] == {"S1", "S3"}
    assert "EH-C1" in found["test_planted.py::test_causes"]
    assert "EH-C2" not in found["test_planted.py::test_causes"]
    assert set(found) == {"test_planted.py::test_numbers", "test_planted.py::test_causes"}


def test_a_test_that_fails_later_is_taken_out_and_others_stay(tmp_path: Path) -> None:
    run(tmp_path, TESTS.format(limit=3))
    run(tmp_path, TESTS.format(limit=-1), "-k", "numbers")
    assert set(passed(tmp_path / "held.json")) == {"test_planted.py::test_causes"}


def test_a_test_that_has_not_passed_for_what_it_names_is_said() -> None:
    held = (Held("a", ("S1", "S3")), Held("b", ("S1",)), Held("c", ("S2a",)))
    assert not_passed(held, {"a": frozenset({"S1"}), "b": frozenset({"S1"})}) == {"a": ["S3"], "c": ["S2a"]}


def test_a_marker_that_names_what_there_is_not_is_refused(tmp_path: Path) -> None:
    text = TESTS.replace('"S3"', '"S99"').format(limit=3)
    assert run(tmp_path, text) == pytest.ExitCode.USAGE_ERROR
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_planted.py").write_text(text)
    with pytest.raises(MarkerError, match="S99"):
        collected(tmp_path / "tests")


def test_the_source_says_what_pytest_finds(request: pytest.FixtureRequest) -> None:
    """Of the tests that this run collected: the markers were read as they are."""
    wanted = {held.test: set(held.ids) for held in collected()}
    found: dict[str, set[str]] = {}
    for item in request.session.items:
        for ids in (value for name, value in item.user_properties if name == "holds"):
            found.setdefault(item.nodeid.partition("[")[0], set()).update(ids)
    assert all(ids <= wanted[test] for test, ids in found.items())
