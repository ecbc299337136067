"""Calendar dates are the clinic's: one instant is one date there, whatever notation it comes in."""

import ast
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

import assessments
from assessments.fhir.questionnaire import ID
from assessments.programmes.documents import stored_shoe_document
from assessments.programmes.services.shoes import with_distance
from assessments.protocol import InvalidAnswers, evaluate, validate
from assessments.protocol.programme import months_between
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic
from patients.models import Patient
from tests.factories import assessment_body, reassuring_answers
from tests.fhir.answers import response_body

#: From the last to the first to see a day, with half and quarter hours between.
ZONES = ["Pacific/Pago_Pago", "America/Los_Angeles", "America/St_Johns", "UTC"]
ZONES += ["Asia/Kathmandu", "Pacific/Auckland", "Pacific/Chatham", "Pacific/Kiritimati"]
ENDS = (dt.time(0, 0, 1), dt.time(12), dt.time(23, 59, 59))
DAY = dt.timedelta(days=1)


def notations(moment: dt.datetime, zone: ZoneInfo) -> Iterator[dt.datetime]:
    """The same instant in UTC, in the clinic's zone, and at both ends of the earth."""
    for other in (dt.UTC, zone, dt.timezone(dt.timedelta(hours=14)), dt.timezone(dt.timedelta(hours=-11))):
        yield moment.astimezone(other)


def moments(name: str) -> Iterator[tuple[dt.date, dt.datetime]]:
    """Both ends and the middle of a day of the recent past, there."""
    zone = ZoneInfo(name)
    day = timezone.now().astimezone(zone).date() - 2 * DAY
    for end in ENDS:
        for written in notations(dt.datetime.combine(day, end, zone), zone):
            yield day, written


