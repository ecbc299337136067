"""Stop running and rehabilitate; low-impact activity continues."""

from assessments.protocol.conditions import CountAtLeast, Setting, at_least, more_than, one_of
from assessments.protocol.criteria.criterion import Criterion
from assessments.protocol.criteria.shared import (
    LATE_FLARE_SIGN,
    RUN_RISE_SIGN,
    WALKING_SIGN,
)
from assessments.protocol.follows import EXAMINED_FIRST, EXAMINED_FIRST_LOW_IMPACT, REHABILITATED
from assessments.protocol.questions.bone_and_inflammation import BONE_OR_IMPACT_PAIN, LOW_ENERGY
from assessments.protocol.vocabulary import Decision, Urgency

CRITERIA: tuple[Criterion, ...] = (
    Criterion(
        "SR-01",
        "Painful walking",
        WALKING_SIGN,
        Decision.STOP_AND_REHAB,
        Urgency.NONE,
        "Walking that is quite painful is a not-OK sign by itself.",
        (
            "EH-N1",
            "B21",
        ),
        follows=REHABILITATED,
    ),
    Criterion(
        "SR-02",
        "Adjusting did not help",
        one_of("adjustment_outcome", "not_helped", "worse"),
        Decision.STOP_AND_REHAB,
        Urgency.NONE,
        "Running keeps irritating the back despite adjustment.",
        ("EH-P3",),
        follows=REHABILITATED,
    ),
    Criterion(
        "SR-03",
        "Several not-OK signs",
        CountAtLeast((WALKING_SIGN, RUN_RISE_SIGN, LATE_FLARE_SIGN), Setting("not_ok_signs_stop_ge")),
        Decision.STOP_AND_REHAB,
        Urgency.NONE,
        "Two independent not-OK signs: adjusting alone is not a safe first step.",
        (
            "EH-N1",
            "EH-N2",
            "EH-N3",
            "author-judgement",
        ),
        follows=REHABILITATED,
    ),
    Criterion(
        "SR-04",
        "High usual pain",
        more_than("pain_usual_nrs", "usual_pain_stop_gt"),
        Decision.STOP_AND_REHAB,
        Urgency.NONE,
        "Usual pain is already above the ceiling of the pain-monitoring model.",
        (
            "B19",
            "B21",
        ),
        follows=REHABILITATED,
    ),
    Criterion(
        "SR-05",
        "Severe pain during the run",
        at_least("pain_run_peak_nrs", "run_peak_severe_ge"),
        Decision.STOP_AND_REHAB,
        Urgency.NONE,
        "Severe pain during a run.",
        (
            "B19",
            "B21",
        ),
        follows=REHABILITATED,
    ),
    Criterion(
        "SR-06",
        "Pinpoint bone or impact pain",
        BONE_OR_IMPACT_PAIN,
        Decision.STOP_AND_REHAB,
        Urgency.ROUTINE,
        "Pinpoint bony or impact pain: no running until examined by a named clinician; CL-03 "
        "outranks this while a risk factor is not excluded.",
        ("B17",),
        follows=EXAMINED_FIRST,
    ),
    Criterion(
        "SR-07",
        "Sign of low energy availability",
        LOW_ENERGY,
        Decision.STOP_AND_REHAB,
        Urgency.ROUTINE,
        "Sign of low energy availability in a runner with back pain: no running until "
        "examined by a named clinician.",
        ("B17",),
        follows=EXAMINED_FIRST_LOW_IMPACT,
    ),
)
