"""A clinic's URL leads to the public internet or nowhere."""

import socket
from typing import Any

import pytest

from backend.platform.outbound.addresses import Place, UnsafeUrlError, is_public, read_url, resolve
from backend.platform.outbound.delivery import DeliveryError
from tests.notify.attacks import NOT_PUBLIC, PUBLIC, UNSAFE_URLS


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_an_address_that_is_not_of_the_internet_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("url", UNSAFE_URLS)
def test_an_unsafe_url_is_not_even_looked_up(url: str) -> None:
    with pytest.raises(UnsafeUrlError) as refused:
        read_url(url)
    assert "example" not in str(refused.value), "what is refused is not repeated"


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://Hooks.Example.org", Place("https", "hooks.example.org", 443, "/")),
        ("https://a.example:8443/in?x=1", Place("https", "a.example", 8443, "/in?x=1")),
        ("https://xn--exmple-cua.org:443/a", Place("https", "xn--exmple-cua.org", 443, "/a")),
    ],
)
def test_a_safe_url_is_taken_apart(url: str, place: Place) -> None:
    assert read_url(url) == place


def answering(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Let the name server answer so."""

    def answer(host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", answer)


def test_one_private_address_among_public_ones_refuses_them_all(monkeypatch: pytest.MonkeyPatch) -> None:
    place = read_url("https://hooks.example.org/")
    answering(monkeypatch, "93.184.216.34", "10.0.0.1")
    with pytest.raises(DeliveryError) as refused:
        resolve(place)
    assert (refused.value.reason, refused.value.permanent) == ("PrivateAddress", True)
    answering(monkeypatch, "93.184.216.34", "2606:4700::1111", "93.184.216.34")
    assert resolve(place) == ["93.184.216.34", "2606:4700::1111"]


def test_a_name_that_does_not_resolve_may_do_so_later(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch)
    with pytest.raises(DeliveryError) as refused:
        resolve(read_url("https://hooks.example.org/"))
    assert not refused.value.permanent


def test_development_may_use_its_own_machine(settings: Any) -> None:
    settings.ALLOW_PRIVATE_WEBHOOKS = True
    assert resolve(read_url("http://127.0.0.1:8001/hook")) == ["127.0.0.1"]
    with pytest.raises(UnsafeUrlError):
        read_url("file:///etc/passwd")