def written(moment: dt.datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def clearance(at: str) -> dict[str, Any]:
    return {
        "code": "disc_injury",
        "status": "past_resolved",
        "clearance": "yes",
        "cleared_by": "A",
        "cleared_at": at,
    }


def refused(answers: dict[str, Any], moment: dt.datetime, zone: ZoneInfo) -> bool:
    try:
        validate(answers, assessed_at=moment, zone=zone)
    except InvalidAnswers as exc:
        return {problem.code for problem in exc.problems} == {"in_the_future"}
    return False


@pytest.mark.parametrize("name", ZONES)
def test_a_date_rule_knows_one_today_in_every_notation(name: str) -> None:
    zone = ZoneInfo(name)
    for today, moment in moments(name):
        begun = evaluate({"onset_date": str(today - 9 * DAY)}, assessed_at=moment, zone=zone)
        assert begun.answers["episode_duration_days"] == 9, moment
        for date, late in ((today, False), (today + DAY, True)):
            assert refused({"onset_date": str(date)}, moment, zone) is late, (date, moment)
            assert refused({"diagnoses": [clearance(str(date))]}, moment, zone) is late, (date, moment)
        midnight = dt.datetime.combine(today + DAY, dt.time(), zone)
        for late, at in ((False, midnight - dt.timedelta(seconds=1)), (True, midnight)):
            for cleared in notations(at, zone):
                assert refused({"diagnoses": [clearance(cleared.isoformat())]}, moment, zone) is late, cleared


@pytest.fixture(params=["Pacific/Auckland", "America/Los_Angeles"])
def zone(request: pytest.FixtureRequest, clinic: Clinic) -> str:
    with clinic_scope(clinic.id):
        Clinic.objects.filter(id=clinic.id).update(time_zone=request.param)
        clinic.refresh_from_db()
    return str(request.param)


def test_pain_that_began_today_is_taken_by_every_way_in(api: APIClient, patient: Patient, zone: str) -> None:
    form = api.get(f"/fhir/Questionnaire/{ID}").json()
    for today, moment in moments(zone):
        for onset, status in ((today, (200, 201, 201)), (today + DAY, (422, 422, 422))):
            answers = reassuring_answers(
                onset_date=str(onset), episode_duration_days=None, bladder_change="yes"
            )
            body = assessment_body(patient, answers, assessed_at=written(moment))
            bare = {name: value for name, value in body.items() if name != "patient"}
            found = (
                api.post("/api/v1/evaluations", bare),
                api.post("/api/v1/assessments", body),
                api.post(
                    "/fhir/QuestionnaireResponse", response_body(form, patient, answers, written(moment))
                ),
            )
            assert tuple(answer.status_code for answer in found) == status, (onset, moment)


def test_what_was_read_can_be_handed_in_again(api: APIClient, patient: Patient, zone: str) -> None:
    for today, moment in moments(zone):
        answers = reassuring_answers(onset_date=str(today), episode_duration_days=None)
        body = assessment_body(patient, answers, assessed_at=written(moment))
        made = api.post("/api/v1/assessments", body).json()["id"]
        read = api.get(f"/api/v1/assessments/{made}").json()
        again = {name: read[name] for name in ("assessed_at", "assessor_role", "answers", "absent_reasons")}
        amended = api.post(f"/api/v1/assessments/{made}/amendments", {**again, "reason": "Read again."})
        assert amended.status_code == 201, amended.content
        assert amended.json()["evaluation"] == read["evaluation"]
        shown = api.get(f"/fhir/QuestionnaireResponse/{amended.json()['id']}").json()
        taken = api.post("/fhir/QuestionnaireResponse", {**shown, "status": "completed"})
        assert taken.status_code == 201, taken.content


def test_a_search_by_a_date_means_the_clinics_day(
    api: APIClient, clinic: Clinic, patient: Patient, zone: str
) -> None:
    for today, moment in moments(zone):
        with clinic_scope(clinic.id):
            clinic.patients.filter(pk=patient.pk).update(updated_at=moment)
        local = moment.astimezone(ZoneInfo(zone)).isoformat(timespec="seconds")[:19]
        found = {
            text: len(api.get(f"/fhir/Patient?_lastUpdated={text}").json().get("entry", []))
            for text in (
                f"{today}",
                f"{today - DAY}",
                f"{today + DAY}",
                f"ge{today}",
                f"gt{today}",
                f"le{today}",
            )
        }
        assert list(found.values()) == [1, 0, 0, 1, 0, 1], (moment, found)
        for text in (f"{today:%Y-%m}", f"{today.year}", local, written(moment).replace("+", "%2B")):
            assert api.get(f"/fhir/Patient?_lastUpdated={text}").json().get("entry"), (moment, text)


def test_the_file_reckons_the_age_of_shoes_by_the_clinics_day(
    api: APIClient, clinic: Clinic, patient: Patient, zone: str
) -> None:
    for today, moment in moments(zone):
        begun = today.replace(year=today.year - 1, day=min(today.day, 28))
        pair = {"name": "Blue", "started_on": str(begun)}
        shoe = api.post(f"/api/v1/patients/{patient.pk}/shoes", pair).json()["id"]
        with clinic_scope(clinic.id):
            clinic.shoes.filter(pk=shoe).update(updated_at=moment)
            stored = stored_shoe_document(with_distance(clinic.shoes.filter(pk=shoe)).get())
            clinic.shoes.filter(pk=shoe).delete()
        assert stored["months"] == months_between(begun, today), moment


def test_no_evaluation_of_a_moment_forgets_where_it_was() -> None:
    """Whoever hands the protocol a moment says in which zone its dates are."""
    root = Path(str(assessments.__file__)).parent
    for path in root.rglob("*.py"):
        if "protocol" in path.parts or "migrations" in path.parts:
            continue
        for call in ast.walk(ast.parse(path.read_text())):
            name = call.func.id if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) else ""
            given = {keyword.arg for keyword in call.keywords} if isinstance(call, ast.Call) else set()
            if name in ("evaluate", "validate", "carry_forward") and "assessed_at" in given:
                assert "zone" in given, f"{path}:{getattr(call, 'lineno', 0)}"
