"""A practice system on Return to Run, with the published Python client: openapi-python-client made it.

Every answer is a value. `done` lets a success through and raises a problem, so that nothing is used unseen.
"""

import json
import os
import sys
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx
from return_to_run_client import AuthenticatedClient
from return_to_run_client.api.assessments import create_assessment
from return_to_run_client.api.changes import list_changes
from return_to_run_client.api.escalations import acknowledge_escalation
from return_to_run_client.api.evaluations import evaluate
from return_to_run_client.api.follow_ups import answer_follow_up, list_follow_ups
from return_to_run_client.api.patients import put_patient, update_patient
from return_to_run_client.models import (
    AnswersRequest,
    Assessment,
    AssessmentRequest,
    AssessorRole,
    Changes,
    ContactRequest,
    Escalation,
    EvaluationRequest,
    EvaluationWithNotices,
    FollowUpKind,
    FollowUpResponseRequest,
    PaginatedFollowUpList,
    PatchedPatientRequest,
    Patient,
    PatientRequest,
    Problem,
    ProblemCode,
    YesNoLongstanding,
)
from return_to_run_client.types import Response

Answer = TypeVar("Answer")
BASE_URL = os.environ["RETURN_TO_RUN_URL"]
REASSURING = AnswersRequest.from_dict(json.loads(Path(sys.argv[1]).read_text())["answers"])
PHYSIOTHERAPIST = AssessorRole.PHYSIOTHERAPIST


class Refused(Exception):
    """The service answered with a problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.code}: {problem.detail} (request {problem.request_id})")
        self.problem = problem


def done(response: Response[Any], expected: type[Answer]) -> Answer:
    """Return what was answered; raises Refused for a problem.

    A token that may write and not read is answered without a body, which the client types as Any: so what
    is expected is asked for by its class.
    """
    if isinstance(response.parsed, Problem):
        raise Refused(response.parsed)
    if not isinstance(response.parsed, expected):
        raise RuntimeError(f"{response.status_code} without {expected.__name__}")
    return response.parsed


def token() -> str:
    """Get a token for an hour with the client credentials of the clinic's software."""
    granted = httpx.post(
        f"{BASE_URL}/oauth/token/",
        auth=(os.environ["RETURN_TO_RUN_CLIENT_ID"], os.environ["RETURN_TO_RUN_CLIENT_SECRET"]),
        data={"grant_type": "client_credentials"},
    )
    return str(granted.raise_for_status().json()["access_token"])


def register(client: AuthenticatedClient) -> tuple[uuid.UUID, str]:
    """Create a runner by the practice's own id, then replace them; returns their id and a stale ETag."""
    robin = PatientRequest(given_name="Robin", family_name="Runner")
    created = put_patient.sync_detailed("chart-1", client=client, body=robin)
    robin.contact = ContactRequest(email="robin@example.org")
    etag = created.headers["ETag"]
    replaced = put_patient.sync_detailed("chart-1", client=client, body=robin, if_match=etag)
    patient = done(replaced, Patient)
    assert done(created, Patient).id == patient.id
    print("patient", int(created.status_code), int(replaced.status_code), patient.contact.email)
    return patient.id, etag


def decide(client: AuthenticatedClient) -> None:
    """Get a decision on answers that are not stored."""
    asked = EvaluationRequest(
        assessed_at=datetime.now(UTC), assessor_role=PHYSIOTHERAPIST, answers=REASSURING
    )
    evaluated = evaluate.sync_detailed(client=client, body=asked)
    print("evaluated", done(evaluated, EvaluationWithNotices).decision)


def assessment(
    patient: uuid.UUID, answers: AnswersRequest, *, late: timedelta = timedelta()
) -> AssessmentRequest:
    """Return the body of a record, made now."""
    now = datetime.now(UTC) + late
    return AssessmentRequest(patient=patient, assessed_at=now, assessor_role=PHYSIOTHERAPIST, answers=answers)


