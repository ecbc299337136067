"""The decision protocol: pure, standard library only, usable without Django.

>>> from assessments.protocol import evaluate
>>> evaluate({"bladder_change": "yes"}).as_dict()["decision"]
'refer_emergency'
"""

from assessments.protocol.compiled import CompiledProtocol
from assessments.protocol.contradictions import CONTRADICTIONS
from assessments.protocol.criteria import CRITERIA
from assessments.protocol.criteria.criterion import Criterion
from assessments.protocol.engine import (
    UnknownVersionError,
    compile_protocol,
    decide,
    evaluate,
    protocol_for,
    protocol_hash,
    protocol_of,
)
from assessments.protocol.evaluation import Evaluation, Verdict
from assessments.protocol.outcome import Direction, Outcome, direction
from assessments.protocol.parameters import PARAMETERS, Parameter
from assessments.protocol.problems import InvalidAnswers, InvalidParameters, Problem
from assessments.protocol.question_types import Question
from assessments.protocol.questions import ADMINISTRATIVE, QUESTIONS
from assessments.protocol.validation import Notice, ValidAnswers, validate
from assessments.protocol.version import PROTOCOL_VERSION, canonical_json

__all__ = [
    "ADMINISTRATIVE",
    "CONTRADICTIONS",
    "CRITERIA",
    "PARAMETERS",
    "PROTOCOL_VERSION",
    "QUESTIONS",
    "CompiledProtocol",
    "Criterion",
    "Direction",
    "Evaluation",
    "InvalidAnswers",
    "InvalidParameters",
    "Notice",
    "Outcome",
    "Parameter",
    "Problem",
    "Question",
    "UnknownVersionError",
    "ValidAnswers",
    "Verdict",
    "canonical_json",
    "compile_protocol",
    "decide",
    "direction",
    "evaluate",
    "protocol_for",
    "protocol_hash",
    "protocol_of",
    "validate",
]
