"""What a run is made of and leaves behind: orders, promises, receipts. Times are Unix seconds."""

import json
import random
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from tools.environment import ROOT

CASES = ROOT / "tests" / "protocol" / "cases.json"
#: A worked case of the protocol for each urgency, most urgent first.
RECORDS = {
    "emergency_now": "V09",
    "same_day": "V23",
    "complete_screen_now": "V15",
    "within_2_weeks": "V27",
    "routine": "V29",
    "none": "V01",
}
EMERGENCY = "emergency_now"
NO_ESCALATION = "none"
#: Of these the clinics' webhooks are told too, and stand as this address among the receipts.
WEBHOOK_URGENCIES = ("emergency_now", "same_day")
WEBHOOK = "webhook"
#: Of all escalations; an emergency is never acknowledged before its message.
SHARE_ACKNOWLEDGED = 0.5
SHARE_ACKNOWLEDGED_AT_ONCE = 0.1


@dataclass(frozen=True, slots=True)
class Order:
    """One assessment to record, ``at`` so many seconds into the run.

    ``acknowledge_after`` so many seconds, counted from its first message, or from the answer when it doesn't
    wait for one; ``None``: nobody acknowledges.
    """

    key: str
    clinic: int
    patient: str
    urgency: str
    at: float
    acknowledge_after: float | None = None
    waits_for_message: bool = True

    def body(self, assessed_at: str) -> dict[str, Any]:
        """The request, the same at every try."""
        return {
            "patient": self.patient,
            "assessed_at": assessed_at,
            "assessor_role": "physiotherapist",
            "answers": answers(self.urgency),
        }


@dataclass(frozen=True, slots=True)
class Promise:
    """An order that was answered 2xx."""

    order: Order
    assessment: str
    escalation: str | None
    answered: float


@dataclass(frozen=True, slots=True)
class Receipt:
    """One message that a receiver took."""

    message: str
    escalation: str
    address: str
    connected: float
    accepted: float


def write_orders(seed: int, *, patients: Sequence[Sequence[str]], count: int, seconds: float) -> list[Order]:
    """Orders in the order of their time, every clinic and urgency in turn; keys differ between runs."""
    chance = random.Random(f"{seed} orders")  # noqa: S311 - a plan that can be repeated
    run = uuid.uuid4().hex[:8]
    times = sorted(chance.uniform(0, seconds) for _ in range(count))
    urgencies = tuple(RECORDS)
    return [
        Order(
            key=f"chaos-{run}-{number}",
            clinic=number % len(patients),
            patient=patients[number % len(patients)][number // len(patients)],
            urgency=urgencies[number % len(urgencies)],
            at=at,
            **_acknowledgement(chance, urgencies[number % len(urgencies)], seconds),
        )
        for number, at in enumerate(times)
    ]


def _acknowledgement(chance: random.Random, urgency: str, seconds: float) -> dict[str, Any]:
    share, after = chance.random(), chance.uniform(0, min(20.0, seconds / 4))
    if share < SHARE_ACKNOWLEDGED_AT_ONCE and urgency != EMERGENCY:
        return {"acknowledge_after": after / 10, "waits_for_message": False}
    return {"acknowledge_after": after if share < SHARE_ACKNOWLEDGED else None}


@cache
def answers(urgency: str) -> Mapping[str, Any]:
    """The answers of the worked case that ends in an urgency."""
    cases = {case["id"]: case["answers"] for case in json.loads(CASES.read_text())}
    found: Mapping[str, Any] = cases[RECORDS[urgency]]
    return found
