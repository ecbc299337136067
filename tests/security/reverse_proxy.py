"""A reverse proxy as a process of its own: `python -m tests.security.reverse_proxy PORT`.

It does what docs/operations.md asks of one: it reads a request whole, adds the address it was reached from at
the end of ``X-Forwarded-For``, sets ``X-Forwarded-Proto`` itself, and passes the ``Host`` on. Its first line
says the port where it listens.
"""

import http.client
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "x-forwarded-proto"}


class Handler(BaseHTTPRequestHandler):
    """Passes one request on, and its answer back."""

    upstream: int
    protocol_version = "HTTP/1.1"

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        said = [value for name, value in self.headers.items() if name.lower() == "x-forwarded-for"]
        headers = {
            name: value
            for name, value in self.headers.items()
            if name.lower() not in HOP_BY_HOP | {"x-forwarded-for"}
        }
        headers["X-Forwarded-For"] = ", ".join([*said, self.client_address[0]])
        headers["X-Forwarded-Proto"] = "http"
        service = http.client.HTTPConnection("127.0.0.1", self.upstream, timeout=30)
        service.request(self.command, self.path, body, headers)
        answer = service.getresponse()
        content = answer.read()
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        service.close()

    do_GET = do_POST = _pass_on  # noqa: N815 - the names that the server asks for

    def log_message(self, *_: object) -> None:
        """No access log, as the guide has it."""


@contextmanager
def reverse_proxy(upstream: int) -> Iterator[int]:
    """Start one in front of a port of this machine; yields its own port."""
    command = [sys.executable, "-m", "tests.security.reverse_proxy", str(upstream)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(timeout=10)


if __name__ == "__main__":
    Handler.upstream = int(sys.argv[1])
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    sys.stdout.write(f"{server.server_address[1]}\n")
    sys.stdout.flush()
    server.serve_forever()
