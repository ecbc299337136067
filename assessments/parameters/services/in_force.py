"""Under which parameters a clinic decides now, and under which an assessment was decided."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog

from assessments.parameters.models import ParameterSet
from assessments.protocol import CompiledProtocol, InvalidParameters, protocol_for
from assessments.protocol.parameters import DEFAULTS, Number, Value, parameter_values
from assessments.records.models import Assessment
from clinics.identity.models import Clinic

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class InForce:
    """A clinic's set of values; number 0 without an id are the protocol's defaults."""

    id: uuid.UUID | None = None
    number: int = 0
    values: Mapping[str, Value] = field(default_factory=dict)

    @classmethod
    def of(cls, row: Any) -> InForce:
        """From id, number and values as one JSON array; None: the defaults."""
        return cls(uuid.UUID(row[0]), row[1], row[2]) if row else cls()

    @property
    def usable(self) -> Mapping[str, Value]:
        """The values that the protocol of this code allows.

        A later version may narrow a range. The default then stands in, and the log says so: a setting must
        never be why an emergency isn't decided.
        """
        try:
            parameter_values(self.values)
        except InvalidParameters as exc:
            gone = {problem.about for problem in exc.problems}
            logger.error("parameters_not_allowed", set=str(self.id), names=sorted(gone))
            return {name: value for name, value in self.values.items() if name not in gone}
        return self.values

    @property
    def protocol(self) -> CompiledProtocol:
        """The protocol with these values, compiled once for each set of values."""
        return protocol_for(self.usable)

    def value(self, name: str) -> Number:
        """One value that is a number. Raises TypeError for one in words."""
        value = self.usable.get(name, DEFAULTS[name])
        if isinstance(value, str):
            raise TypeError(name)
        return value


def parameters_in_force(clinic: Clinic) -> InForce:
    """Return the clinic's latest set; one statement, inside the clinic's scope."""
    return _of(clinic.parameter_sets.order_by("-number").only("id", "number", "values").first())


def parameters_of(assessment: Assessment) -> InForce:
    """Return what an assessment was decided under; a statement only when that is a clinic's own set."""
    return _of(assessment.parameter_set if assessment.parameter_set_id else None)


def _of(row: ParameterSet | None) -> InForce:
    return InForce(row.id, row.number, row.values) if row else InForce()
