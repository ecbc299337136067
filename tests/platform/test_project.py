"""What is true of the project's files, whatever the code does."""

import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest

from backend.settings import _database
from tools import lock
from tools.lock import INDEX_ADDRESS, LOCKS, index_addresses

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.process
def test_no_committed_file_names_a_package_index() -> None:
    assert index_addresses() == []


@pytest.mark.parametrize(
    "line",
    [
        "--index-" + "url https://example.org/root",
        "--extra-index-" + "url=https://example.org/root",
        "--find-" + "links wheels",
        "https://pypi.org/" + "simple",
        "https://mirror.example/api/pypi/" + "simple/django/",
        '"resolved' + '": "https://example.org/left-pad.tgz"',
        "https://files.pythonhosted" + ".org/packages/a.whl",
    ],
)
def test_an_index_address_is_recognised(line: str) -> None:
    assert INDEX_ADDRESS.search(line)


@pytest.mark.process
def test_a_committed_index_address_is_found_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "notes.txt").write_text("fine\n--index-" + "url x\n")
    for command in (["init", "-q"], ["add", "notes.txt"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    monkeypatch.setattr(lock, "ROOT", tmp_path)
    assert index_addresses() == ["notes.txt:2"]


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_pins_every_package_with_hashes(name: str) -> None:
    entries = (ROOT / name).read_text().replace("\\\n", " ").splitlines()
    assert entries
    for entry in entries:
        assert "==" in entry.split("--hash")[0], entry
        assert "--hash=sha256:" in entry, entry


@pytest.mark.process
def test_the_protocol_imports_with_the_standard_library_alone() -> None:
    script = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import assessments.protocol"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.process
def test_a_name_that_is_no_check_is_refused() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tools.check", "spelling"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "no check spelling" in done.stderr


@pytest.mark.parametrize("password", ["p@ss", "a/b:c", "100%", "ü ?#&="])
def test_a_database_password_holds_whatever_is_encoded_in_the_address(password: str) -> None:
    read = _database(f"postgresql://app:{quote(password, safe='')}@db.example:5433/rtr")
    assert (read["PASSWORD"], read["HOST"], read["PORT"]) == (password, "db.example", "5433")
