"""From an evaluation and its answers to a programme; the same every time, each element with its reason."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import cast

from assessments.protocol.conditions import Condition, Context
from assessments.protocol.engine import protocol_for
from assessments.protocol.evaluation import Evaluation
from assessments.protocol.filling import Findings
from assessments.protocol.findings import may_be_pregnant, not_asked
from assessments.protocol.follows import CLEARED_BY_A_CLINICIAN, Activity, Follows, Gate, Released
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
from assessments.protocol.programme.load import Known, run_cap
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
from assessments.protocol.programme.walk_run import LAST_STAGE
from assessments.protocol.texts import TEXTS
from assessments.protocol.validation import ValidAnswers
from assessments.protocol.vocabulary import AdjustLevel, Decision

PATHWAY = "Rest and follow the pathway: no exercise before you have been examined."
ANSWER_TODAY = "Rest until the missing questions are answered today."
AS_TREATED = "Follow the advice of the team that treats the fracture."
NO_IMPACT = "No running or jumping; walking and gentle movement within comfort."
LOW_IMPACT = "No running; walk, cycle or swim within comfort."
#: What is said about rest, by the gate that ends it.
REST: Mapping[Gate, str] = {Gate.NEW_ASSESSMENT: ANSWER_TODAY, Gate.CLEARANCE: AS_TREATED}
UNTIL_CLEARED = "No running and no impact until a clinician has examined you and cleared running."
NO_PAIN = 0
#: Where nothing is known of what was run, the walk-run table is entered here; who goes on, at its last stage.
STAGE_MINOR, STAGE_MAJOR = 4, 2


def build_programme(
    evaluation: Evaluation,
    answers: ValidAnswers,
    *,
    parameters: Mapping[str, object] | None = None,
    where_to_go: str = "",
) -> Programme:
    """Return the programme that an evaluation allows; ``answers`` are those it was made on.

    ``where_to_go`` is the clinic's sentence for whoever is told to follow the pathway.
    Raises ``InvalidParameters``.
    """
    context = protocol_for(parameters).context
    start = _start(evaluation, answers)
    causes = tuple(_causes(answers, context)) if start else ()
    exercises, later, left_out = _exercises(evaluation, start, causes, answers, context)
    return Programme(
        protocol_version=evaluation.protocol_version,
        decision=evaluation.decision.value,
        release=evaluation.plan_release,
        why=tuple(criterion.id for criterion in evaluation.criteria_met),
        start=start,
        clearance_needed=evaluation.follows.gate in CLEARED_BY_A_CLINICIAN,
        advice=tuple(_advice(evaluation, start, where_to_go)),
        changes=tuple(_changes(evaluation, causes, answers)) if start else (),
        causes=causes,
        exercises=exercises,
        later=later,
        left_out=left_out,
        not_assessed=evaluation.not_assessed,
        provisional=evaluation.provisional,
        # Without a number: a stored plan outlives it, and each door says the clinic's own of today.
        safety_net=TEXTS.safety_net(emergency_number="", pregnancy=may_be_pregnant(answers)).as_text,
    )


def _start(evaluation: Evaluation, answers: ValidAnswers) -> Start | None:
    """Entry by what is released (F.1); nothing for a referral or as long as information is missing."""
    match evaluation.follows.released:
        case Released.PROGRAMME:
            return _goes_on(answers)
        case Released.REDUCED:
            return _reduced(answers, MINOR_DISTANCE_SHARE, pause=False, clear_days=MINOR_CLEAR_DAYS)
        case Released.TEST_RUN:
            pause = evaluation.follows.gate is not Gate.NONE
            return _reduced(answers, MAJOR_DISTANCE_SHARE, pause=pause, clear_days=MAJOR_CLEAR_DAYS)
        case Released.GRADED:
            return Start(Phase.RESTORE)
        case Released.REHAB | Released.ACTIVITY_ONLY:
            return Start(Phase.CALM)
        case _:
            return None


def _reduced(answers: ValidAnswers, share: float, *, pause: bool, clear_days: int) -> Start:
    base = base_km(answers)
    if base is None:
        stage = STAGE_MAJOR if clear_days == MAJOR_CLEAR_DAYS else STAGE_MINOR
        return Start(Phase.GRADED_RETURN, stage, None, None, pause, clear_days)
    return Start(Phase.BUILD, None, round(share * 100), _capped(base * share, answers), pause, clear_days)


def _goes_on(answers: ValidAnswers) -> Start:
    """P4 for a runner without pain at rest, walking and running; P3 for everybody else."""
    scores = ("pain_usual_nrs", "pain_walking_nrs", "pain_run_peak_nrs", "pain_next_day_nrs")
    painless = all(answers.get(score) == NO_PAIN for score in scores)
    base = base_km(answers)
    if base is None:
        return Start(Phase.GRADED_RETURN, LAST_STAGE)
    return Start(Phase.PREHAB if painless else Phase.BUILD, None, 100, _capped(base, answers))


def _capped(km: float, answers: ValidAnswers) -> float:
    cap = run_cap(Known(longest_told(answers)), Known()).km
    return math.floor(round((km if cap is None else min(km, cap)) * 10, 6)) / 10


def longest_told(answers: Mapping[str, object]) -> float | None:
    """The longest run that the answers tell of, in km; the run that is assessed raises it by nothing."""
    told = answers.get("longest_run_30d_km")
    return float(told) if isinstance(told, int | float) else None


def base_km(answers: Mapping[str, object]) -> float | None:
    """What was really run last, in km, never above the usual distance; None where no run is known."""
    last, usual = answers.get("last_run_km"), usual_run_km(answers)
    if not isinstance(last, int | float) or last <= 0:
        return None
    return float(last) if usual is None else min(float(last), usual)


def usual_run_km(answers: Mapping[str, object]) -> float | None:
    """The usual distance of a run in km: the weekly mean by the runs of a week, else the last run."""
    weekly, runs = answers.get("weekly_km_prev4w_avg"), answers.get("runs_per_week")
    if isinstance(weekly, int | float) and isinstance(runs, int | float) and runs > 0:
        return weekly / runs
    last = answers.get("last_run_km")
    return float(last) if isinstance(last, int | float) else None


def _advice(evaluation: Evaluation, start: Start | None, where_to_go: str) -> Iterator[Advice]:
    """What is said beside the plan, or in its place: never more than the activity that follows."""
    follows = evaluation.follows
    if start is None or follows.released is Released.ACTIVITY_ONLY:
        said = activity_advice(follows)
        if follows.activity is Activity.REST and where_to_go:
            said = f"{said} {where_to_go}"
        yield Advice(said, _because_of(evaluation, "activity"))
    else:
        for line in PHASE_CONTENT[start.phase].content:
            yield Advice(
                line, Because(PHASE_CONTENT[start.phase].title, {}, PHASE_CONTENT[start.phase].sources)
            )
    if start is not None and follows.gate in CLEARED_BY_A_CLINICIAN:
        yield Advice(UNTIL_CLEARED, _because_of(evaluation, "gate"))


def activity_advice(follows: Follows) -> str:
    """The activity that follows, in words; whatever isn't named here is rest."""
    match follows.activity:
        case Activity.LOW_IMPACT | Activity.NORMAL:
            return LOW_IMPACT
        case Activity.NO_IMPACT:
            return NO_IMPACT
        case _:
            return REST.get(follows.gate, PATHWAY)


