"""Stored assessments evaluated again: what a clinical lead sees before a threshold changes."""

import json
import re
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.utils import timezone
from rest_framework.test import APIClient

from assessments.parameters.replay import evaluate as replay
from assessments.protocol import protocol_for, protocol_hash
from assessments.protocol.version import PROTOCOL_VERSION
from assessments.records.models import Assessment
from backend.platform.storage.tenancy import clinic_scope, reading_scope
from clinics.identity.models import Clinic
from patients.models import Patient
from tests.factories import assessment_body, make_patient, reassuring_answers

MARKER = "xanthous"


def record(api: APIClient, patient: Patient, **answers: object) -> str:
    """A recorded assessment of a runner who is otherwise well; returns its id."""
    body = assessment_body(patient, reassuring_answers(**answers))
    response = api.post("/api/v1/assessments", body)
    assert response.status_code == 201, response.json()
    return str(response.json()["id"])


def run(clinic: Clinic, tmp_path: Path, parameters: dict[str, Any] | None = None, **options: Any) -> str:
    """What the command prints."""
    out = StringIO()
    if parameters is not None:
        options["parameters"] = tmp_path / "parameters.json"
        options["parameters"].write_text(json.dumps(parameters))
    call_command("replay", clinic=str(clinic.id), stdout=out, **options)
    return out.getvalue()


def found(clinic: Clinic, tmp_path: Path, parameters: dict[str, Any] | None = None, **options: Any) -> Any:
    return json.loads(run(clinic, tmp_path, parameters, json=True, **options))


def store(clinic: Clinic, like: str, **changes: Any) -> Assessment:
    """A row beside an existing one, as another version or a hand in the database would have left it."""
    with clinic_scope(clinic.id):
        row = clinic.assessments.get(id=like)
        columns = {
            field.attname: getattr(row, field.attname)
            for field in Assessment._meta.concrete_fields
            if not field.primary_key
        }
        return clinic.assessments.create(**columns | changes)


def test_nothing_flips_under_the_parameters_that_decided(
    clinic: Clinic, api: APIClient, patient: Patient, tmp_path: Path
) -> None:
    for answers in (
        {},
        {"pain_walking_nrs": 4},
        {"bladder_change": "yes"},
        {"saddle_sensation_change": None},
    ):
        record(api, patient, **answers)
    document = found(clinic, tmp_path)
    assert (document["evaluated"], document["flips"]) == (4, [])
    assert document["decided_under"] == [
        {"protocol_version": PROTOCOL_VERSION, "protocol_hash": protocol_hash(), "count": 4}
    ]


def test_a_stricter_threshold_shows_whom_it_would_stop(
    clinic: Clinic, api: APIClient, patient: Patient, tmp_path: Path
) -> None:
    record(api, patient, pain_walking_nrs=2)
    stopped = record(api, patient, pain_walking_nrs=3)
    document = found(clinic, tmp_path, {"walking_pain_stop_ge": 3})
    (flip,) = document["flips"]
    assert document["flipped"] == {"less_cautious": 0, "more_cautious": 1}
    assert (flip["direction"], flip["count"], flip["assessments"]) == ("more_cautious", 1, [stopped])
    assert (flip["from"]["decision"], flip["to"]["decision"]) == ("continue_running", "stop_and_rehab")
    assert document["parameters"] == {"walking_pain_stop_ge": 3}
    assert document["protocol_hash"] == protocol_for({"walking_pain_stop_ge": 3}).hash


def test_the_less_cautious_way_is_told_first(
    clinic: Clinic, api: APIClient, patient: Patient, tmp_path: Path
) -> None:
    let_go = record(api, patient, pain_walking_nrs=4)
    stopped = [record(api, patient, pain_usual_nrs=4, pain_pre_run_nrs=4) for _ in range(2)]
    text = run(clinic, tmp_path, {"walking_pain_stop_ge": 5, "usual_pain_stop_gt": 3})
    assert text.index("Less cautious: 1") < text.index("More cautious: 2")
    assert "1  stop_and_rehab, none  ->  continue_running, none" in text
    assert text.index(let_go) < min(text.index(id_) for id_ in stopped)
    assert "3 assessments evaluated again, 3 of their decisions flip." in text
    assert "walking_pain_stop_ge = 5 (default 4)" in text


def test_an_urgency_that_falls_is_less_cautious_whatever_the_decision(
    clinic: Clinic, api: APIClient, patient: Patient, tmp_path: Path
) -> None:
    record(api, patient, first_ever_episode="yes", age_years=52)
    (flip,) = found(clinic, tmp_path, {"first_episode_age_ge": 55})["flips"]
    assert flip["direction"] == "less_cautious"
    assert (flip["from"]["urgency"], flip["to"]["urgency"]) == ("routine", "none")
    assert flip["from"]["decision"] == flip["to"]["decision"]


