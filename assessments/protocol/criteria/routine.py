"""Routine referral: they add an urgency and no decision."""

from collections.abc import Mapping
from enum import StrEnum
from typing import cast

from assessments.protocol.conditions import (
    Answers,
    NotAnswered,
    OnsetAge,
    Setting,
    SpaFeaturesAtLeast,
    all_of,
    at_least,
    less_than,
    more_than,
    one_of,
)
from assessments.protocol.conditions.comparisons import count_spa_features
from assessments.protocol.criteria.criterion import Criterion
from assessments.protocol.criteria.shared import LEAKAGE_ONLY_IS_ROUTINE, LONG_EPISODE, OLD_BLADDER_CHANGE
from assessments.protocol.follows import NOTHING_CHANGES
from assessments.protocol.vocabulary import Urgency


class AxialSpaAction(StrEnum):
    """What a count of features calls for."""

    REFER_RHEUMATOLOGY = "refer_rheumatology"
    HLA_B27_FIRST = "hla_b27_first"


#: From so many features on the runner goes to rheumatology without HLA-B27 first (B12).
RHEUMATOLOGY_FROM = 4


def spa_figures(answers: Answers) -> dict[str, object]:
    """The features of axial spondyloarthritis counted, and what the count calls for (NICE NG65)."""
    features = cast("Mapping[str, str]", answers.get("spa_features", {}))
    count = count_spa_features(features, OnsetAge().value(answers))
    refers = count >= RHEUMATOLOGY_FROM
    action = AxialSpaAction.REFER_RHEUMATOLOGY if refers else AxialSpaAction.HLA_B27_FIRST
    return {"axial_spa_features": count, "action": action.value}


CRITERIA: tuple[Criterion, ...] = (
    Criterion(
        "RT-01",
        "Six weeks or longer",
        LONG_EPISODE,
        None,
        Urgency.ROUTINE,
        "Lasted to the upper limit of a source article (6 weeks).",
        ("HH-R00",),
        follows=NOTHING_CHANGES,
    ),
    Criterion(
        "RT-02",
        "Four weeks without improvement",
        all_of(
            at_least("episode_duration_days", "duration_review_days_ge"), NotAnswered("trend", ("improving",))
        ),
        None,
        Urgency.ROUTINE,
        "Lasted to the lower limit of a source article (4 weeks) without improving; a trend not "
        "asked about counts as not improving.",
        ("HH-R00",),
        follows=NOTHING_CHANGES,
    ),
    Criterion(
        "RT-03",
        "Persistent pain at an older age",
        all_of(at_least("age_years", "older_cancer_age_ge"), LONG_EPISODE),
        None,
        Urgency.ROUTINE,
        "Persistent back pain at 60 and over: myeloma bloods.",
        ("B11",),
        follows=NOTHING_CHANGES,
    ),
    Criterion(
        "RT-04",
        "Inflammatory back pain pattern",
        all_of(
            less_than(OnsetAge(), 45),
            more_than("episode_duration_days", 90),
            SpaFeaturesAtLeast(Setting("spa_features_ge")),
        ),
        None,
        Urgency.ROUTINE,
        "Inflammatory back pain pathway: four features or more to rheumatology, exactly three HLA-B27 first.",
        ("B12",),
        follows=NOTHING_CHANGES,
        figures=spa_figures,
    ),
    Criterion(
        "RT-05",
        "Pain relief after every run",
        one_of("analgesic_after_every_run", "yes"),
        None,
        Urgency.ROUTINE,
        "Needing pain relief after every run is a reason to talk to a doctor.",
        ("HH-H03",),
        follows=NOTHING_CHANGES,
    ),
    Criterion(
        "RT-06",
        "Low energy or menstrual disturbance",
        one_of("low_energy_or_menstrual_disturbance", "yes"),
        None,
        Urgency.ROUTINE,
        "Indicator of relative energy deficiency in sport: medical work-up.",
        ("B17",),
        follows=NOTHING_CHANGES,
    ),
    Criterion(
        "RT-07",
        "First episode at an older age",
        all_of(one_of("first_ever_episode", "yes"), at_least("age_years", "first_episode_age_ge")),
        None,
        Urgency.ROUTINE,
        "First-ever back pain at 50 or over.",
        ("B07",),
        follows=NOTHING_CHANGES,
    ),
    Criterion(
        "RT-08",
        "Long-standing, explained leakage alone",
        all_of(OLD_BLADDER_CHANGE, LEAKAGE_ONLY_IS_ROUTINE),
        None,
        Urgency.ROUTINE,
        "Long-standing, explained stress leakage alone: pelvic-health referral, asked again each time.",
        (
            "B03",
            "author-judgement",
        ),
        follows=NOTHING_CHANGES,
    ),
)
