"""docs/clinical-safety/hazard-log.md, from the log's data and the tests that name its rows."""

from __future__ import annotations

from collections.abc import Iterator

from tools.docs.hazards import BLOCKS, HAZARDS, NEEDS_ACCEPTANCE, VACANT, Hazard
from tools.docs.holding import held_by
from tools.docs.markdown import code, page, table

NOT_REVIEWED = "open: not reviewed by a clinical safety officer"


def hazard_log_page() -> str:
    """Return the page."""
    waiting = [hazard for hazard in HAZARDS if hazard.accepted_by == VACANT]
    return page(
        "# Hazard log",
        f"In the form of DCB0129. {len(HAZARDS)} hazards, from `docs/clinical-safety/hazards.toml`; tests "
        "are those that name the hazard and have passed. Severity and likelihood go from 1 to 5; they are "
        "the makers' proposals until a clinical safety officer has reviewed them.",
        f"Severity times likelihood after the controls: {BLOCKS} and more block a release (`make check` "
        f"fails); {NEEDS_ACCEPTANCE} to {BLOCKS - 1} need the written acceptance of the clinical safety "
        f"officer. {len(waiting)} wait for it: {', '.join(hazard.id for hazard in waiting) or 'none'}. While "
        f'that post reads "{VACANT}", the service is not for clinical use.',
        "## By the risk that is left",
        table(("hazard", "", "before", "after", "accepted by", "owner"), map(_summary, by_risk())),
        *(block for hazard in HAZARDS for block in _blocks(hazard)),
    )


def by_risk() -> list[Hazard]:
    """Return the hazards, the largest remaining risk first."""
    return sorted(HAZARDS, key=lambda hazard: (-hazard.risk, -hazard.risk_before, hazard.id))


def _summary(hazard: Hazard) -> tuple[str, ...]:
    return (
        hazard.id,
        hazard.hazard,
        str(hazard.risk_before),
        str(hazard.risk),
        hazard.accepted_by or "not needed",
        hazard.owner,
    )


def _blocks(hazard: Hazard) -> Iterator[str]:
    yield f"## {hazard.id}. {hazard.hazard}"
    yield table(("", ""), _rows(hazard))


def _rows(hazard: Hazard) -> Iterator[tuple[str, str]]:
    yield "causes", "; ".join(hazard.causes)
    yield "effect on the runner", hazard.effect
    yield "before", _product(hazard.before)
    yield "controls in the product", "; ".join(hazard.product)
    yield "in training", "; ".join(hazard.training) or "none"
    yield "at the deployer", "; ".join(hazard.deployer) or "none"
    yield "after", _product(hazard.after)
    yield "risk that is left, accepted by", hazard.accepted_by or f"not needed below {NEEDS_ACCEPTANCE}"
    yield "criteria and properties", ", ".join((*hazard.criteria, *hazard.properties)) or "none of its own"
    yield "tests", "; ".join(map(code, held_by(hazard.id)))
    yield "owner", hazard.owner
    yield "state", hazard.state
    yield "reviewed", hazard.reviewed or NOT_REVIEWED


def _product(pair: tuple[int, int]) -> str:
    severity, likelihood = pair
    return f"severity {severity} times likelihood {likelihood} = {severity * likelihood}"
