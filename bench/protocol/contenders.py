"""The ways of deciding that are compared, each from the answers it takes to the same three results."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from assessments.protocol import decide, evaluate, validate
from bench.protocol import handwritten, zen

__all__ = ["CONTENDERS", "DECISION", "EXPLAINED", "HANDWRITTEN", "ZEN", "ZEN_ALONE", "Contender"]

Result = tuple[str, str, list[str]]


@dataclass(frozen=True, slots=True)
class Contender:
    """`run` is what is timed; `result` reads decision, urgency and criteria ids out of what it returned.

    `raw`: it is given answers as a client sends them; otherwise they are validated beforehand, untimed.
    """

    name: str
    run: Callable[[Mapping[str, Any]], Any]
    result: Callable[[Any], Result]
    raw: bool = False

    def takes(self, answers: Mapping[str, Any]) -> Mapping[str, Any]:
        """The answers in the form this contender is given."""
        return answers if self.raw else validate(answers)


def _explained(evaluation: Mapping[str, Any]) -> Result:
    met = [criterion["id"] for criterion in evaluation["criteria_met"]]
    return evaluation["decision"], evaluation["urgency"], met


def _plain(result: tuple[str, str, Any]) -> Result:
    decision, urgency, met = result
    return decision, urgency, list(met)


HANDWRITTEN = Contender("hand-written, decision alone", handwritten.decide, _plain)
DECISION = Contender("ours, decision alone", decide, _plain)
EXPLAINED = Contender(
    "ours, validated and explained", lambda raw: evaluate(raw).as_dict(), _explained, raw=True
)
ZEN = Contender("zen-engine, static loader", zen.from_loader(), zen.decide)
ZEN_ALONE = Contender("zen-engine, create_decision", zen.stand_alone(), zen.decide)
CONTENDERS = (HANDWRITTEN, DECISION, EXPLAINED, ZEN, ZEN_ALONE)
