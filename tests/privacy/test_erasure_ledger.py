"""A backup brings erased patients back, and the ledger erases them again."""

import io
import json
import uuid

import pytest
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic
from patients.models import Patient
from tests.audit.test_amendments import record
from tests.factories import make_patient
from tests.privacy.erasure import V1, erase, places, resolve_all, tell


def ledger() -> list[dict[str, str]]:
    printed = io.StringIO()
    call_command("erasure_ledger", stdout=printed)
    return [json.loads(line) for line in printed.getvalue().splitlines()]


def reapply(monkeypatch: pytest.MonkeyPatch, *entries: object) -> str:
    """What the command says of a ledger with these lines."""
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(json.dumps(entry) + "\n" for entry in entries)))
    said = io.StringIO()
    call_command("reapply_erasures", stdout=said, stderr=said)
    return said.getvalue()


def entry(clinic: Clinic, patient: object) -> dict[str, str]:
    return {"clinic": str(clinic.id), "patient": str(patient), "reason": "unlawful", "erased_at": "…"}


def test_the_ledger_names_ids_code_and_time(
    api: APIClient, other_api: APIClient, clinic: Clinic, other_clinic: Clinic, patient: Patient
) -> None:
    theirs = make_patient(other_clinic)
    reports = [erase(api, patient.id).json(), erase(other_api, theirs.id).json()]
    lines = ledger()
    assert sorted((line["clinic"], line["patient"]) for line in lines) == sorted(
        [(str(clinic.id), str(patient.id)), (str(other_clinic.id), str(theirs.id))]
    )
    assert {line["reason"] for line in lines} == {"patient_request"}
    assert all(set(line) == {"clinic", "patient", "reason", "erased_at"} for line in lines)
    assert {report["patient"] for report in reports} == {line["patient"] for line in lines}


def test_who_came_back_is_erased_again(
    api: APIClient, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a backup from before the erasure has it: the patient is there, their erasure is not."""
    story = tell(api)
    assert reapply(monkeypatch, entry(clinic, story.patient)) == "1 erased\n"
    assert places() == set()
    newest = api.get(f"{V1}/clinic/access-log").json()["results"][0]
    assert (newest["action"], newest["patient"]) == ("reapply_erasures", story.patient)
    assert reapply(monkeypatch, *ledger()) == "1 erased_already\n"


def test_whom_the_backup_never_knew_is_passed_over(
    clinic: Clinic, other_clinic: Clinic, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    strangers = [entry(clinic, uuid.uuid4()), entry(other_clinic, patient.id)]
    nowhere = {**entry(clinic, patient.id), "clinic": str(uuid.uuid4())}
    assert reapply(monkeypatch, *strangers, nowhere) == "3 not_there\n"
    with clinic_scope(clinic.id):
        assert clinic.patients.get().erased_at is None


def test_who_cannot_be_erased_is_named_and_the_others_are(
    api: APIClient, clinic: Clinic, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    called = make_patient(clinic)
    record(api, called, bladder_change="yes")
    with pytest.raises(CommandError, match=r"1 patient\(s\) are not erased"):
        reapply(monkeypatch, entry(clinic, called.id), entry(clinic, patient.id))
    assert api.get(f"{V1}/patients/{patient.id}").json()["erased_at"]
    resolve_all(api, str(called.id))
    assert reapply(monkeypatch, entry(clinic, called.id)) == "1 erased\n"


@pytest.mark.parametrize("line", ['"x"', {"clinic": "x"}, {"clinic": "x", "patient": "x", "reason": "x"}])
def test_a_file_that_is_no_ledger_erases_nobody(
    clinic: Clinic, patient: Patient, monkeypatch: pytest.MonkeyPatch, line: object
) -> None:
    with pytest.raises(CommandError, match="Line 2"):
        reapply(monkeypatch, entry(clinic, patient.id), line)
    with clinic_scope(clinic.id):
        assert clinic.patients.get().erased_at is None
