"""The webhooks in the OpenAPI document: every event with its payload and an example."""

from typing import Any

from assessments.webhooks.models import EventType

EXAMPLE_ID = "01a22059-30b1-7178-b6e9-f1cfa947a51d"
EXAMPLE_TIME = "2026-03-02T09:00:00+00:00"
_HEADERS = {
    "webhook-id": "The message's id, the same at every try: skip one that you have seen.",
    "webhook-timestamp": "When this try was made, in seconds since 1970.",
    "webhook-signature": "One signature (`v1,…`) for each secret that is good, separated by spaces.",
}


def describe_webhooks(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A hook of drf-spectacular: add ``webhooks`` and the schemas of their payloads."""
    schemas = result["components"]["schemas"]
    result["webhooks"] = {}
    for event in EventType:
        name = "".join(word.title() for word in event.value.replace(".", "_").split("_")) + "Event"
        schemas[name] = _payload(event)
        result["webhooks"][event.value] = {"post": _operation(event, name)}
    result["components"]["schemas"] = dict(sorted(schemas.items()))
    return result


def _payload(event: EventType) -> dict[str, Any]:
    about = {"id": {"type": "string", "format": "uuid", "description": "Of the row that it is about."}}
    return {
        "type": "object",
        "description": f"{event.label}.",
        "required": ["type", "timestamp", "data"],
        "properties": {
            "type": {"type": "string", "const": event.value},
            "timestamp": {"type": "string", "format": "date-time", "description": "When it happened."},
            "data": {"type": "object", "required": ["id"], "properties": about},
        },
        "examples": [_example(event)],
    }


def _example(event: EventType) -> dict[str, Any]:
    return {"type": event.value, "timestamp": EXAMPLE_TIME, "data": {"id": EXAMPLE_ID}}


def _operation(event: EventType, name: str) -> dict[str, Any]:
    reference = {"$ref": f"#/components/schemas/{name}"}
    camel = "".join(word.title() for word in event.value.replace(".", "_").split("_"))
    return {
        "operationId": f"on{camel}",
        "summary": event.label,
        "description": "Signed by Standard Webhooks; sent at least once, in no promised order.",
        "tags": ["webhooks"],
        # You answer it and never send it: generators of clients that know this mark make no method of it.
        "x-internal": True,
        "parameters": [
            {
                "name": header,
                "in": "header",
                "required": True,
                "description": said,
                "schema": {"type": "string"},
            }
            for header, said in _HEADERS.items()
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": reference,
                    "examples": {event.value: {"value": _example(event)}},
                }
            },
        },
        "responses": {
            "2XX": {"description": "Taken."},
            "410": {"description": "You are gone: the endpoint is switched off."},
            "default": {"description": "Tried again later, for about three days."},
        },
        "security": [],
    }
