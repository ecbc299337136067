"""Which days a clinic works: not at weekends, on public holidays and on days of its own choice."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays as public

_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Holidays:
    """Public holidays of a country and subdivision (ISO 3166 codes; none when empty), and closed days."""

    country: str = ""
    subdivision: str = ""
    closed_days: tuple[date, ...] = ()

    def __contains__(self, day: date) -> bool:
        return day in self.closed_days or day in _public_holidays(self.country, self.subdivision, day.year)

    def is_working_day(self, day: date) -> bool:
        """Monday to Friday, and no holiday."""
        return day.weekday() < _SATURDAY and day not in self


@lru_cache(maxsize=256)
def _public_holidays(country: str, subdivision: str, year: int) -> frozenset[date]:
    if not country:
        return frozenset()
    return frozenset(public.country_holidays(country, subdiv=subdivision or None, years=year))


def subdivisions_of(country: str) -> list[str] | None:
    """The subdivisions whose holidays are known; ``None`` for a country that isn't."""
    return public.list_supported_countries(include_aliases=False).get(country)


@lru_cache(maxsize=256)
def regions_that_differ(country: str, year: int) -> tuple[str, ...]:
    """The subdivisions that are to be chosen from, where one of them has a holiday that the country hasn't.

    They are compared over the year and the two after it; none where a country's days are the same everywhere.
    """
    years, regions = range(year, year + 3), tuple(subdivisions_of(country) or ())
    differ = any(
        _public_holidays(country, region, each) != _public_holidays(country, "", each)
        for region in regions
        for each in years
    )
    return regions if differ else ()


def left_out(holidays: Holidays, *, since: date, days: int) -> list[date]:
    """The days that count as ordinary ones because no subdivision is named, and are a holiday in one."""
    if not holidays.country or holidays.subdivision:
        return []
    span = [since + timedelta(days=ahead) for ahead in range(days)]
    regions = regions_that_differ(holidays.country, since.year)
    return [
        day
        for day in span
        if day not in holidays
        and any(day in _public_holidays(holidays.country, region, day.year) for region in regions)
    ]


def end_of_working_day(*, after: datetime, closes_at: time, zone: ZoneInfo, holidays: Holidays) -> datetime:
    """The next moment at which a working day ends by the clinic's clocks (UTC)."""
    day = after.astimezone(zone).date()
    while True:
        end = datetime.combine(day, closes_at, zone).astimezone(UTC)
        if end > after and holidays.is_working_day(day):
            return end
        day += timedelta(days=1)


def working_days_later(*, after: datetime, days: int, zone: ZoneInfo, holidays: Holidays) -> datetime:
    """The same time by the clinic's clocks so many working days later (UTC)."""
    local = after.astimezone(zone)
    day = local.date()
    while days > 0:
        day += timedelta(days=1)
        days -= holidays.is_working_day(day)
    return datetime.combine(day, local.time(), zone).astimezone(UTC)
