"""The intended purpose: what the service is for, whom, and for what it is not. One text for every place.

The dashboard, the API and docs/clinical-safety/intended-purpose.md show it; it decides nothing.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from assessments.protocol.version import PROTOCOL_VERSION


@dataclass(frozen=True, slots=True)
class IntendedPurpose:
    """``approved_by`` is the clinician who approved this version of the protocol, on ``reviewed_on``."""

    purpose: str
    user: str
    runners: str
    not_for: tuple[str, ...]
    does_not_exclude: str
    approved_by: str
    reviewed_on: str
    maker: str
    contact: str
    protocol_version: str = PROTOCOL_VERSION

    def as_dict(self) -> dict[str, object]:
        """The text as JSON-ready data."""
        return {
            name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()
        }


INTENDED_PURPOSE = IntendedPurpose(
    purpose="Return to Run supports the decision whether an adult runner with low back pain may run, and "
    "sees to "
    "it that referrals and checks which follow from the decision reach a person.",
    user="It is used by a physiotherapist, doctor or nurse, who makes the decision.",
    runners="It is for runners of 18 years and over whose main pain is in the lower back.",
    not_for=(
        "An emergency: ring first, record afterwards.",
        "Use without a clinician. What a runner answers alone is provisional until one has confirmed it.",
        "Anybody under 18.",
        "Pregnancy, unless the clinic has set it with its clinical lead.",
        "Pain whose main site is elsewhere than the lower back.",
    ),
    does_not_exclude="A reassuring result is no all-clear. Single red flags have low accuracy, and a result "
    "excludes neither serious disease nor what is not asked for: deep vein thrombosis, claudication, "
    "renal colic, "
    "shingles, causes in hip or pelvis, exertional rhabdomyolysis.",
    approved_by="",
    reviewed_on="",
    maker="The Return to Run project",
    contact="",
)
#: Stand where a person or a day is missing.
NOT_APPROVED = "not approved: no clinician has taken this version on, so it is not for clinical use"
NOT_REVIEWED = "not reviewed"
NO_CONTACT = "open: to be named by whoever places it on the market"
