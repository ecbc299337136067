"""Is docker-compose.yml whole? podman-compose resolves it; what it lets pass is looked for here.

It needs no container engine: podman-compose asks the engine for its version alone, and gets one.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

#: What a service of ours may say, and the type of what it says.
SERVICE_KEYS: dict[str, type] = {
    "build": dict,
    "cap_drop": list,
    "command": list,
    "depends_on": dict,
    "environment": dict,
    "healthcheck": dict,
    "image": str,
    "init": bool,
    "ports": list,
    "read_only": bool,
    "restart": str,
    "security_opt": list,
    "stop_grace_period": str,
    "tmpfs": list,
    "volumes": list,
}
HEALTHCHECK_KEYS = {"test", "interval", "timeout", "retries", "start_period", "disable"}
RESTARTS = {"no", "always", "on-failure", "unless-stopped"}
CONDITIONS = {"service_started", "service_healthy", "service_completed_successfully"}
PORT = re.compile(r"127\.0\.0\.1:\d{2,5}(-\d{2,5})?:\d{2,5}")
_REQUIRED = re.compile(r"\$\{(\w+):?\?")


class ComposeError(Exception):
    """The file can't be resolved; the message is podman-compose's."""


def resolved(path: Path) -> dict[str, Any]:
    """Return the file with anchors merged and variables filled in, required ones with their own name."""
    needed = {name: name for name in _REQUIRED.findall(path.read_text())}
    with tempfile.TemporaryDirectory() as folder:
        engine = Path(folder) / "podman"
        engine.write_text("#!/bin/sh\necho podman version 5.0.0\n")
        engine.chmod(0o755)
        program = Path(sys.executable).with_name("podman-compose")
        command = [str(program), "--podman-path", str(engine), "--file", str(path), "config"]
        environment = {"PATH": os.environ.get("PATH", os.defpath), "HOME": folder} | needed
        done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
    if done.returncode:
        raise ComposeError(" ".join(done.stderr.split("\n")[-4:]).strip())
    document: dict[str, Any] = yaml.safe_load(done.stdout)
    return document


def faults(document: Mapping[str, Any]) -> list[str]:
    """What is wrong with a resolved file, one sentence each."""
    services = document["services"]
    found = [f"{name}: {fault}" for name, service in services.items() for fault in _of_service(service)]
    found += [f"{name}: {fault}" for name in services for fault in _of_dependencies(name, services)]
    return found + list(_of_volumes(services, document.get("volumes") or {}))


def _of_service(service: Mapping[str, Any]) -> Iterator[str]:
    for key, value in service.items():
        if key not in SERVICE_KEYS:
            yield f"nobody reads {key}"
        elif not isinstance(value, SERVICE_KEYS[key]):
            yield f"{key} is no {SERVICE_KEYS[key].__name__}"
    if "image" not in service:
        yield "it has no image"
    if service.get("restart") not in RESTARTS:
        yield "restart says nothing known"
    healthcheck = service.get("healthcheck", {})
    if isinstance(healthcheck, dict):
        yield from (f"nobody reads healthcheck.{key}" for key in healthcheck.keys() - HEALTHCHECK_KEYS)
    for port in service.get("ports", []):
        if not PORT.fullmatch(str(port)):
            yield f"port {port} is open to other machines"


def _of_dependencies(name: str, services: Mapping[str, Any]) -> Iterator[str]:
    needs = services[name].get("depends_on", {})
    for other, how in needs.items() if isinstance(needs, dict) else ():
        condition = how.get("condition")
        if other not in services:
            yield f"it waits for {other}, which there isn't"
        elif condition not in CONDITIONS:
            yield f"it waits for {other} to be {condition}"
        elif condition == "service_healthy" and not services[other].get("healthcheck", {}).get("test"):
            yield f"it waits for {other} to be healthy, which nobody checks"
        elif condition == "service_completed_successfully" and services[other].get("restart") != "no":
            yield f"it waits for {other} to end, which starts again"


def _of_volumes(services: Mapping[str, Any], declared: Mapping[str, Any]) -> Iterator[str]:
    mounts = [str(mount) for service in services.values() for mount in service.get("volumes", [])]
    used = {mount.partition(":")[0] for mount in mounts if not mount.startswith((".", "/"))}
    yield from (f"volume {name} isn't declared" for name in sorted(used - declared.keys()))
    yield from (f"volume {name} isn't used" for name in sorted(declared.keys() - used))
