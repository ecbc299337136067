"""The channels there are: by what a message about an escalation or a follow-up reaches somebody.

A channel is one class in a module of its own and one line in ``installed.py``. Ladders ask each whom it
reaches, a round sends by it, records and their API name it; nothing else knows which ones there are.
"""

import uuid
from collections.abc import Iterable
from typing import ClassVar

from backend.platform.outbound.delivery import Channel, DeliveryError
from clinics.identity.models import Clinic, Membership


class ChannelKind:
    """One channel. ``code`` is stored with each delivery and never changes its meaning.

    ``reaches_people``: who takes its message is a person; a service that takes one is nobody yet.
    ``side_by_side``: its messages leave beside the others, not one after the other.
    """

    code: ClassVar[str]
    label: ClassVar[str]
    reaches_people: ClassVar[bool]
    side_by_side: ClassVar[bool]

    def address_of(self, member: Membership) -> str:  # noqa: ARG002
        """Where it reaches a member; empty where it doesn't."""
        return ""

    def of_clinic(self, clinic: Clinic, urgency: str) -> Iterable[tuple[str, str]]:  # noqa: ARG002
        """What of the clinic it tells about an urgency besides its people: (address, name)."""
        return ()

    def of_operator(self) -> Iterable[str]:
        """Where it reaches the operator, for whom a clinic has nobody left."""
        return ()

    def opened(self, clinic_id: uuid.UUID, address: str) -> Channel:
        """What speaks to an address now, read in the clinic; raises ``DeliveryError`` where nothing can."""
        raise NotImplementedError


#: By code, in the order in which a ladder names them.
CHANNELS: dict[str, ChannelKind] = {}


def register(kind: ChannelKind) -> None:
    """Add a channel. Raises ``ValueError`` for a code that another one has."""
    if kind.code in CHANNELS:
        raise ValueError(f"two channels are called {kind.code}")
    CHANNELS[kind.code] = kind


def channel_choices() -> list[tuple[str, str]]:
    """The codes with their labels, for the record."""
    return [(kind.code, kind.label) for kind in CHANNELS.values()]


def reaches_people(code: str) -> bool:
    """Whether who takes a message of this channel is a person; none by a channel that is gone."""
    return code in CHANNELS and CHANNELS[code].reaches_people


def is_side_by_side(code: str) -> bool:
    """Whether its messages leave beside the others."""
    return code in CHANNELS and CHANNELS[code].side_by_side


def open_channel(code: str, clinic_id: uuid.UUID, address: str) -> Channel:
    """What speaks to an address of a channel; one that is gone or can't be opened says so when used."""
    try:
        if code not in CHANNELS:
            raise DeliveryError("ChannelRemoved", permanent=True)
        return CHANNELS[code].opened(clinic_id, address)
    except DeliveryError as exc:
        return _Unreachable(exc)


class _Unreachable:
    """In place of a channel that can't even be opened."""

    def __init__(self, error: DeliveryError) -> None:
        self._error = error

    def send(self, message: object) -> None:  # noqa: ARG002 - as every channel
        """Say why."""
        raise self._error
