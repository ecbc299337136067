"""An escalation calls the clinic's services beside its people; neither holds the other back."""

import datetime as dt
import json
import time
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient
from standardwebhooks import Webhook

from assessments.escalations.channels.models import URGENCIES, Delivery, OnCallService
from assessments.escalations.channels.services.on_call_services import (
    add_on_call_service,
    change_on_call_service,
)
from assessments.escalations.models import Escalation
from assessments.escalations.services.deliver import deliver_due_escalations
from assessments.protocol.vocabulary import Urgency
from backend.platform.outbound.delivery import Message
from backend.platform.outbound.email import EmailChannel
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic
from patients.models import Patient
from tests.clock import Clock
from tests.factories import assessment_body, make_patient, reassuring_answers
from tests.mail import Postbox, SilentServer, free_port, mailed_through
from tests.notify.receivers import Receiver

OPERATOR = "operator@service.example"


@pytest.fixture(autouse=True)
def own_machine(settings: Any) -> None:
    """Receivers are on this machine."""
    settings.ON_CALL_SCHEMAS, settings.ALLOW_PRIVATE_WEBHOOKS = ["json"], True


def add(clinic: Clinic, url: str, **details: Any) -> tuple[OnCallService, str]:
    kind = "webhook" if url.startswith("http") else "apprise"
    with clinic_scope(clinic.id):
        given = {"name": "Night desk", "kind": kind, "url": url, "urgencies": ["emergency_now"]}
        return add_on_call_service(clinic=clinic, details={**given, "enabled": True, **details})


def report(api: APIClient, patient: Patient, clock: Clock, **answers: object) -> str:
    """Record an emergency; on the clock it is a moment later."""
    answered = reassuring_answers(**(answers or {"bladder_change": "yes"}))
    document = api.post("/api/v1/assessments", assessment_body(patient, answered)).json()
    clock.now = max(clock.now, timezone.now() + dt.timedelta(seconds=1))
    return str(document["escalation"])


def deliver(clock: Clock) -> None:
    deliver_due_escalations(clock=clock)


def states(clinic: Clinic) -> dict[str, str]:
    with clinic_scope(clinic.id):
        return dict(clinic.deliveries.filter(round=0).values_list("channel", "state"))


def test_the_urgencies_a_service_can_serve_are_the_protocols() -> None:
    assert set(URGENCIES) == {urgency.value for urgency in Urgency} - {"none"}


def test_service_and_person_are_told_at_once_and_in_every_round(
    api: APIClient, clinic: Clinic, patient: Patient, receiver: Receiver, postbox: Postbox, clock: Clock
) -> None:
    add(clinic, f"json://{receiver.address}/")
    _, key = add(clinic, f"http://{receiver.address}/hook")
    escalation = report(api, patient, clock)
    for _ in range(3):
        deliver(clock)
        clock.advance(minutes=5, seconds=1)
    hooks = [request for request in receiver.received if request.path == "/hook"]
    alerts = [json.loads(request.body) for request in receiver.received if request.path == "/"]
    assert (len(hooks), len(alerts), len(postbox.messages)) == (3, 3, 1 + 2 + 2)
    assert len({request.headers["webhook-id"] for request in hooks}) == 3
    for request in hooks:
        event = Webhook(key).verify(request.body, request.headers)
        assert event["data"] == {"id": escalation}
    assert all(clinic.name in alert["message"] for alert in alerts)


def test_a_message_to_a_service_says_urgency_clinic_and_link_and_nothing_else(
    api: APIClient, clinic: Clinic, patient: Patient, receiver: Receiver, postbox: Postbox, clock: Clock
) -> None:
    add(clinic, f"json://{receiver.address}/")
    escalation = report(api, patient, clock, bladder_change="yes", clinician_note="zebra-marker")
    deliver(clock)
    text = receiver.received[0].body.decode()
    assert "EMERGENCY" in text
    assert f"/admin/assessments/escalation/{escalation}/change/" in text
    for private in ("zebra-marker", patient.given_name, patient.family_name, "bladder", str(patient.id)):
        assert private not in text


def test_a_service_is_told_about_the_urgencies_it_serves_and_no_others(
    api: APIClient, clinic: Clinic, patient: Patient, receiver: Receiver, postbox: Postbox, clock: Clock
) -> None:
    add(clinic, f"http://{receiver.address}/emergencies")
    add(clinic, f"http://{receiver.address}/routine", urgencies=["routine", "same_day"])
    add(clinic, f"http://{receiver.address}/off", enabled=False)
    report(api, patient, clock)
    deliver(clock)
    assert [request.path for request in receiver.received] == ["/emergencies"]


def test_a_hanging_service_holds_no_mail_back_and_a_hanging_mail_server_no_service(
    api: APIClient,
    clinic: Clinic,
    patient: Patient,
    receiver: Receiver,
    postbox: Postbox,
    clock: Clock,
    settings: Any,
) -> None:
    settings.SEND_TIME_LIMIT = 2.0
    port = free_port()
    silent = SilentServer(port)
    add(clinic, f"http://127.0.0.1:{port}/")
    add(clinic, f"http://{receiver.address}/")
    report(api, patient, clock)
    settings.EMAIL_TIMEOUT = 0.2
    mailed: list[float] = []
    postbox.refuse = lambda _: mailed.append(time.monotonic()) or None
    began = time.monotonic()
    deliver(clock)
    assert mailed[0] - began < 1.9, "the mail went out while the service hung"
    assert len(receiver.received) == 1
    with clinic_scope(clinic.id):
        failed = clinic.deliveries.get(state=Delivery.State.FAILED)
        assert (failed.error, failed.channel) == ("TimeLimit", "on_call_service")
        assert failed.tries.get().latency_ms >= 2000
    settings.EMAIL_PORT = port
    report(api, make_patient(clinic), clock)
    clock.advance(seconds=30)
    deliver(clock)
    assert len(receiver.received) == 2
    silent.stop()