def _because_of(evaluation: Evaluation, column: str) -> Because:
    """The met criteria that a column of what follows comes from, as one reason."""
    word = getattr(evaluation.follows, column)
    found = [met for met in evaluation.criteria_met if getattr(met.follows, column) == word]
    answers = {name: _coded(name, value) for met in found for name, value in met.answers.items()}
    sources = tuple(dict.fromkeys(source for met in found for source in met.text.sources))
    return Because(" ".join(met.texts["clinician"] for met in found), answers, sources)


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
    return Because(_found(condition, {**answers, **known}, context), known, sources)


def _found(condition: Condition, answers: Mapping[str, object], context: Context) -> str:
    """What of the answers met a condition; what wasn't asked where that is the reason."""
    found = Findings(condition, context).of(answers)
    open_questions = (name for name in context.questions if name in condition.reads() and name not in answers)
    return found or " ".join(filter(None, map(not_asked, open_questions)))


def _coded(name: str, answer: object) -> object:
    """The answer without anybody's name: a programme is kept as it was, and holds no words about people."""
    codes = ("code", "status", "clearance")
    if name == "diagnoses":
        diagnoses = cast("list[dict[str, object]]", answer)
        return [{key: item[key] for key in codes if key in item} for item in diagnoses]
    if name == "spinal_surgery_clearance":
        return {key: value for key, value in cast("dict[str, object]", answer).items() if key in codes}
    return answer


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
    if evaluation.follows.released is Released.ACTIVITY_ONLY:
        now = tuple(EXERCISES_BY_ID[name] for name in ("walking_cycling", "heat"))
    coming = tuple(
        exercise
        for exercise in EXERCISES
        if exercise not in now and any(phase > first for phase in exercise.phases)
    )
    return now, coming
