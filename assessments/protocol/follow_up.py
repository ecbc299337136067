"""The follow-ups that a decision promises, and what a check carries forward (F.7, F.8).

Pure like the rest: times come in, planned times go out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from assessments.protocol.parameters import default_number
from assessments.protocol.question_types import Carried
from assessments.protocol.questions import QUESTIONS, QUESTIONS_BY_NAME
from assessments.protocol.urgencies import Chase, Moment, meaning_of
from assessments.protocol.vocabulary import Urgency

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

#: The 24-hour check, in hours after the run it is about: opens, due, overdue, permission to run lapses.
CHECK_OPENS_H, CHECK_DUE_H, CHECK_OVERDUE_H, PERMISSION_LAPSES_H = (
    default_number(f"followup_{moment}_h") for moment in ("open", "due", "overdue", "expire")
)

#: The clinician's task when that check stays unanswered, in hours after the run: opens, due, overdue.
TASK_H = (PERMISSION_LAPSES_H, 48, 72)

#: An answer that a runner left open is asked for by a clinician within so many hours, about 48 after the run.
OPEN_ANSWER_DUE_H = 24

#: Decisions with a second review: the verdict on an adjustment, the review of rehabilitation, and the second
#: weekly re-screen while a review within two weeks may still be pending.
REVIEWED_TWICE = frozenset(
    {"adjust_running", "stop_and_rehab", "stop_running_clearance_required", "refer_urgent"}
)
#: Reviews counted from the decision: days until due, days of grace on either side, for which decisions.
REVIEWS_AFTER_DECISION: tuple[tuple[str, int, int, frozenset[str] | None], ...] = (
    ("day_7", 7, 1, None),
    ("day_14", 14, 2, REVIEWED_TWICE),
)
#: Reviews counted from the onset of the episode. Day 42 is a hard limit: no grace after it.
REVIEWS_AFTER_ONSET: tuple[tuple[str, int, int, int], ...] = (("day_28", 28, 2, 2), ("day_42", 42, 2, 0))

#: The reminder of prehab, in days after completing or after the one before; how often is ours.
PREHAB_EVERY_DAYS, PREHAB_GRACE_DAYS = 28, 3

#: Carried answers older than this are unknown again.
CARRY_FORWARD_DAYS_MAX = default_number("carry_forward_days_max")

#: What a day doesn't change. Everything else is asked afresh in a check, or stays unknown.
CARRIED_QUESTIONS: frozenset[str] = frozenset(
    question.name for question in QUESTIONS if question.carried in (Carried.ALWAYS, Carried.UNLESS_IT_CHANGES)
)

#: The longest episode that can be recorded: a carried duration may not grow into an answer that is refused.
LONGEST_EPISODE_DAYS = QUESTIONS_BY_NAME["episode_duration_days"].high or 0

_PREGNANCY_CHANGES_DAILY = frozenset({"pregnant", "postpartum"})


@dataclass(frozen=True, slots=True)
class PlannedFollowUp:
    """One follow-up with its window; ``permission_lapses_at`` only for the check after a run.

    ``opens_at`` is when it may be answered, ``due_at`` when it is asked for, ``overdue_at`` when the time the
    programme allows has passed.
    """

    kind: str
    opens_at: datetime
    due_at: datetime
    overdue_at: datetime
    permission_lapses_at: datetime | None = None


def plan_follow_ups(
    *,
    decision: str,
    run_status: str,
    answers: Mapping[str, object],
    assessed_at: datetime,
    duration_days: int | None,
    zone: tzinfo = UTC,
) -> tuple[PlannedFollowUp, ...]:
    """Return the follow-ups of one assessment, soonest first.

    ``answers`` are validated; ``duration_days`` is the episode's effective duration, ``None`` if not known.
    Hours after a run are hours that have passed; days are dates by the clocks of ``zone``, the clinic's.
    """
    local = assessed_at.astimezone(zone)
    planned = [
        *_check_after_run(run_status, answers, assessed_at),
        *_reviews_after_decision(decision, local),
        *_reviews_after_onset(duration_days, local),
    ]
    return tuple(sorted(planned, key=lambda follow_up: (follow_up.due_at, follow_up.kind)))


def _check_after_run(
    run_status: str, answers: Mapping[str, object], assessed_at: datetime
) -> tuple[PlannedFollowUp, ...]:
    """The check of the run whose next day isn't known yet, else of the first run the decision permits."""
    awaiting_next_day = answers.get("ran_last_14d") == "yes" and "pain_next_day_nrs" not in answers
    hours_ago = answers.get("hours_since_run")
    if awaiting_next_day and isinstance(hours_ago, int | float):
        if hours_ago < PERMISSION_LAPSES_H:
            return check_and_task(assessed_at - hours_ago * HOUR)
        return ()
    if awaiting_next_day or run_status != "no_running":
        return check_and_task(assessed_at)
    return ()


def check_and_task(run_at: datetime) -> tuple[PlannedFollowUp, ...]:
    """The check, and the clinician's task when nobody answers it; the answer takes the task's place too."""
    opens, due, overdue = (run_at.astimezone(UTC) + hours * HOUR for hours in TASK_H)
    return check_after_run(run_at), PlannedFollowUp("clinician_task", opens, due, overdue)


def reach_the_runner(at: datetime) -> PlannedFollowUp:
    """The clinician's task when a runner's own answers leave one open: nobody sits there to ask."""
    return PlannedFollowUp(
        "clinician_task", at, at + OPEN_ANSWER_DUE_H * HOUR, at + 2 * OPEN_ANSWER_DUE_H * HOUR
    )


