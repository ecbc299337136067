"""Evaluate a clinic's stored assessments again: which decisions would flip, and how.

Answers are evaluated as they were stored: they are what was decided on, units converted, duration in place,
carried ones included. What a clinician decided in place of the protocol stays out of it.
"""

import uuid
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.db.models.fields.json import KeyTextTransform

from assessments.protocol import CompiledProtocol, Direction, InvalidAnswers, Outcome, direction, validate
from assessments.protocol.counted import not_attested
from assessments.records.models import Assessment
from assessments.records.services import questions_of
from clinics.identity.models import Clinic

#: Rows that the server's cursor hands over at a time.
CHUNK = 500

_outcome = cache(Outcome.of)


class Replayed(NamedTuple):
    """One assessment evaluated again; ``after`` is None when its answers can't be read any more.

    ``refused`` are then the places and codes, never a value.
    """

    assessment: uuid.UUID
    under: tuple[str, str]  # protocol version and hash it was decided under
    before: Outcome
    after: Outcome | None
    refused: tuple[str, ...] = ()
    beside_decided: bool = True  # `before` is what was decided, not what another protocol would


class Flip(NamedTuple):
    """From one outcome to another."""

    direction: Direction
    before: Outcome
    after: Outcome


@dataclass(slots=True)
class Tally:
    """How many of each; its size does not grow with the number of assessments.

    ``not_formed_again`` were decided under the very protocol they are evaluated under and come out otherwise:
    a defect, or a record that was tampered with.
    """

    protocol_hash: str
    evaluated: int = 0
    flips: Counter[Flip] = field(default_factory=Counter)
    unreadable: Counter[tuple[str, ...]] = field(default_factory=Counter)
    decided_under: Counter[tuple[str, str]] = field(default_factory=Counter)
    not_formed_again: int = 0

    def add(self, replayed: Replayed) -> Flip | None:
        """Count one; returns its flip, if it is one."""
        self.decided_under[replayed.under] += 1
        if replayed.after is None:
            self.unreadable[replayed.refused] += 1
            return None
        self.evaluated += 1
        way = direction(replayed.before, replayed.after)
        if way is None:
            return None
        self.not_formed_again += replayed.under[1] == self.protocol_hash and replayed.beside_decided
        flip = Flip(way, replayed.before, replayed.after)
        self.flips[flip] += 1
        return flip

    def of(self, way: Direction) -> list[tuple[Flip, int]]:
        """The flips of one direction, the most frequent first."""
        found = [(flip, count) for flip, count in self.flips.items() if flip.direction == way]
        return sorted(found, key=lambda item: (-item[1], str(item[0])))

    def total(self, way: Direction) -> int:
        """How many decisions go one way."""
        return sum(count for _, count in self.of(way))


def assessments_to_replay(
    *, clinic: Clinic, since: datetime | None = None, until: datetime | None = None
) -> QuerySet[Assessment]:
    """The clinic's assessments made in a time, ``until`` itself left out."""
    rows = clinic.assessments.all()
    if since is not None:
        rows = rows.filter(assessed_at__gte=since)
    if until is not None:
        rows = rows.filter(assessed_at__lt=until)
    return rows


def replay_assessments(
    *,
    assessments: QuerySet[Assessment],
    protocol: CompiledProtocol,
    beside: CompiledProtocol | None = None,
    latest: int | None = None,
) -> Iterator[Replayed]:
    """Evaluate each again, newest first, read by a cursor of the server's: memory stays as it is.

    Compared with what was decided, or with what ``beside`` would decide; no more than the ``latest`` so many.
    Call it inside the clinic's scope and read it to the end there.
    """
    rows = assessments.order_by("-created_at", "-id")[:latest].values_list(
        "id",
        "answers",
        "protocol_version",
        "protocol_hash",
        "decision",
        KeyTextTransform("insufficiency_kind", "evaluation"),
        "urgency",
        KeyTextTransform("adjust_level", "evaluation"),
        "assessor_role",
        "attested_longstanding",
    )
    for id_, answers, version, hash_, *decided, role, attested in rows.iterator(chunk_size=CHUNK):
        said = _Said(answers, role, questions_of(attested))
        yield _again(id_, said, (version, hash_), _outcome(*decided), protocol, beside)


class _Said(NamedTuple):
    """What was answered, who gathered it, and the long-standing answers that a clinician stands behind."""

    answers: Any
    role: str
    attested: Collection[str]


def _again(
    assessment: uuid.UUID,
    said: _Said,
    under: tuple[str, str],
    decided: Outcome,
    protocol: CompiledProtocol,
    beside: CompiledProtocol | None,
) -> Replayed:
    try:
        valid = validate(said.answers)
    except InvalidAnswers as exc:
        refused = tuple(f"{problem.pointer} {problem.code}" for problem in exc.problems)
        return Replayed(assessment, under, decided, None, refused)
    open_ = not_attested(valid, said.role, said.attested)
    before = decided if beside is None else beside.outcome(valid, not_attested=open_)
    return Replayed(
        assessment, under, before, protocol.outcome(valid, not_attested=open_), (), beside is None
    )
