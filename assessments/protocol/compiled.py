"""A table of criteria with parameter values, compiled: every criterion is evaluated, none cut short."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import filterfalse
from typing import cast

from assessments.protocol.compiler import Decide, Holding, build, decide_source, holding_source, void_source
from assessments.protocol.compiler import Outcome as Found
from assessments.protocol.conditions import Answers, Condition, Context
from assessments.protocol.contradictions import CONTRADICTIONS, Contradiction
from assessments.protocol.counted import answering_nothing, notices_not_attested, notices_of, without
from assessments.protocol.criteria import CRITERIA
from assessments.protocol.criteria.criterion import Criterion
from assessments.protocol.criteria.table import Contradicted, NothingElseDecides, ScreenIncomplete
from assessments.protocol.evaluation import (
    ContradictionFound,
    CriterionMet,
    CriterionText,
    Evaluation,
    Missing,
    Verdict,
)
from assessments.protocol.filling import Told
from assessments.protocol.follows import NOTHING_CHANGES, Released, Running, most_cautious
from assessments.protocol.next_questions import NextQuestions
from assessments.protocol.outcome import Outcome
from assessments.protocol.parameters import parameter_values
from assessments.protocol.question_types import Question
from assessments.protocol.questions import QUESTIONS
from assessments.protocol.validation import Notice, ValidAnswers
from assessments.protocol.version import PROTOCOL_VERSION, context_hash
from assessments.protocol.vocabulary import (
    ADJUST_LEVELS,
    ESSENTIAL_SCREENS,
    RANKS,
    URGENCIES,
    AdjustLevel,
    Decision,
    PlanRelease,
    RunStatus,
    Screen,
)
from assessments.protocol.vocabulary import rank as rank_of

ADJUST_RANK = rank_of(Decision.ADJUST_RUNNING)
SAFETY_SCREENS = (Screen.EMERGENCY.value, Screen.URGENT.value)
TOP_URGENCY = len(URGENCIES) - 1
# Index = rank: everything more cautious than adjusting means no running. For what a clinician decides in
# place of the protocol; its own decisions say more (`follows`).
RUN_STATUS = (RunStatus.WITHIN_PARAMETERS, RunStatus.MODIFIED, *(RunStatus.NO_RUNNING for _ in RANKS[2:]))
RUNNING = {
    Running.WITHIN_LIMITS: RunStatus.WITHIN_PARAMETERS,
    Running.MODIFIED: RunStatus.MODIFIED,
    Running.UNTIL_SETTLED: RunStatus.NO_RUNNING,
    Running.NONE: RunStatus.NO_RUNNING,
}
PLAN_RELEASE = {
    Released.REFERRAL_ONLY: PlanRelease.REFERRAL_ONLY,
    Released.WITHHELD: PlanRelease.WITHHELD,
}


class CompiledProtocol:
    """One table of criteria with one set of parameter values, compiled.

    Raises InvalidParameters for values outside their allowed range.
    """

    def __init__(
        self,
        *,
        criteria: Sequence[Criterion] = CRITERIA,
        parameters: Mapping[str, object] | None = None,
        contradictions: Sequence[Contradiction] = CONTRADICTIONS,
        questions: Sequence[Question] = QUESTIONS,
    ) -> None:
        self.context = Context(
            questions={question.name: question for question in questions},
            values=parameter_values(parameters),
            criteria=tuple(criteria),
            contradictions=tuple(contradictions),
        )
        self.hash = context_hash(self.context)
        self._outcome = cast("Decide", build(decide_source(self.context), "decide"))
        self._void = cast("Holding", build(void_source(self.context), "answering_nothing"))
        self._order = {name: place for place, name in enumerate(self.context.questions)}
        reads = [self._questions_read(criterion) for criterion in self.context.criteria]
        self._evidence = [tuple(name for name in self.context.questions if name in names) for names in reads]
        self._texts = [CriterionText.of(item, self.context) for item in self.context.criteria]
        self._essential = [
            (question, screen, conditions)
            for screen in ESSENTIAL_SCREENS
            for question in questions
            if (conditions := question.needed(screen)) is not None
        ]
        gaps = {
            p: c.condition.screen for p, c in enumerate(criteria) if isinstance(c.condition, ScreenIncomplete)
        }
        self._gaps = frozenset(gaps)
        self._open_emergency = next((p for p, screen in gaps.items() if screen == Screen.EMERGENCY), None)
        self._gaps_are_criteria = set(gaps.values()) == set(ESSENTIAL_SCREENS)
        # What holds only while nothing else is decided: no longer, once a screen is open.
        self._remaining = self._places(lambda item: isinstance(item.condition, NothingElseDecides))
        self._contradicted = self._places(lambda item: isinstance(item.condition, Contradicted))
        optional = [question for question in questions if question.screen == Screen.OPTIONAL]
        self._assessable = tuple(question.name for question in optional if question.type != "text")
        hung_on = {item.name: item.applies_when for item in optional if item.applies_when is not None}
        self._hung_on = frozenset(hung_on)
        self._applying = self._holding("applying", hung_on)
        asked = {item.name: item.asked_when for item in questions if item.asked_when is not None}
        self._asked_beside = self._holding("asked_beside", asked)
        self._not_optional = frozenset(item.name for item in optional if item.essential_when)
        self._features = {item.name: item.choices for item in optional if item.type == "features"}

    @cached_property
    def _next_questions(self) -> NextQuestions:
        """Made when first needed: it takes longer than the rest, and `decide` does without."""
        return NextQuestions(self.context, [self._decided_by(item) for item in self.context.criteria])

    def _holding(self, name: str, conditions: Mapping[str, Condition]) -> Holding:
        """A function from answers to the questions without an answer whose condition is true."""
        return cast("Holding", build(holding_source(name, conditions, self.context), name))

    def _places(self, wanted: Callable[[Criterion], bool]) -> frozenset[int]:
        """Positions in the table of the criteria of a kind."""
        return frozenset(place for place, item in enumerate(self.context.criteria) if wanted(item))

    def _questions_read(self, criterion: Criterion) -> frozenset[str]:
        """Questions a criterion reads, those of the contradictions included for IN-05."""
        if isinstance(criterion.condition, Contradicted):
            return frozenset().union(*(item.condition.reads() for item in self.context.contradictions))
        return criterion.condition.reads()

    def _decided_by(self, criterion: Criterion) -> frozenset[str]:
        """Those and the questions that say whether their answers count; of a screen, whether they apply."""
        read = self._questions_read(criterion)
        own = [question for question in self.context.questions.values() if question.name in read]
        needed: list[Condition] = []
        if isinstance(criterion.condition, ScreenIncomplete):
            screen = criterion.condition.screen
            own = [item for item, of, _ in self._essential if of == screen]
            needed = [one for _, of, conditions in self._essential if of == screen for one in conditions]
        voiding = [item.counts_as_unknown for item in own if item.counts_as_unknown is not None]
        return read.union(*(condition.reads() for condition in (*voiding, *needed)))

    def _found(self, answers: ValidAnswers, not_attested: Sequence[str] = ()) -> Found:
        """Rank, urgency and places of the met criteria; what isn't attested leaves the screen open."""
        found = self._outcome(answers)
        place = self._open_emergency
        if not not_attested or place is None or place in found[2]:
            return found
        rank, urgency, met = found
        criterion = self.context.criteria[place]
        return (
            max(rank, criterion.rank),
            max(urgency, criterion.urgency_rank),
            sorted([place, *(one for one in met if one not in self._remaining)]),
        )

    def decide(self, answers: ValidAnswers, *, not_attested: Sequence[str] = ()) -> Verdict:
        """Decision, urgency and ids of the met criteria, without the explanation."""
        rank, urgency, met = self._found(answers, not_attested)
        criteria = self.context.criteria
        return Verdict(RANKS[rank][0], URGENCIES[urgency], tuple(criteria[place].id for place in met))

    def outcome(self, answers: ValidAnswers, *, not_attested: Sequence[str] = ()) -> Outcome:
        """What `evaluate` comes to, without the explanation: `decide` with kind and adjustment."""
        rank, urgency, met = self._found(answers, not_attested)
        decision, kind = RANKS[rank]
        level = self._adjust_level(met) if rank == ADJUST_RANK else None
        return Outcome(decision, kind, URGENCIES[urgency], level)

    def interpret(self, answers: ValidAnswers) -> tuple[str, ...]:
        """Ids of the met criteria, condition by condition in three-valued logic: checks the compiled form."""
        answers = without(answers, answering_nothing(answers, self.context))
        return tuple(
            criterion.id
            for criterion in self.context.criteria
            if criterion.condition.evaluate(answers, self.context) is True
        )

    def evaluate(
        self,
        answers: ValidAnswers,
        *,
        notices: tuple[Notice, ...] = (),
        provisional: bool = False,
        not_attested: tuple[str, ...] = (),
    ) -> Evaluation:
        """The explained decision on validated answers.

        `not_attested` are the long-standing answers that rest on a runner's word alone: they stand, and the
        emergency screen stays open for them.
        """
        given, void = answers, tuple(self._void(answers))
        answers = without(given, void)
        notices += notices_of(void, self.context) + notices_not_attested(not_attested)
        outcome = self._found(given, not_attested)
        rank, urgency, met = outcome
        decision, kind = RANKS[rank]
        missing = self._missing(answers, met, not_attested)
        complete = not missing or missing[0].screen not in SAFETY_SCREENS  # these come first
        contradictions = self._contradictions(answers, met)
        told = Told(answers, missing, [item.id for item in contradictions])
        criteria_met = tuple([self._explained(place, told, given, contradictions) for place in met])
        follows = most_cautious([item.follows for item in criteria_met] or [NOTHING_CHANGES])
        return Evaluation(
            protocol_version=PROTOCOL_VERSION,
            protocol_hash=self.hash,
            decision=decision,
            urgency=URGENCIES[urgency],
            urgency_is_lower_bound=not complete and urgency < TOP_URGENCY,
            run_status=RUNNING[follows.running],
            adjust_level=self._adjust_level(met) if rank == ADJUST_RANK else None,
            plan_release=PLAN_RELEASE.get(follows.released, PlanRelease.RELEASABLE),
            follows=follows,
            insufficiency_kind=kind,
            screen_complete=complete,
            provisional=provisional,
            criteria_met=criteria_met,
            missing=missing,
            contradictions=tuple([ContradictionFound(item.id, item.statement) for item in contradictions]),
            next_questions=self._worth_asking(given, missing, outcome),
            not_assessed=self._not_assessed(answers, missing),
            notices=notices,
            answers=given,
        )

    def counted(self, answers: ValidAnswers) -> ValidAnswers:
        """The answers without those that answer nothing while their question applies."""
        return without(answers, tuple(self._void(answers)))

    def asks(self, question: Question, answers: Answers) -> bool | None:
        """Whether a question is to be asked beside these answers; ``None`` when they don't tell yet."""
        when = question.applies_when
        return True if when is None else when.evaluate(answers, self.context)

    def _missing(
        self, answers: Answers, met: Sequence[int], not_attested: Container[str]
    ) -> tuple[Missing, ...]:
        """Essential questions that apply and are open, in the order in which they are asked."""
        if self._gaps_are_criteria and self._gaps.isdisjoint(met):
            return ()
        return tuple(
            Missing(question.name, screen.value)
            for question, screen, conditions in self._essential
            if question.name in not_attested
            or (
                question.name not in answers
                and all(condition.evaluate(answers, self.context) is True for condition in conditions)
            )
        )

    def _worth_asking(self, given: ValidAnswers, missing: Sequence[Missing], found: Found) -> tuple[str, ...]:
        """What is missing, then what could change the outcome or is asked beside what was found."""
        names = [item.question for item in missing]
        further = set(self._next_questions(given, found))
        if found[1] < TOP_URGENCY:
            further.update(self._asked_beside(given))
        further.difference_update(names)
        return (*names, *sorted(further, key=self._order.__getitem__)) if further else tuple(names)

    def _contradictions(self, answers: Answers, met: Sequence[int]) -> tuple[Contradiction, ...]:
        if self._contradicted.isdisjoint(met):
            return ()
        return tuple(
            item
            for item in self.context.contradictions
            if item.condition.evaluate(answers, self.context) is True
        )

    def _explained(
        self, place: int, told: Told, given: Answers, contradictions: Sequence[Contradiction]
    ) -> CriterionMet:
        criterion, answers = self.context.criteria[place], told.answers
        evidence = self._evidence[place]
        if place in self._contradicted:  # the contradictions present, not all it reads
            involved = frozenset().union(*(item.condition.reads() for item in contradictions))
            evidence = tuple(name for name in evidence if name in involved)
            answers = given  # a score given too early contradicts as well
        shown: dict[str, object] = {}
        for name in evidence:
            if name in answers:
                shown[name] = answers[name]
        return CriterionMet(
            self._texts[place],
            shown,
            criterion.follows_from(told.answers, self.context),
            told,
            criterion.figures(told.answers) if criterion.figures else None,
        )

    def _adjust_level(self, met: Sequence[int]) -> AdjustLevel:
        """The largest adjustment any met criterion calls for."""
        levels = [self.context.criteria[place].adjust_level for place in met]
        return max((level for level in levels if level is not None), key=ADJUST_LEVELS.index)

    def _not_assessed(self, answers: Answers, missing: Sequence[Missing]) -> tuple[str, ...]:
        """Optional questions without an answer, free text aside; single items of a partly answered set."""
        needed = self._not_optional.intersection([item.question for item in missing])
        passed_by = (self._hung_on - set(self._applying(answers))) | needed
        return tuple([name for name in self._optional_not_assessed(answers) if name not in passed_by])

    def _optional_not_assessed(self, answers: Answers) -> tuple[str, ...]:
        if self._features.keys().isdisjoint(answers):
            return tuple(filterfalse(answers.__contains__, self._assessable))
        return tuple(self._not_assessed_items(answers))

    def _not_assessed_items(self, answers: Answers) -> Iterator[str]:
        items = self._features
        for name in self._assessable:
            if name not in answers:
                yield name
            elif name in items:
                answered = cast("Mapping[str, object]", answers[name])
                yield from (f"{name}.{item}" for item in items[name] if item not in answered)
