"""What follows from a decision, in words with the clinic's pathway: the same wherever it is said."""

from collections.abc import Iterator, Mapping
from typing import Any

from assessments.protocol.criteria import CRITERIA_BY_ID
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


def where_to_go(clinic: Clinic, urgency: str) -> str:
    """The emergency number and destination, where it is urgent enough to need them; else empty."""
    number, place = clinic.emergency_number, clinic.emergency_destination
    if not number or not place:
        return ""
    if urgency == Urgency.EMERGENCY_NOW:
        return f"Now: ring {number}, or go to {place}."
    if urgency in {Urgency.SAME_DAY, Urgency.COMPLETE_SCREEN_NOW}:
        return f"If it gets worse or nobody is reached: ring {number}, or go to {place}."
    return ""


def follows_of(assessment: Assessment) -> Follows:
    """What follows from a stored evaluation; rest where the record is of a version that didn't say."""
    stored = assessment.evaluation.get("follows")
    return ASKED_FIRST_AT_REST if stored is None else Follows.of(stored)


def follows_in_words(
    follows: Follows, *, clinic: Clinic, urgency: str, reader: str = "clinician"
) -> list[str]:
    """A sentence about running, activity and the gate before running; beside rest, where to go.

    ``reader`` is one of those that the texts are written for: clinician, letter or runner.
    """
    said = {word: getattr(TEXTS.column(word), reader) for word in (follows.running, follows.gate)}
    activity = getattr(TEXTS.column(follows.activity), reader)
    if follows.activity is Activity.REST:
        activity = f"{activity} {where_to_go(clinic, urgency)}".strip()
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
    return TEXTS.safety_net(emergency_number=number, pregnancy=may_be_pregnant(answers))
