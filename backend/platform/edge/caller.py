"""Where a request comes from, behind the proxies that the deployment trusts: settled once, for every use.

Logs, limits, lockout and the scheme all read what :class:`CallerMiddleware` leaves in ``request.META``, and
nothing else reads a header about it.
"""

import ipaddress
from collections.abc import Callable, Mapping
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

#: Items of ``TRUSTED_PROXIES`` that are no networks: nobody, and whoever may open the server's Unix socket.
NOBODY, UNIX_SOCKET = "none", "unix"

#: What proxies say of the caller. It counts from a trusted one, and is removed otherwise.
_SAID_BY_PROXIES = (
    "HTTP_FORWARDED",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_REAL_IP",
)

#: A caller with IPv6 has at least so much to choose addresses from.
_IPV6_PREFIX = 64


class CallerMiddleware:
    """Leaves the caller's own address in ``REMOTE_ADDR`` and no header that anybody could have forged.

    The address is empty when it isn't known: a trusted proxy behind a Unix socket named none.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Settle the address and the scheme before anything else reads them."""
        meta = request.META
        trusted = is_trusted(meta.get("REMOTE_ADDR", ""))
        meta["REMOTE_ADDR"] = caller_address(meta)
        secure = trusted and _all_https(meta.get("HTTP_X_FORWARDED_PROTO", ""))
        for name in _SAID_BY_PROXIES:
            meta.pop(name, None)
        if secure:
            meta["HTTP_X_FORWARDED_PROTO"] = "https"
        return self.get_response(request)


def caller_address(meta: Mapping[str, str]) -> str:
    """The last hop that is no trusted proxy, read from the connection backwards.

    Each proxy adds the address it was reached from at the end of ``X-Forwarded-For``, so whatever stands
    before the entry of the first trusted one is the caller's own claim. An entry that is no address ends the
    search at the proxy that sent it.
    """
    hop = _plain(meta.get("REMOTE_ADDR", ""))
    claims = meta.get("HTTP_X_FORWARDED_FOR", "").split(",")
    while claims and is_trusted(hop):
        before = _plain(claims.pop())
        if not before:
            break
        hop = before
    return hop


def is_trusted(hop: str) -> bool:
    """Whether a connection from there is a proxy of this deployment; an empty address is a Unix socket's."""
    if not hop:
        return UNIX_SOCKET in settings.TRUSTED_PROXIES
    address = _parsed(hop)
    networks = trusted_networks(tuple(settings.TRUSTED_PROXIES))
    return address is not None and any(address in network for network in networks)


@cache
def trusted_networks(items: tuple[str, ...]) -> tuple[Network, ...]:
    """The networks among the items of ``TRUSTED_PROXIES``; raises ``ValueError`` for one that is none."""
    return tuple(ipaddress.ip_network(item) for item in items if item not in {NOBODY, UNIX_SOCKET})


def neighbourhood(address: str) -> str:
    """What limits count an address by: itself, or with IPv6 the network of 64 bits that a caller owns."""
    known = _parsed(address)
    if isinstance(known, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((known, _IPV6_PREFIX), strict=False))
    return address


def _all_https(said: str) -> bool:
    """True when every hop that said how it was reached said https."""
    return {scheme.strip().lower() for scheme in said.split(",")} == {"https"}


def _plain(text: str) -> str:
    """The address in its one spelling, without the port that some proxies add; empty when it is none."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    address = _parsed(text)
    return "" if address is None else str(address)


def _parsed(text: str) -> Address | None:
    """The address, one of IPv4 that is wrapped as IPv6 unwrapped."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
