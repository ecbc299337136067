"""The ways in: from answers to one explained decision, with the default or a clinic's own parameters."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, tzinfo
from functools import lru_cache

from assessments.protocol.compiled import CompiledProtocol
from assessments.protocol.contradictions import CONTRADICTIONS, Contradiction
from assessments.protocol.counted import not_attested
from assessments.protocol.criteria import CRITERIA
from assessments.protocol.criteria.criterion import Criterion
from assessments.protocol.evaluation import Evaluation, Verdict
from assessments.protocol.parameters import DEFAULTS, Value, parameter_values
from assessments.protocol.validation import ValidAnswers, normalise, validate
from assessments.protocol.version import PROTOCOL_VERSION
from assessments.protocol.vocabulary import AssessorRole


@lru_cache(maxsize=1024)  # a fifth of a megabyte for each set of values in use
def _compiled(overrides: tuple[tuple[str, Value], ...]) -> CompiledProtocol:
    return CompiledProtocol(parameters=dict(overrides))


DEFAULT = _compiled(())


def compile_protocol(
    *,
    criteria: Sequence[Criterion] = CRITERIA,
    parameters: Mapping[str, object] | None = None,
    contradictions: Sequence[Contradiction] = CONTRADICTIONS,
) -> CompiledProtocol:
    """A protocol of its own, for another table. `protocol_for` is the cached way to other parameters."""
    return CompiledProtocol(criteria=criteria, parameters=parameters, contradictions=contradictions)


def protocol_for(parameters: Mapping[str, object] | None = None) -> CompiledProtocol:
    """The protocol with a clinic's own parameter values, compiled once for each set of values.

    Raises InvalidParameters.
    """
    if not parameters:
        return DEFAULT
    values = parameter_values(parameters)
    return _compiled(tuple((name, values[name]) for name in values if values[name] != DEFAULTS[name]))


def protocol_hash(parameters: Mapping[str, object] | None = None) -> str:
    """ "sha256:…" over questions, criteria, contradictions and parameter values. Raises InvalidParameters."""
    return protocol_for(parameters).hash


def evaluate(
    answers: Mapping[str, object],
    parameters: Mapping[str, object] | None = None,
    *,
    assessed_at: datetime | None = None,
    zone: tzinfo | None = None,
    assessor_role: str | None = None,
    attested_longstanding: Collection[str] = (),
) -> Evaluation:
    """The explained decision on answers as submitted.

    `assessed_at` lets the duration be counted from `onset_date`, by the calendar of `zone` (without it, of
    the offset it is written with). Answers a patient gave alone make the result provisional, and a
    long-standing one among them stays open unless `attested_longstanding` names its question.

    Raises InvalidAnswers or InvalidParameters, each with every problem.
    """
    protocol = protocol_for(parameters)
    valid, notices = normalise(answers, assessed_at, zone)
    return protocol.evaluate(
        valid,
        notices=notices,
        provisional=assessor_role == AssessorRole.PATIENT_SELF_REPORT,
        not_attested=not_attested(valid, assessor_role, attested_longstanding),
    )


def decide(answers: Mapping[str, object], parameters: Mapping[str, object] | None = None) -> Verdict:
    """Decision, urgency and met criteria alone; answers from `validate` are not checked again.

    Raises InvalidAnswers or InvalidParameters.
    """
    valid = answers if type(answers) is ValidAnswers else validate(answers)
    return protocol_for(parameters).decide(valid)


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
