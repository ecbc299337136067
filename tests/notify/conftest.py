"""What the tests of the channels share."""

import datetime as dt
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from backend.platform.outbound import http as guarded
from backend.platform.outbound.delivery import Message
from patients.models import Patient
from tests.clock import Clock
from tests.factories import assessment_body, reassuring_answers
from tests.notify.certificates import certify
from tests.notify.names import HOST, Names
from tests.notify.receivers import Receiver, http_receiver


@pytest.fixture
def message() -> Message:
    """Something to send."""
    about = uuid.UUID(int=7)
    return Message(uuid.uuid4(), "jo@clinic.example", "EMERGENCY", "Open it.", "escalation.calling", about)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """An HTTP server that takes what it is sent."""
    with http_receiver() as receiver:
        yield receiver


@pytest.fixture
def clock() -> Clock:
    """Now, and then as the test says."""
    return Clock(timezone.now() + dt.timedelta(seconds=1))


@pytest.fixture
def emergency(api: APIClient, patient: Patient) -> str:
    """The id of an open emergency."""
    answers = reassuring_answers(bladder_change="yes")
    return str(api.post("/api/v1/assessments", assessment_body(patient, answers)).json()["escalation"])


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """Who lives where."""
    return Names(monkeypatch)


@pytest.fixture
def loopback_is_public(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take this machine for the internet, and nothing else: the rest of the guard stays."""
    monkeypatch.setattr(
        "backend.platform.outbound.addresses.is_public", lambda address: address == "127.0.0.1"
    )


@pytest.fixture
def hook(
    tmp_path: Path, names: Names, loopback_is_public: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Receiver]:
    """A server for ``HOST`` with a certificate we trust."""
    context, trusted = certify(tmp_path, HOST)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    guarded._tls.cache_clear()
    with http_receiver(context) as receiver:
        yield receiver
    guarded._tls.cache_clear()
