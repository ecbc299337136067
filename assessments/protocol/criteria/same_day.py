"""Urgent referral the same day."""

from assessments.protocol.conditions import CountAtLeast, HasDiagnosis, all_of, any_of, at_least, one_of
from assessments.protocol.criteria.criterion import Criterion
from assessments.protocol.criteria.shared import (
    CORD_OR_CAUDA_EQUINA,
    NOT_CLEARED,
    PAIN_IN_BOTH_LEGS,
    SPINAL_INFECTION_RISK,
    STABLE_AND_ALONE,
)
from assessments.protocol.follows import REFERRED_AT_ONCE
from assessments.protocol.questions.emergency import CES_ITEMS, LONGSTANDING
from assessments.protocol.vocabulary import Decision, Urgency

CRITERIA: tuple[Criterion, ...] = (
    Criterion(
        "RF-S01",
        "Fever or rigors",
        one_of("fever_or_rigors", "yes"),
        Decision.REFER_URGENT,
        Urgency.SAME_DAY,
        "Back pain with fever or rigors: discitis, epidural abscess, pyelonephritis.",
        (
            "B08",
            "B14",
        ),
        follows=REFERRED_AT_ONCE,
    ),
    Criterion(
        "RF-S02",
        "Mild weakness in one leg",
        one_of("leg_weakness", "mild_unilateral"),
        Decision.REFER_URGENT,
        Urgency.SAME_DAY,
        "New leg weakness needs examination the same day, to grade it and to exclude progression.",
        (
            "HH-R03",
            "B07",
        ),
        follows=REFERRED_AT_ONCE,
    ),
    Criterion(
        "RF-S03",
        "Unable to walk",
        one_of("walking_ability", "unable"),
        Decision.REFER_URGENT,
        Urgency.SAME_DAY,
        "Cannot walk or bear weight: fracture, infection or major deficit.",
        ("HH-R05",),
        follows=REFERRED_AT_ONCE,
    ),
    Criterion(
        "RF-S04",
        "Cancer history with a metastatic pain pattern",
        all_of(
            one_of("cancer_history", "yes"),
            any_of(
                one_of("night_pain_unrelieved", "yes"),
                one_of("constant_unremitting_pain", "yes"),
                one_of("thoracic_or_band_pain", "yes"),
                one_of("unexplained_weight_loss", "yes"),
                one_of("trend", "worsening"),
            ),
        ),
        Decision.REFER_URGENT,
        Urgency.SAME_DAY,
        "Pain pattern of spinal metastasis: contact the cord-compression coordinator within 24 hours.",
        ("B10",),
        follows=REFERRED_AT_ONCE,
    ),
    Criterion(
        "RF-S05",
        "Minor trauma with fragile bone",
        all_of(
            one_of("trauma", "minor"),
            any_of(one_of("bone_fragility_risk", "yes"), at_least("age_years", "fragility_age_ge")),
        ),
        Decision.REFER_URGENT,
        Urgency.SAME_DAY,
        "Low-energy fall with fragile bone: vertebral or sacral fragility fracture.",
        (
            "B08",
            "B09",
        ),
        follows=REFERRED_AT_ONCE,
    ),
    Criterion(
        "RF-S06",
        "New spinal deformity",
        one_of("new_spinal_deformity", "yes"),
        Decision.REFER_URGENT,
        Urgency.SAME_DAY,
        "New step, stoop or marked list: fracture or slip until examined.",
        (
            "B07",
            "B08",
        ),
        follows=REFERRED_AT_ONCE,
    ),
    Criterion(
        "RF-S07",
        "Leg symptoms getting worse",
        one_of("leg_symptom_progression", "worsening"),
        Decision.REFER_URGENT,
        Urgency.SAME_DAY,
        "Worsening radicular pain or sensory change.",
        (
            "HH-R02",
            "B07",
        ),
        follows=REFERRED_AT_ONCE,
    ),
    Criterion(
        "RF-S08",
        "Long-standing saddle sensation change",
        one_of("saddle_sensation_change", LONGSTANDING),
        Decision.REFER_URGENT,
        Urgency.SAME_DAY,
        "Even an old saddle loss must be discussed with a doctor that day in a new episode of back "
        "pain; more than 14 days is no all-clear.",
        ("B03",),
        follows=REFERRED_AT_ONCE,
    ),
    Criterion(
        "RF-S09",
        "Fracture suspected",
        HasDiagnosis(("fracture",), "suspected"),
        Decision.REFER_URGENT,
        Urgency.SAME_DAY,
        "Suspected fracture: take the load off and image.",
        (
            "EH-D05",
            "B08",
        ),
        follows=REFERRED_AT_ONCE,
    ),
    Criterion(
        "RF-S10",
        "Infection risk with unrelenting pain",
        all_of(
            SPINAL_INFECTION_RISK,
            any_of(
                one_of("night_pain_unrelieved", "yes"),
                one_of("constant_unremitting_pain", "yes"),
                one_of("unexplained_weight_loss", "yes"),
                one_of("trend", "worsening"),
            ),
        ),
        Decision.REFER_URGENT,
        Urgency.SAME_DAY,
        "Spinal infection often has no fever; a risk factor with unrelenting pain is enough.",
        (
            "B08",
            "B14",
        ),
        follows=REFERRED_AT_ONCE,
    ),
    Criterion(
        "RF-S11",
        "Cord or cauda equina compression not cleared",
        HasDiagnosis(CORD_OR_CAUDA_EQUINA, "confirmed_current", NOT_CLEARED),
        Decision.REFER_URGENT,
        Urgency.SAME_DAY,
        "Known cord or cauda equina compression not yet cleared: confirm today that specialist "
        "care is in place and nothing has changed.",
        (
            "EH-D02",
            "B01",
            "B10",
        ),
        follows=REFERRED_AT_ONCE,
    ),
    Criterion(
        "RF-S12",
        "Recent spinal procedure",
        one_of("spinal_procedure_recent", "yes"),
        Decision.REFER_URGENT,
        Urgency.SAME_DAY,
        "Back pain within three months of a spinal injection, epidural, puncture or "
        "operation: infection or haematoma until examined.",
        (
            "B08",
            "B14",
        ),
        follows=REFERRED_AT_ONCE,
    ),
    Criterion(
        "RF-S13",
        "Several old cauda equina items",
        CountAtLeast(tuple(one_of(item, LONGSTANDING) for item in CES_ITEMS), 2),
        Decision.REFER_URGENT,
        Urgency.SAME_DAY,
        "Several long-standing cauda equina items in a new back-pain episode must be discussed with a doctor "
        "that day.",
        ("B03",),
        follows=REFERRED_AT_ONCE,
    ),
    Criterion(
        "RF-S14",
        "Old, stable pain in both legs",
        all_of(PAIN_IN_BOTH_LEGS, STABLE_AND_ALONE),
        Decision.REFER_URGENT,
        Urgency.SAME_DAY,
        "Pain in both legs for months, unchanged, no other cauda equina item: examined the same day.",
        (
            "B02",
            "B07",
            "author-judgement",
        ),
        follows=REFERRED_AT_ONCE,
    ),
    Criterion(
        "RF-S15",
        "Earlier cord or cauda equina compression",
        HasDiagnosis(CORD_OR_CAUDA_EQUINA, "past_resolved"),
        Decision.REFER_URGENT,
        Urgency.SAME_DAY,
        "Earlier cord or cauda equina compression and new back pain: discussed with a doctor that day.",
        (
            "EH-D02",
            "B01",
            "B03",
            "B10",
        ),
        follows=REFERRED_AT_ONCE,
    ),
)
