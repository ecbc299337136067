"""Quiet hours: messages that can wait do, and none that can't."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From one time to another by the clinic's clocks, every day; past midnight when the end is earlier."""

    starts_at: time
    ends_at: time

    @classmethod
    def stored(cls, document: dict[str, Any]) -> "QuietHours":
        """Read the two times of a JSON object."""
        return cls(time.fromisoformat(document["starts_at"]), time.fromisoformat(document["ends_at"]))


def held_until(moment: datetime, *, quiet: QuietHours, zone: ZoneInfo, deadline: datetime) -> datetime:
    """Return when a message that is ready at ``moment`` may go out: then, or when quiet hours end (UTC).

    It is never held when quiet hours end after the deadline: nobody could meet it any more.
    """
    local = moment.astimezone(zone).date()
    for day in (local - timedelta(days=1), local):
        next_day = day + timedelta(days=quiet.ends_at <= quiet.starts_at)
        start = datetime.combine(day, quiet.starts_at, zone).astimezone(UTC)
        end = datetime.combine(next_day, quiet.ends_at, zone).astimezone(UTC)
        if start <= moment < end <= deadline:
            return end
    return moment.astimezone(UTC)
