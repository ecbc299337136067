"""The benchmark compares like with like only while its floors do what the service does."""

import io
import json

import psycopg
import pytest
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from bench.api import wsgi_floor
from bench.api.record import REASSURING
from bench.api.turns import comparable
from patients.models import Patient
from tests.factories import assessment_body


@pytest.mark.django_db(transaction=True)
def test_a_floor_answers_as_the_service_does(
    api: APIClient, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = assessment_body(patient, REASSURING, assessed_at=timezone.now().replace(microsecond=0).isoformat())
    with _connect() as own:
        monkeypatch.setattr(wsgi_floor._threads, "connection", own, raising=False)
        floor = _ask_floor(api._credentials["HTTP_AUTHORIZATION"], body)
    answer = api.post("/api/v1/assessments", body).json()
    assert comparable(floor) == comparable(answer)
    assert len(floor["follow_ups"]) == len(answer["follow_ups"]) > 0


def _connect() -> psycopg.Connection:
    names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    where = {name: connection.settings_dict[key] for name, key in names.items()}
    return psycopg.connect(**where, options=connection.settings_dict["OPTIONS"]["options"], autocommit=True)


def _ask_floor(authorization: str, body: dict[str, object]) -> dict[str, object]:
    asked = {
        "REQUEST_METHOD": "POST",
        "HTTP_AUTHORIZATION": authorization,
        "wsgi.input": io.BytesIO(json.dumps(body).encode()),
    }
    said: list[str] = []
    [answer] = wsgi_floor.application(asked, lambda status, _: said.append(status))
    assert said == ["201 Created"]
    found: dict[str, object] = json.loads(answer)
    return found
