"""A runner about whom the marker was said wherever words can be, and the search for what is left of it."""

import datetime as dt
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from rest_framework.test import APIClient

from assessments.letters.models import Letter
from assessments.letters.services import (
    Written,
    content_of,
    draft_letter,
    issue_letter,
    readable_letter,
    state_of,
)
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.clinicians import NamedClinician
from clinics.identity.models import Clinic
from tests.factories import make_feedback
from tests.privacy.marker import MARKER, holds_marker, marked_answers, marked_patient, submission

V1 = "/api/v1"
BIRTH, PHONE = "1988-07-06", "7946 0999"
#: A diagnosis that stops running, so that what was said about it stands in the decision's grounds too.
STRESS_FRACTURE = {
    "code": "bone_stress_injury",
    "status": "confirmed_current",
    "clearance": "no",
    "cleared_by": MARKER,
}


@dataclass
class Story:
    """A runner, and what was recorded about them, oldest first."""

    patient: str
    assessments: list[str] = field(default_factory=list)
    escalation: str = ""


def tell(api: APIClient) -> Story:
    """Everything a clinic can say about a runner, with the marker in each place that takes words."""
    calls = _Calls(api)
    runner = calls("put", f"/patients/by-external-id/{MARKER}-1", marked_patient())
    story = Story(runner["id"])
    answers = marked_answers(bladder_change="yes", diagnoses=[STRESS_FRACTURE])
    first = calls("post", "/assessments", {**submission(answers), "patient": story.patient})
    amended = submission(marked_answers(bladder_change="yes"), reason=MARKER)
    second = calls("post", f"/assessments/{first['id']}/amendments", amended)
    calls("post", f"/assessments/{second['id']}/overrides", _all_clear())
    story.escalation = first["escalation"]
    for step, words in (
        ("acknowledge", {}),
        ("resolve", {"outcome_code": "attended", "outcome": MARKER}),
        ("reopen", {"reason": MARKER}),
        ("acknowledge", {}),
        ("resolve", {"outcome_code": "attended", "outcome": MARKER}),
    ):
        calls("post", f"/escalations/{story.escalation}/{step}", words)
    _letter(api, story.escalation)
    _feedback(api, story.patient)
    third = calls("post", "/assessments", {**submission(marked_answers()), "patient": story.patient})
    checked = calls("post", f"/follow-ups/{third['follow_ups'][0]}/response", submission(marked_answers()))
    programme = calls("post", "/programmes", {"assessment": checked["id"]})["id"]
    calls("post", f"/programmes/{programme}/release", {})
    calls("post", f"/programmes/{programme}/runs", {"ended_at": timezone.now().isoformat()})
    calls("post", f"/patients/{story.patient}/shoes", {"name": MARKER, "started_on": "2026-01-05"})
    story.assessments = [first["id"], second["id"], third["id"], checked["id"]]
    resolve_all(api, story.patient)
    return story


def _letter(api: APIClient, escalation: str) -> None:
    """A letter issued in the dashboard, with the marker in all that was written."""
    clinic = Clinic(id=uuid.UUID(api.get(f"{V1}/clinic").json()["id"]))
    with clinic_scope(clinic.id):
        clinic.refresh_from_db()
        assert clinic.on_call is not None
        by, now = NamedClinician(clinic.on_call), timezone.now()
        draft = draft_letter(
            clinic=clinic, escalation_id=uuid.UUID(escalation), to=Letter.To.GP, by=by, now=now
        )
        letter = readable_letter(clinic, draft.id)
        seen = state_of(letter, content_of(letter))
        written = Written(recipient=MARKER, call_back=MARKER, words=MARKER)
        issue_letter(clinic=clinic, letter_id=draft.id, written=written, seen=seen, by=by, now=now)


def _feedback(api: APIClient, patient: str) -> None:
    """A card shown about the runner in another system, and overridden there with the marker."""
    clinic = Clinic(id=uuid.UUID(api.get(f"{V1}/clinic").json()["id"]))
    make_feedback(clinic, uuid.UUID(patient), comment=MARKER)


def resolve_all(api: APIClient, patient: str) -> None:
    """Nobody is called about the runner any more."""
    calls = _Calls(api)
    for escalation in api.get(f"{V1}/escalations", {"patient": patient}).json()["results"]:
        if escalation["state"] == "open":
            calls("post", f"/escalations/{escalation['id']}/acknowledge", {})
        if escalation["state"] in {"open", "acknowledged"}:
            calls(
                "post",
                f"/escalations/{escalation['id']}/resolve",
                {"outcome_code": "attended", "outcome": MARKER},
            )


def _all_clear() -> dict[str, Any]:
    at = (timezone.now() - dt.timedelta(seconds=1)).isoformat()
    return {
        "decision": "stop_and_rehab",
        "urgency": "routine",
        "reason": MARKER,
        "role": "doctor",
        "finding": {"kind": "examination", "text": MARKER},
        "handover": {"to": MARKER, "at": at},
        "exclusion": {"by": MARKER, "at": at, "text": MARKER},
    }


@dataclass
class _Calls:
    """Requests that succeed, each under a key of its own that holds the marker."""

    api: APIClient
    number: int = 0

    def __call__(self, method: str, path: str, body: Any) -> dict[str, Any]:
        self.number += 1
        headers = {"Idempotency-Key": f"{MARKER}-{path}-{self.number}"} if method == "post" else {}
        answer = getattr(self.api, method)(V1 + path, body, headers=headers)
        assert answer.status_code in {200, 201}, answer.content
        document: dict[str, Any] = answer.json()
        return document


def erase(api: APIClient, patient: Any, **headers: str) -> Any:
    """Ask for it."""
    return api.post(f"{V1}/patients/{patient}/erasure", {"reason": "patient_request"}, headers=headers)


def places() -> set[str]:
    """Every column of every table, whosever, that holds the marker, the birth date or the phone number."""
    return {
        f"{table}.{column}"
        for table, row in _all_rows()
        for column, value in row.items()
        if _tells(json.dumps(value))
    }


def _tells(text: str) -> bool:
    return holds_marker(text) or BIRTH in text or PHONE in text


def _all_rows() -> Iterator[tuple[str, dict[str, Any]]]:
    """Read as the owner, who sees every clinic."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT tableowner FROM pg_tables WHERE tablename = 'clinics_clinic'")
        cursor.execute(f"SET LOCAL ROLE {cursor.fetchone()[0]}")
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT to_jsonb(t)::text FROM "{table}" t')
            yield from ((table, json.loads(row)) for (row,) in cursor.fetchall())
        cursor.execute("RESET ROLE")
