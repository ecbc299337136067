"""The demo's clock: forwards only, for the whole demo at once, and nowhere but in the demo."""

import datetime as dt
from pathlib import Path

import pytest
from django.utils import timezone

from tools.demo_clock import ClockError, ahead, move_on
from tools.demo_clock.__main__ import main
from tools.demo_clock.moved import install
from tools.environment import ROOT

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a demo."""
    (tmp_path / "demo.json").write_text("{}")
    monkeypatch.setenv("RUN_DIR", str(tmp_path))
    return tmp_path


def test_hours_add_up_and_are_seen_by_a_process_that_runs_already(
    demo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timezone, "now", timezone.now)  # put back afterwards
    real = timezone.now
    install()
    assert abs(timezone.now() - real()) < HOUR
    move_on(demo, hours="24")
    said = move_on(demo, hours="1.5")
    assert ahead(demo) == 25.5 * HOUR
    for now in (said, timezone.now()):
        assert abs(now - real() - 25.5 * HOUR) < HOUR / 60


@pytest.mark.parametrize("hours", ["-1", "nan", "inf", "9000", "tomorrow", ""])
def test_time_never_passes_backwards_or_by_what_is_no_number(
    demo: Path, hours: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(hours) == 1
    assert "try HOURS=24" in capsys.readouterr().err
    assert ahead(demo) == 0 * HOUR


def test_without_a_demo_there_is_no_clock_to_move(tmp_path: Path) -> None:
    with pytest.raises(ClockError, match="make run"):
        move_on(tmp_path, hours="1")
    assert list(tmp_path.iterdir()) == []


def test_what_is_shipped_knows_nothing_of_it() -> None:
    copied = [line.split() for line in (ROOT / "Dockerfile").read_text().splitlines() if "COPY" in line]
    folders = [words[1] for words in copied if (ROOT / words[1]).is_dir()]
    assert {"backend", "clinics", "patients", "assessments"} <= set(folders)
    assert "tools" not in folders
    sources = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    assert [path for path in sources if "demo_clock" in path.read_text()] == []
