"""What a programme is judged by: the runner's runs and the reactions to them, read at once."""

import math
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    DateTimeField,
    F,
    FloatField,
    UUIDField,
    Value,
    When,
)
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast, Coalesce, Least

from assessments.programmes.models import Programme, ProgrammeEvent
from assessments.protocol.programme import Amount, Cap, Phase, Reaction, gap_ended, week_cap
from assessments.protocol.programme.load import (
    LIGHT_WEEK_EVERY,
    MINUTES_AFTER_THE_TABLE,
    NOTHING_KNOWN,
    SHARE_AFTER_A_GAP,
)

#: Reactions to a run that a body has borne.
BORNE = frozenset({Reaction.GREEN, Reaction.AMBER})


@dataclass(frozen=True, slots=True)
class Ran:
    """A logged run with its minutes of running, its session and its check.

    ``own``: of the programme itself, not of one before it. ``answered_by``: the assessment that answered its
    check. ``borne``: permitted, and its check was green or amber; only such a run shows what a body bears.
    """

    at: datetime
    km: float | None
    own: bool
    minutes: float | None = None
    answered_by: uuid.UUID | None = None
    planned_km: float | None = None
    planned_minutes: float | None = None
    permitted: bool = True
    borne: bool = False


@dataclass(frozen=True, slots=True)
class Past:
    """The runner's runs by any programme, and the reactions of this one; oldest first."""

    runs: tuple[Ran, ...]
    reactions: tuple[tuple[datetime, Reaction], ...]


def past_of(programme: Programme) -> Past:
    """Read it, in one statement."""
    return pasts_of([programme])[programme.id]


def pasts_of(programmes: Sequence[Programme]) -> dict[uuid.UUID, Past]:
    """Read those of any number of programmes of one clinic by their ids, in one statement."""
    if not programmes:
        return {}
    clinic, runners = programmes[0].clinic, {programme.patient_id for programme in programmes}
    runs = clinic.runs.filter(programme__patient_id__in=runners)
    judged = clinic.programme_events.filter(
        programme__patient_id__in=runners, kind=ProgrammeEvent.Kind.REACTED
    )
    rows = [*runs.order_by().values_list(*_RUN).union(judged.order_by().values_list(*_REACTED), all=True)]
    rows.sort(key=lambda row: row[:2])
    theirs: dict[uuid.UUID, list[tuple[Any, ...]]] = {runner: [] for runner in runners}
    for *row, runner in rows:
        theirs[runner].append(tuple(row))
    return {programme.id: _past(programme, theirs[programme.patient_id]) for programme in programmes}


def _past(programme: Programme, rows: Sequence[Sequence[Any]]) -> Past:
    """Of one programme, from the runs and reactions of its runner."""
    reactions = {(of, at): Reaction(reaction) for at, _, of, reaction, *_ in rows if reaction}
    return Past(
        tuple(_ran(row, programme.id, reactions) for row in rows if not row[3]),
        tuple((at, reaction) for (of, at), reaction in reactions.items() if of == programme.id),
    )


def _ran(row: Sequence[Any], own: uuid.UUID, reactions: Mapping[tuple[uuid.UUID, datetime], Reaction]) -> Ran:
    at, _, of, _, km, minutes, answer, answered_at, planned_km, planned_minutes, permitted = row
    borne = permitted and reactions.get((of, answered_at)) in BORNE
    return Ran(at, km, of == own, minutes, answer, planned_km, planned_minutes, permitted, borne)


def _planned(name: str, inside: str | KeyTransform = "planned") -> Cast:
    return Cast(KeyTextTransform(name, inside), FloatField())


def _planned_minutes() -> Coalesce:
    """Minutes of running of the session, of the walk-run table or after it."""
    return Coalesce(
        _planned("running_minutes", KeyTransform("stage", "planned")), _planned("running_minutes")
    )


def _running_minutes() -> Coalesce:
    """Minutes of running; of a walk-run session told by its whole length, no more than it holds."""
    planned = _planned("running_minutes", KeyTransform("stage", "planned"))
    whole = Case(When(minutes__isnull=False, then=Least(F("minutes"), planned)), output_field=FloatField())
    return Coalesce(F("running_minutes"), whole)


_NUMBER, _AT = Value(None, FloatField()), Value(None, DateTimeField())
_RUN = (
    "ended_at", "id", "programme_id", Value("", CharField()), "distance_km", _running_minutes(),
    "check_due__answer_id", "check_due__answered_at", _planned("distance_km"), _planned_minutes(),
    "as_permitted", "programme__patient_id",
)  # fmt: skip
_REACTED = (
    "at", "id", "programme_id", "reaction", _NUMBER, _NUMBER, Value(None, UUIDField()), _AT, _NUMBER, _NUMBER,
    Value(None, BooleanField()), "programme__patient_id",
)  # fmt: skip


WEEK = timedelta(days=7)
#: Less than this isn't worth a run.
SHORTEST_RUN = Amount(km=2.0, minutes=12.0)
NOTHING_DONE = Amount(0.0, 0.0)
#: How often somebody runs of whom that isn't known.
RUNS_PER_WEEK = 3
#: Who began in one of these came to building through the walk-run table, and counts in minutes.
AHEAD_OF_BUILDING = frozenset({Phase.CALM, Phase.RESTORE, Phase.GRADED_RETURN})


