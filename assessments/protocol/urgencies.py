"""What each urgency means: its deadline, how often it calls, how its referral is chased, and in which words.

Pure like the rest. Whoever needs a figure or a word of an urgency reads it here when needed: one place
changes all of them. A clinic's own ladder may be stricter, never slower.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from typing import Literal

from assessments.protocol.vocabulary import Urgency

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NO_REFERRAL = "no referral"


class Moment(Enum):
    """A moment that the clinic's calendar gives."""

    DEADLINE = auto()  # by which it must have been acknowledged
    NEXT_MORNING = auto()  # when the next working day begins


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """How long a named clinician has to acknowledge, from the call.

    ``time`` at most; ``working_days`` by the clinic's calendar, 0 for the end of the one that runs.
    """

    time: timedelta | None = None
    working_days: int | None = None

    def __post_init__(self) -> None:
        """Refuse one that never comes."""
        if self.time is None and not self.working_days:
            raise ValueError("a deadline needs a time or working days")

    @property
    def shortest(self) -> timedelta:
        """The least that is left for it, whatever the calendar says of an ordinary week."""
        return self.time if self.time is not None else (self.working_days or 0) * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Chase:
    """A question about how far a referral has got.

    ``due``: a time after the call, so many days later by the clinic's clocks, or a moment of its calendar.
    ``grace`` is the time from due to overdue, ``every`` how often it is asked again after that.
    """

    kind: str
    due: timedelta | int | Moment
    grace: timedelta = DAY
    every: timedelta = DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """One row of the table; nothing has a value that nobody gave it.

    ``repeat``: the next people are told after it, and everybody again, unless a clinic's ladder says another.
    ``no_slower_than`` is what no ladder may exceed, where that is less than the time to acknowledge.
    ``second_step`` is whom the default ladder tells next.
    ``waits_for_quiet_hours``: messages are held back while they last.
    ``closed_by``: the outcomes that may close it, ``None`` for any. ``chases`` see its referral through, and
    ``seen_within`` is by when the runner is seen, ``None`` where that has no time.
    ``source`` says where the figures come from.

    ``words`` are for a clinician's record, ``call`` heads a message that asks to acknowledge, ``chase`` one
    that asks about the referral; ``first_step`` comes before the rest of the form, ``request`` is a letter's.
    """

    acknowledge: Deadline
    repeat: timedelta
    no_slower_than: timedelta | None
    second_step: tuple[str, ...]
    waits_for_quiet_hours: bool
    closed_by: frozenset[str] | None
    chases: tuple[Chase, ...]
    seen_within: timedelta | Literal[Moment.DEADLINE] | None
    source: str
    words: str
    call: str
    chase: str
    first_step: str
    request: str

    def __post_init__(self) -> None:
        """Refuse a row that would call too late, or with nothing to say."""
        if self.repeat > self.slowest:
            raise ValueError("nobody may be told again later than the time to acknowledge")
        said = [self.source, self.words, self.call, self.first_step]
        if not all(said + ([self.chase, self.request] if self.chases else [])):
            raise ValueError("an urgency needs a source and words for whoever reads of it")

    @property
    def slowest(self) -> timedelta:
        """The latest that a step of a ladder comes and the longest that a repeat waits."""
        return self.no_slower_than or self.acknowledge.shortest


_REFERRED_ON = frozenset({"handed_over", "attended", "excluded"})

