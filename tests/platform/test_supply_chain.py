"""What a release is made of, and whether something is known against it."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tools.audit import CLEAN, NOT_CHECKED, WEAK, audit, main, read_report
from tools.sbom import LOCK, write_sbom

HASH = f"--hash=sha256:{'0' * 64}"
BAD, GOOD = "imaginary-parser==1.0.0", "imaginary-parser==1.0.1"


class Advisories(BaseHTTPRequestHandler):
    """Answers as OSV does: one version of one package has a weakness."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        weak = (asked["package"]["name"], asked["version"]) == ("imaginary-parser", "1.0.0")
        body = json.dumps({"vulns": [ADVISORY]} if weak else {}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


ADVISORY = {
    "id": "OSV-2026-1",
    "aliases": ["CVE-2026-0001"],
    "summary": "It reads too far.",
    "details": "It reads too far.",
    "published": "2026-01-01T00:00:00Z",
    "affected": [
        {
            "package": {"name": "imaginary-parser", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.0.1"}]}],
        }
    ],
}


@pytest.fixture
def osv() -> Iterator[tuple[str, ...]]:
    """Options that make a server of this machine the source of advisories."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Advisories)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield ("--vulnerability-service", "osv", "--osv-url", f"http://127.0.0.1:{server.server_port}/v1/query")
    server.shutdown()
    server.server_close()


def lock_of(folder: Path, *packages: str) -> Path:
    path = folder / "requirements.lock"
    path.write_text("".join(f"{package} \\\n    {HASH}\n" for package in packages))
    return path


@pytest.mark.process
def test_a_lock_with_a_known_bad_version_fails(osv: tuple[str, ...], tmp_path: Path) -> None:
    verdict = audit(lock_of(tmp_path, BAD, "another==2.0"), *osv)
    assert verdict.code == WEAK
    (line,) = verdict.lines
    assert "imaginary-parser 1.0.0" in line
    assert "mended in 1.0.1" in line


@pytest.mark.process
def test_a_lock_against_which_nothing_is_known_passes(osv: tuple[str, ...], tmp_path: Path) -> None:
    verdict = audit(lock_of(tmp_path, GOOD, "another==2.0"), *osv)
    assert (verdict.code, verdict.lines) == (
        CLEAN,
        ("Nothing is known against the 2 packages of requirements.lock.",),
    )


@pytest.mark.process
def test_a_source_that_cannot_be_asked_is_said_aloud(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nobody = ("--vulnerability-service", "osv", "--osv-url", "http://127.0.0.1:1/v1/query", "--timeout", "2")
    assert main([str(lock_of(tmp_path, GOOD)), *nobody]) == NOT_CHECKED
    assert capsys.readouterr().out.startswith("NOT CHECKED")


UNKNOWN = {"name": "another", "skip_reason": "Dependency not found on PyPI and could not be audited"}
JUDGED = {"name": "imaginary-parser", "version": "1.0.1", "vulns": []}
FOUND = {"name": "third", "version": "1", "vulns": [{"id": "CVE-2026-0001", "fix_versions": []}]}


@pytest.mark.parametrize(
    ("packages", "code", "said"),
    [
        ([JUDGED], CLEAN, "Nothing is known"),
        ([UNKNOWN], NOT_CHECKED, "NOT CHECKED: another of the 1 packages"),
        ([JUDGED, UNKNOWN], NOT_CHECKED, "NOT CHECKED: another of the 2 packages"),
        ([UNKNOWN] * 7, NOT_CHECKED, "and 2 more of the 7 packages"),
        ([], NOT_CHECKED, "NOT CHECKED: none of the 0 packages"),
        ([UNKNOWN, FOUND], WEAK, "WEAK: third 1: CVE-2026-0001, mended in no version yet"),
    ],
)
def test_what_could_not_be_judged_is_no_good_news(packages: list[Any], code: int, said: str) -> None:
    """The tool itself ends with 0 and "No known vulnerabilities found" when it knows no package at all."""
    verdict = read_report(json.dumps({"dependencies": packages, "fixes": []}), "requirements.lock")
    assert verdict.code == code
    assert said in "\n".join(verdict.lines)


@pytest.mark.parametrize("report", ["", "[]", "{}", "null", "Traceback"])
def test_a_report_that_is_none_is_not_checked(report: str) -> None:
    verdict = read_report(report, "requirements.lock", said="first\nlast words")
    assert (verdict.code, verdict.lines[-1]) == (NOT_CHECKED, "last words")


@pytest.mark.process
def test_the_bill_of_materials_is_the_lock_and_the_same_every_time(tmp_path: Path) -> None:
    first, second = tmp_path / "one.json", tmp_path / "below" / "two.json"
    for target in (first, second):
        write_sbom(target)
    assert first.read_bytes() == second.read_bytes()
    bill = json.loads(first.read_text())
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert bill["metadata"]["component"]["name"] == "return-to-run"
    entries = LOCK.read_text().replace("\\\n", " ").splitlines()
    pinned = {entry.split(" ")[0].split(";")[0].split("[")[0] for entry in entries}
    assert {f"{part['name']}=={part['version']}" for part in bill["components"]} == pinned
    for part in bill["components"]:
        (source,) = part["externalReferences"]
        assert source["hashes"], part["name"]


@pytest.mark.process
def test_a_bill_of_materials_asks_no_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    write_sbom(tmp_path / "one.json")
