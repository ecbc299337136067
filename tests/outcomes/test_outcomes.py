"""How a clinic's runners fare, counted by hand beside the service."""

import csv
import datetime as dt
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic, Role
from patients.models import Patient
from tests.api_edge.checks import assert_problem
from tests.factories import api_for, make_clinic, make_member, make_patient, make_token
from tests.outcomes.rows import Rows, at
from tests.programme.weeks import Weeks

PATH = "/api/v1/clinic/outcomes"
MARCH = {"from": "2026-03-01", "until": "2026-04-01"}
MONDAY = at("2026-03-02T09:00")
NOW = at("2026-04-01T12:00")


@pytest.fixture
def rows(clinic: Clinic) -> Rows:
    return Rows(clinic)


def outcomes(clinic: Clinic, period: dict[str, str] = MARCH, *, now: dt.datetime = NOW) -> Any:
    with time_machine.travel(now, tick=False):
        response = api_for(clinic).get(PATH, period)
    assert response.status_code == 200, response.json()
    return response.json()


def days(count: float) -> dt.timedelta:
    return dt.timedelta(days=count)


def test_days_to_the_first_run_count_those_who_never_came_to_it(clinic: Clinic, rows: Rows) -> None:
    """Of eight, those without a run after each day: 7/8, 6/8, 5/8, then 4/5, 2/3 and 1/2 of that."""
    for day in (1, 2, 3, 4, 5, 6):
        rows.run(rows.programme(MONDAY), MONDAY + days(day))
    rows.programme(MONDAY, state="ended", ended_at=MONDAY + days(4))
    rows.programme(MONDAY)

    found = outcomes(clinic)["days_to_first_run"]

    assert (found["n"], found["lower_quartile"], found["median"], found["upper_quartile"]) == (8, 2, 4, 6)


def test_leaving_out_who_never_came_to_it_would_look_faster(clinic: Clinic, rows: Rows) -> None:
    for day in (1, 2, 3, 4, 5):
        rows.run(rows.programme(MONDAY), MONDAY + days(day))
    for _ in range(6):
        rows.programme(MONDAY)

    found = outcomes(clinic)["days_to_first_run"]

    assert (found["reached"], found["ended_before"], found["still_going"]) == (5, 0, 6)
    assert (found["lower_quartile"], found["median"], found["suppressed"]) == (3, None, [])


def test_a_programme_that_was_stopped_or_suspended_has_ended(clinic: Clinic, rows: Rows) -> None:
    for status in ("stopped", "suspended") * 3:
        programme = rows.programme(MONDAY)
        rows.event(programme, MONDAY + days(2), kind=status, status=status)
        rows.run(programme, MONDAY + days(3), as_permitted=False)

    found = outcomes(clinic)["days_to_first_run"]

    assert (found["n"], found["reached"], found["ended_before"], found["median"]) == (6, 0, 6, None)


def test_a_run_that_was_not_permitted_is_no_first_run(clinic: Clinic, rows: Rows) -> None:
    for _ in range(5):
        programme = rows.programme(MONDAY)
        rows.run(programme, MONDAY + days(1), as_permitted=False)
        rows.run(programme, MONDAY + days(9))

    assert outcomes(clinic)["days_to_first_run"]["median"] == 9


def test_thirty_minutes_are_continuous_only_after_the_table_or_at_its_last_stage(
    clinic: Clinic, rows: Rows
) -> None:
    for _ in range(5):
        programme = rows.programme(MONDAY)
        rows.run(programme, MONDAY + days(1), minutes=34, stage=7, phase="P2")  # with walking in between
        rows.run(programme, MONDAY + days(3), minutes=29.5, stage=8, phase="P2")
        rows.run(programme, MONDAY + days(5), minutes=None, stage=8, phase="P2")  # unknown is not done
        rows.run(programme, MONDAY + days(8), minutes=30, stage=8, phase="P2")
    for _ in range(5):
        rows.run(rows.programme(MONDAY), MONDAY + days(2), minutes=45)

    found = outcomes(clinic)["days_to_30_minutes"]

    assert (found["n"], found["reached"], found["median"], found["upper_quartile"]) == (10, 10, 2, 8)


