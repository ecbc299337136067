"""What is wrong with a request, named place by place, never with the submitted value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: a JSON pointer to the place, a stable snake_case code, and what is allowed there.

    `detail` never repeats what was submitted: answers are health data, and error bodies get logged.
    """

    pointer: str
    code: str
    detail: str

    @property
    def about(self) -> str:
        """The question or parameter that it is about; empty where it is about the whole."""
        return self.pointer.removeprefix("/").partition("/")[0]

    @staticmethod
    def place(*path: object) -> str:
        """A JSON pointer (RFC 6901) to a place."""
        return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path)


class InvalidError(ValueError):
    """Input that cannot be used; `problems` holds everything wrong with it."""

    what = "input"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        places = ", ".join(f"{problem.pointer} {problem.code}" for problem in self.problems)
        super().__init__(f"invalid {self.what}: {places}")


class InvalidAnswers(InvalidError):  # noqa: N818 - the public name says what it is
    """Answers that cannot be evaluated; `problems` holds every one of them."""

    what = "answers"


class InvalidParameters(InvalidError):  # noqa: N818
    """Parameter values the protocol does not allow; `problems` holds every one of them."""

    what = "parameters"
