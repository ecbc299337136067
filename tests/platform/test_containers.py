"""The containers' files are whole, and the checks would say if they weren't."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tools.compose import ComposeError, faults, resolved
from tools.run import WEB

pytestmark = pytest.mark.process

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """docker-compose.yml as an engine would carry it out."""
    return resolved(ROOT / "docker-compose.yml")


def test_the_compose_file_is_whole(compose: dict[str, Any]) -> None:
    assert faults(compose) == []
    assert compose["services"].keys() == {
        "web", "worker-critical", "worker", "worker-webhooks", "beat", "migrate", "postgres", "redis",
    }  # fmt: skip


Plant = Callable[[dict[str, Any]], object]
PLANTED: dict[str, Plant] = {
    "web: nobody reads healtcheck": lambda s: s["web"].update(healtcheck={}),
    "web: ports is no list": lambda s: s["web"].update(ports={}),
    "web: port 8000:8000 is open to other machines": lambda s: s["web"].update(ports=["8000:8000"]),
    "beat: restart says nothing known": lambda s: s["beat"].update(restart="allways"),
    "beat: it has no image": lambda s: s["beat"].pop("image"),
    "redis: nobody reads healthcheck.every": lambda s: s["redis"]["healthcheck"].update(every="5s"),
    "web: it waits for reddis, which there isn't": lambda s: s["web"]["depends_on"].update(
        reddis={"condition": "service_started"}
    ),
    "web: it waits for redis to be ready": lambda s: s["web"]["depends_on"]["redis"].update(
        condition="ready"
    ),
    "migrate: it waits for postgres to be healthy, which nobody checks": lambda s: s["postgres"].pop(
        "healthcheck"
    ),
    "web: it waits for migrate to end, which starts again": lambda s: s["migrate"].update(restart="always"),
    "volume data isn't declared": lambda s: s["redis"].update(volumes=["redis:/data", "data:/more"]),
    "volume redis isn't used": lambda s: s["redis"].pop("volumes"),
}


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_found(fault: str, compose: dict[str, Any]) -> None:
    broken = deepcopy(compose)
    PLANTED[fault](broken["services"])
    assert fault in faults(broken)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("services:\n  web:\n   image: x\n    command: [y]\n", "line"),
        ("services:\n  web:\n    <<: *nobody\n", "line"),
    ],
)
def test_a_file_that_cannot_be_resolved_is_refused(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "compose.yml").write_text(text)
    with pytest.raises(ComposeError, match=said):
        resolved(tmp_path / "compose.yml")


def test_every_container_of_ours_is_closed(compose: dict[str, Any]) -> None:
    ours = [service for service in compose["services"].values() if service["image"] == "return-to-run"]
    assert len(ours) == 6
    for service in ours:
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["tmpfs"] == ["/tmp"]


def test_the_database_outlives_its_container(compose: dict[str, Any]) -> None:
    """From 18 on the image keeps its data in a folder for each version below this one."""
    postgres = compose["services"]["postgres"]
    assert int(postgres["image"].rpartition(":")[2]) >= 18
    kept = [str(volume) for volume in postgres["volumes"] if "/var/lib/postgresql" in str(volume)]
    assert len(kept) == 1
    assert "/var/lib/postgresql/data" not in kept[0]


def test_only_migrations_run_as_the_owner(compose: dict[str, Any]) -> None:
    roles = {
        name: re.match(r"postgresql://(\w+):", service["environment"]["DATABASE_URL"])[1]  # type: ignore[index]
        for name, service in compose["services"].items()
        if service["image"] == "return-to-run"
    }
    assert [name for name, role in roles.items() if role == "rtr_owner"] == ["migrate"]
    assert set(roles.values()) == {"rtr_owner", "rtr_app"}


def test_the_web_server_is_the_same_in_the_image_in_compose_and_here(compose: dict[str, Any]) -> None:
    """No other command line has the limits on what callers can make last."""
    (line,) = re.findall(r"^CMD (.+)$", DOCKERFILE, re.MULTILINE)
    assert json.loads(line) == ["python", "-m", "backend.serve", "--host", "0.0.0.0"]
    assert "ENTRYPOINT" not in DOCKERFILE
    web = compose["services"]["web"]
    assert not {"command", "entrypoint"} & web.keys(), "it runs what the image says"
    assert WEB[0] == "backend.serve", "make run"
    servers = [name for name, service in compose["services"].items() if "granian" in str(service)]
    assert servers == [], "nobody starts the server past its limits"


def test_compose_names_its_proxies_and_will_not_start_without(compose: dict[str, Any]) -> None:
    raw = (ROOT / "docker-compose.yml").read_text()
    assert "TRUSTED_PROXIES: ${TRUSTED_PROXIES:?}" in raw
    assert "TRUSTED_PROXIES" in compose["services"]["web"]["environment"]
    proxy = (
        (ROOT / "docs" / "operations.md").read_text().partition("\n## The proxy\n")[2].partition("\n## ")[0]
    )
    assert "docker-compose.yml" in proxy
    assert "docker network inspect" in proxy


def test_every_queue_has_a_worker_and_critical_one_of_its_own(compose: dict[str, Any]) -> None:
    queues = {
        name: service["command"][service["command"].index("--queues") + 1]
        for name, service in compose["services"].items()
        if "worker" in service.get("command", [])
    }
    assert queues == {"worker-critical": "critical", "worker": "default", "worker-webhooks": "webhooks"}


def lint(dockerfile: Path) -> "subprocess.CompletedProcess[str]":
    hadolint = Path(sys.executable).with_name("hadolint")
    return subprocess.run([hadolint, "--no-color", dockerfile], capture_output=True, text=True)


def test_the_dockerfile_passes_and_a_planted_fault_does_not(tmp_path: Path) -> None:
    assert lint(ROOT / "Dockerfile").stdout == ""
    broken = tmp_path / "Dockerfile"
    broken.write_text(DOCKERFILE.replace("USER 10001", "USER root"))
    done = lint(broken)
    assert done.returncode == 1
    assert "Last USER should not be root" in done.stdout


def test_the_image_holds_what_it_runs_and_runs_as_nobody_in_particular() -> None:
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    assert "\nUSER 10001\n" in last
    assert "\nHEALTHCHECK " in last
    sources = [
        path for line in re.findall(r"^COPY (?!--)(.+)$", last, re.MULTILINE) for path in line.split()[:-1]
    ]
    allowed = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    for source in sources:
        assert (ROOT / source).exists(), source
        assert source in allowed, f"{source} is kept out of the build"
