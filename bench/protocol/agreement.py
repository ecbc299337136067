"""Do all contenders decide alike? Compared before anything is timed."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from assessments.protocol import CRITERIA
from bench.protocol.contenders import CONTENDERS, HANDWRITTEN, Result

__all__ = ["Agreement", "compare"]


#: Met only where a clinic's lead has loosened a setting.
BY_SETTING_ALONE = frozenset({"RF-S14", "AD-16", "RT-08"})


@dataclass(slots=True)
class Agreement:
    """What a comparison saw: records, how often each criterion was met, and every disagreement in words."""

    records: int = 0
    decisions: Counter[str] = field(default_factory=Counter)
    met: Counter[str] = field(default_factory=Counter)
    disagreements: list[str] = field(default_factory=list)

    @property
    def never_met(self) -> list[str]:
        """Criteria no record met: nothing was compared on them.

        Those that only a clinic's own setting lets anybody meet are left out: all run with the defaults, and
        the tests compare the others under loosened settings.
        """
        return [item.id for item in CRITERIA if not self.met[item.id] and item.id not in BY_SETTING_ALONE]

    @property
    def complete(self) -> bool:
        """All agreed, on every criterion."""
        return not self.disagreements and not self.never_met


def compare(records: Iterable[Mapping[str, Any]]) -> Agreement:
    """Run every contender on every record, against the hand-written function."""
    agreement = Agreement()
    for number, record in enumerate(records):
        expected = HANDWRITTEN.result(HANDWRITTEN.run(HANDWRITTEN.takes(record)))
        agreement.records += 1
        agreement.decisions[expected[0]] += 1
        agreement.met.update(expected[2])
        for contender in CONTENDERS:
            result = contender.result(contender.run(contender.takes(record)))
            if result != expected:
                words = _difference(expected, result)
                agreement.disagreements.append(f"record {number}, {contender.name}: {words}")
    return agreement


def _difference(expected: Result, result: Result) -> str:
    parts = [
        f"{name} {theirs} instead of {ours}"
        for name, ours, theirs in zip(("decision", "urgency"), expected, result, strict=False)
        if ours != theirs
    ]
    lacks = [key for key in expected[2] if key not in result[2]]
    extra = [key for key in result[2] if key not in expected[2]]
    order = [] if lacks or extra or expected[2] == result[2] else ["another order"]
    parts += [f"{word} {' '.join(keys)}" for word, keys in (("lacks", lacks), ("adds", extra)) if keys]
    return "; ".join(parts + order)
