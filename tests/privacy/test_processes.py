"""A whole story told to real processes: the marker is in the answers to the clinic and nowhere else."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import connection

from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic
from tests.factories import make_token
from tests.privacy.conftest import WORKER, Answer, Service
from tests.privacy.marker import MARKER, holds_marker, marked_answers, marked_patient, submission

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True)]
V1 = "/api/v1"


@dataclass
class Caller:
    """A clinic's software, and every answer it got."""

    service: Service
    token: str
    answers: list[Answer] = field(default_factory=list)

    def __call__(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        """The document of the answer."""
        answer = self.service.ask(
            method,
            V1 + path,
            body,
            Authorization=f"Bearer {self.token}",
            Accept="application/json",
            **headers,
        )
        self.answers.append(answer)
        assert answer.status < 500, answer
        return answer.document


@pytest.fixture
def call(service: Service, clinic: Clinic) -> Caller:
    """The clinic's software, with every scope."""
    with clinic_scope(clinic.id):
        return Caller(service, make_token(clinic.api_clients.get()))


def test_the_marker_stays_inside(service: Service, call: Caller) -> None:
    tell(call)
    waiting = service.redis_content()
    assert b"critical" in waiting, "the nudge waits for the worker"
    assert any(key.startswith(b"rate:") for key in waiting)
    nowhere(waiting)
    service.start("worker", WORKER)
    mails = [message.as_string() for message in service.postbox.wait_for(1, seconds=60)]
    nowhere(mails, *decoded(service))
    service.wait_for_line("worker.err", "assessments.tasks.deliver_due_escalations")
    fail_in_the_worker(service, call)
    nowhere(service.redis_content(), service.streams())
    assert_answers_are_silent_but_where_they_should_speak(call.answers)
    assert_every_line_is_json(service)


def tell(call: Caller) -> None:
    """Everything that takes text is said once, and refused once."""
    patient = call("POST", "/patients", marked_patient())["id"]
    call("POST", "/patients", marked_patient())
    call("POST", "/patients/search", {"family_name": MARKER})
    call("PUT", f"/patients/by-external-id/{MARKER}-2", marked_patient(2), Idempotency_Key=MARKER)
    call("PUT", f"/patients/by-external-id/{MARKER}-2", {**marked_patient(2), "given_name": "Other"})
    first = call("POST", "/assessments", submission(marked_answers(), patient=patient))
    check = call("GET", f"/follow-ups?patient={patient}")["results"][0]["id"]
    call("POST", f"/follow-ups/{check}/response", submission(marked_answers()))
    emergency = submission(marked_answers(bladder_change="yes"), patient=patient)
    keyed = {"Idempotency_Key": f"{MARKER}-key", "X_Access_Purpose": MARKER}
    second = call("POST", "/assessments", emergency, **keyed)
    assert call("POST", "/assessments", emergency, **keyed)["id"] == second["id"]
    call("POST", "/assessments", {**emergency, "assessor_role": "nurse"}, **keyed)
    call("POST", f"/assessments/{first['id']}/amendments", submission(marked_answers(), reason=MARKER))
    call("POST", f"/assessments/{second['id']}/overrides", override())
    call("POST", f"/assessments/{second['id']}/overrides", {**override(), "decision": MARKER})
    call("POST", "/assessments", submission(marked_answers(bladder_change=MARKER), patient=patient))
    call("POST", "/assessments", f'{{"{MARKER}')
    call("GET", f"/patients/{MARKER}")
    call("GET", f"/patients?page_size=1&updated_since=2020-01-01T00:00:00Z&cursor={MARKER}")
    call("GET", "/patients?page_size=1", X_Access_Purpose=MARKER)
    close_the_first_escalation(call, second["escalation"])


def override() -> dict[str, object]:
    """A decision with the marker in every text; it is as urgent as the evaluation, so the caller must act."""
    return {
        "decision": "refer_urgent",
        "urgency": "same_day",
        "reason": MARKER,
        "role": "physiotherapist",
        "finding": {"kind": "examination", "text": MARKER},
        "handover": {"to": MARKER, "at": submission({})["assessed_at"]},
        "exclusion": {"by": MARKER, "at": submission({})["assessed_at"], "text": MARKER},
    }


def close_the_first_escalation(call: Caller, escalation: str) -> None:
    """Acknowledge, resolve, reopen: it is open again in the end, so that a mail goes out."""
    call("POST", f"/escalations/{escalation}/resolve", {"outcome_code": "attended", "outcome": MARKER})
    call("POST", f"/escalations/{escalation}/acknowledge", {})
    assert (
        call("POST", f"/escalations/{escalation}/resolve", {"outcome_code": "attended", "outcome": MARKER})[
            "outcome"
        ]
        == MARKER
    )
    assert call("POST", f"/escalations/{escalation}/reopen", {"reason": MARKER})["state"] == "open"


def fail_in_the_worker(service: Service, call: Caller) -> None:
    """PostgreSQL refuses a claim in the clinic's own words: the task fails with them in its exception."""
    patient = call("GET", "/patients")["results"][0]["id"]
    with refusing_claims():
        call("POST", "/assessments", submission(marked_answers(bladder_change="yes"), patient=patient))
        service.wait_for_line("worker.err", "InternalError")


@contextmanager
def refusing_claims() -> Iterator[None]:
    """Every claim of an escalation is refused with a message that holds the marker."""
    make = f"""
        SET ROLE NONE;
        CREATE FUNCTION say_the_marker() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'refused: {MARKER}' USING ERRCODE = 'XX000'; END $$;
        CREATE TRIGGER refuse BEFORE UPDATE ON assessments_escalation
        FOR EACH ROW WHEN (NEW.claim_token IS NOT NULL)
        EXECUTE FUNCTION say_the_marker();
        SET ROLE rtr_app"""
    with connection.cursor() as cursor:
        cursor.execute(make)
        yield
        cursor.execute("SET ROLE NONE; DROP FUNCTION say_the_marker() CASCADE; SET ROLE rtr_app")


def nowhere(*content: object) -> None:
    """None of it holds the marker."""
    for item in content:
        assert not holds_marker(str(item)), item


def decoded(service: Service) -> list[bytes]:
    """The parts of the mails as a person reads them."""
    parts = [part for message in service.postbox.messages for part in message.walk()]
    bodies = [part.get_payload(decode=True) for part in parts if not part.is_multipart()]
    assert all(isinstance(body, bytes) and b"/admin/" in body for body in bodies)
    return [body for body in bodies if isinstance(body, bytes)]


def assert_answers_are_silent_but_where_they_should_speak(answers: list[Answer]) -> None:
    """No header and no error holds the marker; successful answers to the clinic do."""
    for answer in answers:
        nowhere(answer.headers)
        if answer.status >= 400:
            nowhere(answer.text)
    assert {answer.status for answer in answers} >= {200, 201, 400, 404, 409, 422, 428}
    speaking = [answer for answer in answers if answer.status < 400 and holds_marker(answer.text)]
    assert len(speaking) >= 8


def assert_every_line_is_json(service: Service) -> None:
    """Both processes logged, and nothing but JSON; the first lines of a server on its stdout aren't logs."""
    for name in ("web.err", "worker.err"):
        lines = [json.loads(line) for line in service.streams()[name].splitlines()]
        assert all({"event", "level", "timestamp"} <= set(line) for line in lines)
        assert lines, f"{name} is empty: nothing was tested"
