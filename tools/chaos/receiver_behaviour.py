"""What a receiver does with a message, by the word in a file; and the log of what it took."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

#: Takes a message; takes it late; takes it and hangs up without saying so; refuses it for now; says nothing
#: until the mood is another; isn't there.
WELL, SLOW, SWALLOW, ERROR, HANG, REFUSE = "well", "slow", "swallow", "error", "hang", "refuse"
SLOW_SECONDS = 1.0
POLL_SECONDS = 0.02

Listen = Callable[[], Awaitable[asyncio.Server]]


def in_hand_file(mood_file: Path) -> Path:
    """Is there while the receiver of this mood has somebody's message in its hands."""
    return mood_file.with_suffix(".in-hand")


class Receiver:
    """Its mood, and what it took."""

    def __init__(self, mood_file: Path, log: Path) -> None:
        self.mood = WELL
        self._mood_file = mood_file
        self._in_hand_file = in_hand_file(mood_file)
        self._in_hand = 0
        self._changed = asyncio.Event()
        self._log = log.open("a", buffering=1)

    async def decide(self) -> str:
        """Wait as the mood wants it; returns what to do then: take it, swallow, refuse or hang up."""
        self._in_hand += 1
        self._in_hand_file.touch()
        try:
            return await self._wait()
        finally:
            self._in_hand -= 1
            if not self._in_hand:
                self._in_hand_file.unlink(missing_ok=True)

    async def _wait(self) -> str:
        match self.mood:
            case "hang":
                await self._changed.wait()
                return HANG
            case "slow":
                await asyncio.sleep(SLOW_SECONDS)
        return self.mood

    def take(self, *, message: str, escalation: str, address: str, connected: float) -> None:
        """Note a message as taken now."""
        receipt = {
            "message": message,
            "escalation": escalation,
            "address": address,
            "connected": connected,
            "accepted": time.time(),
        }
        self._log.write(json.dumps(receipt) + "\n")

    async def serve(self, listen: Listen) -> None:
        """Follow the mood until killed; whoever hangs is let go when it changes."""
        listening: asyncio.Server | None = None
        while True:
            mood = self._mood_file.read_text().strip() or self.mood
            if mood != self.mood:
                self.mood = mood
                self._changed.set()
                self._changed = asyncio.Event()
            if mood == REFUSE and listening:
                listening.close()
                listening = None
            elif mood != REFUSE and listening is None:
                listening = await listen()
            await asyncio.sleep(POLL_SECONDS)
