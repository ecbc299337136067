"""By when a named clinician must have acknowledged an escalation, or a runner must have been seen."""

from datetime import UTC, datetime, time

from assessments.escalations.on_call.services.calendar import end_of_working_day, working_days_later
from assessments.escalations.on_call.services.plan import plan_of
from assessments.protocol.urgencies import meaning_of
from clinics.identity.models import Clinic

#: When a working morning begins, by the clinic's clocks.
_OPENS_AT = time(9)


def acknowledge_by(*, urgency: str, clinic: Clinic, now: datetime) -> datetime:
    """Return the deadline by which a named clinician must have acknowledged (UTC).

    Working days are Monday to Friday without the clinic's holidays, by its own clocks.
    """
    moment, within = now.astimezone(UTC), meaning_of(urgency).acknowledge
    if within.working_days is None:
        return moment + within.shortest
    holidays = plan_of(clinic).holidays
    if within.working_days:
        return working_days_later(after=moment, days=within.working_days, zone=clinic.zone, holidays=holidays)
    end = end_of_working_day(
        after=moment, closes_at=clinic.working_day_ends_at, zone=clinic.zone, holidays=holidays
    )
    return min(end, moment + within.shortest)


def next_working_morning(*, clinic: Clinic, now: datetime) -> datetime:
    """Return the opening of the next working day after today, by the clinic's clocks (UTC)."""
    holidays = plan_of(clinic).holidays
    day = working_days_later(after=now, days=1, zone=clinic.zone, holidays=holidays).astimezone(clinic.zone)
    return datetime.combine(day.date(), _OPENS_AT, clinic.zone).astimezone(UTC)
