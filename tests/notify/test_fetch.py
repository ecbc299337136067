"""Published keys are fetched under the guard of everything that goes out."""

import pytest
from pytest_django import Settings

from clinics.clients.services.key_sets import MOST_BYTES, KeysUnavailableError, published_keys
from tests.notify.receivers import http_receiver


def test_what_an_address_publishes_is_fetched(settings: Settings) -> None:
    settings.ALLOW_PRIVATE_WEBHOOKS = True
    with http_receiver() as server:
        server.status, server.body = 200, b'{"keys": []}'
        assert published_keys(f"http://{server.address}/jwks.json") == server.body
    (asked,) = server.received
    assert asked.path == "/jwks.json"


def test_a_private_address_is_never_asked() -> None:
    with http_receiver() as server:
        server.status = 200
        for url in (
            f"https://localhost.localdomain:{server.port}/",
            f"http://{server.address}/",
            "file:///etc/hosts",
        ):
            with pytest.raises(KeysUnavailableError):
                published_keys(url)
    assert server.received == []


def test_a_redirect_an_error_and_a_long_answer_are_no_keys(settings: Settings) -> None:
    settings.ALLOW_PRIVATE_WEBHOOKS = True
    with http_receiver() as server:
        url = f"http://{server.address}/"
        for status, headers, body in (
            (302, {"Location": f"{url}other"}, b""),
            (500, {}, b""),
            (200, {}, b"x" * (MOST_BYTES + 1)),
        ):
            server.status, server.headers, server.body = status, headers, body
            with pytest.raises(KeysUnavailableError):
                published_keys(url)
    assert {request.path for request in server.received} == {"/"}
