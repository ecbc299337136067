"""Pairs of answers that cannot both be right (X1 to X7).

A contradiction never relaxes anything: the cautious answer keeps its effect, and the record
must be clarified (criterion IN-05) before running.
"""

from __future__ import annotations

from dataclasses import dataclass

from assessments.protocol.conditions import (
    Condition,
    Given,
    Known,
    all_of,
    any_of,
    at_most,
    one_of,
    rise_above_baseline,
)
from assessments.protocol.criteria.clearance import NEVER_CLEARED_BONE_INJURY
from assessments.protocol.texts import TEXTS


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A contradiction and the reading that stands meanwhile; its sentences are in `texts.json`."""

    id: str
    cautious_reading: str
    condition: Condition

    @property
    def statement(self) -> str:
        """What a clinician is told."""
        return TEXTS.contradictions[self.id].clinician

    def as_json(self) -> dict[str, object]:
        """The contradiction as plain data."""
        return {
            "id": self.id,
            "statement": self.statement,
            "cautious_reading": self.cautious_reading,
            "condition": self.condition.as_json(),
        }


#: A score given for a run that there was not, also one given before it could be known.
RUN_SCORES = ("pain_run_peak_nrs", "pain_post_run_peak_nrs", "hours_to_settle", "pain_next_day_nrs")

CONTRADICTIONS: tuple[Contradiction, ...] = (
    Contradiction(
        "X1",
        "The scores are still evaluated.",
        all_of(
            one_of("ran_last_14d", "no"),
            any_of(*(Given(name) for name in RUN_SCORES), one_of("analgesic_before_run", "yes")),
        ),
    ),
    Contradiction(
        "X2",
        "Being unable to walk stands (RF-S03).",
        all_of(one_of("walking_ability", "unable"), at_most("pain_walking_nrs", 1)),
    ),
    Contradiction(
        "X3",
        "The pregnancy or birth stands (CL-05, CL-06).",
        all_of(one_of("pregnancy_status", "pregnant", "postpartum"), one_of("sex_at_birth", "male")),
    ),
    Contradiction(
        "X4",
        "Too few weeks since birth still require clearance (CL-06).",
        all_of(
            Known("weeks_postpartum"),
            one_of("pregnancy_status", "not_pregnant", "pregnant", "not_applicable"),
        ),
    ),
    Contradiction(
        "X5",
        "The worsening stands (RF-S07).",
        all_of(
            one_of("leg_symptom_progression", "worsening"),
            one_of("leg_pain", "none"),
            one_of("leg_sensory_change", "none"),
            one_of("leg_weakness", "none"),
        ),
    ),
    Contradiction(
        "X6",
        "The scores stand.",
        all_of(
            one_of("adjustment_outcome", "helped_pain_free"),
            any_of(
                rise_above_baseline("pain_run_peak_nrs", "run_increase_ok_max"),
                rise_above_baseline("pain_next_day_nrs", "run_increase_ok_max"),
            ),
        ),
    ),
    Contradiction(
        "X7",
        "Clearance is still needed (CL-09).",
        NEVER_CLEARED_BONE_INJURY,
    ),
)
