"""Run the whole service on this machine: `make run`.

Private PostgreSQL and Redis, migrations, the demo's data, then the web server, a worker and beat, until
Ctrl-C or SIGTERM. Everything it writes is in `.run/`, or where RUN_DIR says.
"""

from __future__ import annotations

import http.client
import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from tools.demo_clock import ahead
from tools.embedded.cluster import RUNTIME_ROLE
from tools.embedded.data_dir import ServerError, ServerHome
from tools.embedded.postgres import PostgresServer
from tools.embedded.process_guard import Leash
from tools.embedded.redis import RedisServer
from tools.environment import ROOT
from tools.port import HOST, PortError, read_port, refuse_taken_port
from tools.prepared import is_prepared, remember_prepared
from tools.prepared_cluster import adopt
from tools.reload import SourceWatch
from tools.run_dir import (
    RUN_DIR,
    AlreadyRunningError,
    encryption_key,
    lock_run_dir,
    private_folder,
    secret_key,
)
from tools.supervisor import Program, ServiceError, StopRequestedError, Supervisor, tail

DEMO = RUN_DIR / "demo.json"
READY_SECONDS = 60.0
#: Follow the code while it is worked on; never set where patients are.
RELOAD = os.environ.get("RELOAD", "") not in {"", "0"}
QUEUES = "critical,default"
# The servers and the worker want processors too.
WEB_PROCESSES = max(1, (os.cpu_count() or 1) // 2)
MIGRATE = ["django", "migrate", "--no-input"]
SEED = ["django", "seed_demo"]
WEB = f"backend.serve --host {HOST} --processes {WEB_PROCESSES}".split()
CELERY = ["celery", "-A", "backend"]
QUIET = "--loglevel INFO --without-gossip --without-mingle"
WORKER = f"worker {QUIET} --queues {QUEUES} --concurrency 3".split()
#: Apart, so that receivers that hang keep nobody waiting who must be told.
WEBHOOKS = f"worker {QUIET} --queues webhooks --pool solo".split()
#: The demo lives by a clock that `make later` moves; the service itself knows none but the real one.
DEMO_APPLICATION = "tools.demo_clock.asgi:application"
DEMO_CELERY = ["celery", "-A", "tools.demo_clock"]
BEAT = ["beat", "--loglevel", "INFO", "--pidfile="]

Maker = Callable[..., Program]  # of a program by its log's name, arguments and changes to the environment


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
    postgres, redis = PostgresServer(RUN_DIR, leash=leash), RedisServer(RUN_DIR, leash=leash)
    log_dir = private_folder(RUN_DIR, "log")

    def program(name: str, *arguments: str, **changes: str) -> Program:
        environment = service_environment(postgres, redis, port) | changes
        return Program(name, arguments, leash=leash, environment=environment, log_dir=log_dir)

    try:
        print("Starting PostgreSQL and Redis …")
        if not postgres.data_dir.exists():
            adopt(postgres)
        supervisor.start(postgres)
        supervisor.start(redis)
        prepare(supervisor, program, postgres, base_url(port))
        print("Starting web, workers and beat …")
        start_programs(supervisor, program, port)
        print(banner(port, postgres.home, seconds=time.monotonic() - started))
        supervisor.look_after(reloading(supervisor, program, postgres) if RELOAD else nothing)
    except StopRequestedError:
        print("\nStopping …")
    finally:
        supervisor.stop_all()
        leash.close()
    print("Stopped. `make run` starts again on the same data.")
    return 0


def nothing() -> None:
    """Do nothing between two looks."""


def reloading(supervisor: Supervisor, program: Maker, postgres: PostgresServer) -> Callable[[], None]:
    """Return what restarts the programs when the code changes, after migrating when a migration does."""
    watch = SourceWatch()

    def reload() -> None:
        if not (changed := watch.take()):
            return
        more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
        print(f"{changed[0]}{more} changed. Starting again …")
        try:
            if any("migrations" in path.parts for path in changed):
                supervisor.run_to_end(program("migrate", *MIGRATE, DATABASE_URL=postgres.owner_url))
        except ServiceError as error:
            print(error)
        supervisor.restart_programs()

    return reload


def prepare(supervisor: Supervisor, program: Maker, postgres: PostgresServer, address: str) -> None:
    """Migrate as the database's owner and seed the demo, unless this very code has done so."""
    if DEMO.exists() and is_prepared(postgres.data_dir, base_url=address):
        return
    print("Bringing the database and the demo up to date …")
    supervisor.run_to_end(program("migrate", *MIGRATE, DATABASE_URL=postgres.owner_url))
    supervisor.run_to_end(program("seed", *SEED))
    remember_prepared(postgres.data_dir, base_url=address)


def start_programs(supervisor: Supervisor, program: Maker, port: int) -> None:
    """Start web and workers, wait until the service is ready, and then start beat.

    Starting takes the processor's time above all, and nobody waits for beat's first tick.
    """
    supervisor.start(program("web", *WEB, "--port", str(port), DEMO_APPLICATION))
    supervisor.start(program("worker", *DEMO_CELERY, *WORKER))
    supervisor.start(program("webhooks", *DEMO_CELERY, *WEBHOOKS, "--hostname", "webhooks@%h"))
    wait_until_ready(supervisor, port)
    supervisor.start(program("beat", *DEMO_CELERY, *BEAT, "--schedule", str(RUN_DIR / "beat-schedule")))


def service_environment(postgres: PostgresServer, redis: RedisServer, port: int) -> dict[str, str]:
    """Return the environment of the web server, the worker and beat."""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "backend.settings",
        "DATABASE_URL": postgres.app_url,
        "DATABASE_APP_ROLE": RUNTIME_ROLE,
        "REDIS_URL": redis.broker_url,
        "SECRET_KEY": secret_key(RUN_DIR),
        "ENCRYPTION_KEYS": encryption_key(RUN_DIR),
        "DEBUG": "0",
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "BASE_URL": base_url(port),
        "SERVE_INSECURE_HTTP": "1",
        "ALLOW_PRIVATE_WEBHOOKS": "1",  # whoever tries webhooks out receives them on this machine
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
    if moved := ahead(RUN_DIR):
        places["Clock"] = f"{moved} ahead (`make later`; `make reset` puts it right)"
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