#: Whoever changes a figure changes it for every reader: deadlines, ladders, chasers, messages, FHIR.
MEANINGS: dict[Urgency, Meaning] = {
    Urgency.EMERGENCY_NOW: Meaning(
        acknowledge=Deadline(time=15 * MINUTE),
        repeat=5 * MINUTE,
        no_slower_than=5 * MINUTE,
        second_step=("all_on_call", "lead"),
        waits_for_quiet_hours=False,
        closed_by=_REFERRED_ON,
        chases=(
            # The call itself asks for the hand-over; from its deadline on we do.
            Chase(kind="handover", due=Moment.DEADLINE, grace=45 * MINUTE, every=15 * MINUTE),
            Chase(kind="attendance", due=4 * HOUR, grace=HOUR, every=HOUR),
        ),
        seen_within=timedelta(0),
        source="F.7: hand-over recorded at once, attendance confirmed within 4 h.",
        words="emergency department now",
        call="EMERGENCY: acknowledge now",
        chase="EMERGENCY: say how far the referral has got",
        first_step="Send the runner now. Record this at once: whoever is on call is called.",
        request="Emergency assessment now",
    ),
    Urgency.COMPLETE_SCREEN_NOW: Meaning(
        acknowledge=Deadline(time=4 * HOUR),
        repeat=30 * MINUTE,
        no_slower_than=None,
        second_step=("lead",),
        waits_for_quiet_hours=False,
        closed_by=None,
        chases=(),  # it is completed by an assessment, which is no referral
        seen_within=None,
        source="F.8: an incomplete screen is completed there and then; the alert stays until acknowledged.",
        words="complete or clarify the screen now",
        call="Complete the safety screen now",
        chase="",
        first_step="Ask what is missing now, before the runner leaves.",
        request="",
    ),
    Urgency.SAME_DAY: Meaning(
        acknowledge=Deadline(time=8 * HOUR, working_days=0),
        repeat=HOUR,
        no_slower_than=None,
        second_step=("lead",),
        waits_for_quiet_hours=True,
        closed_by=_REFERRED_ON | {"declined"},
        chases=(Chase(kind="seen", due=Moment.NEXT_MORNING, grace=3 * HOUR, every=4 * HOUR),),
        seen_within=Moment.DEADLINE,
        source="F.7: seen, confirmed by the next working morning.",
        words="medical review the same day",
        call="Same day: please acknowledge",
        chase="Same day: say how far the referral has got",
        first_step="A medical review today. Record this at once: whoever is on call is called.",
        request="Medical assessment on the same day",
    ),
    Urgency.WITHIN_2_WEEKS: Meaning(
        acknowledge=Deadline(working_days=2),
        repeat=DAY,
        no_slower_than=None,
        second_step=("lead",),
        waits_for_quiet_hours=True,
        closed_by=None,
        chases=(Chase(kind="booking", due=Moment.DEADLINE), Chase(kind="outcome", due=14)),
        seen_within=14 * DAY,
        source="F.7: booking confirmed in 2 working days, outcome by day 14, chased on day 15.",
        words="medical review within two weeks",
        call="Within two weeks: please acknowledge",
        chase="Within two weeks: say how far the referral has got",
        first_step="A medical review within two weeks. Recording it starts the referral.",
        request="Medical assessment within two weeks",
    ),
    Urgency.ROUTINE: Meaning(
        acknowledge=Deadline(working_days=5),
        repeat=DAY,
        no_slower_than=None,
        second_step=("lead",),
        waits_for_quiet_hours=True,
        closed_by=None,
        chases=(Chase(kind="letter", due=Moment.DEADLINE), Chase(kind="outcome", due=42)),
        seen_within=None,
        source="F.7: letter in 5 working days, outcome in 6 weeks.",
        words="routine referral",
        call="Routine: please acknowledge",
        chase="Routine: say how far the referral has got",
        first_step="A routine referral. Recording it starts the referral.",
        request="Routine medical assessment",
    ),
}


def check_every_urgency_means_something(meanings: Mapping[Urgency, Meaning]) -> None:
    """Raise ``LookupError`` when an urgency that somebody must see has no row."""
    seen = [urgency for urgency in Urgency if urgency is not Urgency.NONE]
    without = [urgency.value for urgency in seen if urgency not in meanings]
    if without:
        raise LookupError(f"what these mean stands nowhere: {', '.join(without)}")


check_every_urgency_means_something(MEANINGS)


def meaning_of(urgency: str) -> Meaning:
    """What an urgency means as the table stands; ``KeyError`` for none, which nobody is called about."""
    return MEANINGS[Urgency(urgency)]


def in_words(urgency: str) -> str:
    """The urgency for a clinician's record."""
    return NO_REFERRAL if urgency == Urgency.NONE else meaning_of(urgency).words


def first_step_of(urgency: str) -> str:
    """What to do first while the form is still filled in; empty where nobody needs to be seen."""
    return "" if urgency == Urgency.NONE else meaning_of(urgency).first_step


def chased_every(kind: str) -> timedelta | None:
    """How often a question about a referral is asked again; ``None`` for any other follow-up."""
    chases = (chase for meaning in MEANINGS.values() for chase in meaning.chases)
    return min((chase.every for chase in chases if chase.kind == kind), default=None)


def asks_in_the_morning(urgency: str) -> bool:
    """Whether one of its questions waits for the next working morning."""
    chases = MEANINGS[Urgency(urgency)].chases if urgency in MEANINGS else ()
    return any(chase.due is Moment.NEXT_MORNING for chase in chases)
