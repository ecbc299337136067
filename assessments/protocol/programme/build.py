"""From an evaluation and its answers to a programme; the same every time, each element with its reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast

from assessments.protocol.conditions import Condition, Context
from assessments.protocol.engine import protocol_for
from assessments.protocol.evaluation import Evaluation
from assessments.protocol.programme.causes import CAUSES
from assessments.protocol.programme.exercises import EXERCISES, EXERCISES_BY_ID, Exercise
from assessments.protocol.programme.levers import (
    FIRST_TEST,
    LEVER_TEXTS,
    LEVERS_AT_ONCE,
    MAJOR_CLEAR_DAYS,
    MAJOR_DISTANCE_SHARE,
    MINOR_CLEAR_DAYS,
    MINOR_DISTANCE_SHARE,
    Lever,
)
from assessments.protocol.programme.load import run_cap
from assessments.protocol.programme.phases import PHASE_CONTENT, Phase
from assessments.protocol.programme.plan import (
    Advice,
    Because,
    CauseFound,
    Change,
    LeftOut,
    Prescribed,
    Programme,
    Start,
)
from assessments.protocol.validation import ValidAnswers
from assessments.protocol.vocabulary import AdjustLevel, Decision, InsufficiencyKind, PlanRelease

#: Behind these may stand a fracture, or compression of cord or cauda equina: no activity is advised at all.
REST_UNTIL_SEEN = frozenset(
    {
        *(f"RF-E{number:02}" for number in (1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 14, 16)),
        *(f"RF-S{number:02}" for number in (3, 4, 5, 6, 8, 9, 10, 11)),
        "RF-W10",
    }
)
#: Needs a named clinician's clearance before P2.
CLEARANCE_CRITERIA = frozenset(f"CL-{number:02}" for number in range(1, 10))
KEEP_ACTIVE = "Keep gently active unless told otherwise."
REST = "Do not exercise before you have been examined."
NO_PAIN = 0


def build_programme(
    evaluation: Evaluation, answers: ValidAnswers, *, parameters: Mapping[str, object] | None = None
) -> Programme:
    """Return the programme that an evaluation allows; ``answers`` are those it was made on.

    Raises ``InvalidParameters``.
    """
    context = protocol_for(parameters).context
    met = {criterion.id for criterion in evaluation.criteria_met}
    start = _start(evaluation, answers)
    causes = tuple(_causes(answers, context)) if start else ()
    exercises, later, left_out = _exercises(evaluation, start, causes, answers, context)
    return Programme(
        protocol_version=evaluation.protocol_version,
        decision=evaluation.decision.value,
        release=evaluation.plan_release,
        why=tuple(criterion.id for criterion in evaluation.criteria_met),
        start=start,
        clearance_needed=bool(met & CLEARANCE_CRITERIA),
        advice=tuple(_advice(evaluation, met, start)),
        changes=tuple(_changes(evaluation, causes, answers)) if start else (),
        causes=causes,
        exercises=exercises,
        later=later,
        left_out=left_out,
        not_assessed=evaluation.not_assessed,
        provisional=evaluation.provisional,
    )


def _start(evaluation: Evaluation, answers: ValidAnswers) -> Start | None:
    """Entry by decision (F.1); nothing for a referral or as long as information is missing."""
    if evaluation.plan_release is not PlanRelease.RELEASABLE:
        return None
    match evaluation.decision:
        case Decision.STOP_AND_REHAB | Decision.STOP_RUNNING_CLEARANCE_REQUIRED:
            return Start(Phase.CALM)
        case Decision.ADJUST_RUNNING if evaluation.adjust_level is AdjustLevel.GRADED_RETURN:
            return Start(Phase.RESTORE)
        case Decision.ADJUST_RUNNING if evaluation.adjust_level is AdjustLevel.MAJOR:
            return _reduced(answers, MAJOR_DISTANCE_SHARE, pause=True, clear_days=MAJOR_CLEAR_DAYS)
        case Decision.ADJUST_RUNNING:
            return _reduced(answers, MINOR_DISTANCE_SHARE, pause=False, clear_days=MINOR_CLEAR_DAYS)
        case _:
            return _goes_on(answers)


def _reduced(answers: ValidAnswers, share: float, *, pause: bool, clear_days: int) -> Start:
    usual = usual_run_km(answers)
    run_km = None if usual is None else _capped(usual * share, answers)
    return Start(Phase.BUILD, None, round(share * 100), run_km, pause, clear_days)


def _goes_on(answers: ValidAnswers) -> Start:
    """P4 for a runner without pain at rest, walking and running; P3 for everybody else."""
    scores = ("pain_usual_nrs", "pain_walking_nrs", "pain_run_peak_nrs", "pain_next_day_nrs")
    painless = all(answers.get(score) == NO_PAIN for score in scores)
    usual = usual_run_km(answers)
    run_km = None if usual is None else _capped(usual, answers)
    return Start(Phase.PREHAB if painless else Phase.BUILD, None, 100, run_km)


def _capped(km: float, answers: ValidAnswers) -> float:
    cap = run_cap(cast("float | None", answers.get("longest_run_30d_km"))).km
    return round(km if cap is None else min(km, cap), 1)


def usual_run_km(answers: Mapping[str, object]) -> float | None:
    """The usual distance of a run in km: the weekly mean by the runs of a week, else the last run."""
    weekly, runs = answers.get("weekly_km_prev4w_avg"), answers.get("runs_per_week")
    if isinstance(weekly, int | float) and isinstance(runs, int | float) and runs > 0:
        return weekly / runs
    last = answers.get("last_run_km")
    return float(last) if isinstance(last, int | float) else None


def _advice(evaluation: Evaluation, met: set[str], start: Start | None) -> Iterator[Advice]:
    """What is said beside the plan, or in its place."""
    if start is not None:
        for line in PHASE_CONTENT[start.phase].content:
            yield Advice(
                line, Because(PHASE_CONTENT[start.phase].title, {}, PHASE_CONTENT[start.phase].sources)
            )
        if met & CLEARANCE_CRITERIA:
            yield Advice(
                "Activity without impact only, until a clinician has examined you and cleared running.",
                _because_of(evaluation, CLEARANCE_CRITERIA),
            )
        return
    if met & REST_UNTIL_SEEN:
        yield Advice(REST, _because_of(evaluation, REST_UNTIL_SEEN))
        return
    reason = "The referral comes first."
    if evaluation.plan_release is PlanRelease.WITHHELD:
        reason = (
            "The safety screen is incomplete."
            if evaluation.insufficiency_kind is InsufficiencyKind.SCREEN
            else "The record is incomplete or contradicts itself."
        )
    yield Advice(KEEP_ACTIVE, Because(reason, {}, ("HH-H01",)))


def _because_of(evaluation: Evaluation, wanted: frozenset[str]) -> Because:
    """The met criteria among those wanted, as one reason."""
    found = [met for met in evaluation.criteria_met if met.id in wanted]
    answers = {name: _coded(name, value) for met in found for name, value in met.answers.items()}
    sources = tuple(dict.fromkeys(source for met in found for source in met.text.sources))
    return Because("; ".join(f"{met.id} {met.text.title}" for met in found), answers, sources)


def _causes(answers: ValidAnswers, context: Context) -> Iterator[CauseFound]:
    for cause in CAUSES:
        if cause.condition is not None and cause.condition.evaluate(answers, context) is True:
            yield CauseFound(cause, _because(cause.condition, answers, context, cause.sources))


def _because(
    condition: Condition, answers: ValidAnswers, context: Context, sources: tuple[str, ...]
) -> Because:
    read = condition.reads()
    known = {
        name: _coded(name, answers[name]) for name in context.questions if name in read and name in answers
    }
    return Because(condition.sentence(context), known, sources)


def _coded(name: str, answer: object) -> object:
    """The answer without anybody's name: a programme is kept as it was, and holds no words about people."""
    if name != "diagnoses":
        return answer
    codes = ("code", "status", "clearance")
    return [
        {key: item[key] for key in codes if key in item} for item in cast("list[dict[str, object]]", answer)
    ]


