"""The shape of the demo's data: clinics, runners and what happened to them, as times before now."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from assessments.escalations.models import Outcome
from assessments.follow_ups.models import FollowUpKind
from assessments.protocol.follow_up import CARRIED_QUESTIONS

#: A record without a single finding: everything asked, a run that settled within hours.
REASSURING: Mapping[str, object] = {
    "sex_at_birth": "female", "pregnancy_status": "not_pregnant", "pain_region": "lumbar",
    "episode_duration_days": 12, "first_ever_episode": "no", "trend": "unchanged", "treatment_tried": "yes",
    "trauma": "none", "pain_usual_nrs": 2, "pain_walking_nrs": 1, "ran_last_14d": "yes",
    "pain_pre_run_nrs": 2, "pain_run_peak_nrs": 3, "pain_post_run_peak_nrs": 3, "hours_to_settle": 2,
    "pain_next_day_nrs": 2, "analgesic_before_run": "no", "analgesic_after_every_run": "no",
    "saddle_sensation_change": "no", "bladder_change": "no", "bowel_change": "no",
    "sexual_function_change": "no", "leg_pain": "none", "leg_sensory_change": "none", "leg_weakness": "none",
    "leg_symptom_progression": "not_applicable", "gait_unsteady": "no", "vascular_warning": "no",
    "systemically_unwell": "no", "walking_ability": "normal", "fever_or_rigors": "no", "infection_risk": "no",
    "spinal_procedure_recent": "no",
    "cancer_history": "no", "unexplained_weight_loss": "no", "night_pain_unrelieved": "no",
    "constant_unremitting_pain": "no", "thoracic_or_band_pain": "no", "bone_fragility_risk": "no",
    "new_spinal_deformity": "no", "bone_focal_pain": "no", "diagnoses": [], "hop_or_impact_pain": "no",
    "prior_bone_stress_injury": "no", "low_energy_or_menstrual_disturbance": "no",
    "pain_earlier_each_run": "no", "adjustment_outcome": "not_tried", "new_to_running": "no",
    "weekly_km_current": 25, "weekly_km_prev4w_avg": 25, "last_run_km": 8, "longest_run_30d_km": 12,
}  # fmt: skip

#: What changes in that record for somebody who hasn't run (``None`` leaves a question out).
NO_RUN: Mapping[str, object] = {
    "ran_last_14d": "no", "pain_pre_run_nrs": None, "pain_run_peak_nrs": None, "pain_post_run_peak_nrs": None,
    "hours_to_settle": None, "pain_next_day_nrs": None, "analgesic_before_run": None,
    "analgesic_after_every_run": None, "weekly_km_current": None, "weekly_km_prev4w_avg": None,
    "last_run_km": None, "longest_run_30d_km": None,
}  # fmt: skip

#: The same record for a man.
MAN: Mapping[str, object] = {"sex_at_birth": "male", "pregnancy_status": "not_applicable"}


@dataclass(frozen=True, slots=True)
class Visit:
    """One assessment: how long ago, and how it differs from a reassuring record.

    ``taken_on`` is how long its escalation waited for a clinician (``None``: still open) and ``closed`` how
    long until it was resolved with ``code`` and ``outcome``. ``confirmed`` are the steps of the referral that
    the clinician confirmed four hours after taking it on. ``answers`` names the kind of follow-up it replies
    to.
    """

    ago: timedelta
    changes: Mapping[str, object] = field(default_factory=dict)
    role: str = "physiotherapist"
    answers: str | None = None
    taken_on: timedelta | None = None
    confirmed: tuple[FollowUpKind, ...] = ()
    closed: timedelta | None = None
    code: Outcome = Outcome.ATTENDED
    outcome: str = ""

    def given(self, background: Mapping[str, object]) -> dict[str, object]:
        """The answers as the practice system would send them; a check sends only what it asks afresh."""
        everything = {**REASSURING, **background, **self.changes}
        asked = everything.keys() - (CARRIED_QUESTIONS - self.changes.keys() if self.answers else set())
        return {name: value for name, value in everything.items() if name in asked and value is not None}


@dataclass(frozen=True, slots=True)
class Runner:
    """A made-up patient and the visits so far, first one first."""

    external_id: str
    given_name: str
    family_name: str
    birth_date: date
    visits: tuple[Visit, ...]
    background: Mapping[str, object] = field(default_factory=dict)
    profile: Mapping[str, object] = field(default_factory=dict)

    @property
    def details(self) -> dict[str, object]:
        """The fields of the patient."""
        return {
            "external_id": self.external_id,
            "given_name": self.given_name,
            "family_name": self.family_name,
            "birth_date": self.birth_date,
            "sex_at_birth": {**REASSURING, **self.background}["sex_at_birth"],
            "running_profile": dict(self.profile),
        }


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signs in to the dashboard; ``role`` as in ``clinics.identity.models.Role``."""

    username: str
    given_name: str
    family_name: str
    role: str


@dataclass(frozen=True, slots=True)
class ClinicStory:
    """A practice: its pathway, its people (the clinician is on call, the admin leads) and its runners.

    ``country`` and ``subdivision`` are those of its public holidays, ISO 3166.
    """

    name: str
    time_zone: str
    country: str
    subdivision: str
    emergency_number: str
    emergency_destination: str
    maternity_emergency_number: str
    maternity_destination: str
    mail_domain: str
    clinician: Person
    admin: Person
    runners: tuple[Runner, ...]
