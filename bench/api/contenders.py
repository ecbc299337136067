"""What is compared, and how each of them is served: the same number of processes and connections."""

from dataclasses import dataclass
from typing import Any

from backend.platform.edge.arrival import THREADS
from bench.api.record import EMERGENCY, REASSURING
from tools.run import WEB, WEB_PROCESSES

#: Database connections of each process: the service has one for every thread.
CONNECTIONS = THREADS
GRANIAN = f"granian --interface wsgi --workers {WEB_PROCESSES} --blocking-threads {CONNECTIONS}".split()
UVICORN = ("uvicorn", "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning")


@dataclass(frozen=True, eq=False)
class Contender:
    """A server and the record it is given; ``keyed`` sends a fresh Idempotency-Key with each."""

    name: str
    server: str
    answers: dict[str, Any]
    keyed: bool = False


SERVERS: dict[str, tuple[str, ...]] = {
    "service": tuple(WEB),
    "wsgi": (*GRANIAN, "bench.api.wsgi_floor:application"),
    "fastapi": (*UVICORN, "--workers", str(WEB_PROCESSES), "bench.api.fastapi_floor:app"),
    "open": (*UVICORN, "--workers", str(WEB_PROCESSES), "bench.api.fastapi_floor:app"),
}
SERVICE = Contender("Return to Run", "service", REASSURING)
WSGI_FLOOR = Contender("bare WSGI, raw psycopg", "wsgi", REASSURING)
FASTAPI_FLOOR = Contender("FastAPI, asyncpg", "fastapi", REASSURING)
FLOORS = (WSGI_FLOOR, FASTAPI_FLOOR)
#: The same floor without look-up of the token, row-level security, history, list of changes and foreign keys.
OPEN_FLOOR = Contender("FastAPI without the walls", "open", REASSURING)
SERVICE_KEYED = Contender("Return to Run, keyed", "service", REASSURING, keyed=True)
#: Opens an escalation with its frozen policy and nudges a worker through Redis; the floors don't.
SERVICE_EMERGENCY = Contender("Return to Run, emergency", "service", EMERGENCY)
