"""Schemas of the bodies the doors take, from the envelopes that read them."""

from collections.abc import Callable, Mapping

from herald.domain.cloudevents import MAX_BATCH
from herald.domain.envelope import OBJECT_ID
from herald.domain.opentext_envelope import _ATTEMPT, _DELIVERY, _EVENTS, _JOB, _REQUIRED, _Check
from herald.domain.threekit_envelope import _ACTION, _TOPIC
from herald.domain.workflow_contract import CONTRACT
from herald_cli.event_schemas import Schema, agreed_event, or_null, other_event, text

_MEANINGS: Mapping[str, Schema] = {
    "a text": {"type": "string"},
    "an integer": {"type": "integer", "description": "Written without a fraction"},
    "an object": {"type": "object"},
    "a list of texts": {"type": "array", "items": {"type": "string"}},
    "a list of objects": {"type": "array", "items": {"type": "object"}},
}


def agreed_name(event_type: str) -> str:
    """Return the name under which the document holds an event of the contract."""
    return "".join(word.capitalize() for word in event_type.split("."))


def threekit_webhook() -> Schema:
    """Return the schema of Threekit's own body."""
    return {
        "description": (
            "What Threekit pushes. Its data are a hint unless signed: the object is read again at Threekit. Without a "
            "timestamp in data.updatedAt the body is known by what it says."
        ),
        "type": "object",
        "properties": {
            "topic": text(_TOPIC),
            "action": text(_ACTION),
            "data": {"type": "object", "properties": {"id": text(OBJECT_ID)}, "required": ["id"]},
            "specversion": False,
        },
        "required": ["topic", "action", "data"],
    }


def opentext_status() -> Schema:
    """Return the schema of OpenText's status of a job. Fields beyond it are kept; null counts as absent."""
    events = {"type": "object", "properties": _properties(_EVENTS)}
    attempts = {"type": "array", "items": {"type": "object", "properties": _properties(_ATTEMPT)}}
    delivery = {
        "type": "object",
        "properties": {
            **_properties(_DELIVERY), "delivery_attempts": or_null(attempts), "events": or_null(events),
        },
    }  # fmt: skip
    required: dict[str, Schema] = {
        "job_id": text(OBJECT_ID),
        "job_state": _MEANINGS["a list of texts"],
        "deliveries": {"type": "array", "items": delivery},
    }
    if tuple(required) != _REQUIRED:
        raise ValueError(f"the schema requires {list(required)}, the envelope {list(_REQUIRED)}")
    return {
        "description": "From a source of kind `status`: the status of one job, as OpenText's status API answers it.",
        "type": "object",
        "properties": {**_properties(_JOB), **required},
        "required": list(required),
    }


def workflow_body() -> Schema:
    """Return the schema of a workflow's own body."""
    return {
        "description": (
            "From a source of kind `workflow`: an object that is no CloudEvent. config/mapping.yaml says what it "
            "means. It is known by what it says."
        ),
        "type": "object",
        "properties": {"specversion": False},
    }


def reply() -> Schema:
    """Return the schema of a reply."""
    return {
        "description": (
            "From a source of kind `sms-replies` or `whatsapp-replies`: any object. config/mapping.yaml says where "
            "sender and text are found. It is known by what it says and the hour it came in."
        ),
        "type": "object",
    }


def body_schemas() -> dict[str, Schema]:
    """Return the schemas of all bodies by name."""
    agreed = {agreed_name(event_type): agreed_event(event_type) for event_type in CONTRACT}
    cloudevent: Schema = {
        "description": "A CloudEvent 1.0 in the JSON event format.",
        "anyOf": [{"$ref": f"#/components/schemas/{name}"} for name in (*agreed, "OtherEvent")],
    }
    batch: Schema = {
        "description": "CloudEvents in the JSON batch format: all are recorded or, if one is refused, none.",
        "type": "array",
        "items": {"$ref": "#/components/schemas/CloudEvent"},
        "maxItems": MAX_BATCH,
    }
    named: Mapping[str, Callable[[], Schema]] = {
        "ThreekitWebhook": threekit_webhook, "OtherEvent": other_event, "OpentextStatus": opentext_status,
        "WorkflowBody": workflow_body, "Reply": reply,
    }  # fmt: skip
    return {
        **agreed, "CloudEvent": cloudevent, "CloudEventBatch": batch, **{name: make() for name, make in named.items()},
    }  # fmt: skip


def _properties(checks: Mapping[str, _Check]) -> dict[str, Schema]:
    return {name: or_null(_MEANINGS[meaning]) for name, (_, meaning) in checks.items()}
