"""The versions of the protocol that this code can evaluate."""

from __future__ import annotations

from collections.abc import Mapping

from assessments.protocol.canonical import PROTOCOL_VERSION
from assessments.protocol.compiled import CompiledProtocol
from assessments.protocol.engine import protocol_for

#: A version whose tables this code no longer holds can be read from its records and not evaluated.
VERSIONS: tuple[str, ...] = (PROTOCOL_VERSION,)


class UnknownVersionError(ValueError):
    """No such version here; the message names those there are."""

    def __init__(self) -> None:
        super().__init__(f"There is no such version of the protocol here. Known: {', '.join(VERSIONS)}.")


def protocol_of(version: str, parameters: Mapping[str, object] | None = None) -> CompiledProtocol:
    """A version with a clinic's own parameter values, compiled once for each set of values.

    Raises UnknownVersionError or InvalidParameters.
    """
    if version not in VERSIONS:
        raise UnknownVersionError
    return protocol_for(parameters)
