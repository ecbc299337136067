"""The private servers start on what they find, survive being killed, and leave nothing behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests.platform.processes import is_gone
from tools.embedded.data_dir import ServerError
from tools.embedded.postgres import PostgresServer
from tools.embedded.process_guard import Leash
from tools.embedded.redis import RedisServer

pytestmark = pytest.mark.process


def execute(url: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def redis_says(server: RedisServer, command: str) -> bytes:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(server.socket_path))
        connection.sendall(f"{command}\r\n".encode())
        return connection.recv(256)


def test_data_outlives_a_stop_and_a_start(run_dir: Path) -> None:
    with PostgresServer(run_dir, throwaway=True) as postgres, RedisServer(run_dir) as redis:
        execute(postgres.owner_url, "CREATE TABLE kept (number int); INSERT INTO kept VALUES (42)")
        assert redis_says(redis, "SET kept 42") == b"+OK\r\n"
    with PostgresServer(run_dir, throwaway=True) as postgres, RedisServer(run_dir) as redis:
        assert execute(postgres.owner_url, "SELECT number FROM kept") == [(42,)]
        assert redis_says(redis, "GET kept") == b"$2\r\n42\r\n"


def test_a_server_killed_outright_is_recovered_on_the_next_start(run_dir: Path) -> None:
    postgres, redis = PostgresServer(run_dir), RedisServer(run_dir)
    with postgres, redis:
        execute(postgres.owner_url, "CREATE TABLE kept (number int); INSERT INTO kept VALUES (42)")
        redis_says(redis, "SET kept 42")
        assert postgres.process
        assert redis.process
        os.kill(redis.process.pid, signal.SIGKILL)
        os.kill(postgres.process.pid, signal.SIGKILL)
        postgres.start()
        redis.start()
        assert execute(postgres.owner_url, "SELECT number FROM kept") == [(42,)]
        assert redis_says(redis, "GET kept") == b"$2\r\n42\r\n"


def test_a_server_left_behind_is_replaced_not_joined(run_dir: Path) -> None:
    left_behind = PostgresServer(run_dir, throwaway=True)
    left_redis = RedisServer(run_dir)
    with (
        left_behind,
        left_redis,
        PostgresServer(run_dir, throwaway=True) as postgres,
        RedisServer(run_dir) as redis,
    ):
        assert left_behind.process
        assert left_redis.process
        assert is_gone(left_behind.process.pid)
        assert is_gone(left_redis.process.pid)
        assert execute(postgres.owner_url, "SELECT 1") == [(1,)]
        assert redis_says(redis, "PING") == b"+PONG\r\n"


def test_a_pid_file_naming_a_stranger_neither_blocks_the_start_nor_harms_the_stranger(run_dir: Path) -> None:
    with PostgresServer(run_dir, throwaway=True) as postgres:
        pass
    with subprocess.Popen(["sleep", "60"]) as stranger:
        (postgres.data_dir / "postmaster.pid").write_text(f"{stranger.pid}\n{postgres.data_dir}\n")
        with postgres:
            assert execute(postgres.owner_url, "SELECT 1") == [(1,)]
            assert stranger.poll() is None
        stranger.kill()


def test_servers_die_with_the_process_that_started_them(run_dir: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from tools.embedded import *\n"
        "postgres, redis = PostgresServer(Path(sys.argv[1])), RedisServer(Path(sys.argv[1]))\n"
        "postgres.start(); redis.start()\n"
        "print(postgres.process.pid, redis.process.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(run_dir)], stdout=subprocess.PIPE) as starter:
        assert starter.stdout
        pids = [int(word) for word in starter.stdout.readline().split()]
        assert len(pids) == 2
        starter.kill()
    assert all(is_gone(pid) for pid in pids)


@pytest.mark.parametrize("name", ["closed", "x" * 120])
def test_they_work_below_a_closed_folder_and_a_long_path(run_dir: Path, name: str) -> None:
    run_dir.mkdir(mode=0o700)
    below = run_dir / name
    postgres = PostgresServer(below, throwaway=True)
    try:
        with postgres, RedisServer(below) as redis:
            assert execute(postgres.app_url, "SELECT current_user") == [("rtr_app",)]
            assert redis_says(redis, "PING") == b"+PONG\r\n"
            assert len(os.fsencode(redis.socket_path)) < 107
            assert run_dir.stat().st_mode & 0o777 == 0o700
    finally:
        postgres.home.remove()
    assert not postgres.home.path.exists()


def test_only_the_servers_account_may_enter_data_and_sockets(run_dir: Path) -> None:
    with PostgresServer(run_dir, throwaway=True) as postgres:
        for folder in (postgres.data_dir, postgres.sockets):
            assert folder.stat().st_mode & 0o077 == 0
        assert execute(postgres.admin_url, "SHOW listen_addresses") == [("",)]


def test_the_runtime_role_reads_and_writes_rows_and_cannot_change_the_schema(run_dir: Path) -> None:
    with PostgresServer(run_dir, throwaway=True) as postgres:
        execute(postgres.owner_url, "CREATE TABLE rows (id int GENERATED ALWAYS AS IDENTITY, number int)")
        execute(postgres.app_url, "INSERT INTO rows (number) VALUES (1); UPDATE rows SET number = 2")
        assert execute(postgres.app_url, "SELECT number FROM rows") == [(2,)]
        for forbidden in (
            "CREATE TABLE mine (id int)",
            "DROP TABLE rows",
            "TRUNCATE rows",
            "SET ROLE rtr_owner",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                execute(postgres.app_url, forbidden)
        for role in ("rtr_owner", "rtr_app"):
            query = f"SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = '{role}'"
            assert execute(postgres.admin_url, query) == [(False, False)]


def test_a_failed_start_names_the_server_and_shows_its_log(
    run_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tools.embedded.server.RETRY_SECONDS", 0.5)
    with PostgresServer(run_dir, throwaway=True) as postgres:
        pass
    (postgres.data_dir / "PG_VERSION").write_text("9\n")
    with pytest.raises(ServerError, match=r"(?s)postgres did not start.*version 9"):
        postgres.start()


def test_a_child_that_ignores_the_request_to_stop_is_killed_with_its_own_children(tmp_path: Path) -> None:
    leash = Leash()
    script = "trap '' TERM; sleep 61 & echo $!; while :; do sleep 0.1; done"
    with (tmp_path / "out").open("wb") as output:
        process = leash.start(["sh", "-c", script], output=output, environment=os.environ, directory=tmp_path)
    deadline = time.monotonic() + 5
    while not (tmp_path / "out").read_text().endswith("\n") and time.monotonic() < deadline:
        time.sleep(0.02)
    grandchild = int((tmp_path / "out").read_text())
    leash.end(process, patience_seconds=0.2)
    assert process.returncode == -signal.SIGKILL
    assert is_gone(grandchild)
    leash.close()
