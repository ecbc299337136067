"""Set a document in a process of its own, bounded in size and time, and a few at a time.

Whoever asks for documents without end would hold every thread that answers requests: two are set at a time,
one more request waits its turn, and any other is told to come again. That leaves a thread for an emergency.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from threading import BoundedSemaphore

TEMPLATES = Path(__file__).parent / "templates"
CHILD = Path(__file__).parent / "typeset.py"
#: No document of ours comes near these; what does isn't one.
DATA_BYTES_MAX = 512 * 1024
PDF_BYTES_MAX = 8 * 1024 * 1024
SECONDS_MAX = 15.0
#: How many are set at a time in one process of the server, and how many requests wait besides; together fewer
#: than its threads.
SET_AT_ONCE, WAITING = 2, 1
#: How long one waits for its turn.
WAIT_SECONDS = 5.0

_setting, _waiting = BoundedSemaphore(SET_AT_ONCE), BoundedSemaphore(WAITING)


class Template(StrEnum):
    """The documents there are; each is a ``.typ`` file in ``templates/``."""

    PROGRAMME = "programme"
    LETTER = "letter"


class PrintError(Exception):
    """The document could not be set. Says why in a word and repeats nothing of the data."""


def pdf(
    template: Template, data: Mapping[str, object], *, made_at: datetime, seconds_max: float = SECONDS_MAX
) -> bytes:
    """Return the document as PDF: tagged, with language and title; the same bytes for the same input.

    ``data`` is JSON-ready and reaches the template as values, never as markup: whatever a person wrote is
    text. ``made_at`` is aware and stands in the PDF as its date. The library runs in a process of its own,
    without this one's environment, so that neither time, memory nor a crash of it is ours, and it has neither
    fonts of the system nor anything to fetch. Raises ``PrintError``, also when too many are being set.
    """
    order = {
        "template": str(TEMPLATES / f"{template.value}.typ"),
        "root": str(TEMPLATES),
        "data": dict(data),
        "made_at": int(made_at.timestamp()),
    }
    body = json.dumps(order, sort_keys=True).encode()
    if len(body) > DATA_BYTES_MAX:
        raise PrintError("too_much_data")
    with _turn():
        made = _run(body, seconds_max)
    if len(made) > PDF_BYTES_MAX:
        raise PrintError("too_large")
    return made


@contextmanager
def _turn() -> Iterator[None]:
    """One of the places to set a document in, for as long as the block lasts; raises ``PrintError``."""
    if not _setting.acquire(blocking=False):
        _wait()
    try:
        yield
    finally:
        _setting.release()


def _wait() -> None:
    """Wait for a place, which the caller has then."""
    if not _waiting.acquire(blocking=False):
        raise PrintError("busy")
    try:
        if not _setting.acquire(timeout=WAIT_SECONDS):
            raise PrintError("busy")
    finally:
        _waiting.release()


def _run(body: bytes, seconds_max: float) -> bytes:
    command = [sys.executable, "-I", str(CHILD)]
    try:
        done = subprocess.run(  # noqa: S603 - our own file, nothing of a caller's in the command
            command, input=body, capture_output=True, timeout=seconds_max, env={}, check=False
        )
    except subprocess.TimeoutExpired:
        raise PrintError("too_slow") from None
    if done.returncode or not done.stdout.startswith(b"%PDF-"):
        raise PrintError("not_set")
    return done.stdout
