"""The two published packages install without a registry, are alike however often they are made, and work."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.contract.clients.conftest import Vendor
from tools import toolchain
from tools.clients.generators import HERE, api_version
from tools.clients.packages import python_package, typescript_package
from tools.environment import ROOT

TSCONFIG = """{"compilerOptions": {"strict": true, "module": "nodenext", "target": "es2022",
"types": ["node"], "lib": ["es2022", "dom", "dom.iterable"], "typeRoots": ["%s"]}, "files": ["program.ts"]}"""


def code_of(language: str, fence: str) -> str:
    """The example of a package's own page."""
    [block] = re.findall(rf"```{fence}\n(.*?)```", (HERE / language / "README.md").read_text(), re.DOTALL)
    return str(block)


def python_with_package(folder: Path) -> dict[str, str]:
    """Install the wheel by itself; what it needs stands, by its lock, beside the generators."""
    uv = Path(sys.executable).with_name("uv")
    command = [
        uv,
        "pip",
        "install",
        "--quiet",
        "--offline",
        "--no-deps",
        "--target",
        folder,
        python_package(),
    ]
    toolchain.run(command)
    return {"PYTHONPATH": str(folder), "MYPYPATH": str(folder)}


def npm_project(folder: Path) -> Path:
    """A project of a vendor with nothing but the package, installed without asking anybody."""
    (folder / "package.json").write_text('{"name": "vendor", "private": true, "type": "module"}')
    (folder / "tsconfig.json").write_text(TSCONFIG % (toolchain.NODE_FOLDER / "node_modules" / "@types"))
    command = [*toolchain.npm(), "install", "--offline", "--ignore-scripts", "--no-audit", "--no-fund"]
    toolchain.run([*command, "--cache", folder / "cache", typescript_package()], cwd=folder)
    return folder


def test_the_example_of_the_python_package_decides(vendor: Vendor, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(code_of("python", "python"))
    installed = python_with_package(tmp_path / "installed")
    mypy = [toolchain.python_program("mypy"), "--strict", "--config-file=", program]
    vendor.run(mypy, cwd=tmp_path, **installed)
    said = vendor.run([toolchain.python_program("python"), program], cwd=tmp_path, **installed)
    assert said == "refer_emergency\n"


def test_the_example_of_the_typescript_package_decides(vendor: Vendor, tmp_path: Path) -> None:
    project = npm_project(tmp_path)
    (project / "program.ts").write_text(code_of("typescript", "ts"))
    vendor.run([toolchain.node_program("tsc"), "--project", project], cwd=project)
    assert vendor.run([toolchain.node(), project / "program.js"], cwd=project) == "refer_emergency\n"


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
