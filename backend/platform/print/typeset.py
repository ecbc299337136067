"""The process that sets one document: an order as JSON on stdin, the PDF on stdout.

A file of its own, started by its path, so that it imports nothing of the service. It writes no error text: a
message of the library repeats the words it stumbled over, which are somebody's.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import typst

#: PDF/UA-1: readable by a screen reader, checked by the library as it writes.
ACCESSIBLE: list[typst.PDFStandard] = ["ua-1"]


def main() -> int:
    """Set the ordered document; 1 when it can't be set."""
    order = json.load(sys.stdin.buffer)
    try:
        made = typeset(order, ACCESSIBLE)
    except typst.TypstError:
        # The standard forbids a character that no font here has; a name in such a script still gets its
        # document, tagged the same, with a box in the character's place.
        try:
            made = typeset(order, [])
        except typst.TypstError:
            return 1
    sys.stdout.buffer.write(made)
    return 0


def typeset(order: dict[str, Any], standards: list[typst.PDFStandard]) -> bytes:
    """Return the PDF. Raises ``TypstError``."""
    return typst.compile(
        order["template"],
        root=order["root"],
        sys_inputs={"data": json.dumps(order["data"])},
        ignore_system_fonts=True,
        pdf_standards=standards,
        timestamp=order["made_at"],
    )


if __name__ == "__main__":
    sys.exit(main())
