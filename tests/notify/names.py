"""A name server that says what a test wants."""

import socket
from typing import Any

import pytest

HOST = "hooks.example.org"


class Names:
    """A name server in place of the system's: what each look-up of ``HOST`` answers, in turn."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answers: list[list[str]] = [["127.0.0.1"]]
        self.looked_up: list[str] = []
        self.real = socket.getaddrinfo
        monkeypatch.setattr(socket, "getaddrinfo", self)

    @property
    def asked(self) -> int:
        """How often the name was looked up."""
        return self.looked_up.count(HOST)

    def __call__(self, host: str, port: Any, *args: Any, **more: Any) -> Any:
        """Answer for the host; addresses are what they are."""
        self.looked_up.append(host)
        if host != HOST:
            return self.real(host, port, *args, **more)
        answer = self.answers[min(self.asked, len(self.answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in answer]
