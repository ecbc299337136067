"""Say what no test that passed here holds: `make held`, after the tests; exit code 1 when there is anything.

Every criterion, contradiction, safety property and hazard needs a test: docs/testing.md.
"""

from __future__ import annotations

import sys

from tools.docs.holding import collected, not_passed, without_a_test


def main() -> int:
    """Name what is not held, and each test that has not passed for what it says it holds."""
    missing, waiting = without_a_test(), not_passed()
    for identifier in missing:
        print(f"{identifier}: no test holds it.")
    for test, ids in waiting.items():
        print(f"{test}: has not passed here for {', '.join(ids)}.")
    if not missing and not waiting:
        print(f"{len(collected())} tests have passed for all that they hold.")
    return 1 if missing or waiting else 0


if __name__ == "__main__":
    sys.exit(main())
