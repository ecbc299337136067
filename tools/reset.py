"""Empty the run directory: `make reset`."""

from __future__ import annotations

import sys

from tools.embedded.data_dir import ServerHome
from tools.run_dir import RUN_DIR, AlreadyRunningError, lock_run_dir


def main() -> int:
    """Delete the demo's data, wherever it lives; returns 1 when the demo is running."""
    try:
        with lock_run_dir():
            home = ServerHome(RUN_DIR)
            home.remove()
    except AlreadyRunningError as error:
        print(f"{error} Stop it first.", file=sys.stderr)
        return 1
    print(f"Emptied {RUN_DIR.name}/" + (f" and {home.path}." if home.is_elsewhere else "."))
    return 0


if __name__ == "__main__":
    sys.exit(main())
