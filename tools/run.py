"""Run the whole service on this machine: `make run`.

Private PostgreSQL and Redis, migrations, the demo's data, then the web server, beat and a worker, until
Ctrl-C or SIGTERM. Everything it writes is in `.run/`, or where RUN_DIR says.
"""

from __future__ import annotations

import errno
import http.client
import json
import os
import socket
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from backend.embedded import Leash, PostgresServer, RedisServer, ServerError, ServerHome
from tools.environment import ROOT
from tools.prepared import is_prepared, remember_prepared
from tools.run_dir import RUN_DIR, AlreadyRunningError, lock_run_dir, private_folder, secret_key
from tools.supervisor import Program, ServiceError, StopRequestedError, Supervisor, tail

DEMO = RUN_DIR / "demo.json"
HOST = "127.0.0.1"
READY_SECONDS = 60.0
CELERY = ("celery", "-A", "backend")
QUEUES = "critical,default,webhooks"
WORKER = (*CELERY, "worker", "--loglevel=INFO", "--without-gossip", "--without-mingle")


def main() -> int:
    """Run until asked to stop; returns 0 then, and 1 with a message when something does not start."""
    started = time.monotonic()
    os.umask(0o077)  # logs, mail and sign-ins are for whoever runs this
    try:
        port = read_port(os.environ.get("PORT", "8000"))
        with lock_run_dir() as lock:
            refuse_taken_port(port)
            return serve(port, lock_descriptor=lock.fileno(), started=started)
    except (AlreadyRunningError, ServerError, ServiceError, PortError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1


def serve(port: int, *, lock_descriptor: int, started: float) -> int:
    """Start everything in order, look after it, and stop it whatever happens."""
    leash = Leash(keep_open=[lock_descriptor])
    supervisor = Supervisor(parent=os.getppid() if "MAKELEVEL" in os.environ else None)
    try:
        home = start_services(supervisor, leash, port)
        wait_until_ready(supervisor, port)
        print(banner(port, home, seconds=time.monotonic() - started))
        supervisor.look_after()
    except StopRequestedError:
        print("\nStopping …")
    finally:
        supervisor.stop_all()
        leash.close()
    print("Stopped. `make run` starts again on the same data.")
    return 0


def start_services(supervisor: Supervisor, leash: Leash, port: int) -> ServerHome:
    """Start the servers, prepare the database, start the programs; returns where the servers' data is."""
    postgres, redis = PostgresServer(RUN_DIR, leash=leash), RedisServer(RUN_DIR, leash=leash)
    log_dir = private_folder(RUN_DIR, "log")

    def program(name: str, *arguments: str, **changes: str) -> Program:
        environment = service_environment(postgres, redis, port) | changes
        return Program(name, arguments, leash=leash, environment=environment, log_dir=log_dir)

    print("Starting PostgreSQL and Redis …")
    supervisor.start(postgres)
    supervisor.start(redis)
    if not (is_prepared(postgres.data_dir, base_url=base_url(port)) and DEMO.exists()):
        print("Bringing the database and the demo up to date …")
        migrate = program("migrate", "django", "migrate", "--no-input", DATABASE_URL=postgres.owner_url)
        supervisor.run_to_end(migrate)
        supervisor.run_to_end(program("seed", "django", "seed_demo"))
        remember_prepared(postgres.data_dir, base_url=base_url(port))
    print("Starting web, beat and worker …")
    web = ("granian", "--interface", "wsgi", "--host", HOST, "--port", str(port), "--workers", "2")
    supervisor.start(program("web", *web, "--blocking-threads", "4", "backend.wsgi:application"))
    supervisor.start(
        program("beat", *CELERY, "beat", "--schedule", str(RUN_DIR / "beat-schedule"), "--pidfile=")
    )
    supervisor.start(program("worker", *WORKER, "--queues", QUEUES, "--concurrency", "3"))
    return postgres.home


def service_environment(postgres: PostgresServer, redis: RedisServer, port: int) -> dict[str, str]:
    """Return the environment of the web server, beat and the worker."""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "backend.settings",
        "DATABASE_URL": postgres.app_url,
        "REDIS_URL": redis.broker_url,
        "SECRET_KEY": secret_key(RUN_DIR),
        "DEBUG": "0",
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "BASE_URL": base_url(port),
        "SERVE_INSECURE_HTTP": "1",
        "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
        "EMAIL_FILE_PATH": str(private_folder(RUN_DIR, "mail")),
        "RUN_DIR": str(RUN_DIR),
        "PYTHONUNBUFFERED": "1",
    }


def wait_until_ready(supervisor: Supervisor, port: int) -> None:
    """Wait until the service answers and reaches its database; raises ServiceError when it does not."""
    deadline = time.monotonic() + READY_SECONDS
    while not all(answers(port, path) for path in ("/livez", "/readyz")):
        supervisor.refuse_failures()
        if time.monotonic() > deadline:
            log = RUN_DIR / "log" / "web.log"
            raise ServiceError(f"The service did not get ready within {READY_SECONDS:.0f} s. {tail(log)}")
        supervisor.pause(0.1)


def answers(port: int, path: str) -> bool:
    """Say whether a health endpoint answers 200."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


class PortError(ValueError):
    """The port cannot be used; the message says why and how to choose another."""


def read_port(text: str) -> int:
    """Return the port, or raise PortError when `text` is none."""
    if text.isascii() and text.isdigit() and 0 < int(text) < 2**16:
        return int(text)
    raise PortError(
        f"PORT={text} is not a port: choose a number from 1 to 65535, for example make run PORT=8001."
    )


def refuse_taken_port(port: int) -> None:
    """Raise PortError when nothing can listen on `port`."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            reason = "is taken by another program" if taken else f"cannot be used ({error.strerror})"
            raise PortError(
                f"Port {port} {reason}. Choose another: make run PORT={port % 65535 + 1}"
            ) from error


def base_url(port: int) -> str:
    """Return where the service is reached."""
    return f"http://{HOST}:{port}"


def shown(path: Path) -> str:
    """Return `path` as somebody in the checkout would write it."""
    return str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)


def banner(port: int, home: ServerHome, *, seconds: float) -> str:
    """Return the lines that say where everything is."""
    demo: Mapping[str, Mapping[str, str]] = json.loads(DEMO.read_text())
    places = {
        "API docs": f"{base_url(port)}/api/docs",
        "Dashboard": demo["dashboard"]["url"],
        "Logins": f"{shown(DEMO)} (dashboard users and OAuth clients)",
        "Mail": f"{shown(RUN_DIR / 'mail')}/ (what would have been sent, one file each)",
        "Logs": f"{shown(RUN_DIR / 'log')}/",
        "Data": f"{shown(home.path)}/",
    }
    lines = [f"  {name:<10} {place}" for name, place in places.items()]
    if home.is_elsewhere:
        lines.append(f"{'':13}({ROOT} is closed to the account PostgreSQL runs as, or its path is too long)")
    return "\n".join(
        [
            f"\nReturn to Run is up after {seconds:.1f} s.\n",
            *lines,
            "\nCtrl-C stops it; `make reset` empties it.",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
