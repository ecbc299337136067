"""The demo shows everything, signs in, and stays as it is."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from assessments.demo.story import REASSURING
from assessments.escalations.channels.models import Delivery
from assessments.escalations.models import Escalation, EscalationEvent
from assessments.follow_ups.models import FollowUp
from assessments.protocol.questions import QUESTIONS_BY_NAME
from assessments.protocol.vocabulary import AdjustLevel, Decision, InsufficiencyKind, Urgency
from assessments.records.models import Assessment
from backend.platform.storage.tenancy import all_clinic_ids, clinic_scope
from clinics.identity.models import ApiClient, Clinic, Membership
from patients.models import Patient

TABLES = (Clinic, Membership, ApiClient, Patient, Assessment, Escalation, EscalationEvent, FollowUp, Delivery)


def everywhere(ask: Callable[[], list[Any]]) -> list[Any]:
    """What a question finds in every clinic."""
    found = []
    for clinic_id in all_clinic_ids():
        with clinic_scope(clinic_id):
            found += ask()
    return found


def read(run_dir: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((run_dir / "demo.json").read_text())
    return document


def get_token(entry: dict[str, str]) -> int:
    """The status with which the token endpoint answers a client's credentials."""
    basic = base64.b64encode(f"{entry['client_id']}:{entry['client_secret']}".encode()).decode()
    answer = Client().post(
        "/oauth/token/", {"grant_type": "client_credentials"}, headers={"Authorization": f"Basic {basic}"}
    )
    return answer.status_code


def test_every_decision_is_shown(run_dir: Path) -> None:
    evaluations = everywhere(lambda: list(Assessment.objects.values_list("evaluation", flat=True)))
    assert {found["decision"] for found in evaluations} == set(Decision)
    assert {found["adjust_level"] for found in evaluations} == {None, *AdjustLevel}
    assert {found["insufficiency_kind"] for found in evaluations} == {None, *InsufficiencyKind}
    assert {found["urgency"] for found in evaluations} == set(Urgency)
    urgent = {found["urgency"] for found in evaluations if found["decision"] == Decision.REFER_URGENT}
    assert urgent == {Urgency.SAME_DAY, Urgency.WITHIN_2_WEEKS}


def test_no_history_contradicts_itself(run_dir: Path) -> None:
    evaluations = everywhere(lambda: list(Assessment.objects.values_list("evaluation", flat=True)))
    assert [found["contradictions"] for found in evaluations if found["contradictions"]] == []


def test_the_reassuring_record_leaves_no_essential_question_of_it_out() -> None:
    """Those left out apply to others only, or come from the birth date."""
    essential = {name for name, question in QUESTIONS_BY_NAME.items() if question.essential}
    conditional = {"weeks_postpartum", "pregnancy_warning_signs"}
    assert essential - REASSURING.keys() == {"age_years"} | conditional


def test_there_are_two_clinics_and_a_dozen_runners(run_dir: Path) -> None:
    names = everywhere(lambda: list(Patient.objects.values_list("clinic__name", flat=True)))
    assert len(set(names)) == 2
    assert len(names) >= 12


def test_only_a_few_messages_are_due_when_the_demo_starts(run_dir: Path) -> None:
    """What is open is never an emergency: the first look at the mail folder shows nothing alarming."""
    now = timezone.now()
    waiting = everywhere(lambda: list(Escalation.objects.filter(state="open")))
    assert 1 <= len(waiting) <= 2
    assert Urgency.EMERGENCY_NOW not in {escalation.urgency for escalation in waiting}
    due = everywhere(lambda: list(FollowUp.objects.filter(next_attempt_at__lte=now)))
    assert 1 <= len(due) <= 4


def test_an_emergency_is_acknowledged_and_another_resolved(run_dir: Path) -> None:
    emergencies = everywhere(lambda: list(Escalation.objects.filter(urgency=Urgency.EMERGENCY_NOW)))
    assert {escalation.state for escalation in emergencies} == {"acknowledged", "resolved"}
    assert all(escalation.acknowledged_at < escalation.acknowledge_by for escalation in emergencies)


def test_follow_ups_are_answered_scheduled_and_past_due(run_dir: Path) -> None:
    now = timezone.now()
    follow_ups = everywhere(lambda: list(FollowUp.objects.all()))
    assert "answered" in {follow_up.state for follow_up in follow_ups}
    pending = [follow_up for follow_up in follow_ups if follow_up.state == "scheduled"]
    assert any(follow_up.due_at > now for follow_up in pending)
    assert any(follow_up.due_at <= now < follow_up.overdue_at for follow_up in pending)
    assert any(follow_up.overdue_at <= now for follow_up in pending)


def test_nothing_lies_in_the_future(run_dir: Path) -> None:
    now = timezone.now()
    times = everywhere(lambda: list(EscalationEvent.objects.values_list("at", flat=True)))
    times += everywhere(lambda: list(Assessment.objects.values_list("assessed_at", flat=True)))
    assert times
    assert max(times) <= now


def test_the_file_lets_software_and_people_in(run_dir: Path) -> None:
    document = read(run_dir)
    assert [get_token(entry) for entry in document["clients"]] == [200, 200]
    users = document["dashboard"]["users"]
    assert sorted(user["role"] for user in users) == ["admin", "admin", "clinician", "clinician"]
    forms = [{"username": user["username"], "password": user["password"]} for user in users]
    assert [Client().post("/admin/login/", form).status_code for form in forms] == [302] * 4


def test_the_file_is_for_its_owner_alone(run_dir: Path) -> None:
    assert (run_dir / "demo.json").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in run_dir.iterdir()] == ["demo.json"]


def test_a_second_run_changes_nothing(run_dir: Path) -> None:
    def rows() -> list[Any]:
        return [list(table._default_manager.order_by("pk").values()) for table in TABLES]

    before, document = everywhere(rows), read(run_dir)
    call_command("seed_demo", run_dir=run_dir, verbosity=0)
    assert everywhere(rows) == before
    assert read(run_dir) == document


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_text('{"clients": [')])
def test_a_lost_file_is_written_anew_with_other_secrets(
    run_dir: Path, damage: Callable[[Path], object]
) -> None:
    lost = read(run_dir)
    damage(run_dir / "demo.json")
    call_command("seed_demo", run_dir=run_dir, verbosity=0)
    found = read(run_dir)
    assert [entry["client_id"] for entry in found["clients"]] == [
        entry["client_id"] for entry in lost["clients"]
    ]
    assert [get_token(entry) for entry in lost["clients"]] == [401, 401]
    assert [get_token(entry) for entry in found["clients"]] == [200, 200]


def test_each_clinic_knows_where_an_emergency_goes(run_dir: Path) -> None:
    clinics = everywhere(lambda: list(Clinic.objects.all()))
    assert [clinic.missing_from_pathway for clinic in clinics] == [[], []]
    assert all(clinic.lead_id for clinic in clinics)


def test_a_service_for_patients_never_gets_the_demo(db: None, tmp_path: Path, settings: Settings) -> None:
    settings.SERVE_INSECURE_HTTP = False
    with pytest.raises(CommandError, match="SERVE_INSECURE_HTTP"):
        call_command("seed_demo", run_dir=tmp_path, verbosity=0)
    assert all_clinic_ids() == []
    assert list(tmp_path.iterdir()) == []