def test_usual_volume_is_a_run_at_the_whole_of_the_usual_distance(clinic: Clinic, rows: Rows) -> None:
    for _ in range(5):
        programme = rows.programme(MONDAY)
        rows.run(programme, MONDAY + days(2), share_percent=91)
        rows.run(programme, MONDAY + days(10), share_percent=100)
    for _ in range(5):  # 100 % is what a row says in the walk-run table, where no share counts
        rows.run(rows.programme(MONDAY, phase="P2"), MONDAY + days(1), stage=8, phase="P2", share_percent=100)

    found = outcomes(clinic)["days_to_usual_volume"]

    assert (found["reached"], found["still_going"], found["median"]) == (5, 5, 10)


@pytest.mark.parametrize(
    ("zone", "released", "ran", "expected"),
    [
        ("Pacific/Auckland", "2026-03-01T11:30", "2026-03-02T10:30", 0),  # 00:30 and 23:30 of the 2nd
        ("Pacific/Auckland", "2026-03-02T10:30", "2026-03-02T11:30", 1),  # an hour, across midnight
        ("America/Los_Angeles", "2026-03-08T07:30", "2026-03-10T06:30", 2),  # the clocks go forward between
        ("Europe/London", "2026-03-31T22:30", "2026-03-31T23:30", 1),  # British summer time
    ],
)
def test_a_day_is_one_of_the_clinics_calendar(
    db: None, zone: str, released: str, ran: str, expected: int
) -> None:
    rows = Rows(make_clinic("Far Physio", time_zone=zone))
    for _ in range(5):
        rows.run(rows.programme(at(released)), at(ran))

    assert outcomes(rows.clinic)["days_to_first_run"]["median"] == expected


def test_the_period_is_one_of_the_clinics_calendar_too(db: None) -> None:
    rows = Rows(make_clinic("Far Physio", time_zone="Pacific/Auckland"))
    for moment in ("2026-02-28T10:59", "2026-02-28T11:00", "2026-03-31T10:59", "2026-03-31T11:00"):
        for _ in range(5):
            rows.programme(at(moment))

    assert outcomes(rows.clinic)["days_to_first_run"]["n"] == 10


@pytest.mark.holds("HZ-08")
def test_the_share_referred_is_of_runners_and_by_what_holds(clinic: Clinic, rows: Rows) -> None:
    moment = MONDAY
    referred = [rows.assessment(moment, bladder_change="yes") for _ in range(6)]
    well = [rows.assessment(moment, pain_walking_nrs=1) for _ in range(14)]
    rows.assessment(at("2026-02-28T12:00"), bladder_change="yes")
    given = {"clinic": clinic, "member": clinic.lead, "run_status": "no_running", "reason": "Examined."}
    with clinic_scope(clinic.id):
        well[0].overrides.create(
            **given, decision="refer_urgent", urgency="same_day", downward=False, created_at=moment
        )
        referred[0].overrides.create(
            **given,
            decision="stop_and_rehab",
            urgency="none",
            downward=True,
            role="doctor",
            finding_kind="imaging",
            finding_text="Nothing found.",
            created_at=moment,
        )
    # A referred runner again, well by then: they were referred in the period all the same.
    rows.assessment(moment + days(5), patient=Patient(id=referred[1].patient_id), pain_walking_nrs=1)

    found = outcomes(clinic)["referred"]

    assert (found["n"], found["referred"], found["not_referred"]) == (20, 6, 14)
    assert found["share"] == round(6 / 20, 3)


def test_a_superseded_assessment_counts_no_more(clinic: Clinic, weeks: Weeks, rows: Rows) -> None:
    for _ in range(5):
        rows.assessment(MONDAY, pain_walking_nrs=1)
    wrong = weeks.assess(bladder_change="yes")
    body = {
        "assessed_at": weeks.now.isoformat(),
        "assessor_role": "physiotherapist",
        "answers": wrong["answers"] | {"bladder_change": "no"},
        "reason": "A slip of the pen.",
    }
    weeks.post(f"/assessments/{wrong['id']}/amendments", body)

    found = outcomes(clinic)["referred"]

    assert (found["n"], found["referred"], found["share"]) == (6, 0, 0.0)


