"""zen-engine (GoRules, Rust) given the same criteria as a decision table that collects every matching row.

The rises above baseline and the age at onset are computed by an expression node in front of the table.
Outside the engine stay the choice of the most cautious row and OK-01, which is met when no row with a
decision is: a table cannot look at its own result.
"""

import json
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import zen

from assessments.protocol import CONTRADICTIONS, CRITERIA, Criterion
from assessments.protocol.vocabulary import Decision, Urgency, urgency_rank
from bench.protocol.zen_expressions import DERIVED, expression

__all__ = ["decide", "from_loader", "stand_alone"]

Json = dict[str, Any]


Evaluate = Callable[[Any], Mapping[str, object]]  # runs the table on normalised answers
ROWS: dict[str, Criterion] = {criterion.id: criterion for criterion in CRITERIA if criterion.id != "OK-01"}


def _table() -> Json:
    contradictions = tuple(item.condition.as_json() for item in CONTRADICTIONS)
    rules = [
        {"_id": key, "when": expression(row.condition.as_json(), contradictions), "then": f"'{key}'"}
        for key, row in ROWS.items()
    ]
    columns = [{"id": "when", "name": "Condition"}]  # a column without a field holds whole expressions
    outputs = [{"id": "then", "name": "Criterion", "field": "id"}]
    return {"hitPolicy": "collect", "inputs": columns, "outputs": outputs, "rules": rules}


def _node(name: str, kind: str, content: Json | None = None) -> Json:
    return {"id": name, "name": name, "type": kind} | ({"content": content} if content else {})


def _decision() -> Json:
    derived = [{"id": key, "key": key, "value": value} for key, value in DERIVED.items()]
    nodes = [
        _node("answers", "inputNode"),
        _node("derived", "expressionNode", {"expressions": derived, "passThrough": True}),
        _node("criteria", "decisionTableNode", _table()),
        _node("met", "outputNode"),
    ]
    names = [node["id"] for node in nodes]
    edges = [{"id": f"{a}-{b}", "sourceId": a, "targetId": b} for a, b in pairwise(names)]
    return {"nodes": nodes, "edges": edges}


def stand_alone() -> Evaluate:
    """The engine's `create_decision`, as its own documentation begins."""
    return zen.ZenEngine().create_decision(json.dumps(_decision())).evaluate


def from_loader() -> Evaluate:
    """The engine with the decision in its static loader: the fastest way to call it from Python."""
    engine = zen.ZenEngine({"loader": {"type": "static", "content": {"protocol": _decision()}}})
    return lambda answers: engine.evaluate("protocol", answers)


def decide(response: Mapping[str, Any]) -> tuple[str, str, list[str]]:
    """Decision, urgency and criteria ids out of the rows the engine collected."""
    met = [row["id"] for row in response["result"]]
    rows = [ROWS[key] for key in met]
    urgency = max((row.urgency for row in rows), key=urgency_rank, default=Urgency.NONE)
    deciding = [row for row in rows if row.decision]
    if not deciding:
        return Decision.CONTINUE_RUNNING, urgency, [*met, "OK-01"]
    strictest = max(deciding, key=lambda row: row.rank)
    return str(strictest.decision), urgency, met
