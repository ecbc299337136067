"""A mail server with moods: `python -m tools.chaos.smtp_receiver PORT MOOD_FILE LOG_FILE`.

It does what the word in MOOD_FILE says and writes every message it took to LOG_FILE, one JSON object a line.
"""

import asyncio
import email
import json
import re
import sys
import time
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope

#: Takes mail; takes it late; takes it and hangs up without saying so; refuses it for now; says nothing in
#: the middle of a message; isn't there.
WELL, SLOW, SWALLOW, ERROR, HANG, REFUSE = MOODS = ("well", "slow", "swallow", "error", "hang", "refuse")
SLOW_SECONDS = 1.0
POLL_SECONDS = 0.02
_PAGE = re.compile(r"/admin/assessments/escalation/([0-9a-f-]{36})/")


class Receiver:
    """Handles every message by the present mood."""

    def __init__(self, log: Path) -> None:
        self.mood = WELL
        self.changed = asyncio.Event()
        self._log = log.open("a", buffering=1)

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        """Take the message or not; whoever hangs is let go, unanswered, when the mood changes."""
        match self.mood:
            case "error":
                return "451 Not now"
            case "hang":
                await self.changed.wait()
                return _hang_up(server)
            case "slow":
                await asyncio.sleep(SLOW_SECONDS)
        self._take(session, envelope)
        return _hang_up(server) if self.mood == SWALLOW else "250 OK"

    def _take(self, session: Any, envelope: Envelope) -> None:
        message = email.message_from_bytes(envelope.original_content or b"")
        page = _PAGE.search(str(message.get_payload(decode=False)))
        for address in envelope.rcpt_tos:
            receipt = {
                "message": str(message["Message-ID"]),
                "escalation": page[1] if page else "",
                "address": address,
                "connected": session.connected,
                "accepted": time.time(),
            }
            self._log.write(json.dumps(receipt) + "\n")


class TimedSMTP(SMTP):
    """Knows when the sender connected."""

    def connection_made(self, transport: Any) -> None:
        """Note the moment."""
        super().connection_made(transport)
        session: Any = self.session
        session.connected = time.time()


def _hang_up(server: Any) -> str:
    server.transport.abort()
    return "421 Gone"


async def serve(port: int, mood_file: Path, log: Path) -> None:
    """Listen, except while the mood is to refuse, until killed."""
    receiver = Receiver(log)
    loop = asyncio.get_running_loop()
    listening: asyncio.Server | None = None
    while True:
        mood = mood_file.read_text().strip() if mood_file.exists() else WELL
        if mood != receiver.mood:
            receiver.mood = mood
            receiver.changed.set()
            receiver.changed = asyncio.Event()
        if mood == REFUSE and listening:
            listening.close()
            listening = None
        elif mood != REFUSE and listening is None:
            factory = lambda: TimedSMTP(receiver, hostname="receiver")  # noqa: E731
            listening = await loop.create_server(factory, "127.0.0.1", port, reuse_address=True)
        await asyncio.sleep(POLL_SECONDS)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])))
