"""What every channel is: it takes one message for one address, or says why it couldn't."""

import uuid
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """A message without health data. ``id`` stays the same across retries, so receivers can tell."""

    id: uuid.UUID
    address: str
    subject: str
    body: str


class DeliveryError(Exception):
    """The message didn't leave; ``reason`` names the kind of failure, never its content."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Channel(Protocol):
    """Sends within a hard time limit."""

    def send(self, message: Message) -> None:
        """Send one message; raises ``DeliveryError``."""
