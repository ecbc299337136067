"""What was done of the exercises, and how that stands against their doses."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from assessments.programmes.models import ExerciseLog, Programme
from assessments.programmes.services.not_now import NotNowError
from assessments.programmes.services.position import lock_released
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic

WEEK = timedelta(days=7)
#: What is counted of a day; the least of each is in the dose.
FIGURES = ("sets", "repetitions", "seconds", "minutes")
#: More than this during an exercise, and it is stopped (F.5).
PAIN_MAX = 5


@dataclass(frozen=True, slots=True)
class Done:
    """One exercise on one day; figures that aren't known are left out."""

    exercise: str
    done_on: date
    figures: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class Kept:
    """One exercise in one week. ``days_full``: days on which every figure of the dose is known and reached.

    ``days_asked`` is None for what is done as needed.
    """

    exercise: str
    name: str
    dose: str
    days_asked: int | None
    days_done: int
    days_full: int
    days_too_painful: int


@dataclass(frozen=True, slots=True)
class KeptWeek:
    """A week; ``share_percent`` of the days asked for were kept, None when nothing is asked."""

    number: int
    starts_on: date
    phase: str
    exercises: tuple[Kept, ...]
    share_percent: int | None


def exercises_in(content: Mapping[str, Any], phase: str) -> list[dict[str, Any]]:
    """The exercises of a plan that apply in a phase; where it starts, exactly those that were signed off."""
    now: list[dict[str, Any]] = content["exercises"]
    if phase == content["start"]["phase"]["phase"]:
        return now
    return [one for one in (*now, *content.get("later", ())) if phase in one.get("phases", (phase,))]


def log_exercise(
    *, clinic: Clinic, programme_id: uuid.UUID, done: Done, now: datetime
) -> tuple[ExerciseLog, bool]:
    """Store what was done of an exercise on a day; said again it replaces what was said. True: it is new.

    Raises ``ProgrammeNotFoundError`` or ``NotNowError`` ("not_released", "not_in_the_plan",
    "in_the_future", "before_the_release").
    """
    with clinic_scope(clinic.id):
        programme = lock_released(clinic, programme_id)
        _refuse(programme, done, now)
        log, new = programme.exercise_logs.update_or_create(
            exercise=done.exercise, done_on=done.done_on, defaults={**done.figures, "clinic": clinic}
        )
    return log, new


def _refuse(programme: Programme, done: Done, now: datetime) -> None:
    zone = programme.clinic.zone
    content = programme.content
    if done.exercise not in {one["id"] for one in (*content["exercises"], *content.get("later", ()))}:
        raise NotNowError("not_in_the_plan")
    if done.done_on > now.astimezone(zone).date():
        raise NotNowError("in_the_future")
    if programme.released_at is None or done.done_on < programme.released_at.astimezone(zone).date():
        raise NotNowError("before_the_release")


def adherence_of(programme: Programme, *, now: datetime) -> list[KeptWeek]:
    """Return the weeks since the release, the running one last, each by the phase it began in.

    Weeks are of seven dates by the clinic's clocks, beginning with the date of the release.
    """
    if programme.released_at is None:
        return []
    zone = programme.clinic.zone
    first, today = (at.astimezone(zone).date() for at in (programme.released_at, now))
    logs = list(programme.exercise_logs.all())
    runs = {at.astimezone(zone).date() for at in programme.runs.values_list("ended_at", flat=True)}
    phases = [
        (at.astimezone(zone).date(), phase)
        for at, phase in programme.events.order_by("at", "id").values_list("at", "phase")
    ]
    weeks = []
    for number in range((today - first).days // WEEK.days + 1):
        starts = first + number * WEEK
        phase = next((phase for on, phase in reversed(phases) if on <= starts), programme.phase)
        of_week = [log for log in logs if starts <= log.done_on < starts + WEEK]
        days_of_runs = sum(starts <= day < starts + WEEK for day in runs)
        asked = exercises_in(programme.content, phase)
        weeks.append(_week(number + 1, starts, phase, _kept(asked, of_week, days_of_runs)))
    return weeks


def _kept(
    asked: Iterable[Mapping[str, Any]], logs: Iterable[ExerciseLog], days_of_runs: int
) -> tuple[Kept, ...]:
    by_exercise: dict[str, list[ExerciseLog]] = defaultdict(list)
    for log in logs:
        by_exercise[log.exercise].append(log)
    return tuple(_one(exercise, by_exercise[exercise["id"]], days_of_runs) for exercise in asked)


def _one(exercise: Mapping[str, Any], logs: list[ExerciseLog], days_of_runs: int) -> Kept:
    amount: Mapping[str, Any] = exercise.get("amount", {})
    days = days_of_runs if amount.get("before_runs") else amount.get("days_min", 0)
    return Kept(
        exercise=exercise["id"],
        name=exercise["name"],
        dose=exercise["dose"],
        days_asked=days or None,
        days_done=len(logs),
        days_full=sum(is_full(log, amount) for log in logs),
        days_too_painful=sum((log.pain_nrs or 0) > PAIN_MAX for log in logs),
    )


def is_full(log: ExerciseLog, amount: Mapping[str, Any]) -> bool:
    """Whether a day reaches the dose; what nobody knows reaches nothing."""
    return all((getattr(log, name) or 0) >= (amount.get(name) or 0) for name in FIGURES)


def _week(number: int, starts: date, phase: str, exercises: tuple[Kept, ...]) -> KeptWeek:
    asked = [one for one in exercises if one.days_asked]
    kept = sum(min(one.days_done, one.days_asked or 0) for one in asked)
    wanted = sum(one.days_asked or 0 for one in asked)
    return KeptWeek(number, starts, phase, exercises, round(100 * kept / wanted) if wanted else None)
