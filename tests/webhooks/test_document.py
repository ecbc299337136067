"""The OpenAPI document describes every event, with an example that its schema takes."""

from pathlib import Path
from typing import Any

import jsonschema
import yaml

from assessments.webhooks.models import EventType

ROOT = Path(__file__).resolve().parents[2]


def test_every_event_is_described_with_an_example_that_validates() -> None:
    document: Any = yaml.safe_load((ROOT / "openapi.yaml").read_text())
    assert set(document["webhooks"]) == set(EventType.values)
    for event, item in document["webhooks"].items():
        content = item["post"]["requestBody"]["content"]["application/json"]
        schema = document["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
        jsonschema.validate(content["examples"][event]["value"], schema)
        assert schema["properties"]["type"]["const"] == event
