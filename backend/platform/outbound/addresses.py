"""Where a request may go that a clinic asked for: public addresses, and never the operator's own network.

A name is resolved once and every address behind it must be public; whoever connects uses those addresses,
so that a second answer of the name server changes nothing. ``ALLOW_PRIVATE_WEBHOOKS`` lifts this for
development.
"""

import ipaddress
import re
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from backend.platform.outbound.delivery import DeliveryError
from backend.platform.refusals import Invalid

HTTPS_PORT = 443
#: Below it live services that speak something else, some of them trusting whoever connects.
FIRST_FREE_PORT = 1024
_VISIBLE_ASCII = re.compile(r"[!-~]{1,2000}")
#: Two labels or more, the last one no number: 127.1, 0x7f.1 and 2130706433 are addresses in disguise.
_NAME = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
#: All that IPv6's internet has been given; and NAT64, which leads to the IPv4 address inside.
_IPV6_INTERNET, _NAT64 = ipaddress.IPv6Network("2000::/3"), ipaddress.IPv6Network("64:ff9b::/96")
#: What Python, or some version of it, calls global all the same: relays and tunnels (6to4's and Teredo's),
#: addresses for documents, and the one under which a cloud answers its own machines.
_NOT_THE_INTERNET = tuple(
    map(
        ipaddress.ip_network,
        ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32", "2001::/23", "2001:db8::/32", "3fff::/20"),
    )
)
#: The last 64 bits of an address of ISATAP begin so, and end in the IPv4 address that it tunnels to.
_ISATAP = {0x0000_5EFE, 0x0200_5EFE}


class UnsafeUrlError(Invalid, ValueError):
    """A URL that is never asked; the message says why and repeats nothing of it."""

    pointer, fault, field = "/url", "unsafe", "url"


@dataclass(frozen=True, slots=True)
class Place:
    """A URL taken apart: ``host`` in lower case, ``path`` with its query string."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def host_header(self) -> str:
        """The host as the request names it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        default = HTTPS_PORT if self.scheme == "https" else 80
        return host if self.port == default else f"{host}:{self.port}"


def read_url(url: str) -> Place:
    """Take apart a URL that may be asked; raises ``UnsafeUrlError``. Looks nothing up."""
    if not _VISIBLE_ASCII.fullmatch(url) or "\\" in url:
        raise UnsafeUrlError("Must be at most 2000 visible ASCII characters without a backslash.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise UnsafeUrlError("Not a URL.") from None
    host = (parts.hostname or "").lower()
    if "@" in parts.netloc or parts.fragment or not host:
        raise UnsafeUrlError("Must name a host, without a user and without a fragment.")
    _refuse_unsafe(parts.scheme, host, port)
    default = 80 if parts.scheme == "http" else HTTPS_PORT
    return Place(parts.scheme, host, default if port is None else port, _path(parts))


def _refuse_unsafe(scheme: str, host: str, port: int | None) -> None:
    if settings.ALLOW_PRIVATE_WEBHOOKS and scheme in {"http", "https"}:
        return
    if scheme != "https":
        raise UnsafeUrlError("Must begin with https://.")
    if port is not None and port != HTTPS_PORT and port < FIRST_FREE_PORT:
        raise UnsafeUrlError("The port must be 443, or 1024 and above.")
    if not _NAME.fullmatch(host):
        raise UnsafeUrlError("Must name a host of the internet, not an address.")


def _path(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def resolve(place: Place) -> list[str]:
    """Look the host up once; raises ``DeliveryError`` unless every address behind it is public."""
    try:
        found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise DeliveryError("NameNotResolved") from None
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not addresses:
        raise DeliveryError("NameNotResolved")
    if not settings.ALLOW_PRIVATE_WEBHOOKS and not all(map(is_public, addresses)):
        raise DeliveryError("PrivateAddress", permanent=True)
    return addresses


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet, and to one host of it."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if (inside := _carried(ip)) is not None:
            return is_public(str(inside))
        if ip not in _IPV6_INTERNET:
            return False
    if any(ip in network for network in _NOT_THE_INTERNET):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def _carried(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 address leads to: mapped, or by 6to4, NAT64 or ISATAP."""
    if ip in _NAT64 or (int(ip) >> 32) & 0xFFFFFFFF in _ISATAP:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour


_EVENTS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_refused: ContextVar[list[str] | None] = ContextVar("refused", default=None)


class PrivateAddressError(OSError):
    """A connection to an address that isn't public was refused."""


@contextmanager
def public_addresses_only() -> Iterator[list[str]]:
    """Refuse every connection of this thread to an address that isn't public; yields those refused."""
    _install()
    refused: list[str] = []
    token = _refused.set(refused)
    try:
        yield refused
    finally:
        _refused.reset(token)


@cache
def _install() -> None:
    sys.addaudithook(_look)


def _look(event: str, args: tuple[Any, ...]) -> None:
    if event not in _EVENTS or (refused := _refused.get()) is None:
        return
    address = args[1]
    host = str(address[0]) if isinstance(address, tuple) and address else ""
    if not is_public(host):
        refused.append(host)
        raise PrivateAddressError
