"""The port the demo is served on."""

from __future__ import annotations

import errno
import socket

HOST = "127.0.0.1"


class PortError(ValueError):
    """The port cannot be used; the message says why and how to choose another."""


def read_port(text: str) -> int:
    """Return the port, or raise PortError when `text` is none."""
    if text.isascii() and text.isdigit() and 0 < int(text) < 2**16:
        return int(text)
    raise PortError(
        f"PORT={text} is not a port: choose a number from 1 to 65535, for example make run PORT=8001."
    )


def refuse_taken_port(port: int) -> None:
    """Raise PortError when nothing can listen on `port`."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            reason = "is taken by another program" if taken else f"cannot be used ({error.strerror})"
            raise PortError(
                f"Port {port} {reason}. Choose another: make run PORT={port % 65535 + 1}"
            ) from error
