"""What the logs may say: kinds, places and ids, never a value that somebody sent or stored.

Our own lines are written that way. Libraries put paths, hosts, exceptions and sometimes rows into their
messages, so of theirs only the fixed part is kept.
"""

import traceback
from http import HTTPStatus
from logging import LogRecord
from types import TracebackType
from typing import Any

from structlog.typing import EventDict, WrappedLogger

#: Places of the code that one line names, the innermost last.
PLACES = 8
#: What a Celery record says of its task in its arguments.
_TASK = ("id", "name")


def without_values(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Reduce a library's record to its template, the kind and place of its exception, route and task."""
    record: LogRecord = event["_record"]
    args = event.pop("positional_args", None)
    for name in ("exc_info", "stack_info"):
        event.pop(name, None)
    event["event"] = _what_happened(record, args)
    for name, value in _about(record, args).items():
        if value:
            event[name] = value
    return event


def places(tb: TracebackType | None) -> list[str]:
    """Where an exception came through our code, as ``file:line function``; its message may name somebody."""
    frames = traceback.extract_tb(tb)
    ours = [frame for frame in frames if "site-packages" not in frame.filename] or frames
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in ours[-PLACES:]]


def _what_happened(record: LogRecord, args: Any) -> str:
    """The fixed part of a message; one with an exception and without arguments is the exception's own."""
    if record.name == "py.warnings":
        return "warning"
    if hasattr(record, "status_code"):
        return (
            "request_refused" if record.status_code < HTTPStatus.INTERNAL_SERVER_ERROR else "request_failed"
        )
    return "exception" if record.exc_info and not args else str(record.msg)


def _warning(args: Any) -> str:
    """``file:line: category`` of what Python has formatted as a warning; its text may repeat a value."""
    return ": ".join(str(args[0]).split(": ")[:2]) if isinstance(args, tuple) and args else ""


def _about(record: LogRecord, args: Any) -> dict[str, object]:
    """Facts beside the template that can't hold a person's data."""
    kind, _, tb = record.exc_info or (None, None, None)
    given = args.values() if isinstance(args, dict) else args or ()
    failed = [type(value).__name__ for value in given if isinstance(value, BaseException)]
    task = {name: str(args[name]) for name in _TASK if name in args} if isinstance(args, dict) else None
    match = getattr(getattr(record, "request", None), "resolver_match", None)
    return {
        "kind": kind.__name__ if kind else ", ".join(failed),
        "where": _warning(args) if record.name == "py.warnings" else places(tb),
        "status": getattr(record, "status_code", None),
        "route": match.route if match else "",
        "task": task,
    }
