"""JSON Schemas of what is agreed with others: the events of a workflow, and the reference that travels on the bus."""

import re
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from enum import StrEnum
from typing import Any, get_type_hints

from herald.domain.cloudevents import (
    _ATTRIBUTES,
    _EXTENSION_NAME,
    _JSON_TYPE,
    _TEXT,
    _TEXT_WITH_BLANKS,
    _TYPE,
    AGREED_TYPES,
    RESERVED_TYPES,
)
from herald.domain.event import EventReference
from herald.domain.workflow_contract import CONTRACT

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
EVENT_ID: Schema = {"type": "string", "pattern": "^evt_[a-z2-7]{26}$", "description": "Herald's id of the event"}
TIMESTAMP: Schema = {
    "type": "string",
    "format": "date-time",
    "pattern": (
        r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
        r"(\.[0-9]{1,9})?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"
    ),
}
"""RFC 3339 with an offset and without a leap second: what the doors take, but for the ends of the calendar."""

_OWN_TYPE = "|".join(
    "".join(f"[{c.upper()}{c}]" if c.isalpha() else r"\." for c in prefix) for prefix in RESERVED_TYPES
)
# A schema has no flag for letters of either case. Its blanks are fewer than those of Python, so it is the stricter one.
_JSON_IN_ANY_CASE = (
    _JSON_TYPE.pattern.replace("a-z", "A-Za-z").replace("json", "[Jj][Ss][Oo][Nn]").replace(r"\s*", " *")
)
_REFERENCE = {
    "type": "The event's type",
    "source": "Where it came from: /threekit/<source> or /opentext/<source>",
    "subject": "What it is about: <kind>/<id>",
    "origin": "Which way it came in by",
    "trust": "Whether its body itself is proof",
    "received_at": "When it was told",
}


def whole(pattern: re.Pattern[str] | str) -> str:
    """Return a pattern that must match a whole text, as a schema spells it."""
    return f"^{pattern if isinstance(pattern, str) else pattern.pattern}$"


def text(pattern: re.Pattern[str] | str, **more: Any) -> Schema:
    """Return the schema of a text that a pattern matches as a whole."""
    return {"type": "string", "pattern": whole(pattern), **more}


def or_null(schema: Schema) -> Schema:
    """Return the schema of a value that may be null, which counts as absent."""
    return {"anyOf": [schema, {"type": "null"}]}


def contract_data(event_type: str) -> Schema:
    """Return the schema of the data of an event of the contract, from the model the doors check it with."""
    schema = _plain(CONTRACT[event_type].model_json_schema())
    about = schema.pop("description").partition(": ")[2]
    return {"title": f"Data of {event_type}", "description": _sentence(about), **schema}


def agreed_event(event_type: str) -> Schema:
    """Return the schema of an event of the contract as a whole CloudEvent."""
    data = contract_data(event_type)
    about = f"{data.pop('description')} Herald's subject is taken from the data, whatever stands under subject."
    return {"title": event_type, "description": about, **_cloudevent({"type": "string", "const": event_type}, data)}


def other_event() -> Schema:
    """Return the schema of a CloudEvent of a type that is neither agreed nor Herald's own."""
    kind = text(
        _TYPE,
        **{"not": {"anyOf": [{"enum": sorted(AGREED_TYPES)}, {"pattern": f"^({_OWN_TYPE})"}]}},
        description=f"Not of the workflow contract, and not beginning with any of {', '.join(RESERVED_TYPES)}",
    )
    about = "A CloudEvent of any other type. Its data are an object that config/mapping.yaml or rules read."
    return {"title": "Another event", "description": about, **_cloudevent(kind, {"type": "object"})}


def event_reference() -> Schema:
    """Return the schema of the detail that travels on the bus."""
    hints = get_type_hints(EventReference)
    properties = {
        field.name: EVENT_ID if field.name == "event_id" else _of_type(hints[field.name], _REFERENCE[field.name])
        for field in fields(EventReference)
    }
    return {
        "title": "herald.event-reference",
        "description": "The detail of an event on Herald's bus: enough to route by, and the id to load the event by.",
        "type": "object",
        "properties": properties,
        "required": [field.name for field in fields(EventReference)],
        "additionalProperties": False,
    }


def published_schemas() -> Mapping[str, Schema]:
    """Return every published schema by the name of its file."""
    schemas = {f"{event_type}.json": agreed_event(event_type) for event_type in CONTRACT}
    schemas |= {f"{event_type}.data.json": contract_data(event_type) for event_type in CONTRACT}
    schemas["herald.event-reference.json"] = event_reference()
    return {name: {"$schema": DIALECT, "$id": name, **schema} for name, schema in schemas.items()}


def _cloudevent(kind: Schema, data: Schema) -> Schema:
    attributes = {
        "specversion": {"type": "string", "const": "1.0"},
        "id": text(
            _TEXT_WITH_BLANKS,
            description="Unique within the source; the same for a repetition, another for anything else",
        ),
        "source": text(_TEXT, description="A URI reference of whoever tells it, such as /workflows/order"),
        "type": kind,
        "subject": or_null(text(_TEXT_WITH_BLANKS)),
        "time": or_null({**TIMESTAMP, "description": "When it happened; without it, when it came in"}),
        "datacontenttype": or_null(text(_JSON_IN_ANY_CASE, description="A JSON media type")),
        "dataschema": or_null(text(_TEXT)),
        "data": data,
        "data_base64": {"type": "null"},
    }
    if attributes.keys() != _ATTRIBUTES:
        raise ValueError(f"the schema does not describe {sorted(attributes.keys() ^ _ATTRIBUTES)}")
    return {
        "type": "object",
        "properties": attributes,
        "required": ["specversion", "id", "source", "type", "data"],
        "propertyNames": {"anyOf": [{"enum": sorted(_ATTRIBUTES)}, {"pattern": whole(_EXTENSION_NAME)}]},
        "additionalProperties": {
            "type": ["string", "integer", "boolean", "null"],
            "description": "An extension attribute; an integer is written without a fraction",
        },
    }


def _plain(schema: Schema) -> Schema:
    """Without the titles and defaults that a model adds, and with timestamps said in full."""
    if schema.get("format") == "date-time":
        return {**TIMESTAMP, **{name: value for name, value in schema.items() if name == "description"}}
    kept = {name: value for name, value in schema.items() if name not in ("title", "default")}
    if "anyOf" in kept:
        kept["anyOf"] = [_plain(one) for one in kept["anyOf"]]
    if "properties" in kept:
        kept["properties"] = {name: _plain(one) for name, one in kept["properties"].items()}
    return kept


def _of_type(hint: Any, about: str) -> Schema:
    if issubclass(hint, StrEnum):
        return {"type": "string", "enum": [str(member) for member in hint], "description": about}
    return {**(TIMESTAMP if hint is datetime else {"type": "string"}), "description": about}


def _sentence(about: str) -> str:
    return f"{about[0].upper()}{about[1:]}"
