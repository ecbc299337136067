"""The safety properties and where they end; the tests that hold each name it (`tools/docs/holding.py`)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SafetyProperty:
    """A property and its known limits."""

    id: str
    holds: str
    limits: str = ""


PROPERTIES: tuple[SafetyProperty, ...] = (
    SafetyProperty(
        "S1",
        "Worsening never relaxes: one answer worse never lowers decision or urgency of a record "
        "free of contradictions.",
        "Running pain is judged relative to usual pain: raising usual pain alone, with the run "
        "scores unchanged, shrinks the rise (usual 0 and peak 2: adjust; usual 1 and peak 2: "
        "continue). The property holds for the whole profile shifted up and for each run score; "
        "SR-04, SR-05 and AD-07 bound the effect.",
    ),
    SafetyProperty(
        "S2a",
        "Unknown never reassures: leaving a question out is at least as cautious as its most "
        "reassuring answer.",
        "Answers that contradict the rest of the record are no alternative: weeks since birth "
        "when nobody gave birth, or scores of a run that did not happen.",
    ),
    SafetyProperty(
        "S2b",
        "An essential question that applies blocks while unasked; a screening question blocks "
        "above stopping and clearance.",
    ),
    SafetyProperty(
        "S2c",
        "Running continues only when nothing is missing.",
    ),
    SafetyProperty(
        "S3",
        "Referral symptoms always escalate: an emergency is decided exactly when an emergency "
        "symptom is met, an urgent symptom refers urgently or higher, a routine one never has "
        "urgency none.",
    ),
    SafetyProperty(
        "S4",
        "A contradiction never permits running, and the plan is withheld.",
        "Under a referral the plan is `referral_only`, which releases no plan either.",
    ),
    SafetyProperty(
        "S5",
        "Pain scores cannot buy down a referral symptom.",
    ),
    SafetyProperty(
        "S6",
        "Safer settings are safer: a parameter moved in its cautious direction never lowers "
        "decision or urgency.",
        "Checked at both ends, the default and one value between, beside the defaults and "
        "beside the strictest other settings; not for every combination.",
    ),
    SafetyProperty(
        "S7",
        "Deterministic, total and free of order: the same answers give the same bytes, every "
        "valid record one decision.",
    ),
    SafetyProperty(
        "S8",
        "No clock, network, language model or free text in the criteria.",
        "A note that contradicts an answer is therefore not noticed: whoever asks must.",
    ),
    SafetyProperty(
        "S9",
        "Every decision lists all criteria it rests on, with text and source; what was not "
        'asked is never worded as "no …".',
    ),
    SafetyProperty(
        "S10",
        "A follow-up cannot loosen by itself.",
        "Answers stay out that must be asked afresh; what advances a programme is the number of "
        "green checks in a row that the protocol asks for.",
    ),
    SafetyProperty(
        "S11",
        "Escalation closes the loop: it ends only with an outcome and a person, and repeats until then.",
    ),
    SafetyProperty(
        "S12",
        "History is never hidden: an assessment is never changed or deleted.",
    ),
    SafetyProperty(
        "S13",
        "A goal event never lowers caution.",
    ),
    SafetyProperty(
        "S14",
        "An emergency is recorded and answered whatever else fails.",
        "The result does not wait for a notification. Without the database nothing is recorded "
        "and the request fails visibly; `POST /evaluations` and the shell command need none to "
        "decide.",
    ),
    SafetyProperty(
        "S15",
        "No answer is never an answer: a choice that says a question does not apply, while it "
        "does, decides as if the question had not been asked; a score given before it can be "
        "known permits nothing; a long-standing answer of the runner alone decides as a new "
        "one.",
    ),
    SafetyProperty(
        "S16",
        "What follows is as cautious as each criterion that is met, on every surface: plan, "
        "permission, page, message and letter show the result's columns and none of their own.",
    ),
    SafetyProperty(
        "S17",
        "A programme neither gives nor takes a permission: permission, gate and advice of an "
        "assessment are the same before one, beside it and after it.",
    ),
)
