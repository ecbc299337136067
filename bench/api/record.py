"""The records that are posted: worked case V01, and the same runner with a new bladder change."""

import json
from pathlib import Path
from typing import Any

CASES = Path(__file__).resolve().parents[2] / "tests" / "protocol" / "cases.json"

REASSURING: dict[str, Any] = next(
    case["answers"] for case in json.loads(CASES.read_text()) if case["id"] == "V01"
)
EMERGENCY: dict[str, Any] = {**REASSURING, "bladder_change": "yes"}

#: The role the bodies name; the protocol treats every role alike.
ASSESSOR_ROLE = "physiotherapist"
