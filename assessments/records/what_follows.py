"""What follows from a decision, in words with the clinic's pathway: the same wherever it is said."""

from assessments.protocol.explain import FOLLOWS_ACTIVITY, FOLLOWS_GATE, FOLLOWS_RUNNING
from assessments.protocol.follows import ASKED_FIRST_AT_REST, Activity, Follows
from assessments.protocol.vocabulary import Urgency
from assessments.records.models import Assessment
from clinics.identity.models import Clinic


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


def follows_in_words(follows: Follows, *, clinic: Clinic, urgency: str) -> list[str]:
    """A sentence about running, activity and the gate before running; beside rest, where to go."""
    activity = FOLLOWS_ACTIVITY[follows.activity]
    if follows.activity is Activity.REST:
        activity = f"{activity} {where_to_go(clinic, urgency)}".strip()
    lines = (FOLLOWS_RUNNING[follows.running], activity, FOLLOWS_GATE[follows.gate])
    return [line for line in lines if line]
