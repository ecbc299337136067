"""What a developer's loop rests on: tiers that hold, changes that are seen, programs that start again."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tools.embedded.process_guard import Leash
from tools.reload import SourceWatch
from tools.supervisor import Program, StopRequestedError, Supervisor
from tools.test_times import table

ROOT = Path(__file__).resolve().parents[2]

MODULE = """
import subprocess, sys
import pytest

def start():
    subprocess.run([sys.executable, "-c", ""], check=True)

@pytest.fixture
def started():
    start()

def test_without_a_marker():
    start()

def test_by_a_fixture(started):
    pass

@pytest.fixture
def open_page():
    return "of a browser that another test started"

def test_in_a_browser_that_runs_already(open_page):
    pass

@pytest.mark.process
def test_with_its_marker():
    start()

def test_that_starts_nothing():
    pass
"""


@pytest.mark.process
def test_a_test_that_starts_a_process_without_its_marker_fails(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(MODULE)
    (tmp_path / "conftest.py").write_text(
        "from pathlib import Path\n"
        "from tests import processes_marked\n"
        "processes_marked.ROOT = Path(__file__).parent\n"
        "def pytest_configure(config):\n"
        "    config.addinivalue_line('markers', 'process: starts processes')\n"
        "    config.pluginmanager.register(processes_marked.ProcessesMarked())\n"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:django",
        "-p",
        "no:cacheprovider",
        "-rA",
        str(tmp_path),
    ]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    outcomes = {
        line.split()[1].split("::")[1]: line.split()[0]
        for line in done.stdout.splitlines()
        if line.startswith(("PASSED", "FAILED", "ERROR")) and "::" in line
    }
    assert outcomes == {
        "test_without_a_marker": "FAILED",
        "test_by_a_fixture": "ERROR",
        "test_in_a_browser_that_runs_already": "ERROR",
        "test_with_its_marker": "PASSED",
        "test_that_starts_nothing": "PASSED",
    }, done.stdout
    assert "mark it with @pytest.mark.process" in done.stdout


def test_a_change_of_code_is_seen_and_one_of_a_cache_is_not(tmp_path: Path) -> None:
    folder = tmp_path / "clinics"
    folder.mkdir()
    watch = SourceWatch(tmp_path)
    deadline = time.monotonic() + 20
    seen: list[Path] = []
    while not seen and time.monotonic() < deadline:
        (folder / "notes.pyc").write_text(str(time.monotonic()))
        (folder / "views.py").write_text(str(time.monotonic()))
        time.sleep(0.5)
        seen = watch.take()
    assert seen == [Path("clinics/views.py")]


@pytest.mark.process
def test_programs_start_again_and_what_they_need_goes_on(tmp_path: Path) -> None:
    leash = Leash()
    supervisor = Supervisor(parent=None)
    program = Program(
        "sleeper",
        ["timeit", "-n", "1", "import time; time.sleep(60)"],
        leash=leash,
        environment=os.environ,
        log_dir=tmp_path,
    )
    try:
        supervisor.start(program)
        assert program.process
        before = program.process.pid
        rounds = iter([supervisor.restart_programs])

        def between() -> None:
            step = next(rounds, None)
            if step is None:
                raise StopRequestedError
            step()

        with pytest.raises(StopRequestedError):
            supervisor.look_after(between)
        assert program.process
        assert program.process.pid != before
        assert program.process.poll() is None
    finally:
        supervisor.stop_all()
        leash.close()


def test_what_tests_cost_is_added_up_by_group(tmp_path: Path) -> None:
    times = tmp_path / "times.jsonl"
    times.write_text(
        '{"test": "tests/a/test_x.py::test_1", "wall": 2.0, "cpu": 1.0}\n'
        '{"test": "tests/a/test_y.py::test_2", "wall": 1.5, "cpu": 0.5}\n'
        '{"test": "tests/b/test_z.py::test_3", "wall": 9.0, "cpu": 0.1}\n'
    )
    assert table(times).splitlines()[2:] == [
        "| `tests/b` | 1 | 0.1 | 9.0 |",
        "| `tests/a` | 2 | 1.5 | 3.5 |",
        "| `all` | 3 | 1.6 | 12.5 |",
    ]
