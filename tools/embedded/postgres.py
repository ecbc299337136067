"""A private PostgreSQL cluster."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import psycopg

from tools.embedded.cluster import DATABASE, OWNER_ROLE, RUNTIME_ROLE, prepare_cluster
from tools.embedded.data_dir import SERVER_ENVIRONMENT, ServerError
from tools.embedded.process_guard import Leash
from tools.embedded.programs import OLDEST_POSTGRES, major_version, postgres_programs
from tools.embedded.server import START_SECONDS, Server

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# Errors are logged without the statement and its values: those may hold a patient's answers.
KEPT_SETTINGS = {"log_min_error_statement": "panic", "log_error_verbosity": "terse"}
# Losing a throwaway cluster costs nothing, so its writes need not reach the disk.
THROWAWAY_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PostgresServer(Server):
    """A PostgreSQL cluster with the owner and runtime roles and the service's database.

    `throwaway` trades durability for speed and lets the owner create the databases that parallel tests need.
    """

    name = "postgres"
    end_signal = signal.SIGINT  # PostgreSQL's fast shutdown

    def __init__(self, run_dir: Path, *, leash: Leash | None = None, throwaway: bool = False) -> None:
        super().__init__(run_dir, leash=leash)
        self.throwaway = throwaway
        self.data_dir = self.home.path / "postgres"

    @property
    def admin_url(self) -> str:
        """URL of the cluster's superuser, connected to the maintenance database."""
        return self._url("postgres", "postgres")

    @property
    def owner_url(self) -> str:
        """URL of the role that owns the database and may change its schema."""
        return self._url(OWNER_ROLE, DATABASE)

    @property
    def app_url(self) -> str:
        """URL of the role the service runs as: rows only, no schema, bound by row-level security."""
        return self._url(RUNTIME_ROLE, DATABASE)

    def start(self) -> None:
        """Create the cluster if there is none, start it, and see that roles and database exist."""
        programs = postgres_programs(self.home)
        if not self.data_dir.exists():
            self._create(programs)
        self._stop_orphan()
        settings = SETTINGS | {"unix_socket_directories": f'"{self.sockets}"'}
        settings |= THROWAWAY_SETTINGS if self.throwaway else KEPT_SETTINGS
        flags = [part for item in settings.items() for part in ("-c", "=".join(item))]
        self.launch([str(programs / "postgres"), "-D", str(self.data_dir), *flags], self._answers)
        prepare_cluster(self.admin_url, throwaway=self.throwaway)

    def _url(self, role: str, database: str) -> str:
        return f"postgresql://{role}@/{database}?host={quote(str(self.sockets), safe='/')}"

    def _answers(self) -> bool:
        with suppress(psycopg.OperationalError), psycopg.connect(self.admin_url, connect_timeout=2):
            return True
        return False

    def _create(self, programs: Path) -> None:
        """Run initdb beside the final place: a half-made cluster is never taken for a whole one."""
        shutil.rmtree(self.home.path / "postgres.unfinished", ignore_errors=True)
        unfinished = self.home.folder("postgres.unfinished")
        command = [programs / "initdb", "-D", unfinished, "-U", "postgres", "-A", "trust", "--encoding=UTF8"]
        command += ["--locale=C", "--no-instructions", *(["--no-sync"] if self.throwaway else [])]
        if major_version(programs / "postgres") > OLDEST_POSTGRES:
            command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        account = self.home.account
        done = subprocess.run(
            [str(part) for part in command],
            env=SERVER_ENVIRONMENT,
            cwd="/",
            capture_output=True,
            check=False,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
        if done.returncode:
            raise ServerError(f"initdb failed: {done.stderr.decode(errors='replace').strip()}")
        unfinished.rename(self.data_dir)

    def _stop_orphan(self) -> None:
        """Stop a server left on this data, or drop the pid file of one that is gone.

        A pid file may name a process that has nothing to do with it, after a reboot for instance.
        """
        pid_file = self.data_dir / "postmaster.pid"
        with suppress(OSError, ValueError):
            pid = int(pid_file.read_text().splitlines()[0])
            deadline = time.monotonic() + START_SECONDS
            while _runs_on(pid, self.data_dir) and time.monotonic() < deadline:
                os.kill(pid, signal.SIGINT)
                time.sleep(0.1)
            if not _runs_on(pid, self.data_dir):
                pid_file.unlink()


def _runs_on(pid: int, data_dir: Path) -> bool:
    """Say whether process `pid` is a server on `data_dir`."""
    with suppress(OSError):
        return os.fsencode(data_dir) in Path(f"/proc/{pid}/cmdline").read_bytes()
    listing = ["ps", "-o", "command=", "-p", str(pid)]
    with suppress(OSError):
        return os.fsencode(data_dir) in subprocess.run(listing, capture_output=True, check=False).stdout
    return False
