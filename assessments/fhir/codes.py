"""Standard codes of the questions, off unless the operator turns them on."""

from collections.abc import Mapping

CODES: Mapping[str, list[dict[str, str]]] = {}


def codes_of(question: str) -> list[dict[str, str]]:
    """The codes that stand beside a question."""
    return CODES.get(question, [])
