"""Emergency: a person in hospital care now."""

from assessments.protocol.conditions import HasDiagnosis, Unknown, all_of, any_of, one_of, unless
from assessments.protocol.criteria.criterion import Criterion, Door
from assessments.protocol.criteria.shared import (
    CORD_OR_CAUDA_EQUINA,
    LEG_PAIN,
    LEG_SENSORY_CHANGE,
    MILD_OR_WORSE_WEAKNESS,
    PAIN_IN_BOTH_LEGS,
    SINCE_SHORT,
    SPINAL_INFECTION_RISK,
    STABLE_AND_ALONE,
    WALKING_AFFECTED,
    WORSENING_IN_A_LEG,
)
from assessments.protocol.follows import REFERRED_AT_ONCE
from assessments.protocol.questions.emergency import ANY_LEG_SYMPTOM, CES_ITEMS, LONGSTANDING
from assessments.protocol.vocabulary import Decision, Urgency

CRITERIA: tuple[Criterion, ...] = (
    Criterion(
        "RF-E01",
        "New saddle sensation change",
        one_of("saddle_sensation_change", "yes"),
        Decision.REFER_EMERGENCY,
        Urgency.EMERGENCY_NOW,
        "New or changed saddle or genital sensation: suspected cauda equina syndrome.",
        (
            "B01",
            "B02",
            "B03",
            "B05",
        ),
        follows=REFERRED_AT_ONCE,
    ),
    Criterion(
        "RF-E02",
        "New bladder change",
        one_of("bladder_change", "yes"),
        Decision.REFER_EMERGENCY,
        Urgency.EMERGENCY_NOW,
        "New or changed bladder function (incontinence, retention, hesitancy, lost sensation): "
        "suspected cauda equina syndrome.",
        (
            "HH-R04",
            "B01",
            "B02",
            "B03",
        ),
        follows=REFERRED_AT_ONCE,
    ),
    Criterion(
        "RF-E03",
        "New bowel change",
        one_of("bowel_change", "yes"),
        Decision.REFER_EMERGENCY,
        Urgency.EMERGENCY_NOW,
        "New or changed bowel control or sensation: suspected cauda equina syndrome.",
        (
            "HH-R04",
            "B01",
            "B02",
            "B03",
        ),
        follows=REFERRED_AT_ONCE,
    ),
    Criterion(
        "RF-E04",
        "New sexual function change",
        one_of("sexual_function_change", "yes"),
        Decision.REFER_EMERGENCY,
        Urgency.EMERGENCY_NOW,
        "New loss of genital sensation, erectile or sexual function with back pain: suspected "
        "cauda equina syndrome.",
        (
            "B02",
            "B03",
            "B05",
        ),
        follows=REFERRED_AT_ONCE,
    ),
    Criterion(
        "RF-E05",
        "Pain in both legs",
        all_of(PAIN_IN_BOTH_LEGS, unless(STABLE_AND_ALONE)),
        Decision.REFER_EMERGENCY,
        Urgency.EMERGENCY_NOW,
        "New bilateral leg pain with back pain is a warning pattern of cauda equina syndrome.",
        (
            "B02",
            "B07",
            "B15",
        ),
        follows=REFERRED_AT_ONCE,
    ),
    Criterion(
        "RF-E06",
        "Sensory change in both legs",
        one_of("leg_sensory_change", "bilateral"),
        Decision.REFER_EMERGENCY,
        Urgency.EMERGENCY_NOW,
        "Bilateral sensory loss or tingling: suspected cauda equina or cord compression.",
        (
            "B02",
            "B03",
            "B15",
        ),
        follows=REFERRED_AT_ONCE,
    ),
    Criterion(
        "RF-E07",
        "Severe or two-sided leg weakness",
        one_of("leg_weakness", "severe_unilateral", "bilateral"),
        Decision.REFER_EMERGENCY,
        Urgency.EMERGENCY_NOW,
        "Power 3/5 or less, foot drop, or weakness in both legs: major motor deficit.",
        (
            "HH-R03",
            "B07",
            "B15",
            "B16",
        ),
        follows=REFERRED_AT_ONCE,
    ),
    Criterion(
        "RF-E08",
        "Leg weakness getting worse",
        all_of(any_of(MILD_OR_WORSE_WEAKNESS, Unknown("leg_weakness")), WORSENING_IN_A_LEG),
        Decision.REFER_EMERGENCY,
        Urgency.EMERGENCY_NOW,
        "A progressive motor deficit is an emergency even while it is still mild; weakness not asked about "
        "counts as weakness while a leg symptom worsens.",
        (
            "B07",
            "B16",
        ),
        follows=REFERRED_AT_ONCE,
    ),
    Criterion(
        "RF-E09",
        "New unsteadiness",
        one_of("gait_unsteady", "yes"),
        Decision.REFER_EMERGENCY,
        Urgency.EMERGENCY_NOW,
        "New unsteadiness or legs giving way, not explained by pain: cord or cauda equina "
        "compression until excluded.",
        (
            "HH-R05",
            "B07",
        ),
        follows=REFERRED_AT_ONCE,
    ),
    Criterion(
        "RF-E10",
        "Vascular warning sign",
        one_of("vascular_warning", "yes"),
        Decision.REFER_EMERGENCY,
        Urgency.EMERGENCY_NOW,
        "Sudden severe back or abdominal pain with collapse, a pulsating abdomen or a known "
        "aneurysm: ruptured aneurysm or other aortic event.",
        ("B13",),
        follows=REFERRED_AT_ONCE,
        door=Door.AMBULANCE,
    ),
    Criterion(
        "RF-E11",
        "Looks very unwell",
        one_of("systemically_unwell", "yes"),
        Decision.REFER_EMERGENCY,
        Urgency.EMERGENCY_NOW,
        "Very unwell, confused or breathless: possible sepsis, spinal infection included.",
        ("B14",),
        follows=REFERRED_AT_ONCE,
        door=Door.AMBULANCE,
    ),
    Criterion(
        "RF-E12",
        "Major trauma",
        one_of("trauma", "major"),
        Decision.REFER_EMERGENCY,
        Urgency.EMERGENCY_NOW,
        "High-energy injury: spinal fracture until imaged.",
        (
            "B08",
            "B09",
        ),
        follows=REFERRED_AT_ONCE,
    ),
    Criterion(
        "RF-E13",
        "Cancer history with a neurological sign",
        all_of(
            one_of("cancer_history", "yes"),
            any_of(
                ANY_LEG_SYMPTOM,
                WALKING_AFFECTED,
                one_of("gait_unsteady", "yes"),
                one_of("bladder_change", LONGSTANDING),
                one_of("bowel_change", LONGSTANDING),
            ),
        ),
        Decision.REFER_EMERGENCY,
        Urgency.EMERGENCY_NOW,
        "Cancer history with any neurological symptom, radicular pain and walking difficulty "
        "included: suspected metastatic cord compression.",
        ("B10",),
        follows=REFERRED_AT_ONCE,
    ),
    Criterion(
        "RF-E14",
        "Fever or infection risk with a leg symptom",
        any_of(
            all_of(one_of("fever_or_rigors", "yes"), ANY_LEG_SYMPTOM),
            all_of(SPINAL_INFECTION_RISK, any_of(MILD_OR_WORSE_WEAKNESS, WORSENING_IN_A_LEG)),
        ),
        Decision.REFER_EMERGENCY,
        Urgency.EMERGENCY_NOW,
        "Fever, or a risk of spinal infection, with neurology: spinal epidural abscess.",
        (
            "B08",
            "B14",
        ),
        follows=REFERRED_AT_ONCE,
    ),
    Criterion(
        "RF-E15",
        "Pregnancy warning sign",
        one_of("pregnancy_warning_signs", "yes"),
        Decision.REFER_EMERGENCY,
        Urgency.EMERGENCY_NOW,
        "Bleeding, fluid loss, regular painful tightenings or reduced movements: maternity emergency line.",
        ("author-judgement",),
        follows=REFERRED_AT_ONCE,
        door=Door.MATERNITY,
    ),
    Criterion(
        "RF-E16",
        "Cord or cauda equina compression suspected",
        HasDiagnosis(CORD_OR_CAUDA_EQUINA, "suspected"),
        Decision.REFER_EMERGENCY,
        Urgency.EMERGENCY_NOW,
        "A clinician suspecting cord or cauda equina compression is itself the trigger.",
        (
            "EH-D02",
            "B01",
            "B10",
        ),
        follows=REFERRED_AT_ONCE,
    ),
    Criterion(
        "RF-E17",
        "Old cauda equina item with a leg symptom",
        all_of(
            any_of(*(one_of(item, LONGSTANDING) for item in CES_ITEMS)),
            any_of(
                WORSENING_IN_A_LEG,
                MILD_OR_WORSE_WEAKNESS,
                all_of(any_of(LEG_PAIN, LEG_SENSORY_CHANGE), SINCE_SHORT),
            ),
        ),
        Decision.REFER_EMERGENCY,
        Urgency.EMERGENCY_NOW,
        "A long-standing saddle, bladder, bowel or sexual change together with a new or worsening leg "
        "symptom: suspected cauda equina syndrome.",
        (
            "B02",
            "B03",
            "B07",
        ),
        follows=REFERRED_AT_ONCE,
    ),
)