def _changes(
    evaluation: Evaluation, causes: tuple[CauseFound, ...], answers: ValidAnswers
) -> Iterator[Change]:
    """One or two levers of an adjusted run: what the causes ask for first, then slower and shorter.

    A lever that was tried and didn't help is left for the others.
    """
    if (
        evaluation.decision is not Decision.ADJUST_RUNNING
        or evaluation.adjust_level is AdjustLevel.GRADED_RETURN
    ):
        return
    major = evaluation.adjust_level is AdjustLevel.MAJOR
    wanted: dict[Lever, Because] = {
        lever: Because(f"Cause: {found.cause.title}", found.because.answers, LEVER_TEXTS[lever].sources)
        for found in reversed(causes)
        for lever in reversed(found.cause.levers)
    }
    ordered = dict(reversed(wanted.items()))
    for lever in FIRST_TEST:
        first = Because("The first test is slower and shorter.", {}, LEVER_TEXTS[lever].sources)
        ordered.setdefault(lever, first)
    failed = _tried_in_vain(answers)
    chosen = [lever for lever in ordered if lever not in failed] or list(ordered)
    for lever in chosen[:LEVERS_AT_ONCE]:
        text = LEVER_TEXTS[lever]
        yield Change(lever, text.major if major else text.minor, ordered[lever])


