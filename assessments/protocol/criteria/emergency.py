"""Emergency: a person in hospital care now."""

from assessments.protocol.conditions import HasDiagnosis, all_of, any_of, one_of
from assessments.protocol.criteria.criterion import Criterion
from assessments.protocol.criteria.shared import (
    CORD_OR_CAUDA_EQUINA,
    LEG_PAIN,
    LEG_SENSORY_CHANGE,
    MILD_OR_WORSE_WEAKNESS,
    WALKING_AFFECTED,
)
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
    ),
    Criterion(
        "RF-E05",
        "Pain in both legs",
        one_of("leg_pain", "bilateral"),
        Decision.REFER_EMERGENCY,
        Urgency.EMERGENCY_NOW,
        "New bilateral leg pain with back pain is a warning pattern of cauda equina syndrome.",
        (
            "B02",
            "B07",
            "B15",
        ),
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
    ),
    Criterion(
        "RF-E08",
        "Leg weakness getting worse",
        all_of(MILD_OR_WORSE_WEAKNESS, one_of("leg_symptom_progression", "worsening")),
        Decision.REFER_EMERGENCY,
        Urgency.EMERGENCY_NOW,
        "A progressive motor deficit is an emergency even while it is still mild.",
        (
            "B07",
            "B16",
        ),
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
    ),
    Criterion(
        "RF-E11",
        "Looks very unwell",
        one_of("systemically_unwell", "yes"),
        Decision.REFER_EMERGENCY,
        Urgency.EMERGENCY_NOW,
        "Very unwell, confused or breathless: possible sepsis, spinal infection included.",
        ("B14",),
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
    ),
    Criterion(
        "RF-E13",
        "Cancer history with a neurological sign",
        all_of(
            one_of("cancer_history", "yes"),
            any_of(
                LEG_PAIN,
                LEG_SENSORY_CHANGE,
                MILD_OR_WORSE_WEAKNESS,
                WALKING_AFFECTED,
                one_of("gait_unsteady", "yes"),
                one_of("bladder_change", "yes_longstanding_unchanged"),
                one_of("bowel_change", "yes_longstanding_unchanged"),
            ),
        ),
        Decision.REFER_EMERGENCY,
        Urgency.EMERGENCY_NOW,
        "Cancer history with any neurological symptom, radicular pain and walking difficulty "
        "included: suspected metastatic cord compression.",
        ("B10",),
    ),
    Criterion(
        "RF-E14",
        "Fever with a leg symptom",
        all_of(
            one_of("fever_or_rigors", "yes"), any_of(LEG_PAIN, LEG_SENSORY_CHANGE, MILD_OR_WORSE_WEAKNESS)
        ),
        Decision.REFER_EMERGENCY,
        Urgency.EMERGENCY_NOW,
        "Fever with neurology: spinal epidural abscess.",
        (
            "B08",
            "B14",
        ),
    ),
    Criterion(
        "RF-E15",
        "Pregnancy warning sign",
        one_of("pregnancy_warning_signs", "yes"),
        Decision.REFER_EMERGENCY,
        Urgency.EMERGENCY_NOW,
        "Bleeding, fluid loss, regular painful tightenings or reduced movements: maternity emergency line.",
        ("author-judgement",),
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
    ),
)
