"""By when a named clinician must have acknowledged an escalation, or a runner must have been seen."""

from datetime import UTC, datetime, time, timedelta

from assessments.escalations.on_call.services.calendar import end_of_working_day, working_days_later
from assessments.escalations.on_call.services.plan import plan_of
from assessments.protocol.vocabulary import Urgency
from clinics.identity.models import Clinic

#: When a working morning begins, by the clinic's clocks.
_OPENS_AT = time(9)
#: Working days until a booking must be confirmed.
_WORKING_DAYS = {Urgency.WITHIN_2_WEEKS: 2, Urgency.ROUTINE: 5}


def acknowledge_by(*, urgency: str, clinic: Clinic, now: datetime) -> datetime:
    """Return the deadline by which a named clinician must have acknowledged (UTC).

    Working days are Monday to Friday without the clinic's holidays, by its own clocks.
    """
    moment = now.astimezone(UTC)
    if urgency == Urgency.EMERGENCY_NOW:
        return moment + timedelta(minutes=15)
    if urgency == Urgency.COMPLETE_SCREEN_NOW:
        return moment + timedelta(hours=4)
    holidays = plan_of(clinic).holidays
    if urgency == Urgency.SAME_DAY:
        end = end_of_working_day(
            after=moment, closes_at=clinic.working_day_ends_at, zone=clinic.zone, holidays=holidays
        )
        return min(end, moment + timedelta(hours=8))
    days = _WORKING_DAYS[Urgency(urgency)]
    return working_days_later(after=moment, days=days, zone=clinic.zone, holidays=holidays)


def next_working_morning(*, clinic: Clinic, now: datetime) -> datetime:
    """Return the opening of the next working day after today, by the clinic's clocks (UTC)."""
    holidays = plan_of(clinic).holidays
    day = working_days_later(after=now, days=1, zone=clinic.zone, holidays=holidays).astimezone(clinic.zone)
    return datetime.combine(day.date(), _OPENS_AT, clinic.zone).astimezone(UTC)
