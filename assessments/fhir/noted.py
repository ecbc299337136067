"""What has been read of a response so far, and where each part of it stands."""

from dataclasses import dataclass, field
from typing import Any

from backend.platform.api.problems import FieldProblem


@dataclass(slots=True)
class Reading:
    """What has been read: the native body, where each of its parts stands in the response, and the faults.

    ``others`` are answers that were refused for where they stand, in a wrong place or beside another to the
    same question: nobody knows which holds. ``known_as`` is the practice's own id of the runner, where the
    response names it.
    """

    answers: dict[str, Any] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    problems: list[FieldProblem] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    others: dict[str, list[Any]] = field(default_factory=dict)
    known_as: str = ""

    def refuse(self, place: str, code: str, detail: str) -> None:
        """Note a fault."""
        self.problems.append(FieldProblem(place, code, detail))

    def note_others(self, refused: "Reading") -> None:
        """Keep what was answered where nobody reads it, or beside another answer to the same question."""
        answered = [
            *refused.answers.items(),
            *((name, one) for name, told in refused.others.items() for one in told),
        ]
        for name, value in answered:
            told = self.others.setdefault(name, [])
            if value not in told:
                told.append(value)

    def placed(self, problem: FieldProblem) -> FieldProblem:
        """A fault of the native body, at the place in the response that it came from."""
        pointer = problem.pointer
        while pointer and pointer not in self.places:
            pointer = pointer.rpartition("/")[0]
        return FieldProblem(self.places.get(pointer, ""), problem.code, problem.detail)