def test_a_service_that_fails_for_the_moment_is_tried_again_with_the_same_id(
    api: APIClient, clinic: Clinic, patient: Patient, receiver: Receiver, postbox: Postbox, clock: Clock
) -> None:
    add(clinic, f"http://{receiver.address}/")
    report(api, patient, clock)
    receiver.status = 503
    deliver(clock)
    receiver.status = 204
    clock.advance(seconds=6)
    deliver(clock)
    first, second = (request.headers["webhook-id"] for request in receiver.received)
    assert first == second
    assert len(postbox.messages) == 1, "whom the round reached isn't told twice"
    assert states(clinic) == {"email": "sent", "on_call_service": "sent"}


def test_a_service_that_refuses_makes_the_next_people_be_told_at_once(
    api: APIClient, clinic: Clinic, patient: Patient, receiver: Receiver, postbox: Postbox, clock: Clock
) -> None:
    add(clinic, f"http://{receiver.address}/")
    report(api, patient, clock)
    receiver.status = 401
    deliver(clock)
    assert clinic.on_call is not None
    assert clinic.lead is not None
    told = {str(message["To"]) for message in postbox.messages}
    assert told == {clinic.on_call.user.email, clinic.lead.user.email}
    with clinic_scope(clinic.id):
        refused = clinic.deliveries.get(channel="on_call_service")
        assert (refused.state, refused.error, refused.name) == ("refused", "HTTP 401", "Night desk")


def test_a_service_that_was_removed_is_refused_and_the_ladder_goes_on(
    api: APIClient, clinic: Clinic, patient: Patient, receiver: Receiver, postbox: Postbox, clock: Clock
) -> None:
    service, _ = add(clinic, f"http://{receiver.address}/")
    report(api, patient, clock)
    with clinic_scope(clinic.id):
        service.delete()
    deliver(clock)
    assert receiver.received == []
    assert len(postbox.messages) == 2
    with clinic_scope(clinic.id):
        assert clinic.deliveries.get(channel="on_call_service").error == "ServiceRemoved"


def test_a_change_reaches_new_escalations_only(
    api: APIClient, clinic: Clinic, patient: Patient, receiver: Receiver, postbox: Postbox, clock: Clock
) -> None:
    service, _ = add(clinic, f"http://{receiver.address}/")
    first = report(api, patient, clock)
    with clinic_scope(clinic.id):
        change_on_call_service(service=service, changes={"enabled": False})
    deliver(clock)
    assert [json.loads(request.body)["data"]["id"] for request in receiver.received] == [first]


def test_secrets_that_no_key_reads_are_refused_and_people_told(
    api: APIClient,
    clinic: Clinic,
    patient: Patient,
    receiver: Receiver,
    postbox: Postbox,
    clock: Clock,
    settings: Any,
) -> None:
    add(clinic, f"http://{receiver.address}/")
    report(api, patient, clock)
    settings.ENCRYPTION_KEYS = []
    deliver(clock)
    assert receiver.received == []
    assert len(postbox.messages) == 2
    with clinic_scope(clinic.id):
        assert clinic.deliveries.get(channel="on_call_service").error == "UnreadableSecret"


def test_nothing_is_called_once_somebody_has_acknowledged(
    api: APIClient, clinic: Clinic, patient: Patient, receiver: Receiver, postbox: Postbox, clock: Clock
) -> None:
    add(clinic, f"http://{receiver.address}/")
    escalation = report(api, patient, clock)
    with clinic_scope(clinic.id):
        Escalation.objects.filter(id=escalation).update(next_attempt_at=clock())
    api.post(f"/api/v1/escalations/{escalation}/acknowledge", {})
    deliver(clock)
    assert receiver.received == []
    assert postbox.messages == []


def test_a_service_that_takes_it_is_no_person_so_the_operator_is_told(
    api: APIClient,
    clinic: Clinic,
    patient: Patient,
    receiver: Receiver,
    postbox: Postbox,
    clock: Clock,
    settings: Any,
) -> None:
    settings.OPERATOR_EMAILS = [OPERATOR]
    add(clinic, f"http://{receiver.address}/")
    report(api, patient, clock)
    postbox.refuse = lambda address: None if address == OPERATOR else "550 no such mailbox"
    deliver(clock)
    assert len(receiver.received) == 1
    assert [str(message["To"]) for message in postbox.messages] == [OPERATOR]


def test_a_channel_that_breaks_in_an_unforeseen_way_holds_nobody_back(
    api: APIClient, clinic: Clinic, patient: Patient, receiver: Receiver, postbox: Postbox, clock: Clock
) -> None:
    class Broken(EmailChannel):
        def send(self, message: Message) -> None:
            raise LookupError

    add(clinic, f"http://{receiver.address}/")
    escalation = report(api, patient, clock)
    with mailed_through(Broken()):
        deliver_due_escalations(clock=clock)
    assert len(receiver.received) == 1
    with clinic_scope(clinic.id):
        assert Escalation.objects.get(id=escalation).last_error == "LookupError"
    clock.advance(minutes=5, seconds=1)
    with mailed_through(Broken()):
        deliver_due_escalations(clock=clock)
    clock.advance(seconds=6)
    deliver(clock)
    assert clinic.lead is not None
    assert clinic.lead.user.email in {str(message["To"]) for message in postbox.messages}, (
        "the ladder went on"
    )
