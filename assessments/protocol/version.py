"""The identity of a protocol: a hash over everything that can change what an evaluation says."""

from __future__ import annotations

import hashlib
import json

from assessments.protocol.conditions import Context

PROTOCOL_VERSION = "2026.2.0"


def canonical_json(value: object) -> str:
    """JSON with sorted keys and no spaces: the same value always gives the same bytes."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def context_hash(context: Context) -> str:
    """SHA-256 over questions, criteria, contradictions and parameter values, as "sha256:…"."""
    content = {
        "questions": [question.as_json() for question in context.questions.values()],
        "criteria": [criterion.as_json() for criterion in context.criteria],
        "contradictions": [contradiction.as_json() for contradiction in context.contradictions],
        "parameters": dict(context.values),
    }
    return f"sha256:{hashlib.sha256(canonical_json(content).encode()).hexdigest()}"