def record(client: AuthenticatedClient, patient: uuid.UUID) -> uuid.UUID:
    """Record an assessment, and once more with its key as after a time-out: it is the same one."""
    body = assessment(patient, REASSURING)
    key = str(uuid.uuid4())
    created = create_assessment.sync_detailed(client=client, body=body, idempotency_key=key)
    again = create_assessment.sync_detailed(client=client, body=body, idempotency_key=key)
    first = done(created, Assessment)
    assert done(again, Assessment).id == first.id
    print("recorded", first.evaluation.decision, "replayed", again.headers["Idempotency-Replayed"])
    return first.id


def check(client: AuthenticatedClient, patient: uuid.UUID) -> uuid.UUID:
    """Answer the check after 24 hours, which the decision promised."""
    kind = FollowUpKind.CHECK_24_HOURS
    listed = list_follow_ups.sync_detailed(client=client, patient=patient, kind=kind)
    [waiting] = done(listed, PaginatedFollowUpList).results
    body = FollowUpResponseRequest(
        assessed_at=datetime.now(UTC), assessor_role=PHYSIOTHERAPIST, answers=REASSURING
    )
    key = str(uuid.uuid4())
    answered = answer_follow_up.sync_detailed(waiting.id, client=client, body=body, idempotency_key=key)
    checked = done(answered, Assessment)
    print("answered", waiting.kind, checked.evaluation.decision)
    return checked.id


def call(client: AuthenticatedClient, patient: uuid.UUID) -> uuid.UUID:
    """Record an emergency, which calls people until somebody has taken it on, and take it on."""
    answers = AnswersRequest(bladder_change=YesNoLongstanding.YES)
    body = assessment(patient, answers)
    key = str(uuid.uuid4())
    created = create_assessment.sync_detailed(client=client, body=body, idempotency_key=key)
    emergency = done(created, Assessment)
    assert emergency.escalation is not None
    taken = done(acknowledge_escalation.sync_detailed(emergency.escalation, client=client), Escalation)
    assert taken.acknowledged_by is not None
    print("acknowledged", taken.urgency, taken.state)
    return taken.id


def mistake(client: AuthenticatedClient, patient: uuid.UUID) -> None:
    """Send a time that is still to come: the problem names the place."""
    body = assessment(patient, REASSURING, late=timedelta(days=1))
    try:
        done(create_assessment.sync_detailed(client=client, body=body), Assessment)
    except Refused as refused:
        [wrong] = refused.problem.errors
        print("refused", refused.problem.status, refused.problem.code, wrong.pointer, wrong.code)


def overwrite(client: AuthenticatedClient, patient: uuid.UUID, stale: str) -> None:
    """Change a runner whom somebody else has changed meanwhile: read them again, then decide."""
    body = PatchedPatientRequest(given_name="Robyn")
    try:
        done(update_patient.sync_detailed(patient, client=client, body=body, if_match=stale), Patient)
    except Refused as refused:
        assert refused.problem.code is ProblemCode.PRECONDITION_FAILED
        print("stale", refused.problem.status, refused.problem.code)


def catch_up(client: AuthenticatedClient) -> set[uuid.UUID]:
    """Read what changed, page by page; whoever keeps the last cursor goes on from there next time."""
    page = done(list_changes.sync_detailed(client=client, page_size=2), Changes)
    entries = page.results
    while page.more:
        page = done(list_changes.sync_detailed(client=client, page_size=2, cursor=page.cursor), Changes)
        entries += page.results
    print("changes", *sorted({str(entry.type_) for entry in entries}))
    return {entry.id for entry in entries}


with AuthenticatedClient(base_url=BASE_URL, token=token()) as service:
    runner, first_etag = register(service)
    decide(service)
    made = {record(service, runner), check(service, runner), call(service, runner)}
    mistake(service, runner)
    overwrite(service, runner, first_etag)
    assert made < catch_up(service)
