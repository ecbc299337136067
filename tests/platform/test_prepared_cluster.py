"""The cluster with today's schema: one for each content of the migrations, and never half of one."""

import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from tools import prepared_cluster
from tools.embedded.postgres import PostgresServer
from tools.prepared_cluster import TEMPLATE_DATABASE, adopt, ensure_prepared, schema_digest


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Clusters made from here on, in the test's own folder; each is a copy of this checkout's."""
    original, made = ensure_prepared(), []

    def make(prepared: Path) -> None:
        made.append(prepared)
        shutil.copytree(original, prepared)

    monkeypatch.setattr(prepared_cluster, "FOLDER", tmp_path)
    monkeypatch.setattr(prepared_cluster, "_make", make)
    return made


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """A server that has no data yet."""
    with tempfile.TemporaryDirectory(prefix="rtr-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        server = PostgresServer(Path(folder) / "run", throwaway=True)
        yield server
        server.stop()
        server.home.remove()


def tables(server: PostgresServer) -> int:
    with psycopg.connect(make_conninfo(server.admin_url, dbname=TEMPLATE_DATABASE)) as connection:
        row = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
        assert row
        return int(row[0])


@pytest.mark.process
def test_a_copy_starts_with_the_schema_in_it(made: list[Path], server: PostgresServer) -> None:
    adopt(server)
    with server:
        assert tables(server) > 40
    assert len(made) == 1


@pytest.mark.process
@pytest.mark.parametrize("harm", ["a file is gone", "a file was cut", "the list of files is gone"])
def test_a_broken_one_is_made_again_without_a_word(
    harm: str, made: list[Path], server: PostgresServer, capfd: pytest.CaptureFixture[str]
) -> None:
    prepared = ensure_prepared()
    version = prepared / "data" / "PG_VERSION"
    {
        "a file is gone": version.unlink,
        "a file was cut": lambda: version.write_bytes(b""),
        "the list of files is gone": (prepared / "manifest.json").unlink,
    }[harm]()
    adopt(server)
    with server:
        assert tables(server) > 40
    assert len(made) == 2
    assert capfd.readouterr().err == ""


def test_many_at_once_make_one(made: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    digest = schema_digest()  # once: Python 3.11 can't parse source in two threads at a time
    monkeypatch.setattr(prepared_cluster, "schema_digest", lambda: digest)
    with ThreadPoolExecutor(4) as callers:
        found = list(callers.map(lambda _: ensure_prepared(), range(4)))
    assert len(made) == 1
    assert found == made * 4


def test_another_migration_makes_another_and_few_old_ones_stay(
    made: list[Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    digests = [f"{number:016x}" for number in range(prepared_cluster.KEPT + 3)]
    for digest in digests:
        monkeypatch.setattr(prepared_cluster, "schema_digest", lambda digest=digest: digest)
        ensure_prepared()
    assert len(made) == len(digests)
    kept = sorted(path.name for path in tmp_path.iterdir() if path.is_dir())
    assert len(kept) == prepared_cluster.KEPT + 1
    assert digests[-1] in kept


def test_the_digest_follows_the_migrations_the_packages_and_the_applications(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {
        "clinics/migrations/0001_initial.py": "# another",
        "clinics/migrations/0002_more.sql": "SELECT 1",
        "backend/platform/storage/row_level_security.py": "# another",
        "requirements-dev.lock": "# another",
        "backend/settings.py": "INSTALLED_APPS = ['another']",
    }
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("INSTALLED_APPS = []" if name.endswith("settings.py") else "")
    monkeypatch.setattr(prepared_cluster, "ROOT", tmp_path)
    seen = [schema_digest()]
    for name, text in files.items():
        (tmp_path / name).write_text(text)
        seen.append(schema_digest())
    assert len(set(seen)) == len(seen)
    (tmp_path / "backend/settings.py").write_text("INSTALLED_APPS = ['another']\nDEBUG = False")
    assert schema_digest() == seen[-1], "other settings make no other schema"
