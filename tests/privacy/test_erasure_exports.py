"""What was exported of a patient who is erased goes with them, whatever a worker does at that moment."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from assessments.exports.models import ExportChunk
from assessments.exports.services.exports import let_no_export_be_written, take_away_results
from assessments.exports.services.write import write_due_exports
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic
from patients.models import Patient
from tests.api_edge.checks import assert_problem
from tests.conventions.threads import start

pytestmark = pytest.mark.django_db(transaction=True)


def export_of(api: APIClient) -> str:
    return f"/api/v1/exports/{api.post('/api/v1/exports', {}).json()['id']}"


def test_an_erasure_takes_away_every_file_that_may_name_the_patient(
    api: APIClient, other_api: APIClient, clinic: Clinic, patient: Patient
) -> None:
    written, theirs = export_of(api), export_of(other_api)
    write_due_exports(clock=timezone.now, limit=10)
    waiting = export_of(api)
    assert api.post(f"/api/v1/patients/{patient.id}/erasure", {"reason": "unlawful"}).status_code == 200

    gone = api.get(written).json()
    assert (gone["state"], gone["failure"]) == ("failed", "patient_erased")
    assert_problem(api.get(f"{written}/result"), "conflict")
    with clinic_scope(clinic.id):
        assert not ExportChunk.objects.exists()
    assert other_api.get(theirs).json()["state"] == "ready"
    write_due_exports(clock=timezone.now, limit=10)
    result = b"".join(api.get(f"{waiting}/result").streaming_content)  # type: ignore[attr-defined]
    assert b'"type":"patient"' in result
    assert b"Runner" not in result


def test_nothing_is_written_while_somebody_is_being_erased(
    api: APIClient, clinic: Clinic, patient: Patient
) -> None:
    """The erasure has changed the row and not committed; a worker that wrote now would write the old name."""
    export = export_of(api)
    changed, may_commit = threading.Event(), threading.Event()

    def erase_slowly() -> None:
        with clinic_scope(clinic.id):
            let_no_export_be_written(clinic)
            clinic.patients.filter(id=patient.id).update(family_name="Nobody")
            changed.set()
            assert may_commit.wait(20)
            take_away_results(clinic=clinic, failure="patient_erased")  # type: ignore[arg-type]

    with ThreadPoolExecutor(2) as pool:
        erasure = start(pool, erase_slowly)
        assert changed.wait(20)
        writing = start(pool, lambda: write_due_exports(clock=timezone.now))
        with pytest.raises(TimeoutError):
            writing.result(0.3)
        may_commit.set()
        erasure.result(20)
        writing.result(20)

    result = b"".join(api.get(f"{export}/result").streaming_content)  # type: ignore[attr-defined]
    assert b"Nobody" in result
    assert b"Runner" not in result