def _tried_in_vain(answers: ValidAnswers) -> set[Lever]:
    tried = cast("list[dict[str, object]]", answers.get("adjustments_tried", []))
    failed = {str(item["type"]) for item in tried if item.get("result") in {"not_helped", "worse"}}
    return {lever for lever, text in LEVER_TEXTS.items() if failed & set(text.tried_as)}


def _exercises(
    evaluation: Evaluation,
    start: Start | None,
    causes: tuple[CauseFound, ...],
    answers: ValidAnswers,
    context: Context,
) -> tuple[tuple[Prescribed, ...], tuple[Prescribed, ...], tuple[LeftOut, ...]]:
    """The exercises of the first phase, those of a cause first; those of later phases; and what must not be
    done, with why.
    """
    if start is None:
        return (), (), ()
    now, later = _by_phase(evaluation, start.phase)
    prescribed: dict[str, Prescribed] = {}
    left_out = []
    asked_for = {identifier: found for found in reversed(causes) for identifier in found.cause.exercises}
    for exercise in (*now, *later):
        condition = exercise.not_with
        if condition is not None and condition.evaluate(answers, context) is True:
            left_out.append(LeftOut(exercise, _because(condition, answers, context, exercise.sources)))
        else:
            reason = _reason(exercise, asked_for.get(exercise.id), start.phase)
            prescribed[exercise.id] = Prescribed(exercise, reason)
    of_causes_first = sorted(prescribed.values(), key=lambda item: item.exercise.id not in asked_for)
    return (
        tuple(item for item in of_causes_first if item.exercise in now),
        tuple(item for item in of_causes_first if item.exercise in later),
        tuple(left_out),
    )


def _reason(exercise: Exercise, cause: CauseFound | None, first: Phase) -> Because:
    if cause is not None:
        return Because(f"Cause: {cause.cause.title}", cause.because.answers, exercise.sources)
    phase = next(phase for phase in Phase if phase >= first and phase in exercise.phases)
    return Because(f"Part of {PHASE_CONTENT[phase].title}", {}, exercise.sources)


def _by_phase(evaluation: Evaluation, first: Phase) -> tuple[tuple[Exercise, ...], tuple[Exercise, ...]]:
    """Those of the first phase, and those that come later; before an examination only what has no impact and
    asks nothing of the back.
    """
    now = tuple(exercise for exercise in EXERCISES if first in exercise.phases)
    if evaluation.decision is Decision.STOP_RUNNING_CLEARANCE_REQUIRED:
        now = tuple(EXERCISES_BY_ID[name] for name in ("walking_cycling", "heat"))
    coming = tuple(
        exercise
        for exercise in EXERCISES
        if exercise not in now and any(phase > first for phase in exercise.phases)
    )
    return now, coming
