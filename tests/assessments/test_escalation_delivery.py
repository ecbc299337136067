"""An escalation is told to people again and again until one of them acknowledges it."""

import datetime as dt

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from assessments.escalations.channels.models import Delivery
from assessments.escalations.models import Escalation
from assessments.escalations.services.deliver import deliver_due_escalations
from backend.platform.outbound.email import EmailChannel
from backend.platform.storage.due_work import claim_next
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic, Role
from patients.models import Patient
from tests.clock import Clock
from tests.factories import assessment_body, make_member, make_patient, reassuring_answers
from tests.mail import Postbox, mailed_through

MARKER = "zebra-marker"
SEEN = {"outcome_code": "attended", "outcome": "Seen in A&E"}


@pytest.fixture
def clock() -> Clock:
    """Now, and then as the test says."""
    return Clock(timezone.now() + dt.timedelta(seconds=1))


@pytest.fixture
def emergency(api: APIClient, patient: Patient) -> str:
    """The id of an open emergency."""
    answers = reassuring_answers(bladder_change="yes", clinician_note=MARKER)
    document = api.post("/api/v1/assessments", assessment_body(patient, answers)).json()
    return str(document["escalation"])


def deliver(clock: Clock) -> int:
    return deliver_due_escalations(clock=clock)


def stored(clinic: Clinic, escalation: str) -> Escalation:
    with clinic_scope(clinic.id):
        return clinic.escalations.get(id=escalation)


def recipients(postbox: Postbox) -> list[str]:
    return [str(message["To"]) for message in postbox.messages]


def test_the_on_call_clinician_is_told_at_once(
    emergency: str, clinic: Clinic, postbox: Postbox, clock: Clock
) -> None:
    assert deliver(clock) == 1
    assert clinic.on_call is not None
    assert recipients(postbox) == [clinic.on_call.user.email]


def test_a_message_says_urgency_clinic_and_link_and_nothing_about_the_patient(
    emergency: str, clinic: Clinic, patient: Patient, postbox: Postbox, clock: Clock
) -> None:
    deliver(clock)
    text = postbox.messages[0].as_string()
    assert "EMERGENCY" in text
    assert clinic.name in text
    assert f"/admin/assessments/escalation/{emergency}/change/" in text
    for private in (MARKER, patient.given_name, patient.family_name, "bladder", "RF-E02", str(patient.id)):
        assert private not in text


@pytest.mark.holds("S11", "HZ-30")
def test_it_repeats_every_five_minutes_and_reaches_everybody_after_the_first(
    emergency: str, clinic: Clinic, postbox: Postbox, clock: Clock
) -> None:
    assert clinic.on_call is not None
    assert clinic.lead is not None
    deliver(clock)
    clock.advance(minutes=4, seconds=50)
    assert deliver(clock) == 0
    clock.advance(seconds=11)
    deliver(clock)
    assert set(recipients(postbox)[1:]) == {clinic.on_call.user.email, clinic.lead.user.email}
    for _ in range(10):
        clock.advance(minutes=5, seconds=1)
        deliver(clock)
    assert len(postbox.messages) == 1 + 11 * 2
    assert len(set(postbox.ids)) == len(postbox.ids), "every round has message ids of its own"


def test_nothing_is_sent_after_somebody_acknowledged(
    api: APIClient, emergency: str, postbox: Postbox, clock: Clock
) -> None:
    deliver(clock)
    answer = api.post(f"/api/v1/escalations/{emergency}/acknowledge", {})
    assert answer.json()["state"] == "acknowledged"
    clock.advance(days=2)
    assert deliver(clock) == 0
    assert len(postbox.messages) == 1


def test_acknowledging_while_a_message_is_on_its_way_is_safe(
    api: APIClient, emergency: str, clinic: Clinic, postbox: Postbox, clock: Clock
) -> None:
    def acknowledge_meanwhile(address: str) -> None:
        with clinic_scope(clinic.id):
            Escalation.objects.filter(id=emergency).update(
                state="acknowledged",
                acknowledged_at=clock(),
                acknowledged_by=clinic.on_call,
                next_attempt_at=None,
            )

    class Interrupting(EmailChannel):
        def send(self, message: object) -> None:
            acknowledge_meanwhile("")
            super().send(message)  # type: ignore[arg-type]

    with mailed_through(Interrupting()):
        deliver_due_escalations(clock=clock)
    assert len(postbox.messages) == 1
    row = stored(clinic, emergency)
    assert (row.state, row.next_attempt_at, row.round) == ("acknowledged", None, 0)


