"""Generated pages of docs/clinical-safety: intended purpose, safety case, change control."""

from __future__ import annotations

from collections.abc import Iterable

from assessments.protocol import CONTRADICTIONS, CRITERIA, PROTOCOL_VERSION, protocol_hash
from assessments.protocol.purpose import INTENDED_PURPOSE, NO_CONTACT, NOT_APPROVED, NOT_REVIEWED
from tools.docs.hazard_log_page import by_risk
from tools.docs.hazards import BLOCKS, HAZARDS, NEEDS_ACCEPTANCE, VACANT
from tools.docs.holding import collected, worked_cases
from tools.docs.markdown import code, page, table
from tools.docs.safety_properties import PROPERTIES

#: What a file for a medical device holds, and whether this one has it.
DEVICE_FILE = (
    ("Clinical safety officer, named by the maker (DCB0129)", VACANT),
    ("Clinical risk management plan", "in part: scale, limits and roles stand in the hazard log"),
    ("Hazard log", "present: [hazard log](hazard-log.md), not reviewed by a clinical safety officer"),
    ("Safety case report", "outline: this page"),
    ("Risk management by ISO 14971", "absent: the hazard log is its start"),
    ("Software life cycle by IEC 62304, with its class", "absent: the class is not argued"),
    ("Software of unknown provenance", "present: [software](software.md)"),
    ("Usability by IEC 62366, with the runner's check-in", "absent: pages are tested, no person was watched"),
    ("Clinical evaluation with a validation study", "absent"),
    ("Held-back and blind vignettes, with under- and over-triage rates", "absent"),
    (
        "Vigilance and post-market surveillance",
        "form present: [post-market](post-market.md); nobody is named",
    ),
    ("Label and declaration of conformity", "absent"),
    (
        "Assessment by whoever deploys it (DCB0160)",
        "absent: theirs to make; what is handed to them stands below",
    ),
    ("DTAC and DSPT", "absent: the deployer's and the maker's to supply"),
)
EVIDENCE = (
    ("Safety properties, over generated records", "[protocol](../protocol.md#safety-properties)"),
    ("Worked cases, edges and planted errors for every criterion", "[traceability](../traceability.md)"),
    ("Threats and the tests that hold them", "[threat model](../threat-model.md)"),
    ("Load and failure", "[benchmarks](../benchmarks.md), [testing](../testing.md)"),
)


def intended_purpose_page() -> str:
    """Return the page of the intended purpose."""
    told = INTENDED_PURPOSE
    return page(
        "# Intended purpose",
        "The same text stands in the dashboard, linked from every page of it, and in the answer of "
        "`GET /api/v1/protocols/{version}`.",
        told.purpose,
        told.user,
        told.runners,
        "## Not for",
        listed(told.not_for),
        "## What a result does not exclude",
        told.does_not_exclude,
        "## Version and who answers for it",
        table(
            ("", ""),
            (
                ("protocol", told.protocol_version),
                ("approved by", told.approved_by or NOT_APPROVED),
                ("reviewed on", told.reviewed_on or NOT_REVIEWED),
                ("maker", told.maker),
                ("contact", told.contact or NO_CONTACT),
            ),
        ),
        "## Class",
        "It drives triage and is likely to be a medical device: in the UK class I or higher, in the EU "
        "class IIa "
        "by rule 11, and IIb if a missed cauda equina syndrome counts as an irreversible deterioration. "
        "The class "
        "is open until somebody who may decide it has.",
    )


def safety_case_page() -> str:
    """Return the outline of the safety case: it points at evidence and repeats none of it."""
    named = sum(len(held.ids) > 0 for held in collected())
    waiting = [hazard for hazard in by_risk() if hazard.risk >= NEEDS_ACCEPTANCE]
    return page(
        "# Safety case: outline",
        "Points at the evidence and repeats none of it. It is not complete, and the table at the end "
        "says what "
        f"is missing. Clinical safety officer: {VACANT.partition(': ')[0]}. While that is so, the "
        f"service is not "
        "for clinical use.",
        "## Purpose and claims",
        "[Intended purpose](intended-purpose.md). Claimed: within that purpose no answer that is "
        "missing, early "
        "or beside the point makes a decision less cautious; what follows from a decision is as cautious "
        "as each "
        "criterion that is met; a referral that was decided reaches a person or is called for until it has.",
        "## System and boundary",
        "[Architecture](../architecture.md). Inside: questions, criteria, decision, programme, follow-ups, "
        "escalations, letters, the dashboard, the runner's check-in, FHIR and CDS Hooks. Outside: mail and "
        "on-call services, the hospital's and the practice's software, and whoever reads a message.",
        "## Hazards by the risk that is left",
        f"{len(HAZARDS)} hazards; none at {BLOCKS} or more, {len(waiting)} at {NEEDS_ACCEPTANCE} to "
        f"{BLOCKS - 1} "
        "and not accepted by anybody: "
        f"{', '.join(hazard.id for hazard in waiting if hazard.accepted_by == VACANT) or 'none'}.",
        "## Evidence",
        table(("what", "where"), EVIDENCE),
        f"{len(CRITERIA)} criteria, {len(CONTRADICTIONS)} contradictions, {len(PROPERTIES)} properties, "
        f"{len(worked_cases())} worked cases; {named} tests name what they hold, and `make held` fails "
        f"unless "
        "each has passed.",
        "## Handed to whoever deploys it",
        listed(f"{hazard.id}: {control}." for hazard in HAZARDS for control in hazard.deployer),
        "## Change control",
        "[Change control](change-control.md), by the protocol's hash.",
        "## After release",
        "[Post-market](post-market.md): what to report, to whom, and how a version is called back.",
        "## What a device's file holds, and whether it is here",
        table(("part", "state"), DEVICE_FILE),
    )


def change_control_page() -> str:
    """Return how a change of the protocol is controlled."""
    return page(
        "# Change control",
        f"Protocol {PROTOCOL_VERSION}, identity with default parameters:\n{code(protocol_hash())}.",
        "The hash covers questions, criteria, contradictions and parameter values: everything that can "
        "change "
        "what an evaluation says. Every stored decision carries version, hash and parameters. This page is "
        "compared by `make check`, so no change of the protocol goes unseen into a release.",
        "1. The clinical lead of the protocol writes down what changes and why, and which hazards it "
        "touches. "
        f"({'Vacant' if not INTENDED_PURPOSE.approved_by else INTENDED_PURPOSE.approved_by}.)\n"
        "2. The tables change. A criterion without edges, planted errors and a worked case fails the "
        "tests; one "
        "without a test that names it fails `make check`.\n"
        "3. `manage.py replay` evaluates a clinic's stored assessments and names every decision that "
        "would flip, "
        "the less cautious ones first. The clinical lead reads them.\n"
        "4. The hazard log is gone through; a remaining risk that rises is accepted again.\n"
        "5. `PROTOCOL_VERSION` rises, the changelog says what is less cautious first, and `make "
        "generate` writes "
        "this page with the new hash.\n"
        "6. The approving clinician and the day of review are entered in `assessments/protocol/purpose.py`; "
        "until then every place that shows the intended purpose says that it is not approved.\n"
        "7. What was decided before keeps its decision and says its version.",
        "A clinic's own parameters change the hash of its decisions too. Who set what, when and why is "
        "kept, and "
        "the looser end of a range needs the clinic's clinical lead by name.",
    )


def listed(lines: Iterable[str]) -> str:
    """Return lines as a list."""
    return "\n".join(f"- {line}" for line in lines)
