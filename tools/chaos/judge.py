"""What came of a run: lost, late, twice. Pure, so that a planted loss shows that it would be found."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from tools.chaos.records import EMERGENCY, NO_ESCALATION, RECORDS, Promise, Receipt

#: Between a worker's last look at the row and its connection to the receiver, on a busy machine.
LOOK_TO_CONNECT_SECONDS = 2.0
#: Two messages with different ids to one address about one escalation are never closer than this: the
#: shortest ladder repeats after five minutes.
SHORTEST_REPEAT_SECONDS = 240.0


@dataclass(frozen=True, slots=True)
class Stored:
    """What the database says. Every order of a run is about a runner of its own."""

    committed: Mapping[str, float]  # by assessment
    runners: Mapping[str, str]  # by assessment
    deliveries: Mapping[str, tuple[str, str]]  # escalation (or none) and address by message id


@dataclass(slots=True)
class Line:
    """One urgency. Latencies in seconds, from the commit to the receiver's having taken the first message."""

    urgency: str
    promised: int = 0
    notified: int = 0
    acknowledged_first: int = 0
    lost: list[str] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)
    duplicates: int = 0
    in_flight: int = 0
    after: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """A line for each urgency, and in words whatever must not be."""

    lines: list[Line]
    problems: list[str]

    @property
    def lost(self) -> int:
        """How many promises were broken."""
        return sum(len(line.lost) for line in self.lines)

    @property
    def kept(self) -> bool:
        """Nothing is lost, and nothing is wrong."""
        return not self.lost and not self.problems


def judge(
    promises: Sequence[Promise],
    receipts: Sequence[Receipt],
    acknowledged: Mapping[str, float],
    stored: Stored,
    *,
    frozen: Sequence[tuple[float, float]] = (),
) -> Report:
    """Compare what was promised with what arrived; ``frozen`` are spans in which a worker stood still."""
    problems = [*_wrong_messages(receipts, stored), *_twice(stored)]
    lines = {urgency: Line(urgency) for urgency in RECORDS}
    received = defaultdict(list)
    for receipt in receipts:
        received[receipt.escalation].append(receipt)
    for promise in promises:
        line = lines[promise.order.urgency]
        line.promised += 1
        messages = received[promise.escalation or ""] if promise.escalation else []
        _count_first(line, promise, messages, acknowledged, stored)
        line.duplicates += len(messages) - len({(item.message, item.address) for item in messages})
        problems += _count_after(line, messages, acknowledged.get(promise.escalation or ""), frozen)
    return Report(list(lines.values()), problems)


def _count_first(
    line: Line,
    promise: Promise,
    messages: Sequence[Receipt],
    acknowledged: Mapping[str, float],
    stored: Stored,
) -> None:
    if promise.assessment not in stored.committed:
        line.lost.append(promise.assessment)
    elif line.urgency == NO_ESCALATION:
        return
    elif messages:
        line.notified += 1
        first = min(message.accepted for message in messages)
        line.latencies.append(first - stored.committed[promise.assessment])
    elif promise.escalation in acknowledged and line.urgency != EMERGENCY:
        line.acknowledged_first += 1
    else:
        line.lost.append(promise.assessment)


def _count_after(
    line: Line,
    messages: Sequence[Receipt],
    acknowledged: float | None,
    frozen: Sequence[tuple[float, float]],
) -> list[str]:
    """Count messages taken after the acknowledgement: sent before it, or, which must not be, afterwards."""
    problems = []
    for message in messages:
        if acknowledged is None or message.accepted <= acknowledged:
            continue
        late = message.connected - acknowledged
        thawed = any(
            start <= acknowledged + LOOK_TO_CONNECT_SECONDS
            and acknowledged <= end
            and message.connected <= end + LOOK_TO_CONNECT_SECONDS
            for start, end in frozen
        )
        if late <= LOOK_TO_CONNECT_SECONDS or thawed:
            line.in_flight += 1
        else:
            line.after += 1
            problems.append(f"{message.message} was sent {late:.1f} s after the acknowledgement")
    return problems


def _wrong_messages(receipts: Sequence[Receipt], stored: Stored) -> list[str]:
    """Messages that no delivery stands for, and repeats that a receiver can't tell from new ones."""
    problems = []
    first: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for receipt in receipts:
        if stored.deliveries.get(receipt.message) != (receipt.escalation, receipt.address):
            problems.append(f"{receipt.message} is no delivery to {receipt.address}")
        first[receipt.escalation, receipt.address].setdefault(receipt.message, receipt.accepted)
    for (escalation, _), times in first.items():
        moments = sorted(times.values())
        for earlier, later in pairwise(moments):
            if later - earlier < SHORTEST_REPEAT_SECONDS:
                problems.append(f"{escalation}: a repeat under another id after {later - earlier:.1f} s")
    return problems


def _twice(stored: Stored) -> list[str]:
    """A request that was tried again must not be recorded again."""
    counts = Counter(stored.runners.values())
    return [f"runner {runner} has {count} assessments" for runner, count in counts.items() if count > 1]