def check_after_run(run_at: datetime) -> PlannedFollowUp:
    """The 24-hour check of a run that ended at ``run_at``."""
    run_at = run_at.astimezone(UTC)  # in a zone of its own, adding hours would move the clock's hands instead
    return PlannedFollowUp(
        "check_24_hours",
        run_at + CHECK_OPENS_H * HOUR,
        run_at + CHECK_DUE_H * HOUR,
        run_at + CHECK_OVERDUE_H * HOUR,
        run_at + PERMISSION_LAPSES_H * HOUR,
    )


def _reviews_after_decision(decision: str, assessed_at: datetime) -> list[PlannedFollowUp]:
    return [
        _review(kind, assessed_at, days, before=grace, after=grace)
        for kind, days, grace, decisions in REVIEWS_AFTER_DECISION
        if decisions is None or decision in decisions
    ]


def _reviews_after_onset(duration_days: int | None, assessed_at: datetime) -> list[PlannedFollowUp]:
    if duration_days is None:
        return []
    return [
        _review(kind, assessed_at, day - duration_days, before=before, after=after)
        for kind, day, before, after in REVIEWS_AFTER_ONSET
        if duration_days < day
    ]


def _review(kind: str, start: datetime, days: int, *, before: int, after: int) -> PlannedFollowUp:
    return PlannedFollowUp(kind, *(_days_later(start, day) for day in (days - before, days, days + after)))


def _days_later(local: datetime, days: int) -> datetime:
    """The same time by the clocks of its zone, so many dates later (UTC)."""
    return (local + days * DAY).astimezone(UTC)


def prehab_reminder(at: datetime, zone: tzinfo = UTC) -> PlannedFollowUp:
    """The next reminder of a runner in prehab, which goes on (F.1)."""
    return _review("prehab", at.astimezone(zone), PREHAB_EVERY_DAYS, before=0, after=PREHAB_GRACE_DAYS)


def plan_chasers(
    *,
    urgency: str,
    called_at: datetime,
    acknowledge_by: datetime,
    next_morning: datetime | None,
    zone: tzinfo = UTC,
) -> tuple[PlannedFollowUp, ...]:
    """Return what sees a referral of an urgency through, soonest first (F.7, referral closing).

    ``acknowledge_by`` is its deadline in working days, ``next_morning`` the opening of the next working day,
    which only ``same_day`` needs.
    """
    if urgency == Urgency.NONE:
        return ()
    at, meaning = called_at.astimezone(UTC), meaning_of(urgency)
    within = meaning.acknowledge
    deadline = acknowledge_by if within.time is None or within.working_days is not None else at + within.time
    moments = {Moment.DEADLINE: deadline, Moment.NEXT_MORNING: next_morning}
    planned = [_chaser(chase, at, called_at.astimezone(zone), moments) for chase in meaning.chases]
    return tuple(chaser for chaser in planned if chaser is not None)


def _chaser(
    chase: Chase, at: datetime, local: datetime, moments: Mapping[Moment, datetime | None]
) -> PlannedFollowUp | None:
    """One question about a referral; ``None`` where the moment that it waits for isn't known."""
    match chase.due:
        case int(days):
            due, overdue = _days_later(local, days), _days_later(local, days + chase.grace.days)
        case timedelta():
            due, overdue = at + chase.due, at + chase.due + chase.grace
        case moment:
            found = moments[moment]
            if found is None:
                return None
            due, overdue = found, found + chase.grace
    return PlannedFollowUp(chase.kind, at, due, overdue)


def carry_forward(
    answers: Mapping[str, object],
    *,
    answered_at: datetime,
    dated: Mapping[str, datetime],
    assessed_at: datetime,
    days_max: float = CARRY_FORWARD_DAYS_MAX,
    zone: tzinfo = UTC,
) -> dict[str, object]:
    """Return the earlier answers that a check at ``assessed_at`` may rest on.

    ``answers`` are those of the linked assessment, given at ``answered_at``; ``dated`` holds the first date
    of those that were themselves carried; ``days_max`` is the clinic's ``carry_forward_days_max``. The
    episode's duration grows with the days that have passed by the calendar of ``zone``, the clinic's.
    """
    carried = {
        name: value
        for name, value in answers.items()
        if _may_be_carried(name, value) and assessed_at - dated.get(name, answered_at) <= days_max * DAY
    }
    duration = carried.get("episode_duration_days")
    if isinstance(duration, int):
        carried["episode_duration_days"] = min(
            duration + _days_between(answered_at, assessed_at, zone), LONGEST_EPISODE_DAYS
        )
    return carried


def carry_attestations(
    attested: Sequence[Mapping[str, str]], *, assessed_at: datetime, days_max: float = CARRY_FORWARD_DAYS_MAX
) -> list[Mapping[str, str]]:
    """Return the attestations of an earlier assessment that still hold at ``assessed_at``.

    Each is question, by, role and at (ISO 8601). One holds for the item while the runner goes on giving that
    answer, and no longer than other carried answers (D.1a).
    """
    return [one for one in attested if assessed_at - datetime.fromisoformat(one["at"]) <= days_max * DAY]


def _may_be_carried(name: str, value: object) -> bool:
    question = QUESTIONS_BY_NAME.get(name)  # an older protocol may have asked more
    match question and question.carried:
        case Carried.WHILE_YES:
            return value == "yes"
        case Carried.UNLESS_IT_CHANGES:
            return value not in _PREGNANCY_CHANGES_DAILY
        case carried:
            return carried is Carried.ALWAYS


def _days_between(earlier: datetime, later: datetime, zone: tzinfo) -> int:
    """Dates apart, so that a chain of checks less than 24 hours apart still counts every day."""
    return max((later.astimezone(zone).date() - earlier.astimezone(zone).date()).days, 0)
