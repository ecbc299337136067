"""The two published packages install without a registry, are alike however often they are made, and work."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.contract.clients.conftest import Vendor
from tests.contract.clients.projects import npm_project, python_with_package
from tools import toolchain
from tools.clients.generators import HERE, api_version
from tools.clients.packages import python_package, typescript_package
from tools.environment import ROOT

pytestmark = pytest.mark.process


def code_of(language: str, fence: str) -> str:
    """The example of a package's own page."""
    [block] = re.findall(rf"```{fence}\n(.*?)```", (HERE / language / "README.md").read_text(), re.DOTALL)
    return str(block)


def test_the_example_of_the_python_package_decides(vendor: Vendor, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(code_of("python", "python"))
    python, package = toolchain.python_program("python"), python_with_package(tmp_path)
    said = vendor.run([python, program], cwd=tmp_path, PYTHONPATH=str(package))
    assert said == "refer_emergency\n"


def test_the_example_of_the_typescript_package_decides(vendor: Vendor, tmp_path: Path) -> None:
    project = npm_project(tmp_path, typescript_package())
    (project / "program.ts").write_text(code_of("typescript", "ts"))
    vendor.run([toolchain.node_program("tsc"), "--project", project], cwd=project)
    assert vendor.run([toolchain.node(), project / "out" / "program.js"], cwd=project) == "refer_emergency\n"


@pytest.mark.parametrize("make", [python_package, typescript_package], ids=["python", "typescript"])
def test_the_same_document_makes_the_same_bytes(make: type, tmp_path: Path) -> None:
    assert make(tmp_path).read_bytes() == make().read_bytes()


def test_a_package_carries_the_apis_version_and_says_that_it_is_typed() -> None:
    with zipfile.ZipFile(python_package()) as wheel:
        names = wheel.namelist()
        said = wheel.read(f"return_to_run_client-{api_version()}.dist-info/METADATA").decode()
    assert f"Version: {api_version()}\n" in said
    assert "return_to_run_client/py.typed" in names
    assert [name for name in names if "cache" in name] == []
    assert set(re.findall(r"^Requires-Dist: (\w+)", said, re.MULTILINE)) == {"attrs", "httpx"}
    assert typescript_package().name == f"return-to-run-client-{api_version()}.tgz"


def test_a_language_without_a_package_is_told_in_words(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tools.clients", "cobol", "--into", tmp_path]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "no package is made for cobol: there are python, typescript" in done.stderr
