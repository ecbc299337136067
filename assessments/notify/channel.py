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


class DeliveryError(Exception):
    """The message didn't leave; ``reason`` names the kind of failure, never its content.

    ``permanent``: the same message to the same target would fail again, so that others must be told now.
    """

    def __init__(self, reason: str, *, permanent: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent


class Channel(Protocol):
    """Sends within a hard time limit."""

    def send(self, message: Message) -> None:
        """Send one message; raises ``DeliveryError``."""
