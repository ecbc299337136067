"""Who has documents set without end keeps nobody out: a few are set at a time, others come again."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from rest_framework.test import APIClient

from backend.platform.edge.arrival import THREADS
from clinics.identity.models import Clinic
from patients.models import Patient
from tests.factories import assessment_body, reassuring_answers
from tests.served import Served

pytestmark = pytest.mark.process
#: How many ask at once, over and over, and for how long; each waits when it is told to.
CALLERS, SECONDS = 16 * THREADS, 12.0
#: What an emergency may take meanwhile on a machine whose processors all set documents.
SOON = 3.0


def test_a_flood_of_documents_leaves_a_thread_for_an_emergency(
    clinic: Clinic, api: APIClient, patient: Patient, served: Served
) -> None:
    bearer = api._credentials["HTTP_AUTHORIZATION"]
    assessed = api.post("/api/v1/assessments", assessment_body(patient)).json()["id"]
    emergency = assessment_body(patient, reassuring_answers(bladder_change="yes"))

    def document() -> tuple[int, dict[str, Any], bytes, float]:
        return served.ask("GET", f"/api/v1/assessments/{assessed}/plan/pdf", Authorization=bearer)

    def recorded() -> tuple[int, float]:
        answer = served.ask("POST", "/api/v1/assessments", emergency, Authorization=bearer)
        return answer[0], answer[3]

    assert (document()[0], recorded()[0]) == (200, 201)  # the first of a process takes longer
    until = time.monotonic() + SECONDS

    def flood() -> list[tuple[int, dict[str, Any], bytes, float]]:
        answers = []
        while time.monotonic() < until:
            answers.append(document())
            time.sleep(int(answers[-1][1].get("retry-after", 0)))
        return answers

    with ThreadPoolExecutor(CALLERS) as pool:
        flooding = [pool.submit(flood) for _ in range(CALLERS)]
        time.sleep(3)
        taken = []
        while time.monotonic() < until:
            status, seconds = recorded()
            assert status == 201
            alive = served.ask("GET", "/livez")
            assert alive[0] == 200
            taken += [seconds, alive[3]]
            time.sleep(0.2)
        answers = [answer for each in flooding for answer in each.result(60)]
    assert max(taken) < SOON, taken
    assert {status for status, *_ in answers} == {200, 503}
    for status, headers, body, _ in answers:
        if status == 503:
            assert int(headers["retry-after"]) <= 5
        else:
            assert body.startswith(b"%PDF-")
