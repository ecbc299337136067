"""A mail server with moods: `python -m tools.chaos.smtp_receiver PORT MOOD_FILE LOG_FILE`."""

import asyncio
import email
import re
import sys
import time
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope

from tools.chaos.receiver_behaviour import ERROR, HANG, SWALLOW, Receiver

_PAGE = re.compile(r"/admin/assessments/escalation/([0-9a-f-]{36})/")
_ID = re.compile(r"<([0-9a-f-]{36})@return-to-run>")


class Mail(Receiver):
    """Handles every message by the present mood."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        """Take the message or not."""
        decision = await self.decide()
        if decision == ERROR:
            return "451 Not now"
        if decision != HANG:
            self._take(session, envelope)
        if decision in {HANG, SWALLOW}:
            server.transport.abort()
        return "250 OK"

    def _take(self, session: Any, envelope: Envelope) -> None:
        message = email.message_from_bytes(envelope.original_content or b"")
        page = _PAGE.search(str(message.get_payload(decode=False)))
        found = _ID.fullmatch(str(message["Message-ID"]))
        for address in envelope.rcpt_tos:
            self.take(
                message=found[1] if found else "",
                escalation=page[1] if page else "",
                address=address,
                connected=session.connected,
            )


class TimedSMTP(SMTP):
    """Knows when the sender connected."""

    def connection_made(self, transport: Any) -> None:
        """Note the moment."""
        super().connection_made(transport)
        session: Any = self.session
        session.connected = time.time()


async def main(port: int, mood_file: Path, log: Path) -> None:
    """Receive until killed."""
    mail = Mail(mood_file, log)
    loop = asyncio.get_running_loop()

    async def listen() -> asyncio.Server:
        return await loop.create_server(lambda: TimedSMTP(mail, hostname="receiver"), "127.0.0.1", port)

    await mail.serve(listen)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])))
