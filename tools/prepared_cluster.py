"""A PostgreSQL cluster with the schema in it: made once for each content of migrations, copied each run.

Making a cluster and migrating a database in it takes ten seconds, copying it half a second. The cluster lies
in `.prepared/<digest>/`, which git ignores; the digest covers whatever the schema depends on, so a changed
migration finds none and makes a new one. Inside it the service's own database is migrated, and so is
`TEMPLATE_DATABASE`, which is never connected to again: who needs more databases clones it. Runs share
nothing but these files, which they only read.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from tools.embedded.cluster import DATABASE, OWNER_ROLE, prepare_cluster
from tools.embedded.data_dir import ServerError
from tools.embedded.postgres import PostgresServer
from tools.embedded.process_guard import Leash

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".prepared"
TEMPLATE_DATABASE = "return_to_run_template"
KEPT = 4  # clusters of other contents: branches are changed back and forth
MANIFEST = "manifest.json"
WAIT_SECONDS = 300.0  # for another process that is making the same cluster


def schema_digest() -> str:
    """Return the digest of everything the migrated schema follows from, as 16 hexadecimal characters."""
    digest = hashlib.sha256()
    for path in [
        *_migrations(),
        *sorted((ROOT / "backend" / "platform" / "storage").glob("*.py")),
        ROOT / "requirements-dev.lock",
    ]:
        digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    digest.update(_installed_apps().encode())
    for path in sorted((ROOT / "tools" / "embedded").glob("*.py")):
        digest.update(path.read_bytes())
    digest.update(Path(__file__).read_bytes())
    return digest.hexdigest()[:16]


def _migrations() -> list[Path]:
    return sorted(path for path in ROOT.glob("*/migrations/**/*") if path.suffix in (".py", ".sql"))


def _installed_apps() -> str:
    """Return the applications of the settings as source: theirs are the other migrations."""
    tree = ast.parse((ROOT / "backend" / "settings.py").read_text())
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "INSTALLED_APPS":
            return ast.unparse(node.value)
    raise ServerError("backend/settings.py assigns no INSTALLED_APPS.")


def adopt(postgres: PostgresServer) -> None:
    """Give a server without data a copy of the prepared cluster, which is made first where there is none."""
    for _attempt in range(2):
        prepared = ensure_prepared()
        try:
            _copy_as(prepared, postgres)
        except (OSError, ValueError):  # half gone or changed by hand: made anew without a word
            shutil.rmtree(prepared, ignore_errors=True)
            shutil.rmtree(postgres.data_dir, ignore_errors=True)
        else:
            return
    raise ServerError(f"The prepared cluster can't be copied: remove {FOLDER} and try again.")


def ensure_prepared() -> Path:
    """Return the folder of the cluster for today's migrations, made by this call if need be."""
    prepared = FOLDER / schema_digest()
    if not (prepared / MANIFEST).exists():
        FOLDER.mkdir(exist_ok=True)
        with _only_one(prepared.with_suffix(".lock")):
            if not (prepared / MANIFEST).exists():
                shutil.rmtree(prepared, ignore_errors=True)
                _make(prepared)
                _forget_old(prepared)
    with suppress(OSError):
        os.utime(prepared)
    return prepared


@contextmanager
def _only_one(lock: Path) -> Iterator[None]:
    """Let one process at a time make a cluster; the others wait and find it made.

    The operating system drops the lock with the process that holds it, however that ends.
    """
    import fcntl

    with lock.open("w") as handle:
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise ServerError(f"Another process has held {lock} for {WAIT_SECONDS:.0f} s.") from None
                time.sleep(0.2)
        yield


def _make(prepared: Path) -> None:
    """Create a cluster, migrate one database in it, stop it, and put its files where they are looked for."""
    print("Preparing a database of today's migrations (once, ten seconds) …", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(prefix="return-to-run-prepare-", ignore_cleanup_errors=True) as folder:
        run_dir = Path(folder)
        run_dir.chmod(0o711)
        leash = Leash()
        postgres = PostgresServer(run_dir, leash=leash, throwaway=True)
        try:
            with postgres:
                _migrate(postgres)
            unfinished = prepared.with_suffix(".unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            shutil.copytree(postgres.data_dir, unfinished / "data")
            (unfinished / MANIFEST).write_text(json.dumps(_sizes(unfinished / "data")))
            unfinished.rename(prepared)
        finally:
            leash.close()
            postgres.home.remove()


def _migrate(postgres: PostgresServer) -> None:
    """Migrate the template, and make the service's own database one of its clones."""
    template, owner = sql.Identifier(TEMPLATE_DATABASE), sql.Identifier(OWNER_ROLE)
    with psycopg.connect(postgres.admin_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(template, owner))
    environment = os.environ | {
        "DATABASE_URL": make_conninfo(postgres.owner_url, dbname=TEMPLATE_DATABASE),
        "DJANGO_SETTINGS_MODULE": "backend.settings",
        "SECRET_KEY": "only-for-the-prepared-cluster-" + os.urandom(24).hex(),
        "SERVE_INSECURE_HTTP": "1",
    }
    command = [sys.executable, "manage.py", "migrate", "--no-input", "--verbosity", "0"]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True)
    if done.returncode:
        raise ServerError(f"manage.py migrate failed:\n{done.stderr.strip()}")
    with psycopg.connect(postgres.admin_url, autocommit=True) as connection:
        own = sql.Identifier(DATABASE)
        connection.execute(sql.SQL("DROP DATABASE {}").format(own))
        clone = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}")
        connection.execute(clone.format(own, owner, template))
    prepare_cluster(postgres.admin_url, throwaway=True)


def _copy_as(prepared: Path, postgres: PostgresServer) -> None:
    """Copy the files to where the server looks for them, owned by its account; ValueError when one lacks."""
    source = prepared / "data"
    if _sizes(source) != json.loads((prepared / MANIFEST).read_text()):
        raise ValueError
    account = postgres.home.account

    def copy(origin: str, target: str) -> str:
        shutil.copy2(origin, target)
        if account:
            os.chown(target, account.uid, account.gid)
        return target

    shutil.copytree(source, postgres.data_dir, copy_function=copy)
    for folder in [postgres.data_dir, *(path for path in postgres.data_dir.rglob("*") if path.is_dir())]:
        folder.chmod(0o700)
        if account:
            os.chown(folder, account.uid, account.gid)
    if not postgres.throwaway:
        os.sync()  # PostgreSQL trusts what it finds to be on the disc


def _sizes(data: Path) -> dict[str, int]:
    """Return every file of a cluster with its size in bytes."""
    files = (path for path in data.rglob("*") if path.is_file())
    return {str(path.relative_to(data)): path.stat().st_size for path in files}


def _forget_old(prepared: Path) -> None:
    """Remove all but the clusters used last: each holds some 70 MB."""
    others = [path for path in FOLDER.iterdir() if (path / MANIFEST).exists() and path != prepared]
    others.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for path in others[KEPT:]:
        shutil.rmtree(path, ignore_errors=True)
        path.with_suffix(".lock").unlink(missing_ok=True)
