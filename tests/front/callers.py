"""Callers who send or read slowly, or not at all: as many as wanted, held by one thread."""

import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass


@dataclass(eq=False)
class Caller:
    """What one of them sends at first and then each second, and what became of the connection.

    ``lasted`` is in seconds; 0 while the server holds the connection, and always for who doesn't read.
    """

    kind: str
    first: bytes
    drip: bytes = b""
    reads: bool = True
    got: bytes = b""
    lasted: float = 0.0
    began: float = 0.0

    @property
    def status(self) -> int:
        """Of the answer; 0 when the connection was just closed."""
        return int(self.got.split(b" ", 2)[1]) if self.got else 0

    def connect(self, port: int) -> socket.socket:
        """Open the connection and send what comes first."""
        line = socket.socket()
        if not self.reads:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.connect(("127.0.0.1", port))
        self.began = time.monotonic()
        line.sendall(self.first)
        line.setblocking(False)
        return line

    def hear(self, line: socket.socket) -> None:
        """Take what has come; an end is noted."""
        try:
            piece = line.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            piece = b""
        self.got += piece
        if not piece:
            self.end()

    def tick(self, line: socket.socket) -> None:
        """What happens once a second."""
        if self.drip:
            with suppress(OSError):
                line.send(self.drip)

    def end(self) -> None:
        """Note when the server ended it."""
        self.lasted = self.lasted or time.monotonic() - self.began


def hold(callers: list[Caller], port: int, stop: threading.Event) -> None:
    """Keep all their connections until told to stop."""
    with selectors.DefaultSelector() as selector:
        lines = {caller: caller.connect(port) for caller in callers}
        for caller, line in lines.items():
            if caller.reads:
                selector.register(line, selectors.EVENT_READ, caller)
        ticked = time.monotonic()
        while not stop.is_set():
            for key, _ in selector.select(timeout=0.2) if selector.get_map() else ():
                key.data.hear(key.fileobj)
                if key.data.lasted:
                    selector.unregister(key.fileobj)
            if time.monotonic() > ticked + 1:
                ticked = time.monotonic()
                for caller in [one for one in callers if not one.lasted]:
                    caller.tick(lines[caller])
        for line in lines.values():
            line.close()


@contextmanager
def calling(callers: Iterable[Caller], port: int) -> Iterator[None]:
    """Let them all call while the block runs, and hang up after it."""
    stop = threading.Event()
    holder = threading.Thread(target=hold, args=[list(callers), port, stop])
    holder.start()
    try:
        yield
    finally:
        stop.set()
        holder.join()


def wait_until(happened: Callable[[], bool], seconds: float) -> None:
    """Return once it has, or when the time is up."""
    until = time.monotonic() + seconds
    while not happened() and time.monotonic() < until:
        time.sleep(0.2)
