"""What a service raises when it doesn't do what it was asked, for a reason that the caller is told.

A refusal says once what every surface renders: the API as a problem document, FHIR as an OperationOutcome,
CDS Hooks as the answer to its call, a page as words for a person. Who catches one decides something by it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile
from typing import ClassVar

#: What a name in a pointer may look like: an index, a field or parameter as programmers write them, a header
#: that we read. Anything else may be somebody's name that was used as a key.
_SHOWN = re.compile(r"[0-9]{1,5}|[a-z_$@][A-Za-z0-9_$.:-]{0,63}|Idempotency-Key|If-Match|X-Access-Purpose")
#: How long a pointer may be.
POINTER_CHARACTERS = 200
INSIDE = "Something inside this place, whose name isn't repeated here."
INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One thing wrong at one place of the body; ``detail`` never repeats the value.

    A pointer ends above the first name that doesn't look like a field's: error bodies end up in logs.
    """

    pointer: str
    code: str
    detail: str

    def __post_init__(self) -> None:
        """Leave out what a caller may have meant as a value."""
        shown = shown_pointer(self.pointer)
        if shown != self.pointer:
            object.__setattr__(self, "pointer", shown)
            object.__setattr__(self, "detail", f"{INSIDE} {self.detail}")

    def as_dict(self) -> dict[str, str]:
        """The entry of ``errors``."""
        return {"pointer": self.pointer, "code": self.code, "detail": self.detail}


def shown_pointer(pointer: str) -> str:
    """Return the pointer up to the last name before one that isn't shown, and before it is too long."""
    parts = pointer[: POINTER_CHARACTERS + 1].split("/")[1:]
    if len(pointer) > POINTER_CHARACTERS:
        parts = parts[:-1]  # perhaps cut in the middle
    shown = takewhile(_SHOWN.fullmatch, parts)
    return "".join(f"/{part}" for part in shown)


class Refusal(Exception):  # noqa: N818 - nothing failed: it is an answer
    """What was asked for isn't done; nothing of it is stored.

    ``code`` is a key of the catalogue of problems (``backend.platform.api.problems.PROBLEMS``), ``words`` say
    more than its title. With a ``fault`` they are about the ``pointer``'s place of the request.
    ``spoken`` are the words for a person before a page, where those differ, and ``field`` the field of the
    form they stand at. ``telling``: the words say how a row stands, so not everybody is told.
    """

    code: ClassVar[str] = "conflict"
    words: str = ""
    pointer: str = ""
    fault: str = ""
    spoken: str = ""
    field: str | None = None
    telling: ClassVar[bool] = False

    def __init__(self, words: str = "", *, places: Iterable[FieldProblem] = ()) -> None:
        self.words = words or self.words
        self.spoken = self.spoken or self.words
        self.places = tuple(places) or self._place()
        super().__init__(self.words)

    @property
    def retry_after(self) -> int | None:
        """Seconds after which asking again is worth while."""
        return None

    @property
    def detail(self) -> str:
        """What is said of the whole; of input that is invalid each place says what is wrong with it."""
        return "" if self.code == INVALID else self.words

    def _place(self) -> tuple[FieldProblem, ...]:
        return (FieldProblem(self.pointer, self.fault, self.words),) if self.fault else ()


class NotFound(Refusal):
    """It doesn't exist, or it is another clinic's."""

    code = "not_found"


class Invalid(Refusal):
    """A place of the request can't be taken."""

    code = INVALID