def test_toml_says_the_same_as_json(clinic: Clinic, api: APIClient, patient: Patient, tmp_path: Path) -> None:
    record(api, patient, pain_walking_nrs=3)
    path = tmp_path / "parameters.toml"
    path.write_text("# proposed in March\nwalking_pain_stop_ge = 3\n")
    out = StringIO()
    call_command("replay", clinic=str(clinic.id), parameters=path, json=True, stdout=out)
    by_toml = json.loads(out.getvalue())
    assert by_toml == found(clinic, tmp_path, {"walking_pain_stop_ge": 3})


def test_another_clinics_assessments_are_never_read(
    clinic: Clinic, api: APIClient, other_clinic: Clinic, other_api: APIClient, tmp_path: Path
) -> None:
    own = record(api, make_patient(clinic), pain_walking_nrs=3)
    theirs = record(other_api, make_patient(other_clinic), pain_walking_nrs=3)
    text = run(clinic, tmp_path, {"walking_pain_stop_ge": 3})
    assert own in text
    assert theirs not in text
    assert "1 assessments evaluated again" in text


def test_a_day_is_one_of_the_clinics_clocks(
    clinic: Clinic, api: APIClient, patient: Patient, tmp_path: Path
) -> None:
    id_ = record(api, patient)
    for moment in (
        "2026-06-30T22:59:59Z",
        "2026-06-30T23:00:00Z",
        "2026-07-01T22:59:59Z",
        "2026-07-01T23:00:00Z",
    ):
        store(clinic, id_, assessed_at=moment)
    july = found(clinic, tmp_path, since="2026-07-01", until="2026-07-02")
    assert july["evaluated"] == 2
    assert found(clinic, tmp_path, since="2026-07-01T23:00:00Z", until="2026-07-03")["evaluated"] == 1


def test_answers_are_evaluated_as_they_were_stored(
    clinic: Clinic, api: APIClient, patient: Patient, tmp_path: Path
) -> None:
    """An onset of today in the clinic, written on the far side of the date line; a unit, a duration."""
    now = timezone.now()
    ahead, today = now.astimezone(timezone.get_fixed_timezone(14 * 60)), now.astimezone(clinic.zone).date()
    for answers in (
        {"onset_date": today.isoformat(), "episode_duration_days": None},
        {"onset_date": (today - timedelta(days=60)).isoformat(), "episode_duration_days": 20},
        {"weekly_km_current": {"value": 10, "unit": "mi"}},
    ):
        body = assessment_body(patient, reassuring_answers(**answers), assessed_at=ahead.isoformat())
        assert api.post("/api/v1/assessments", body).status_code == 201
    document = found(clinic, tmp_path)
    assert (document["evaluated"], document["flips"], document["not_evaluated"]) == (3, [], [])


def test_an_erased_runners_decisions_can_still_be_formed(
    clinic: Clinic, api: APIClient, patient: Patient, tmp_path: Path
) -> None:
    cleared = {"code": "disc_injury", "status": "confirmed_current", "clearance": "yes"}
    record(
        api,
        patient,
        clinician_note=MARKER,
        goal_event={"type": MARKER, "date": "2026-10-01"},
        diagnoses=[cleared | {"cleared_by": MARKER, "cleared_at": "2026-01-05"}],
    )
    assert (
        api.post(f"/api/v1/patients/{patient.id}/erasure", {"reason": "patient_request"}).status_code == 200
    )
    document = found(clinic, tmp_path)
    assert (document["evaluated"], document["flips"], document["not_evaluated"]) == (1, [], [])


def test_what_was_decided_under_another_protocol_is_named(
    clinic: Clinic, api: APIClient, patient: Patient, tmp_path: Path
) -> None:
    id_ = record(api, patient)
    old = store(clinic, id_, protocol_version="2025.2", protocol_hash="sha256:old", decision="stop_and_rehab")
    document = found(clinic, tmp_path)
    under = {item["protocol_version"]: item["count"] for item in document["decided_under"]}
    assert under == {PROTOCOL_VERSION: 1, "2025.2": 1}
    assert document["flips"][0]["assessments"] == [str(old.id)]
    assert document["not_formed_again"] == 0
    assert "1 decided under another protocol: 2025.2, sha256:old" in run(clinic, tmp_path)


@pytest.mark.holds("HZ-29")
def test_a_decision_that_its_own_protocol_does_not_make_is_shouted_out(
    clinic: Clinic, api: APIClient, patient: Patient, tmp_path: Path
) -> None:
    store(clinic, record(api, patient), decision="stop_and_rehab")
    assert found(clinic, tmp_path)["not_formed_again"] == 1
    assert "NOT FORMED AGAIN: 1" in run(clinic, tmp_path)


