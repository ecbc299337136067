"""What is missing or contradictory, and the decision that remains when nothing speaks against it."""

from assessments.protocol.conditions import one_of
from assessments.protocol.criteria.criterion import Criterion
from assessments.protocol.criteria.table import Contradicted, NothingElseDecides, ScreenIncomplete
from assessments.protocol.follows import ASKED_FIRST, ASKED_FIRST_AT_REST, NOTHING_CHANGES
from assessments.protocol.vocabulary import Decision, InsufficiencyKind, Screen, Urgency

CRITERIA: tuple[Criterion, ...] = (
    Criterion(
        "IN-01",
        "Emergency screen incomplete",
        ScreenIncomplete(Screen.EMERGENCY),
        Decision.INSUFFICIENT_INFORMATION,
        Urgency.COMPLETE_SCREEN_NOW,
        "An unasked emergency question is never a negative.",
        ("safety-principle",),
        insufficiency_kind=InsufficiencyKind.SCREEN,
        follows=ASKED_FIRST_AT_REST,
    ),
    Criterion(
        "IN-02",
        "Urgent screen incomplete",
        ScreenIncomplete(Screen.URGENT),
        Decision.INSUFFICIENT_INFORMATION,
        Urgency.COMPLETE_SCREEN_NOW,
        "An unasked question of the urgent screen is never a negative.",
        ("safety-principle",),
        insufficiency_kind=InsufficiencyKind.SCREEN,
        follows=ASKED_FIRST_AT_REST,
    ),
    Criterion(
        "IN-03",
        "Core answers missing",
        ScreenIncomplete(Screen.CORE),
        Decision.INSUFFICIENT_INFORMATION,
        Urgency.NONE,
        "Data the decision rests on are missing.",
        ("EH-P1",),
        insufficiency_kind=InsufficiencyKind.CORE,
        follows=ASKED_FIRST,
    ),
    Criterion(
        "IN-04",
        "Run reaction incomplete",
        ScreenIncomplete(Screen.RUN_REACTION),
        Decision.INSUFFICIENT_INFORMATION,
        Urgency.NONE,
        "The reaction to the run is incomplete, the answer after 24 hours included.",
        ("EH-P1",),
        insufficiency_kind=InsufficiencyKind.CORE,
        follows=ASKED_FIRST,
    ),
    Criterion(
        "IN-05",
        "Contradictory answers",
        Contradicted(),
        Decision.INSUFFICIENT_INFORMATION,
        Urgency.COMPLETE_SCREEN_NOW,
        "A contradictory record: the cautious reading stands and it must be clarified.",
        ("safety-principle",),
        insufficiency_kind=InsufficiencyKind.CORE,
        follows=ASKED_FIRST_AT_REST,
    ),
    Criterion(
        "IN-06",
        "Outside the scope",
        one_of("pain_region", "other"),
        Decision.INSUFFICIENT_INFORMATION,
        Urgency.COMPLETE_SCREEN_NOW,
        "Not low back pain: the protocol does not apply.",
        ("scope",),
        insufficiency_kind=InsufficiencyKind.SCREEN,
        follows=ASKED_FIRST_AT_REST,
    ),
    Criterion(
        "OK-01",
        "All signs are OK",
        NothingElseDecides(),
        Decision.CONTINUE_RUNNING,
        Urgency.NONE,
        "Every OK sign is present and nothing is outstanding.",
        (
            "EH-P4",
            "EH-Y1",
            "EH-Y2",
            "EH-Y3",
        ),
        follows=NOTHING_CHANGES,
    ),
)
