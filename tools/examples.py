"""Write the examples of the OpenAPI document from the samples of the tests: `make examples`.

Examples that still fit their schemas stay; `--anew` writes all of them.
"""

from __future__ import annotations

import os
import sys

from tools import generate, test

if __name__ == "__main__":
    if "--anew" in sys.argv[1:]:
        os.environ["EXAMPLES_ANEW"] = "1"
    failed = test.main(["tests/contract/record_examples.py", "-rf"])
    if not failed:
        generate.main()
    sys.exit(failed)
