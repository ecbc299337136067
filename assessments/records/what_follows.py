"""What follows from a decision, in words with the clinic's pathway: the same wherever it is said."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from assessments.protocol.criteria import CRITERIA_BY_ID
from assessments.protocol.criteria.criterion import Door
from assessments.protocol.findings import may_be_pregnant
from assessments.protocol.follows import ASKED_FIRST_AT_REST, Activity, Follows
from assessments.protocol.texts import TEXTS, SafetyNet, Sentences
from assessments.protocol.vocabulary import Urgency, urgency_rank
from assessments.records.models import Assessment
from clinics.identity.models import Clinic

#: Said to a runner beside each other, so that a page stays short.
MOST_REASONS = 3
#: A page that calls for one of these says nothing less urgent beside it.
ALONE = frozenset({Urgency.EMERGENCY_NOW, Urgency.SAME_DAY, Urgency.COMPLETE_SCREEN_NOW})
TELL_THEM = "Tell them that you are pregnant, and how many weeks."
DO_NOT_DRIVE = "Do not drive yourself."


@dataclass(frozen=True, slots=True)
class Place:
    """A number to ring and where to go; ``unit`` is whose they are, ``destination`` may be empty."""

    unit: str
    number: str
    destination: str

    def ring_or_go(self) -> str:
        """Both, as they follow upon a word such as "Now:"."""
        named = "the maternity number " if self.unit == "Maternity" else ""
        return f"ring {named}{self.number}" + (f", or go to {self.destination}" if self.destination else "")


@dataclass(frozen=True, slots=True)
class WhereToGo:
    """The one place that works out where these criteria send a runner: every page, letter and card says it.

    ``maternity`` comes before ``emergency``; either is none where the clinic names none, or it isn't meant.
    """

    maternity: Place | None
    emergency: Place | None
    by_ambulance: bool
    pregnant: bool

    @classmethod
    def of(cls, clinic: Clinic, met: Iterable[str]) -> "WhereToGo":
        """By the clinic's pathway and the ids of the criteria that are met."""
        doors = {CRITERIA_BY_ID[one].door for one in met if one in CRITERIA_BY_ID}
        pregnant = Door.MATERNITY in doors
        maternity = Place("Maternity", clinic.maternity_emergency_number, clinic.maternity_destination)
        emergency = Place("Emergency", clinic.emergency_number, clinic.emergency_destination)
        return cls(
            maternity if pregnant and maternity.number else None,
            emergency if emergency.number and emergency.destination else None,
            Door.AMBULANCE in doors,
            pregnant,
        )

    @property
    def places(self) -> tuple[Place, ...]:
        """The maternity unit first, where one is meant."""
        return tuple(place for place in (self.maternity, self.emergency) if place)

    @property
    def conduct(self) -> str:
        """What else must be said beside numbers and places; empty where nothing is."""
        said = (
            DO_NOT_DRIVE if self.by_ambulance else "",
            TELL_THEM if self.pregnant and not self.maternity else "",
        )
        return " ".join(filter(None, said))

    def as_text(self, when: str) -> str:
        """One line that begins with when to do it; empty where the clinic names no place."""
        if not self.places:
            return ""
        return " ".join(filter(None, (f"{when}: {self._in_order()}.", self.conduct)))

    def _in_order(self) -> str:
        first, *others = self.places
        if self.by_ambulance and self.emergency:
            ambulance = f"ring {self.emergency.number} for an ambulance to {self.emergency.destination}"
            if not self.maternity:
                return ambulance
            unit = f" ({first.destination})" if first.destination else ""
            return f"ring the maternity number {first.number}{unit}, and {ambulance}"
        last = "".join(f"; if nobody answers there, {other.ring_or_go()}" for other in others)
        return f"{first.ring_or_go()}{last}"

    def to_the_runner(self) -> tuple[str, ...]:
        """What to do at once, as a runner's own page says it: its title, then a line for each place."""
        title, line = "Get emergency help now", "Ring your emergency number now."
        if self.emergency and self.by_ambulance:
            number, destination = self.emergency.number, self.emergency.destination
            title, line = "Ring for an ambulance now", f"Ring {number} now for an ambulance to {destination}."
        elif self.emergency:
            title = "Go to the emergency department now"
            line = (
                f"Go now to {self.emergency.destination}, or ring {self.emergency.number} for an ambulance."
            )
        if self.maternity is None:
            return title, line
        if self.by_ambulance:
            first = f"Ring the maternity number {self.maternity.number} now."
            return "Ring the maternity number and for an ambulance now", first, line
        otherwise = f"If nobody answers there: {line[:1].lower()}{line[1:]}"
        return "Ring the maternity number now", f"Now: {self.maternity.ring_or_go()}.", otherwise


