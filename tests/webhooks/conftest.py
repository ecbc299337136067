"""What the tests of webhooks share: a real receiver, an endpoint that names it, and a clock."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.utils import timezone
from pytest_django import Settings

from clinics.identity.models import Clinic
from tests.clock import Clock
from tests.notify.receivers import Receiver, http_receiver
from tests.webhooks.endpoints import Listening, listen


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    """An HTTP server on this machine, which may be told for once."""
    settings.ALLOW_PRIVATE_WEBHOOKS = True
    with http_receiver() as receiver:
        yield receiver


@pytest.fixture
def endpoint(clinic: Clinic, receiver: Receiver) -> Listening:
    """An endpoint of the clinic that hears of everything, at the receiver."""
    return listen(clinic, receiver)


@pytest.fixture
def clock() -> Clock:
    """A minute from now, when what a test does first is due, and then as the test says."""
    return Clock(timezone.now() + dt.timedelta(minutes=1))
