"""Keep somebody else's library from connecting to the operator's own network.

Python tells an audit hook of every connection before it is made, with the very address: a name that changes
between a check and the connection changes nothing.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

from assessments.notify.addresses import is_public

_EVENTS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_refused: ContextVar[list[str] | None] = ContextVar("refused", default=None)


class PrivateAddressError(OSError):
    """A connection to an address that isn't public was refused."""


@contextmanager
def public_addresses_only() -> Iterator[list[str]]:
    """Refuse every connection of this thread to an address that isn't public; yields those refused."""
    _install()
    refused: list[str] = []
    token = _refused.set(refused)
    try:
        yield refused
    finally:
        _refused.reset(token)


@cache
def _install() -> None:
    sys.addaudithook(_look)


def _look(event: str, args: tuple[Any, ...]) -> None:
    if event not in _EVENTS or (refused := _refused.get()) is None:
        return
    address = args[1]
    host = str(address[0]) if isinstance(address, tuple) and address else ""
    if not is_public(host):
        refused.append(host)
        raise PrivateAddressError