def test_a_failed_message_is_sent_again_soon_with_the_same_id(
    emergency: str, clinic: Clinic, postbox: Postbox, clock: Clock
) -> None:
    refusals = iter(["451 try later"])
    postbox.refuse = lambda _: next(refusals, None)
    deliver(clock)
    assert postbox.messages == []
    row = stored(clinic, emergency)
    assert row.failures == 1
    assert row.last_error == "SMTPRecipientsRefused"
    clock.advance(seconds=6)
    deliver(clock)
    with clinic_scope(clinic.id):
        (delivery,) = clinic.deliveries.all()
    assert postbox.ids == [f"<{delivery.id}@return-to-run>"]
    assert (delivery.state, delivery.attempts) == (Delivery.State.SENT, 2)


def test_one_bad_address_neither_holds_the_others_nor_repeats_to_them(
    emergency: str, clinic: Clinic, postbox: Postbox, clock: Clock
) -> None:
    assert clinic.on_call is not None
    assert clinic.lead is not None
    bad, good = clinic.on_call.user.email, clinic.lead.user.email
    postbox.refuse = lambda address: "450 mailbox busy" if address == bad else None
    for _ in range(30):  # seven and a half minutes
        deliver(clock)
        clock.advance(seconds=15)
    assert recipients(postbox) == [good], "told once in the round that reaches the lead"
    for _ in range(20):  # another five
        deliver(clock)
        clock.advance(seconds=15)
    assert recipients(postbox) == [good, good], "the ladder goes on although one address never works"


@pytest.mark.holds("HZ-19")
def test_a_mail_server_that_is_down_delays_and_never_loses(
    emergency: str, clinic: Clinic, settings: object, clock: Clock, postbox: Postbox
) -> None:
    port = settings.EMAIL_PORT  # type: ignore[attr-defined]
    settings.EMAIL_PORT = 1  # type: ignore[attr-defined]
    for _ in range(5):
        deliver(clock)
        clock.advance(minutes=1)
    settings.EMAIL_PORT = port  # type: ignore[attr-defined]
    deliver(clock)
    assert len(postbox.messages) >= 1


def test_two_workers_never_hold_the_same_row(emergency: str, clock: Clock) -> None:
    first = claim_next(Escalation, now=clock())
    assert first is not None
    assert claim_next(Escalation, now=clock()) is None
    clock.advance(seconds=31)
    second = claim_next(Escalation, now=clock())
    assert second is not None
    assert second.token != first.token
    with clinic_scope(first.clinic_id):
        assert not first.held().exists(), "the first worker's results no longer count"
        assert second.held().exists()


def test_emergencies_go_before_what_has_waited_longer(
    api: APIClient, clinic: Clinic, emergency: str, clock: Clock
) -> None:
    routine = api.post(
        "/api/v1/assessments",
        assessment_body(make_patient(clinic), reassuring_answers(analgesic_after_every_run="yes")),
    ).json()["escalation"]
    with clinic_scope(clinic.id):
        Escalation.objects.filter(id=routine).update(next_attempt_at=clock() - dt.timedelta(days=3))
    claim = claim_next(Escalation, now=clock())
    assert claim is not None
    assert str(claim.row_id) == emergency


def test_a_row_that_raises_is_pushed_back_and_the_next_goes_on(
    api: APIClient, clinic: Clinic, emergency: str, postbox: Postbox, clock: Clock
) -> None:
    other = api.post(
        "/api/v1/assessments",
        assessment_body(
            make_patient(clinic),
            reassuring_answers(leg_pain="bilateral", leg_symptom_progression="worsening"),
        ),
    ).json()["escalation"]
    with clinic_scope(clinic.id):
        Escalation.objects.filter(id=emergency).update(policy={"broken": True})
    deliver(clock)
    assert len(postbox.messages) == 1
    assert other in postbox.messages[0].as_string()
    row = stored(clinic, emergency)
    assert row.last_error == "KeyError"
    assert row.next_attempt_at is not None
    assert row.next_attempt_at > clock()


def test_the_ladder_is_frozen_when_the_escalation_opens(
    emergency: str, clinic: Clinic, postbox: Postbox, clock: Clock
) -> None:
    assert clinic.on_call is not None
    before = clinic.on_call.user.email
    with clinic_scope(clinic.id):
        clinic.on_call = make_member(clinic, Role.CLINICIAN)
        clinic.save()
    deliver(clock)
    assert recipients(postbox) == [before]