@dataclass(frozen=True, slots=True)
class Week:
    """One week; ``km``, ``minutes`` and ``within`` are None where those of a run aren't known.

    ``used`` counts a run of which that isn't known as its session. ``runs_allowed`` are those of a week.
    """

    number: int
    starts_at: datetime
    runs: int
    km: float | None
    cap: Cap
    minutes: float | None = None
    used: Amount = NOTHING_DONE
    runs_allowed: int = RUNS_PER_WEEK

    @property
    def ends_at(self) -> datetime:
        """When the next one begins."""
        return self.starts_at + WEEK

    @property
    def lighter(self) -> bool:
        """Whether it is one of the lighter weeks, in which a session is lighter, too."""
        return self.number % LIGHT_WEEK_EVERY == 0

    @property
    def left(self) -> Amount:
        """What of the cap is left, in each unit that has one."""
        caps = (self.cap.km, self.cap.minutes)
        return Amount(
            *(
                None if cap is None else max(cap - (used or 0.0), 0.0)
                for cap, used in zip(caps, self.used, strict=True)
            )
        )

    @property
    def full(self) -> bool:
        """Whether its runs are done, or too little is left for one; its first run is as short as its cap."""
        too_little = any(
            left is not None and shortest is not None and left < shortest
            for left, shortest in zip(self.left, SHORTEST_RUN, strict=True)
        )
        return self.runs >= self.runs_allowed or (self.runs > 0 and too_little)

    @property
    def within_km(self) -> bool | None:
        """Whether the distance that was run is within the cap."""
        return _within(self.km, self.cap.km)

    @property
    def within(self) -> bool | None:
        """Whether what was run is within the cap, in every unit that is known."""
        known = {self.within_km, _within(self.minutes, self.cap.minutes)} - {None}
        return all(known) if known else None


def _within(done: float | None, cap: float | None) -> bool | None:
    return None if done is None or cap is None else done <= cap


def weeks_of(programme: Programme, *, now: datetime, past: Past | None = None) -> list[Week]:
    """Return the weeks since the release, the running one last; weeks begin when the programme began.

    A cap rests on the last week in which there was a run, after a lighter week on the one before that. After
    a week without a run it grows by nothing, and after two weeks without one it is half. ``past`` if it is
    read already.
    """
    began = programme.released_at
    if began is None:
        return []
    past = past or past_of(programme)
    runs = [run for run in past.runs if run.own]
    others = [at for at, reaction in past.reactions if reaction is not Reaction.GREEN]
    plan, allowed = _plan(programme), _runs_allowed(programme)
    weeks: list[Week] = []
    before, told = NOTHING_KNOWN, True
    while (starts := began + len(weeks) * WEEK) <= now:
        done = [run for run in runs if starts <= run.at < starts + WEEK]
        last = max((run.at for run in runs if run.at < starts), default=None)
        green = told and not any(starts - WEEK <= at < starts for at in others)
        cap = _cap(before, last, starts, number=len(weeks) + 1, green=green, plan=plan)
        km = _total([run.km for run in done])
        minutes = _total([run.minutes for run in done])
        week = Week(len(weeks) + 1, starts, len(done), km, cap, minutes, _used(done), allowed)
        weeks.append(week)
        if not week.lighter or before == NOTHING_KNOWN:
            before = _last_known(done, before)
        told = all(run.km is not None or run.minutes is not None for run in done)
    return weeks


def _plan(programme: Programme) -> Amount:
    """A week's runs at the length of the first session, in the unit in which that is known."""
    start, runs = programme.content["start"], _runs_allowed(programme)
    if start["run_km"]:
        return Amount(km=start["run_km"] * runs)
    if start["phase"]["phase"] in AHEAD_OF_BUILDING:
        return Amount(minutes=MINUTES_AFTER_THE_TABLE * runs)
    return NOTHING_KNOWN


def _runs_allowed(programme: Programme) -> int:
    """The runs of a week: as many as were usual, whole ones; at least one."""
    usual = programme.assessment.answers.get("runs_per_week")
    return RUNS_PER_WEEK if usual is None else max(math.floor(usual), 1)


def _total(figures: Sequence[float | None]) -> float | None:
    """The sum, where every one is known."""
    return None if None in figures else round(sum(figure or 0.0 for figure in figures), 2)


def _used(done: Sequence[Ran]) -> Amount:
    """What a week's runs have used: a run of which that isn't known counts as its session."""
    km = sum(run.km if run.km is not None else run.planned_km or 0.0 for run in done)
    minutes = sum(run.minutes if run.minutes is not None else run.planned_minutes or 0.0 for run in done)
    return Amount(round(km, 2), round(minutes, 2))


def _last_known(done: Sequence[Ran], before: Amount) -> Amount:
    """What the next week's cap rests on, in each unit of which something is known."""
    used = _used(done)
    return Amount(used.km or before.km, used.minutes or before.minutes)


def _cap(
    before: Amount, last: datetime | None, starts: datetime, *, number: int, green: bool, plan: Amount
) -> Cap:
    if before != NOTHING_KNOWN and gap_ended(last, now=starts):
        half = [None if figure is None else round(figure * SHARE_AFTER_A_GAP, 2) for figure in before]
        reason = "Half of the last week with a run: two weeks have passed without one."
        return Cap(half[0], reason, ("B24",), half[1])
    ran_last_week = last is not None and last >= starts - WEEK
    return week_cap(before, week=number, last_7_days_green=green and ran_last_week, plan=plan)
