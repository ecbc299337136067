"""What came of a run: lost, late, twice. Pure, so that a planted loss shows that it would be found."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tools.chaos.records import (
    EMERGENCY,
    NO_ESCALATION,
    RECORDS,
    WEBHOOK,
    WEBHOOK_URGENCIES,
    Promise,
    Receipt,
)

#: Between a worker's last look at the row and its connection to the receiver, on a busy machine.
LOOK_TO_CONNECT_SECONDS = 2.0
#: The shortest ladder repeats every five minutes: its n-th repeat is never due before n times as long after
#: the opening, which is a moment before the commit.
SHORTEST_REPEAT_SECONDS = 300.0
COMMIT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Stored:
    """What the database says. Every order of a run is about a runner of its own."""

    committed: Mapping[str, float]  # by assessment
    runners: Mapping[str, str]  # by assessment
    deliveries: Mapping[str, tuple[str, str]]  # escalation (or none) and address by message id


@dataclass(slots=True)
class Line:
    """One urgency. Latencies in seconds, from the commit to the mail server's having taken the first mail."""

    urgency: str
    promised: int = 0
    notified: int = 0
    webhooks: int = 0
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
    received = by_escalation(receipts)
    for promise in promises:
        line = lines[promise.order.urgency]
        line.promised += 1
        messages = received.get(promise.escalation or "", [])
        _count_first(line, promise, messages, acknowledged, stored)
        line.duplicates += len(messages) - len({(item.message, item.address) for item in messages})
        problems += _too_early(promise, messages, stored)
        problems += _count_after(line, messages, acknowledged.get(promise.escalation or ""), frozen)
    return Report(list(lines.values()), problems)


def by_escalation(receipts: Sequence[Receipt]) -> dict[str, list[Receipt]]:
    """The messages about each escalation."""
    received: dict[str, list[Receipt]] = defaultdict(list)
    for receipt in receipts:
        received[receipt.escalation].append(receipt)
    return dict(received)


def is_kept(promise: Promise, messages: Sequence[Receipt], acknowledged: Mapping[str, float]) -> bool:
    """Every receiver that is told of this urgency has had a message, unless somebody acknowledged before.

    The people told of an emergency must have had theirs in any case: nobody acknowledges it without.
    """
    urgency = promise.order.urgency
    answered = promise.escalation in acknowledged
    mail, webhook = _told(messages)
    told = mail or (answered and urgency != EMERGENCY)
    return urgency == NO_ESCALATION or (told and (webhook or answered or urgency not in WEBHOOK_URGENCIES))


def _told(messages: Sequence[Receipt]) -> tuple[bool, bool]:
    """Whether a person and whether a webhook had a message."""
    addresses = {message.address for message in messages}
    return bool(addresses - {WEBHOOK}), WEBHOOK in addresses


def _count_first(
    line: Line,
    promise: Promise,
    messages: Sequence[Receipt],
    acknowledged: Mapping[str, float],
    stored: Stored,
) -> None:
    mail, webhook = _told(messages)
    line.webhooks += webhook
    if promise.assessment not in stored.committed or not is_kept(promise, messages, acknowledged):
        line.lost.append(promise.assessment)
    elif mail:
        line.notified += 1
        first = min(message.accepted for message in messages if message.address != WEBHOOK)
        line.latencies.append(first - stored.committed[promise.assessment])
    elif line.urgency != NO_ESCALATION:
        line.acknowledged_first += 1


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
    """Messages that no delivery stands for."""
    return [
        f"{receipt.message} is no delivery to {receipt.address}"
        for receipt in receipts
        if stored.deliveries.get(receipt.message) != (receipt.escalation, receipt.address)
    ]


def _too_early(promise: Promise, messages: Sequence[Receipt], stored: Stored) -> list[str]:
    """Repeats that aren't due yet: duplicates under another id, which a receiver can't tell from new ones."""
    opened = stored.committed.get(promise.assessment, 0.0) - COMMIT_SECONDS
    first: dict[str, dict[str, float]] = defaultdict(dict)
    for message in messages:
        first[message.address].setdefault(message.message, message.accepted)
    return [
        f"{promise.escalation}: repeat {number} to {address} came {moment - opened:.1f} s after the commit"
        for address, moments in first.items()
        for number, moment in enumerate(sorted(moments.values()))
        if moment < opened + number * SHORTEST_REPEAT_SECONDS
    ]


def _twice(stored: Stored) -> list[str]:
    """A request that was tried again must not be recorded again."""
    counts = Counter(stored.runners.values())
    return [f"runner {runner} has {count} assessments" for runner, count in counts.items() if count > 1]
