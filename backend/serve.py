"""The one command line of the web server: ``python -m backend.serve``, here, in the image and in every test.

It becomes granian, with limits on everything that a caller can make last: see docs/operations.md.
"""

import argparse
import os
import sys

#: Milliseconds within which the head of a request is here, the first and, on a kept connection, each other.
HEAD_MILLISECONDS = 10_000
#: Open connections of each process at most; the others wait to be accepted.
CONNECTIONS = 1024


def command_line(*, host: str, port: int, processes: int, application: str) -> list[str]:
    """The arguments of granian; its access log would hold addresses with ids, so nothing turns it on."""
    words = (
        f"granian --interface asgi --http 1 --no-ws --host {host} --port {port} --workers {processes}"
        f" --log-level warning --no-access-log --http1-header-read-timeout {HEAD_MILLISECONDS}"
        f" --backlog {CONNECTIONS} --backpressure {CONNECTIONS}"
    )
    return [*words.split(), application]


def main(arguments: list[str]) -> None:
    """Become the web server."""
    parser = argparse.ArgumentParser(prog="python -m backend.serve", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("application", nargs="?", default="backend.asgi:application")
    known = parser.parse_args(arguments)
    command = [sys.executable, "-m", *command_line(**vars(known))]
    os.execv(command[0], command)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main(sys.argv[1:])
