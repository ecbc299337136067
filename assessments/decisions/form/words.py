"""What the form says beside a question, where the question table's note speaks to whoever builds a form.

A test holds every word of the form against the question table, and keeps them as a table to review.
"""

from collections.abc import Mapping

_LONGSTANDING = (
    "Yes: new, changed, or not sure since when. Long-standing only if it was there before this episode, is "
    "unchanged and has a known cause."
)

#: The hint of a question in place of its note; empty where the note has nothing for whoever asks.
HINTS: Mapping[str, str] = {
    "age_years": "",
    "pregnancy_status": "Post-partum: within 12 months of birth.",
    "weeks_postpartum": "",
    "pregnancy_warning_signs": "",
    "pain_region": "",
    "onset_date": "If it disagrees with the duration by more than 7 days, the longer one counts.",
    "episode_duration_days": "",
    "trend": "Too early to say only in the first week of the episode.",
    "pain_usual_nrs": "",
    "ran_last_14d": "Any distance. Without a run there are no scores of a run.",
    "hours_since_run": "Before 18 hours the next-day score stays open.",
    "pain_pre_run_nrs": "The lower of this and the usual pain is what the run is compared with.",
    "pain_next_day_nrs": "Back pain only, not sore leg muscles. Cannot be given before 18 hours.",
    "analgesic_before_run": "It masks how the back reacts to the run.",
    "analgesic_after_every_run": "",
    "saddle_sensation_change": _LONGSTANDING,
    "bladder_change": _LONGSTANDING,
    "bowel_change": _LONGSTANDING,
    "sexual_function_change": (
        "Say why it is asked: the same nerves supply it. Declined stays not known. " + _LONGSTANDING
    ),
    "leg_symptom_progression": "",
    "systemically_unwell": "Use the local sepsis tool.",
    "infection_risk": "Alone: seen within two weeks; with unrelenting pain: the same day.",
    "spinal_procedure_recent": "Alone: seen the same day. A labour epidural counts.",
    "night_pain_unrelieved": "Stiffness on turning does not count.",
    "diagnoses": (
        "Past, resolved: free of symptoms and back to running before this episode. A clearance needs a named "
        "clinician and a date."
    ),
    "clearance": "Not stated counts as not cleared.",
    "spa_features": "Onset before 35 is counted for you.",
    "adjustment_outcome": (
        "Not helped: after at least 3 runs over 7 days and 2 different changes, or earlier if you judge so."
    ),
    "new_to_running": "",
    "weekly_km_current": "",
    "surface_mix": "",
    "goal_event": "Its date never makes a decision less cautious.",
    "nutrition_concern": "If yes, ask about low energy availability too.",
    "yellow_flags": "",
    "clinician_note": (
        "Never read by the criteria. Anything here that speaks against an answer must be changed in the "
        "answer."
    ),
}
#: Choices whose code isn't plain enough.
CHOICES: Mapping[str, str] = {
    "yes_longstanding_unchanged": "Yes, but long-standing, unchanged and explained",
    "lumbosacral_sij_buttock": "Low back to buttock (lumbosacral, sacroiliac)",
    "not_tried": "Nothing changed yet",
    "helped_pain_free": "Helped: free of pain",
}
