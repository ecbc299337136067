"""Where holidays differ by region, a clinic names its region: no holiday passes for an ordinary day."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import holidays as library
import pytest
from django.core.management import call_command
from rest_framework.test import APIClient

from assessments.escalations.on_call.models import OnCallPlan
from assessments.escalations.on_call.services.calendar import (
    Holidays,
    left_out,
    regions_that_differ,
    subdivisions_of,
)
from assessments.escalations.on_call.services.plan import HOLIDAY, WEEKDAYS
from backend.platform.storage.tenancy import all_clinic_ids, clinic_scope
from clinics.identity.models import Clinic, Role
from tests.api_edge.checks import assert_problem
from tests.on_call.plans import clinician
from tests.on_call.test_dashboard import URL, browser_of, fields, page, stored

#: What the United Kingdom's government publishes (gov.uk/bank-holidays), days of the week only.
PUBLISHED: dict[str, list[str]] = json.loads((Path(__file__).parent / "bank_holidays.json").read_text())
YEARS = (2026, 2027, 2028)
WITH_REGIONS = sorted(
    country for country, regions in library.list_supported_countries(include_aliases=False).items() if regions
)


def weekdays_off(region: str) -> list[str]:
    """The days from Monday to Friday on which a clinic of that part of Britain doesn't work."""
    first = dt.date(YEARS[0], 1, 1)
    days = (first + dt.timedelta(days=ahead) for ahead in range(366 * len(YEARS)))
    kept = Holidays("GB", region)
    return [day.isoformat() for day in days if day.year in YEARS and day.weekday() < 5 and day in kept]


@pytest.mark.parametrize("region", PUBLISHED)
def test_bank_holidays_are_those_that_are_published(region: str) -> None:
    assert weekdays_off(region) == PUBLISHED[region]


def test_wales_keeps_englands() -> None:
    assert weekdays_off("WLS") == PUBLISHED["ENG"]


def put(api: APIClient, clinic: Clinic, **places: Any) -> Any:
    """Replace the plan by one with these holidays."""
    names = ("shifts", "covers")
    body = {**{name: [] for name in names}, "ladders": {}, "quiet_hours": None}
    body["holidays"] = {"closed_days": [], **places}
    etag = api.get("/api/v1/clinic/on-call")["ETag"]
    return api.put("/api/v1/clinic/on-call", body, HTTP_IF_MATCH=etag)


def test_gb_without_a_region_is_refused_with_the_regions(api: APIClient, clinic: Clinic) -> None:
    answer = put(api, clinic, country="GB")
    assert_problem(answer, "invalid", "/holidays/subdivision")
    assert "ENG, NIR, SCT, WLS" in answer.content.decode()
    assert put(api, clinic, country="GB", subdivision="SCT").status_code == 200


@pytest.mark.parametrize("country", WITH_REGIONS)
def test_no_country_keeps_part_of_its_holidays_unasked(country: str) -> None:
    """Either its days are the same everywhere for three years, or a region must be named."""
    base = library.country_holidays(country, years=YEARS)
    regions = subdivisions_of(country) or []
    same = all(
        set(library.country_holidays(country, subdiv=region, years=YEARS)) == set(base) for region in regions
    )
    assert (regions_that_differ(country, YEARS[0]) == ()) == same


def test_the_page_refuses_it_at_the_field_and_keeps_what_was_typed(clinic: Clinic) -> None:
    browser = browser_of(clinic, Role.ADMIN)
    answer = browser.post(URL, fields(browser, country="GB", closed_days="2026-12-24"))
    words = answer.content.decode()
    assert answer.status_code == 422
    assert '<a href="#id_subdivision">Subdivision: Holidays differ by region there.' in words
    assert "2026-12-24" in words
    assert stored(clinic).holidays.country == ""


def test_a_plan_stored_before_says_which_days_are_left_out(clinic: Clinic) -> None:
    with clinic_scope(clinic.id):
        OnCallPlan.objects.create(clinic=clinic, country="GB")
    assert "Holidays differ by region, and none is named" in page(clinic)
    days = left_out(Holidays("GB"), since=dt.date(2027, 1, 1), days=365)
    assert {dt.date(2027, 3, 29), dt.date(2027, 8, 30), dt.date(2027, 11, 30)} <= set(days)
    assert left_out(Holidays("GB", "ENG"), since=dt.date(2027, 1, 1), days=365) == []
    assert left_out(Holidays(), since=dt.date(2027, 1, 1), days=365) == []


def test_easter_monday_is_the_holiday_turn(api: APIClient, clinic: Clinic) -> None:
    week, feast = clinician(clinic), clinician(clinic)
    turn = {"starts_at": "08:00", "ends_at": "08:00", "valid_from": "2026-01-05"}
    shifts = [
        {"member": str(week.id), "days": list(WEEKDAYS[:5]), **turn},
        {"member": str(feast.id), "days": [*WEEKDAYS[5:], HOLIDAY], **turn},
    ]
    body = {
        "shifts": shifts,
        "covers": [],
        "ladders": {},
        "quiet_hours": None,
        "holidays": {"country": "GB", "subdivision": "ENG", "closed_days": []},
    }
    etag = api.get("/api/v1/clinic/on-call")["ETag"]
    assert api.put("/api/v1/clinic/on-call", body, HTTP_IF_MATCH=etag).status_code == 200
    for day in ("2027-03-29", "2027-08-30"):
        now = api.get("/api/v1/clinic/on-call/now", {"at": f"{day}T11:00:00Z"}).json()
        assert [member["id"] for member in now["members"]] == [str(feast.id)], day


def test_the_clinics_for_trying_out_keep_all_their_holidays(db: None, tmp_path: Path) -> None:
    call_command("seed_demo", run_dir=tmp_path, verbosity=0)
    for clinic_id in all_clinic_ids():
        with clinic_scope(clinic_id):
            plan = Clinic.objects.get(id=clinic_id).on_call_plan
            kept = Holidays(plan.country, plan.subdivision)
            assert plan.country
            assert left_out(kept, since=dt.date(2026, 1, 1), days=365 * 3) == []
