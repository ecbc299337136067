"""A practice system on Return to Run, with the client that openapi-generator makes for Python.

A problem arrives as an exception; its `data` is the client's own `Problem`.
"""

import json
import os
import sys
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import urllib3
from openapi_client import (
    AnswersRequest,
    ApiClient,
    ApiException,
    AssessmentRequest,
    AssessmentsApi,
    AssessorRole,
    ChangesApi,
    Configuration,
    ContactRequest,
    EscalationsApi,
    EvaluationRequest,
    EvaluationsApi,
    FollowUpKind,
    FollowUpResponseRequest,
    FollowUpsApi,
    PatchedPatientRequest,
    PatientRequest,
    PatientsApi,
    Problem,
    ProblemCode,
    YesNoLongstanding,
)

BASE_URL = os.environ["RETURN_TO_RUN_URL"]
REASSURING = (
    AnswersRequest.from_dict(json.loads(Path(sys.argv[1]).read_text())["answers"]) or AnswersRequest()
)
PHYSIOTHERAPIST = AssessorRole.PHYSIOTHERAPIST


def problem_of(error: ApiException) -> Problem:
    """Return the problem that the service answered with."""
    if not isinstance(error.data, Problem):
        raise error
    return error.data


def header(headers: Mapping[str, str] | None, name: str) -> str:
    """Return a header, whose name may arrive in small letters."""
    return next(value for key, value in (headers or {}).items() if key.lower() == name.lower())


def token() -> str:
    """Get a token for an hour with the client credentials of the clinic's software."""
    names = ("RETURN_TO_RUN_CLIENT_ID", "RETURN_TO_RUN_CLIENT_SECRET")
    granted = urllib3.request(
        "POST",
        f"{BASE_URL}/oauth/token/",
        headers=urllib3.make_headers(basic_auth=":".join(os.environ[name] for name in names))
        | {"Content-Type": "application/x-www-form-urlencoded"},
        body="grant_type=client_credentials",
    )
    return str(granted.json()["access_token"])


def register(client: ApiClient) -> tuple[uuid.UUID, str]:
    """Create a runner by the practice's own id, then replace them; returns their id and a stale ETag."""
    patients = PatientsApi(client)
    robin = PatientRequest(given_name="Robin", family_name="Runner")
    created = patients.put_patient_with_http_info("chart-1", robin)
    robin.contact = ContactRequest(email="robin@example.org")
    etag = header(created.headers, "ETag")
    replaced = patients.put_patient_with_http_info("chart-1", robin, if_match=etag)
    assert created.data.id == replaced.data.id
    print("patient", created.status_code, replaced.status_code, replaced.data.contact.email)
    return created.data.id, etag


def decide(client: ApiClient) -> None:
    """Get a decision on answers that are not stored."""
    asked = EvaluationRequest(
        assessed_at=datetime.now(UTC), assessor_role=PHYSIOTHERAPIST, answers=REASSURING
    )
    print("evaluated", EvaluationsApi(client).evaluate(asked).decision.value)


def record(client: ApiClient, patient: uuid.UUID) -> uuid.UUID:
    """Record an assessment, and once more with its key as after a time-out: it is the same one."""
    assessments, key = AssessmentsApi(client), str(uuid.uuid4())
    body = assessment(patient, REASSURING)
    first = assessments.create_assessment(body, idempotency_key=key)
    again = assessments.create_assessment_with_http_info(body, idempotency_key=key)
    assert again.data.id == first.id
    replayed = header(again.headers, "Idempotency-Replayed")
    print("recorded", first.evaluation.decision.value, "replayed", replayed)
    return first.id


def assessment(
    patient: uuid.UUID, answers: AnswersRequest, *, late: timedelta = timedelta()
) -> AssessmentRequest:
    """Return the body of a record, made now."""
    now = datetime.now(UTC) + late
    return AssessmentRequest(patient=patient, assessed_at=now, assessor_role=PHYSIOTHERAPIST, answers=answers)


def check(client: ApiClient, patient: uuid.UUID) -> uuid.UUID:
    """Answer the check after 24 hours, which the decision promised."""
    follow_ups = FollowUpsApi(client)
    [waiting] = follow_ups.list_follow_ups(patient=patient, kind=FollowUpKind.CHECK_24_HOURS).results
    body = FollowUpResponseRequest(
        assessed_at=datetime.now(UTC), assessor_role=PHYSIOTHERAPIST, answers=REASSURING
    )
    checked = follow_ups.answer_follow_up(waiting.id, body, idempotency_key=str(uuid.uuid4()))
    print("answered", waiting.kind.value, checked.evaluation.decision.value)
    return checked.id


def call(client: ApiClient, patient: uuid.UUID) -> uuid.UUID:
    """Record an emergency, which calls people until somebody has taken it on, and take it on."""
    body = assessment(patient, AnswersRequest(bladder_change=YesNoLongstanding.YES))
    emergency = AssessmentsApi(client).create_assessment(body, idempotency_key=str(uuid.uuid4()))
    assert emergency.escalation is not None
    taken = EscalationsApi(client).acknowledge_escalation(emergency.escalation)
    assert taken.acknowledged_by is not None
    print("acknowledged", taken.urgency.value, taken.state.value)
    return taken.id


def mistake(client: ApiClient, patient: uuid.UUID) -> None:
    """Send a time that is still to come: the problem names the place."""
    try:
        AssessmentsApi(client).create_assessment(assessment(patient, REASSURING, late=timedelta(days=1)))
    except ApiException as error:
        problem = problem_of(error)
        [wrong] = problem.errors
        print("refused", problem.status, problem.code.value, wrong.pointer, wrong.code)


def overwrite(client: ApiClient, patient: uuid.UUID, stale: str) -> None:
    """Change a runner whom somebody else has changed meanwhile: read them again, then decide."""
    body = PatchedPatientRequest(given_name="Robyn")
    try:
        PatientsApi(client).update_patient(if_match=stale, patient_id=patient, patched_patient_request=body)
    except ApiException as error:
        problem = problem_of(error)
        assert problem.code is ProblemCode.PRECONDITION_FAILED
        print("stale", problem.status, problem.code.value)


def catch_up(client: ApiClient) -> set[uuid.UUID]:
    """Read what changed, page by page; whoever keeps the last cursor goes on from there next time."""
    changes = ChangesApi(client)
    page = changes.list_changes(page_size=2)
    entries = page.results
    while page.more:
        page = changes.list_changes(page_size=2, cursor=page.cursor)
        entries += page.results
    print("changes", *sorted({entry.type.value for entry in entries}))
    return {entry.id for entry in entries}


with ApiClient(Configuration(host=BASE_URL, access_token=token())) as service:
    runner, first_etag = register(service)
    decide(service)
    made = {record(service, runner), check(service, runner), call(service, runner)}
    mistake(service, runner)
    overwrite(service, runner, first_etag)
    assert made < catch_up(service)
