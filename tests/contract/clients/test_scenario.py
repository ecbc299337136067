"""Four generated clients are type-checked, and go through the same scenario on the running service."""

import shutil
from pathlib import Path

import pytest

from tests.contract.clients.conftest import Vendor
from tests.contract.clients.projects import npm_project, python_with_package
from tools import toolchain
from tools.clients.generators import generated
from tools.clients.packages import typescript_package
from tools.environment import ROOT

pytestmark = pytest.mark.process

SCENARIO = Path(__file__).parent / "scenario"
REASSURING = ROOT / "docs" / "examples" / "reassuring.json"
SAID = """\
patient 201 200 robin@example.org
evaluated continue_running
recorded continue_running replayed true
answered check_24_hours continue_running
acknowledged emergency_now acknowledged
refused 422 invalid /assessed_at in_the_future
stale 412 precondition_failed
changes assessment escalation follow_up patient
"""


def program_of(folder: Path, name: str) -> Path:
    """A scenario in a vendor's folder, where no module of ours is found beside it."""
    return Path(shutil.copy(SCENARIO / name, folder))


def type_checked(path: Path | str, *asked: str | Path) -> None:
    """Hold programs, or packages, that are found on a path to mypy's strict mode."""
    environment = toolchain.tool_environment() | {"MYPYPATH": str(path)}
    command = [
        toolchain.python_program("mypy"),
        "--strict",
        "--config-file=",
        "--cache-dir=/dev/null",
        *asked,
    ]
    toolchain.run(command, environment=environment)


def python_goes_through(program: Path, package: Path, vendor: Vendor) -> None:
    """Run the scenario with a package that is on the path."""
    command = [toolchain.python_program("python"), program, REASSURING]
    assert vendor.run(command, cwd=package, PYTHONPATH=str(package)) == SAID


def typescript_goes_through(name: str, project: Path, vendor: Vendor) -> None:
    """Compile the scenario in a project that has its client, and run it."""
    program_of(project, f"{name}.ts")
    toolchain.run([toolchain.node_program("tsc"), "--project", project])
    assert vendor.run([toolchain.node(), project / "out" / f"{name}.js", REASSURING], cwd=project) == SAID


@pytest.mark.smoke
def test_the_published_python_client(vendor: Vendor, tmp_path: Path) -> None:
    """It and its program are strictly typed as a whole."""
    package, program = python_with_package(tmp_path), program_of(tmp_path, "openapi_python_client.py")
    type_checked(f"{package}:{tmp_path}", "--package", "return_to_run_client", "--module", program.stem)
    python_goes_through(program, package, vendor)


def test_the_client_of_openapi_generator_for_python(vendor: Vendor, tmp_path: Path) -> None:
    """Its templates are not strictly typed; a program that uses them can be."""
    package, program = (
        generated("openapi-generator-python"),
        program_of(tmp_path, "openapi_generator_python.py"),
    )
    type_checked(package, "--follow-imports=silent", program)
    python_goes_through(program, package, vendor)


def test_the_published_typescript_client(vendor: Vendor, tmp_path: Path) -> None:
    typescript_goes_through("openapi_fetch", npm_project(tmp_path, typescript_package()), vendor)


def test_the_client_of_openapi_generator_for_typescript(vendor: Vendor, tmp_path: Path) -> None:
    client = generated("openapi-generator-typescript-fetch")
    typescript_goes_through("typescript_fetch", npm_project(tmp_path, client), vendor)
