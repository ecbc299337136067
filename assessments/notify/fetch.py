"""A GET of a small public document, under the same guard as everything that goes out."""

import http.client
from collections.abc import Mapping

import urllib3
from django.conf import settings

from assessments.notify.addresses import UnsafeUrlError, read_url, resolve
from assessments.notify.channel import DeliveryError
from assessments.notify.http import _ADDRESSES_TRIED, _Call
from assessments.notify.time_limit import within
from clinics.services.key_sets import KeysUnavailableError

MOST_BYTES = 64 * 1024


def published_keys(url: str) -> bytes:
    """The body of an answer 200 of at most 64 KiB; raises ``KeysUnavailableError`` for everything else."""
    try:
        call = _Get(read_url(url))
        within(settings.SEND_TIME_LIMIT, url, lambda: call.send(b"", {}), abort=call.abort)
    except (UnsafeUrlError, DeliveryError, urllib3.exceptions.HTTPError, http.client.HTTPException):
        raise KeysUnavailableError from None
    except (OSError, ValueError):
        raise KeysUnavailableError from None
    if call.status != http.HTTPStatus.OK or len(call.body) > MOST_BYTES:
        raise KeysUnavailableError
    return call.body


class _Get(_Call):
    """Asks, and keeps what was answered; a redirect isn't followed."""

    body = b""

    def send(self, body: bytes, headers: Mapping[str, str]) -> None:  # noqa: ARG002 - a GET has no body
        """Look up, connect, ask, read no more than may be kept."""
        connection = self._connect(resolve(self.place)[:_ADDRESSES_TRIED])
        try:
            asked = {
                "Host": self.place.host_header,
                "User-Agent": "return-to-run",
                "Accept": "application/json",
            }
            connection.request("GET", self.place.path, headers=asked, preload_content=False)
            answer = connection.getresponse()
            self.status = answer.status
            self.body = answer.read(MOST_BYTES + 1, decode_content=False)
        finally:
            connection.close()
