"""What every reader of an answer shares: how it refuses, and what counts as unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from assessments.protocol.problems import Problem

Reader = Callable[[object], object]
Fault = tuple[tuple[object, ...], str, str]  # path below the question, code, detail


class Refused(Exception):  # noqa: N818 - one value refused; callers see InvalidAnswers
    """An answer that is not allowed, as (path below the question, code, detail) each."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(faults)
        self.faults = faults

    def under(self, step: object) -> Iterable[Fault]:
        """The same faults one level further up."""
        return (((step, *path), code, detail) for path, code, detail in self.faults)


def refuse(code: str, detail: str, *path: object) -> Refused:
    """One fault."""
    return Refused((path, code, detail))


def is_unknown(value: object) -> bool:
    """Whether a value means that the answer is not known."""
    return value is None or value == "unknown"


def problems(question: str, refused: Refused) -> list[Problem]:
    """The faults of one answer, placed."""
    return [Problem(Problem.place(question, *path), code, detail) for path, code, detail in refused.faults]
