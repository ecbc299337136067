"""What the tests of the channels share."""

import datetime as dt
import uuid
from collections.abc import Iterator

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from assessments.notify.channel import Message
from patients.models import Patient
from tests.clock import Clock
from tests.factories import assessment_body, reassuring_answers
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
