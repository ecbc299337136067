"""Installing where the network looks into TLS, where it is closed, and where a package was exchanged."""

import hashlib
import http.server
import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.notify.certificates import certify
from tools import install

pytestmark = pytest.mark.process

WHEEL = "locked_thing-1.0-py3-none-any.whl"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package with nothing in it, on an index page."""
    folder = tmp_path_factory.mktemp("index")
    with zipfile.ZipFile(folder / WHEEL, "w") as archive:
        archive.writestr("locked_thing.py", "")
        info = "locked_thing-1.0.dist-info"
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: locked-thing\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    page = folder / "locked-thing"
    page.mkdir()
    (page / "index.html").write_text(f'<!doctype html><a href="../{WHEEL}">{WHEEL}</a>')
    return folder / WHEEL


@pytest.fixture(scope="module")
def index(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The index's address, and the authority that only somebody who is told of it trusts."""
    context, authority = certify(tmp_path_factory.mktemp("authority"), "localhost")

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments, directory=str(wheel.parent))  # type: ignore[arg-type]

        def log_message(self, *arguments: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"https://localhost:{server.server_address[1]}/", authority
        server.shutdown()


@pytest.fixture
def network(index: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """A machine that knows this index alone, with nothing cached; its lock, and the authority."""
    address, authority = index
    for name in (
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "PIP_CERT",
        "PIP_FIND_LINKS",
        "REQUESTS_CA_BUNDLE",
        "CURL_CA_BUNDLE",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("UV_DEFAULT_INDEX", address)
    monkeypatch.setenv("PIP_INDEX_URL", address)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    monkeypatch.setenv("NO_PROXY", "localhost")
    return tmp_path / "lock.txt", authority


@pytest.fixture
def venv(tmp_path: Path) -> Path:
    """An environment with this checkout's uv in it."""
    folder = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    (folder / "bin" / "uv").symlink_to(Path(sys.executable).with_name("uv"))
    return folder


def locked(lock: Path, wheel: Path, digest: str | None = None) -> Path:
    digest = digest or hashlib.sha256(wheel.read_bytes()).hexdigest()
    lock.write_text(f"locked-thing==1.0 \\\n    --hash=sha256:{digest}\n")
    return lock


def test_what_the_operators_file_trusts_is_trusted_by_uv_and_by_pip(
    network: tuple[Path, Path], wheel: Path, venv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, authority = network
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    install.sync(venv, locked(lock, wheel))
    assert next(venv.glob("lib/python3*/site-packages/locked_thing.py")).exists()
    monkeypatch.setattr(install, "UV_LOCK", lock)
    install.install_uv(venv.with_name("another"))
    assert next(venv.with_name("another").glob("lib/python3*/site-packages/locked_thing.py")).exists()


def test_an_authority_nobody_knows_is_refused_with_what_to_do(
    network: tuple[Path, Path], wheel: Path, venv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, _ = network
    with pytest.raises(install.InstallError, match=r"not trusted.*SSL_CERT_FILE") as refused:
        install.sync(venv, locked(lock, wheel))
    assert "Installing the packages failed" in str(refused.value)
    monkeypatch.setattr(install, "UV_LOCK", lock)
    with pytest.raises(install.InstallError, match=r"not trusted.*SSL_CERT_FILE"):
        install.install_uv(venv.with_name("another"))


def test_a_closed_network_is_named_with_what_to_do(
    network: tuple[Path, Path], wheel: Path, venv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://127.0.0.1:9/")
    with pytest.raises(install.InstallError, match=r"can't be reached.*HTTPS_PROXY"):
        install.sync(venv, locked(network[0], wheel))


def test_an_exchanged_package_is_not_installed(
    network: tuple[Path, Path], wheel: Path, venv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, authority = network
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    with pytest.raises(install.InstallError, match="not the one that was locked"):
        install.sync(venv, locked(lock, wheel, digest="0" * 64))
    assert not list(venv.glob("lib/python3*/site-packages/locked_thing.py"))


def test_node_is_given_the_same_authorities(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("NODE_EXTRA_CA_CERTS", raising=False)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authorities.pem"))
    assert install.trusting_environment()["NODE_EXTRA_CA_CERTS"] == str(tmp_path / "authorities.pem")
