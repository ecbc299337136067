"""The closed sets of words a decision is made of, with their order of caution."""

from enum import StrEnum


class Decision(StrEnum):
    """What the protocol says about running. `INSUFFICIENT_INFORMATION` has two ranks, see `rank`."""

    CONTINUE_RUNNING = "continue_running"
    ADJUST_RUNNING = "adjust_running"
    INSUFFICIENT_INFORMATION = "insufficient_information"
    STOP_AND_REHAB = "stop_and_rehab"
    STOP_RUNNING_CLEARANCE_REQUIRED = "stop_running_clearance_required"
    REFER_URGENT = "refer_urgent"
    REFER_EMERGENCY = "refer_emergency"


class InsufficiencyKind(StrEnum):
    """Which kind of information is lacking: decision data, or the safety screen itself."""

    CORE = "core"
    SCREEN = "screen"


class Urgency(StrEnum):
    """How soon a person must act, least to most urgent."""

    NONE = "none"
    ROUTINE = "routine"
    WITHIN_2_WEEKS = "within_2_weeks"
    COMPLETE_SCREEN_NOW = "complete_screen_now"
    SAME_DAY = "same_day"
    EMERGENCY_NOW = "emergency_now"


class AdjustLevel(StrEnum):
    """How much the running changes when the decision is to adjust it, least to most."""

    MINOR = "minor"
    MAJOR = "major"
    GRADED_RETURN = "graded_return"


class RunStatus(StrEnum):
    """What the runner may do until the next decision."""

    WITHIN_PARAMETERS = "run_within_current_parameters"
    MODIFIED = "modified_running"
    NO_RUNNING = "no_running"


class PlanRelease(StrEnum):
    """Whether a plan may be shown to the runner."""

    RELEASABLE = "releasable_after_clinician_sign_off"
    WITHHELD = "withheld"
    REFERRAL_ONLY = "referral_only"


class Screen(StrEnum):
    """The class of a question: what leaving it unanswered does to a decision.

    All but `OPTIONAL` and `ADMINISTRATIVE` are essential: unanswered, they block reassurance.
    Essential screens stand in the order in which they are asked.
    """

    EMERGENCY = "emergency"
    URGENT = "urgent"
    CORE = "core"
    RUN_REACTION = "run_reaction"
    OPTIONAL = "optional"
    ADMINISTRATIVE = "administrative"


class AssessorRole(StrEnum):
    """Who gathered the answers."""

    PHYSIOTHERAPIST = "physiotherapist"
    DOCTOR = "doctor"
    NURSE = "nurse"
    OTHER_CLINICIAN = "other_clinician"
    PATIENT_SELF_REPORT = "patient_self_report"


ESSENTIAL_SCREENS = (Screen.EMERGENCY, Screen.URGENT, Screen.CORE, Screen.RUN_REACTION)

# Index = rank of caution. The two kinds of insufficiency are deliberately apart: an unasked
# emergency question must never sit under a headline that reads "just rehabilitate".
RANKS: tuple[tuple[Decision, InsufficiencyKind | None], ...] = (
    (Decision.CONTINUE_RUNNING, None),
    (Decision.ADJUST_RUNNING, None),
    (Decision.INSUFFICIENT_INFORMATION, InsufficiencyKind.CORE),
    (Decision.STOP_AND_REHAB, None),
    (Decision.STOP_RUNNING_CLEARANCE_REQUIRED, None),
    (Decision.INSUFFICIENT_INFORMATION, InsufficiencyKind.SCREEN),
    (Decision.REFER_URGENT, None),
    (Decision.REFER_EMERGENCY, None),
)
URGENCIES: tuple[Urgency, ...] = tuple(Urgency)
ADJUST_LEVELS: tuple[AdjustLevel, ...] = tuple(AdjustLevel)


def rank(decision: Decision, kind: InsufficiencyKind | None = None) -> int:
    """Caution of a decision, 0 (continue) to 7 (emergency). Raises ValueError for an impossible pair."""
    return RANKS.index((decision, kind))


def urgency_rank(urgency: Urgency) -> int:
    """Order of an urgency, 0 (none) to 5 (emergency now)."""
    return URGENCIES.index(urgency)


def less_urgent(urgency: str) -> list[str]:
    """Return the urgencies below one; all that need no chasing beside it."""
    return [one.value for one in URGENCIES[: urgency_rank(Urgency(urgency))]]


#: The urgencies that somebody must see: all but "none".
ESCALATED_URGENCIES = [
    (urgency.value, urgency.value.replace("_", " ").capitalize())
    for urgency in Urgency
    if urgency is not Urgency.NONE
]