def test_answers_that_cannot_be_read_are_named_without_their_values(
    clinic: Clinic, api: APIClient, patient: Patient, tmp_path: Path
) -> None:
    odd = store(clinic, record(api, patient), answers={"a_question_of_old": MARKER, "pain_usual_nrs": 3})
    document = found(clinic, tmp_path)
    assert document["not_evaluated"] == [
        {"problems": ["/a_question_of_old unknown_question"], "count": 1, "assessments": [str(odd.id)]}
    ]
    text = run(clinic, tmp_path)
    assert "NOT EVALUATED: 1" in text
    assert MARKER not in text


def test_nothing_is_printed_but_decisions_and_ids(
    clinic: Clinic, api: APIClient, patient: Patient, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    id_ = record(api, patient, clinician_note=MARKER, pain_walking_nrs=3, age_years=37)
    text = run(clinic, tmp_path, {"walking_pain_stop_ge": 3})
    known = {str(clinic.id), id_, protocol_for({"walking_pain_stop_ge": 3}).hash, protocol_hash()}
    for word in known:
        text = text.replace(word, "")
    assert MARKER not in text
    assert not re.search(r"37|Robin|Runner|age_years|pain_walking_nrs", text)
    assert str(patient.id) not in text
    assert capfd.readouterr().err == "", "no bar where nobody watches"


def test_rows_come_by_a_cursor_of_the_server(
    clinic: Clinic, api: APIClient, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        record(api, patient)
    monkeypatch.setattr(replay, "CHUNK", 2)
    with reading_scope(clinic.id), connection.cursor() as cursor:
        rows = replay.assessments_to_replay(clinic=clinic)
        again = replay.replay_assessments(assessments=rows, protocol=protocol_for())
        next(again)
        cursor.execute("SELECT count(*) FROM pg_cursors")
        assert cursor.fetchone() == (1,)
        assert len(list(again)) == 4


def test_the_transaction_refuses_every_change(clinic: Clinic) -> None:
    with pytest.raises(DatabaseError, match="read-only transaction"), reading_scope(clinic.id):
        clinic.patients.create(given_name="Robin", family_name="Runner")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("p.json", '{"walking_pain_stop_gt": 3}', "/walking_pain_stop_gt unknown_parameter"),
        (
            "p.json",
            '{"walking_pain_stop_ge": 97}',
            "/walking_pain_stop_ge out_of_range: Allowed: 3 to 5 /10.",
        ),
        ("p.json", '{"walking_pain_stop_ge": 3.5}', "/walking_pain_stop_ge not_an_integer"),
        ("p.json", '{"settle_hours_ok_max": NaN}', "/settle_hours_ok_max out_of_range"),
        ("p.json", '{"settle_hours_ok_max": true}', "/settle_hours_ok_max wrong_type"),
        (
            "p.json",
            '{"walking_pain_stop_ge": 3, "walking_pain_stop_ge": 4}',
            "/walking_pain_stop_ge stands there",
        ),
        ("p.json", "[3]", "an object of values by parameter name is needed"),
        ("p.json", '{"walking', "line 1 column"),
        ("p.toml", "a = 1\nwalking_pain_stop_ge = x", "line 2"),
        ("p.yaml", "walking_pain_stop_ge: 3", "ends in .json or .toml"),
        ("p.json", None, "No such file"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_at_its_place(
    clinic: Clinic, tmp_path: Path, name: str, text: str | None, said: str
) -> None:
    path = tmp_path / name
    if text is not None:
        path.write_text(text)
    with pytest.raises(CommandError) as refused:
        call_command("replay", clinic=str(clinic.id), parameters=path)
    assert said in str(refused.value)
    assert str(path) in str(refused.value)
    assert "97" not in str(refused.value).replace(str(path), "")
    assert refused.value.returncode == 2


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            {"protocol": "2019.4"},
            f"--protocol: There is no such version of the protocol here. Known: {PROTOCOL_VERSION}.",
        ),
        ({"clinic": "0192f0c1-0000-7000-8000-000000000000"}, "--clinic: there is no clinic of this id"),
        ({"clinic": "Harbour"}, "--clinic: a UUID is needed"),
        ({"since": "yesterday"}, "--since: a date"),
        ({"until": "2026-03-01T09:00:00"}, "--until: a date"),
    ],
)
def test_an_option_that_cannot_be_used_is_refused_by_name(
    clinic: Clinic, options: dict[str, str], said: str
) -> None:
    with pytest.raises(CommandError, match=re.escape(said)) as refused:
        call_command("replay", **{"clinic": str(clinic.id), **options})
    assert refused.value.returncode == 2
