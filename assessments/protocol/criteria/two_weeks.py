"""Urgent referral within two weeks."""

from assessments.protocol.conditions import NotAnswered, all_of, any_of, at_least, one_of, unless
from assessments.protocol.criteria.criterion import Criterion
from assessments.protocol.criteria.shared import (
    LEAKAGE_ONLY_IS_ROUTINE,
    LEG_PAIN,
    LEG_SENSORY_CHANGE,
    WALKING_AFFECTED,
)
from assessments.protocol.follows import REFERRED
from assessments.protocol.questions.emergency import CES_ITEMS, LONGSTANDING
from assessments.protocol.vocabulary import Decision, Urgency

CRITERIA: tuple[Criterion, ...] = (
    Criterion(
        "RF-W01",
        "Pain down a leg",
        LEG_PAIN,
        Decision.REFER_URGENT,
        Urgency.WITHIN_2_WEEKS,
        "Pain radiating down the leg: medical review; running stops meanwhile.",
        (
            "HH-R02",
            "AA-R01",
            "B06",
        ),
        follows=REFERRED,
    ),
    Criterion(
        "RF-W02",
        "Tingling or numbness in a leg",
        LEG_SENSORY_CHANGE,
        Decision.REFER_URGENT,
        Urgency.WITHIN_2_WEEKS,
        "Leg tingling or numbness: medical review.",
        ("HH-R03",),
        follows=REFERRED,
    ),
    Criterion(
        "RF-W03",
        "Walking affected by the pain",
        WALKING_AFFECTED,
        Decision.REFER_URGENT,
        Urgency.WITHIN_2_WEEKS,
        "Pain makes walking hard: a referral criterion of a source article.",
        ("HH-R05",),
        follows=REFERRED,
    ),
    Criterion(
        "RF-W04",
        "Worsening despite treatment",
        all_of(one_of("trend", "worsening"), NotAnswered("treatment_tried", ("no",))),
        Decision.REFER_URGENT,
        Urgency.WITHIN_2_WEEKS,
        "Getting worse despite treatment: a referral criterion of a source article. Treatment not "
        "asked about counts as tried.",
        ("HH-R01",),
        follows=REFERRED,
    ),
    Criterion(
        "RF-W05",
        "Constant, unremitting pain",
        one_of("constant_unremitting_pain", "yes"),
        Decision.REFER_URGENT,
        Urgency.WITHIN_2_WEEKS,
        "Constant, non-mechanical pain.",
        (
            "AA-R01",
            "B07",
            "B08",
        ),
        follows=REFERRED,
    ),
    Criterion(
        "RF-W06",
        "Unrelieved night pain",
        one_of("night_pain_unrelieved", "yes"),
        Decision.REFER_URGENT,
        Urgency.WITHIN_2_WEEKS,
        "Night pain that no position eases.",
        (
            "B07",
            "B08",
            "B10",
        ),
        follows=REFERRED,
    ),
    Criterion(
        "RF-W07",
        "Unexplained weight loss",
        one_of("unexplained_weight_loss", "yes"),
        Decision.REFER_URGENT,
        Urgency.WITHIN_2_WEEKS,
        "Possible malignancy or infection; from the age of 60 the pancreatic-cancer CT criterion "
        "applies too.",
        (
            "B08",
            "B11",
        ),
        follows=REFERRED,
    ),
    Criterion(
        "RF-W08",
        "Cancer history",
        one_of("cancer_history", "yes"),
        Decision.REFER_URGENT,
        Urgency.WITHIN_2_WEEKS,
        "The single red flag with a useful likelihood for spinal malignancy.",
        (
            "B09",
            "B10",
        ),
        follows=REFERRED,
    ),
    Criterion(
        "RF-W09",
        "Thoracic or band-like pain",
        any_of(one_of("thoracic_or_band_pain", "yes"), one_of("pain_region", "thoracic")),
        Decision.REFER_URGENT,
        Urgency.WITHIN_2_WEEKS,
        "Thoracic or band-like pain is outside mechanical low back pain.",
        (
            "B08",
            "B10",
        ),
        follows=REFERRED,
    ),
    Criterion(
        "RF-W10",
        "Fragile bone",
        one_of("bone_fragility_risk", "yes"),
        Decision.REFER_URGENT,
        Urgency.WITHIN_2_WEEKS,
        "Osteoporosis, an earlier fragility fracture or prolonged steroids: fracture is possible "
        "without trauma.",
        (
            "B08",
            "B09",
        ),
        follows=REFERRED,
    ),
    Criterion(
        "RF-W11",
        "Long-standing bladder, bowel or sexual change",
        all_of(
            any_of(*(one_of(item, LONGSTANDING) for item in CES_ITEMS if item != "saddle_sensation_change")),
            unless(LEAKAGE_ONLY_IS_ROUTINE),
        ),
        Decision.REFER_URGENT,
        Urgency.WITHIN_2_WEEKS,
        "An old, unchanged and explained symptom still escalates, but not to the emergency door.",
        (
            "HH-R04",
            "B03",
        ),
        follows=REFERRED,
    ),
    Criterion(
        "RF-W12",
        "Risk of spinal infection",
        one_of("infection_risk", "yes"),
        Decision.REFER_URGENT,
        Urgency.WITHIN_2_WEEKS,
        "Risk of spinal infection: reviewed even without fever, which most spinal infections lack at first.",
        (
            "B08",
            "B14",
        ),
        follows=REFERRED,
    ),
    Criterion(
        "RF-W13",
        "Very severe pain at rest or on walking",
        any_of(
            at_least("pain_usual_nrs", "severe_rest_pain_ge"),
            at_least("pain_walking_nrs", "severe_rest_pain_ge"),
        ),
        Decision.REFER_URGENT,
        Urgency.WITHIN_2_WEEKS,
        "Pain this severe at rest or on walking needs a medical review.",
        (
            "B08",
            "B21",
        ),
        follows=REFERRED,
    ),
    Criterion(
        "RF-W14",
        "A knock and pinpoint bone pain",
        all_of(one_of("trauma", "minor"), one_of("bone_focal_pain", "yes")),
        Decision.REFER_URGENT,
        Urgency.WITHIN_2_WEEKS,
        "A fall or knock and pain on one point of bone: fracture until examined, at any age.",
        (
            "B08",
            "B09",
        ),
        follows=REFERRED,
    ),
)
