"""A clinic's URL leads to the public internet or nowhere."""

import socket
from typing import Any

import pytest

from assessments.notify.addresses import Place, UnsafeUrlError, is_public, read_url, resolve
from assessments.notify.channel import DeliveryError

NOT_PUBLIC = [
    *("127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
    *("169.254.169.254", "100.64.0.1", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1"),
    *("203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1"),
    *("fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1"),
    *("2002:7f00:1::", "2002:a00:1::1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2001::1"),
    *("64:ff9b:1::1", "100::1", "", "localhost", "not an address"),
]
PUBLIC = ["93.184.216.34", "1.1.1.1", "2606:4700::1111", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"]

UNSAFE_URLS = [
    *("http://hooks.example.org/", "ftp://hooks.example.org/", "file:///etc/passwd", "gopher://a.example/"),
    *(
        "//hooks.example.org/",
        "hooks.example.org",
        "",
        "https://",
        "https:///path",
        "https:hooks.example.org",
    ),
    *("https://jo:pw@hooks.example.org/", "https://hooks.example.org@127.0.0.1/", "https://@a.example/"),
    *(
        "https://a.example/#part",
        "https://a.example\\@127.0.0.1/",
        "https://a.example/\n",
        "https://a .example",
    ),
    *("https://127.0.0.1/", "https://127.1/", "https://2130706433/", "https://0x7f000001/", "https://0/"),
    *("https://0177.0.0.1/", "https://0x7f.0.0.1/", "https://[::1]/", "https://[::ffff:127.0.0.1]/"),
    *("https://[fe80::1%25eth0]/", "https://localhost/", "https://intranet/", "https://a.example./"),
    *("https://a.0x7f/", "https://a.1/", "https://exämple.org/", "https://1.1.1.1/"),
    *("https://a.example:22/", "https://a.example:0/", "https://a.example:80/", "https://a.example:99999/"),
    *("https://a.example:x/", "https://[::1/", "https://a..example/", f"https://a.example/{'x' * 2000}"),
]


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
