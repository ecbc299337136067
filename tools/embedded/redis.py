"""A private Redis."""

from __future__ import annotations

import signal
import socket
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from tools.embedded.programs import redis_program
from tools.embedded.server import Server


class RedisServer(Server):
    """A Redis that appends every write to a file, on a unix socket."""

    name = "redis"
    end_signal = signal.SIGTERM

    @property
    def socket_path(self) -> Path:
        """The unix socket."""
        return self.sockets / "redis.sock"

    @property
    def url(self) -> str:
        """URL for redis-py."""
        return f"unix://{quote(str(self.socket_path), safe='/')}?db=0"

    @property
    def broker_url(self) -> str:
        """URL for Celery, which spells a unix socket its own way."""
        return f"redis+socket://{quote(str(self.socket_path), safe='/')}?virtual_host=0"

    def start(self) -> None:
        """Start Redis on the data it left, after stopping one that is still on the socket."""
        self._ask(b"SHUTDOWN\r\n")
        data = self.home.folder("redis")
        command = [str(redis_program(self.home)), "--port", "0", "--unixsocket", str(self.socket_path)]
        command += ["--unixsocketperm", "700", "--dir", str(data), "--daemonize", "no", "--logfile", ""]
        command += ["--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction"]
        self.launch(command, lambda: self._ask(b"PING\r\n").startswith(b"+PONG"))

    def _ask(self, command: bytes) -> bytes:
        """Send one inline command; returns the start of the answer, empty when nothing answers."""
        with suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(2)
            connection.connect(str(self.socket_path))
            connection.sendall(command)
            return connection.recv(64)
        return b""