@pytest.mark.holds("HZ-28")
def test_an_on_call_clinician_who_has_left_never_keeps_an_emergency_to_themselves(
    api: APIClient, clinic: Clinic, patient: Patient, postbox: Postbox, clock: Clock
) -> None:
    assert clinic.on_call is not None
    assert clinic.lead is not None
    clinic.on_call.user.is_active = False
    clinic.on_call.user.save()
    answers = reassuring_answers(bladder_change="yes")
    assert api.post("/api/v1/assessments", assessment_body(patient, answers)).status_code == 201
    deliver(clock)
    assert recipients(postbox) == [clinic.lead.user.email]


@pytest.mark.holds("S11")
def test_resolving_needs_an_acknowledgement_and_an_outcome(api: APIClient, emergency: str) -> None:
    url = f"/api/v1/escalations/{emergency}"
    assert api.post(f"{url}/resolve", SEEN).status_code == 409
    api.post(f"{url}/acknowledge", {})
    refused = api.post(f"{url}/resolve", {})
    assert refused.status_code == 422
    assert {error["pointer"] for error in refused.json()["errors"]} == {"/outcome_code", "/outcome"}
    resolved = api.post(f"{url}/resolve", SEEN).json()
    assert resolved["state"] == "resolved"
    assert {name: resolved[name] for name in SEEN} == SEEN
    assert resolved["resolved_by"]["name"] == "Clinician Person"


def test_a_reopened_escalation_starts_again_and_remembers_who_did_what(
    api: APIClient, clinic: Clinic, emergency: str, postbox: Postbox, clock: Clock
) -> None:
    url = f"/api/v1/escalations/{emergency}"
    api.post(f"{url}/acknowledge", {})
    reopened = api.post(f"{url}/reopen", {"reason": "Not reached"}).json()
    assert (reopened["state"], reopened["acknowledged_by"]) == ("open", None)
    clock.advance(seconds=5)
    deliver(clock)
    assert len(postbox.messages) == 1
    with clinic_scope(clinic.id):
        events = [(event.kind, event.note) for event in stored(clinic, emergency).events.order_by("at")]
    assert events == [("acknowledged", ""), ("reopened", "Not reached"), ("notified", "")]


def test_acknowledging_twice_keeps_the_first_name_and_time(
    api: APIClient, clinic: Clinic, emergency: str
) -> None:
    url = f"/api/v1/escalations/{emergency}"
    first = api.post(f"{url}/acknowledge", {}).json()
    again = api.post(f"{url}/acknowledge", {})
    other = make_member(clinic, Role.CLINICIAN)
    second = api.post(f"{url}/acknowledge", {"on_behalf_of": str(other.id)})
    assert (again.status_code, second.status_code) == (200, 409)
    for kept in (again.json(), api.get(url).json()):
        assert kept["acknowledged_by"] == first["acknowledged_by"]
        assert kept["acknowledged_at"] == first["acknowledged_at"]


def test_software_that_acts_for_nobody_must_name_a_clinician(
    api: APIClient, clinic: Clinic, other_clinic: Clinic, emergency: str
) -> None:
    with clinic_scope(clinic.id):
        clinic.api_clients.update(acts_for=None)
    url = f"/api/v1/escalations/{emergency}/acknowledge"
    unnamed = api.post(url, {})
    assert unnamed.status_code == 422
    assert unnamed.json()["errors"][0]["pointer"] == "/on_behalf_of"
    for wrong in (make_member(clinic, Role.RECEPTION), make_member(other_clinic, Role.CLINICIAN)):
        assert api.post(url, {"on_behalf_of": str(wrong.id)}).json()["errors"][0]["code"] == "not_found"
    assert stored(clinic, emergency).state == "open"


def test_another_clinics_escalation_is_not_found(
    other_api: APIClient, clinic: Clinic, emergency: str
) -> None:
    url = f"/api/v1/escalations/{emergency}"
    assert other_api.get(url).status_code == 404
    for step, body in (("acknowledge", {}), ("resolve", SEEN), ("reopen", {"reason": "x"})):
        assert other_api.post(f"{url}/{step}", body).status_code == 404
    assert stored(clinic, emergency).state == "open"


def test_an_outcome_may_have_several_lines(api: APIClient, emergency: str) -> None:
    url = f"/api/v1/escalations/{emergency}"
    api.post(f"{url}/acknowledge", {})
    outcome = "Seen in A&E at 14:10.\nMRI requested."
    assert api.post(f"{url}/resolve", SEEN | {"outcome": outcome}).json()["outcome"] == outcome