def test_checks_count_as_answered_late_unanswered_or_open(clinic: Clinic, rows: Rows) -> None:
    due = at("2026-03-10T09:00")
    for _ in range(6):
        rows.answered(due, hours=5.9)
    for _ in range(5):
        rows.answered(due, hours=6.1)
    for _ in range(7):
        rows.check(due)
    for _ in range(5):
        rows.check(NOW - dt.timedelta(hours=14), state="due")

    found = outcomes(clinic, now=NOW - dt.timedelta(hours=13))["checks_24_hours"]

    assert [found[name] for name in ("n", "in_time", "late", "unanswered", "open")] == [23, 6, 5, 7, 5]
    assert (found["share_answered"], found["share_in_time"]) == (round(11 / 18, 3), round(6 / 18, 3))


def test_a_check_that_was_replaced_in_time_asked_nothing_and_one_replaced_too_late_was_unanswered(
    clinic: Clinic, rows: Rows
) -> None:
    due = at("2026-03-10T09:00")
    for replaced in (due + dt.timedelta(hours=1), due + dt.timedelta(hours=7)):
        for _ in range(5):
            check = rows.check(due, state="cancelled")
            with clinic_scope(clinic.id):
                clinic.follow_ups.filter(id=check.id).update(updated_at=replaced)

    found = outcomes(clinic)["checks_24_hours"]

    assert (found["n"], found["unanswered"], found["share_answered"]) == (5, 5, 0.0)


def test_stages_lost_are_steps_back_in_the_table_alone(clinic: Clinic, rows: Rows) -> None:
    for _ in range(5):
        programme = rows.programme(MONDAY, phase="P2")
        for day, stage in enumerate((3, 4, 2, 3, 2)):  # two lost, and one
            rows.event(programme, MONDAY + days(day), kind="reacted", stage=stage)
        rows.event(programme, MONDAY + days(9), kind="reacted", phase="P3", stage=0)  # onwards, not back
    for _ in range(5):
        programme = rows.programme(MONDAY, phase="P2")
        rows.event(programme, at("2026-02-20T09:00"), kind="reacted", stage=5)
        rows.event(programme, at("2026-02-27T09:00"), kind="reacted", stage=3)  # lost in February
        rows.event(programme, MONDAY, kind="reacted", stage=4)

    found = outcomes(clinic)["stages_lost"]

    assert [found[name] for name in ("n", "programmes_that_lost", "programmes_that_did_not")] == [10, 5, 5]
    assert found["stages"] == 15


def test_runners_real_weeks_are_counted(clinic: Clinic) -> None:
    """Told through the API: the first run two days after the release, its check answered a day later."""
    for _ in range(5):
        weeks = Weeks(clinic, make_patient(clinic), MONDAY)
        weeks.begin(pain_run_peak_nrs=2, episode_duration_days=3)
        weeks.later(days=2)
        follow_up = weeks.run(minutes=31)["follow_up"]
        weeks.later(days=1)
        weeks.check(follow_up)

    found = outcomes(clinic)

    assert (found["days_to_first_run"]["reached"], found["days_to_first_run"]["median"]) == (5, 2)
    assert found["days_to_30_minutes"]["median"] == 2
    assert found["days_to_usual_volume"]["still_going"] == 5  # three quarters of it so far
    assert (found["checks_24_hours"]["in_time"], found["checks_24_hours"]["late"]) == (5, 0)


def test_one_runner_is_too_few_to_be_shown(clinic: Clinic, weeks: Weeks) -> None:
    weeks.begin(pain_run_peak_nrs=2, episode_duration_days=3)
    weeks.run(minutes=31)

    found = outcomes(clinic)

    for measure in ("days_to_first_run", "checks_24_hours", "referred"):
        assert found[measure]["n"] is None
        assert "n" in found[measure]["suppressed"]
    assert found["days_to_first_run"]["median"] is None
    assert found["referred"]["share"] is None


