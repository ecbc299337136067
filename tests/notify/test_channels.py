"""A channel is one class and one line: ladders, rounds, records and their API take it up from there."""

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from rest_framework.test import APIClient

from assessments.escalations.channels.models import Delivery
from assessments.escalations.channels.registry import CHANNELS, ChannelKind, register
from assessments.escalations.models import Escalation
from assessments.escalations.services.deliver import deliver_due_escalations
from backend.platform.outbound.delivery import Channel, DeliveryError, Message
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic, Membership
from patients.models import Patient
from tests.clock import Clock
from tests.factories import assessment_body, reassuring_answers
from tests.mail import Postbox

OPERATOR = "operator@service.example"


class Phones:
    """The phones of a test: what each has been sent, and which don't answer."""

    def __init__(self) -> None:
        self.sent: dict[str, list[Message]] = {}
        self.off: set[str] = set()

    def send(self, message: Message) -> None:
        if message.address in self.off:
            raise DeliveryError("NoSuchNumber", permanent=True)
        self.sent.setdefault(message.address, []).append(message)


class Sms(ChannelKind):
    """Short messages to members."""

    code, label = "sms", "Short message"
    reaches_people, side_by_side = True, False

    def __init__(self, phones: Phones) -> None:
        self._phones = phones

    def address_of(self, member: Membership) -> str:
        return f"+44{member.id.int % 10**9}"

    def opened(self, clinic_id: uuid.UUID, address: str) -> Channel:
        return self._phones


@pytest.fixture
def phones() -> Iterator[Phones]:
    """A channel registered by one line, and gone after the test."""
    box = Phones()
    register(Sms(box))
    yield box
    CHANNELS.pop("sms", None)


@pytest.fixture
def emergency(api: APIClient, patient: Patient, phones: Phones) -> Escalation:
    body = assessment_body(patient, reassuring_answers(bladder_change="yes"))
    answer = api.post("/api/v1/assessments", body).json()
    with clinic_scope(patient.clinic_id):
        return Escalation.objects.get(id=answer["escalation"])


@pytest.fixture
def clock(emergency: Escalation) -> Clock:
    return Clock(emergency.opened_at + dt.timedelta(seconds=1))


def number_of(member: Membership | None) -> str:
    assert member is not None
    return Sms(Phones()).address_of(member)


def told(clinic: Clinic) -> set[tuple[str, str]]:
    with clinic_scope(clinic.id):
        return set(Delivery.objects.values_list("channel", "state"))


def test_the_ladder_tells_by_it_and_the_record_says_so(
    api: APIClient, clinic: Clinic, emergency: Escalation, phones: Phones, postbox: Postbox, clock: Clock
) -> None:
    deliver_due_escalations(clock=clock)
    assert list(phones.sent) == [number_of(clinic.on_call)]
    assert len(postbox.messages) == 1
    assert told(clinic) == {("email", "sent"), ("sms", "sent")}
    clock.advance(minutes=5, seconds=1)
    deliver_due_escalations(clock=clock)
    assert set(phones.sent) == {number_of(clinic.on_call), number_of(clinic.lead)}, "the next step tells more"
    history = api.get(f"/api/v1/escalations/{emergency.pk}/history").json()
    assert "sms" in str(history)
    with clinic_scope(clinic.id):
        row = Delivery.objects.filter(channel="sms").first()
    assert row is not None
    assert row.get_channel_display() == "Short message"
    ids = {message.id for sent in phones.sent.values() for message in sent}
    assert len(ids) == 3, "each message has its own id"


def test_whoever_it_reaches_is_reached_though_no_mail_is_taken(
    clinic: Clinic, emergency: Escalation, phones: Phones, postbox: Postbox, clock: Clock, settings: Any
) -> None:
    settings.OPERATOR_EMAILS = [OPERATOR]
    postbox.refuse = lambda _: "550 no such mailbox"
    deliver_due_escalations(clock=clock)
    assert number_of(clinic.on_call) in phones.sent
    with clinic_scope(clinic.id):
        assert not Delivery.objects.filter(address=OPERATOR).exists()
        assert Escalation.objects.get(pk=emergency.pk).notified_at is not None


def test_an_address_that_it_refuses_brings_the_next_people_at_once(
    clinic: Clinic, phones: Phones, postbox: Postbox, clock: Clock
) -> None:
    phones.off.add(number_of(clinic.on_call))
    deliver_due_escalations(clock=clock)
    assert list(phones.sent) == [number_of(clinic.lead)]
    assert {str(message["To"]) for message in postbox.messages} >= {clinic.on_call.user.email}  # type: ignore[union-attr]


def test_a_channel_that_is_gone_holds_nobody_back(
    clinic: Clinic, phones: Phones, postbox: Postbox, clock: Clock
) -> None:
    del CHANNELS["sms"]
    deliver_due_escalations(clock=clock)
    assert phones.sent == {}
    assert len(postbox.messages) >= 1
    with clinic_scope(clinic.id):
        gone = Delivery.objects.filter(channel="sms").first()
    assert gone is not None
    assert (gone.state, gone.error) == ("refused", "ChannelRemoved")


def test_two_channels_are_never_called_the_same(phones: Phones) -> None:
    with pytest.raises(ValueError, match="sms"):
        register(Sms(phones))
