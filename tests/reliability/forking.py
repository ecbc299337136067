"""`python -m tests.reliability.forking` runs each task named on stdin in a process of its own.

It has everything loaded and forks, so that a process to be killed costs milliseconds; it says each one's id.
"""

import os
import signal
import sys

import django


def main() -> None:
    """Fork once for every line, until stdin ends."""
    django.setup()
    from backend.celery import app

    app.loader.import_default_modules()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that die
    for line in sys.stdin:
        process = os.fork()
        if process == 0:
            app.tasks[line.strip()]()
            os._exit(0)
        sys.stdout.write(f"{process}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