@pytest.fixture
def weeks(clinic: Clinic, patient: Patient) -> Weeks:
    return Weeks(clinic, patient, MONDAY)


def test_another_clinics_runners_are_not_counted(clinic: Clinic, rows: Rows, other_clinic: Clinic) -> None:
    for _ in range(5):
        rows.run(rows.programme(MONDAY), MONDAY + days(1))

    found = outcomes(other_clinic)

    assert found["days_to_first_run"]["n"] == 0
    assert found["referred"]["n"] == 0
    assert found["referred"]["share"] is None


def test_csv_has_the_same_figures_and_says_what_is_kept_back(clinic: Clinic, rows: Rows) -> None:
    for day in (1, 2, 3, 4, 5, 6):
        rows.run(rows.programme(MONDAY), MONDAY + days(day))
    for _ in range(3):
        rows.programme(MONDAY)
    with time_machine.travel(NOW, tick=False):
        response = api_for(clinic).get(f"{PATH}.csv", MARCH, headers={"accept": "text/csv"})

    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="outcomes-2026-03-01-2026-04-01.csv"'
    table = list(csv.reader(StringIO(response.content.decode())))
    assert table[:4] == [
        ["measure", "figure", "value"],
        ["period", "from", "2026-03-01"],
        ["period", "until", "2026-04-01"],
        ["period", "time_zone", "Europe/London"],
    ]
    cells = {(measure, figure): value for measure, figure, value in table[1:]}
    document = outcomes(clinic)
    for measure, figures in document.items():
        if isinstance(figures, dict):
            for figure in set(figures) - {"suppressed"}:
                hidden = figure in figures["suppressed"]
                value = figures[figure]
                expected = "suppressed" if hidden else "" if value is None else str(value)
                assert cells[measure, figure] == expected
    assert cells["days_to_first_run", "still_going"] == "suppressed"
    assert cells["days_to_usual_volume", "median"] == ""


def test_few_statements_whatever_the_number_of_rows(clinic: Clinic, rows: Rows) -> None:
    for _ in range(6):
        rows.run(rows.programme(MONDAY), MONDAY + days(1))
    api = api_for(clinic)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert api.get(PATH, MARCH).status_code == 200
    counting = [query for query in captured if "assessments_" in query["sql"]]
    assert len(counting) == 4
    assert len(captured) <= 9


@pytest.mark.parametrize(
    ("period", "pointer"),
    [
        ({"from": "2026-04-01", "until": "2026-04-01"}, "/until"),
        ({"from": "2026-13-01"}, "/from"),
        ({"from": "2019-01-01", "until": "2026-01-01"}, "/until"),
        ({"from": "0001-01-01", "until": "2026-01-01"}, "/from"),
        ({"since": "2026-01-01"}, "/since"),
    ],
)
@pytest.mark.parametrize("path", [PATH, f"{PATH}.csv"])
def test_a_period_that_is_none_is_refused_at_its_place(
    api: APIClient, path: str, period: dict[str, str], pointer: str
) -> None:
    response = api.get(path, period)
    assert_problem(response, "invalid", pointer)


def test_without_a_period_it_is_the_twelve_months_before_this_one(clinic: Clinic) -> None:
    found = outcomes(clinic, {}, now=at("2026-03-31T23:30"))  # the first of April in London
    assert (found["from"], found["until"]) == ("2025-04-01", "2026-04-01")


def test_the_desk_does_not_see_outcomes_and_clinicians_and_auditors_do(clinic: Clinic) -> None:
    seen = {}
    for role in Role:
        member = make_member(clinic, role)
        with clinic_scope(clinic.id):
            token = make_token(clinic.api_clients.get(), user=member.user)
        api = APIClient()
        api.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        seen[role] = api.get(PATH).status_code
    assert seen == {Role.ADMIN: 200, Role.CLINICIAN: 200, Role.RECEPTION: 403, Role.AUDITOR: 200}
