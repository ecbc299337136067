"""What every channel is: it takes one message for one address, or says why it couldn't."""

import uuid
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """A message without health data. ``id`` stays the same across retries, so receivers can tell.

    ``event`` says for programs what it is about, ``about`` is the id of that row.
    """

    id: uuid.UUID
    address: str
    subject: str
    body: str
    event: str
    about: uuid.UUID


class Channel(Protocol):
    """Sends within a hard time limit."""

    def send(self, message: Message) -> None:
        """Send one message; raises ``DeliveryError``."""