def where_to_go(clinic: Clinic, urgency: str, met: Iterable[str]) -> str:
    """Return numbers and destinations, where it is urgent enough to need them; else nothing.

    ``met`` are the ids of the criteria that are met: some send a runner elsewhere, or in another way.
    """
    where = WhereToGo.of(clinic, met)
    if urgency == Urgency.EMERGENCY_NOW:
        return where.as_text("Now")
    if urgency in {Urgency.SAME_DAY, Urgency.COMPLETE_SCREEN_NOW}:
        return where.as_text("If it gets worse or nobody is reached")
    return ""


def where_of(assessment: Assessment) -> WhereToGo:
    """Where the criteria of a stored record send the runner, by the clinic's pathway of today."""
    return WhereToGo.of(assessment.clinic, met_of(assessment.evaluation))


def met_of(evaluation: Mapping[str, Any]) -> frozenset[str]:
    """The ids of the criteria that a stored evaluation met."""
    return frozenset(met["id"] for met in evaluation["criteria_met"])


def follows_of(assessment: Assessment) -> Follows:
    """What follows from a stored evaluation; rest where the record is of a version that didn't say."""
    stored = assessment.evaluation.get("follows")
    return ASKED_FIRST_AT_REST if stored is None else Follows.of(stored)


def follows_in_words(
    follows: Follows, *, clinic: Clinic, urgency: str, met: Iterable[str], reader: str = "clinician"
) -> list[str]:
    """A sentence about running, activity and the gate before running; beside rest, where to go.

    ``met`` are the ids of the criteria that are met, as for ``where_to_go``. ``reader`` is one of those
    that the texts are written for: clinician, letter or runner.
    """
    said = {word: getattr(TEXTS.column(word), reader) for word in (follows.running, follows.gate)}
    activity = getattr(TEXTS.column(follows.activity), reader)
    if follows.activity is Activity.REST:
        activity = f"{activity} {where_to_go(clinic, urgency, met)}".strip()
    lines = (said[follows.running], activity, said[follows.gate])
    return [line for line in lines if line]


def sentences_of(met: Mapping[str, Any]) -> Sentences:
    """The texts of a criterion that a stored evaluation holds; its title where a version had no more."""
    texts = met.get("texts")
    return Sentences(**texts) if texts else Sentences(met["title"], f"{met['title']}.", "")


def reasons_for_the_runner(evaluation: Mapping[str, Any]) -> list[str]:
    """Why, to the runner: the sentence of the most urgent criterion, then up to two more.

    None of them says less than the page does: beside a referral at once only those that call for it, and
    elsewhere only criteria whose own row is what follows.
    """
    met = sorted(_said_to_a_runner(evaluation), key=lambda one: -urgency_rank(Urgency(one["urgency"])))
    sentences = (sentences_of(one).runner for one in met)
    return [sentence for sentence in dict.fromkeys(sentences) if sentence][:MOST_REASONS]


def _said_to_a_runner(evaluation: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    alone = evaluation["urgency"] in ALONE
    running = (evaluation.get("follows") or {}).get("running")
    for one in evaluation["criteria_met"]:
        if alone:
            if one["urgency"] == evaluation["urgency"]:
                yield one
        elif one["decision"] is None or _row_of(one["id"]) == running:
            yield one


def _row_of(criterion: str) -> str | None:
    """Running by the criterion's own row; none for a criterion of another version."""
    known = CRITERIA_BY_ID.get(criterion)
    return known.follows.running.value if known else None


def suspicions(evaluation: Mapping[str, Any], *, urgency: str = Urgency.EMERGENCY_NOW) -> list[str]:
    """What a referral at once is for, in the words of its criteria, all of them in table order."""
    return [sentences_of(met).letter for met in evaluation["criteria_met"] if met["urgency"] == urgency]


def safety_net_of(clinic: Clinic | None, answers: Mapping[str, Any]) -> SafetyNet:
    """The safety net with the clinic's numbers, as a runner of these answers reads it."""
    number = clinic.emergency_number if clinic else ""
    maternity = clinic.maternity_emergency_number if clinic else ""
    return TEXTS.safety_net(
        emergency_number=number, maternity_number=maternity, pregnancy=may_be_pregnant(answers)
    )
