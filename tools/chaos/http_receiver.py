"""A webhook's receiver with moods: `python -m tools.chaos.http_receiver PORT MOOD_FILE LOG_FILE`."""

import asyncio
import json
import sys
import time
from asyncio import StreamReader, StreamWriter
from email.parser import BytesParser
from pathlib import Path

from tools.chaos.receiver_behaviour import ERROR, HANG, SWALLOW, Receiver
from tools.chaos.records import WEBHOOK

OK = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
NOT_NOW = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Webhook(Receiver):
    """Handles every request by the present mood."""

    async def handle(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Take the one message of a connection or not."""
        connected = time.time()
        try:
            await self._answer(reader, writer, connected)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the sender died in the middle
        finally:
            writer.close()

    async def _answer(self, reader: StreamReader, writer: StreamWriter, connected: float) -> None:
        await reader.readline()
        headers = BytesParser().parsebytes(await reader.readuntil(b"\r\n\r\n"))
        body = json.loads(await reader.readexactly(int(headers["Content-Length"])))
        decision = await self.decide()
        if decision not in {ERROR, HANG}:
            escalation = str(body["data"]["id"])
            message = str(headers["webhook-id"])
            self.take(message=message, escalation=escalation, address=WEBHOOK, connected=connected)
        if decision not in {HANG, SWALLOW}:
            writer.write(NOT_NOW if decision == ERROR else OK)
            await writer.drain()


async def main(port: int, mood_file: Path, log: Path) -> None:
    """Receive until killed."""
    webhook = Webhook(mood_file, log)
    await webhook.serve(lambda: asyncio.start_server(webhook.handle, "127.0.0.1", port))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])))
