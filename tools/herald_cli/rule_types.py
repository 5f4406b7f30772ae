"""The typed environment rules are checked in: fields and their types, from ``facts_schema``.

protobuf carries the types to the checker. It is a development dependency: no function imports this.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from cel_expr_python import cel
from google.protobuf import descriptor_pb2, descriptor_pool, duration_pb2, struct_pb2, timestamp_pb2, wrappers_pb2

from herald.domain.facts_schema import RECORDS, FieldType, Kind, ListOf, Record

PACKAGE = "facts"
_WELL_KNOWN = (struct_pb2, timestamp_pb2, duration_pb2, wrappers_pb2)
_FIELD = descriptor_pb2.FieldDescriptorProto
_SCALAR_TYPES = {
    Kind.TEXT: _FIELD.TYPE_STRING,
    Kind.TIME: _FIELD.TYPE_STRING,
    Kind.COUNT: _FIELD.TYPE_INT64,
    Kind.MONEY: _FIELD.TYPE_DOUBLE,
    Kind.CHANNELS: _FIELD.TYPE_STRING,
}
ITEM = Record(
    "Item",
    {
        **dict.fromkeys(("id", "name", "description", "folder", "publishedAt"), Kind.TEXT),
        **dict.fromkeys(("metadata", "prices", "attributes"), Kind.SCALARS),
        "rules": Kind.MONEY,
    },
)
"""What checks of one's own see of an item (``own_checks.item_facts``), beside ``tags`` and ``published``.

Every number is a double to a condition, the count of rules too.
"""
ITEM_FIELDS = (*ITEM.fields, "tags", "published")


def typed_environment(variables: Iterable[str], lists: Iterable[str]) -> Any:
    """Return an environment with these variables, where ``lists`` has just the lists of these names."""
    file = descriptor_pb2.FileDescriptorProto(name="facts.proto", package=PACKAGE, syntax="proto3")
    file.dependency.append(struct_pb2.DESCRIPTOR.name)
    messages: dict[str, Any] = {}
    for record in RECORDS.values():
        _add_record(file, record, messages)
    _add_item(file, messages)
    _add_fields(file, "Lists", dict.fromkeys(lists, Kind.SCALARS), messages)
    pool = descriptor_pool.DescriptorPool()
    for module in _WELL_KNOWN:
        pool.AddSerializedFile(module.DESCRIPTOR.serialized_pb)
    pool.AddSerializedFile(file.SerializeToString())
    types = {
        **{name: cel.Type(f"{PACKAGE}.{record.name}") for name, record in RECORDS.items()},
        "data": cel.Type.Map(cel.Type.STRING, cel.Type.DYN),
        "item": cel.Type(f"{PACKAGE}.{ITEM.name}"),
        "lists": cel.Type(f"{PACKAGE}.Lists"),
        "now": cel.Type.TIMESTAMP,
    }
    return cel.NewEnv(descriptor_pool=pool, variables={name: types[name] for name in variables})


def _add_record(file: Any, record: Record, messages: dict[str, Any]) -> None:
    if record.name not in messages:
        _add_fields(file, record.name, record.fields, messages)


def _add_item(file: Any, messages: dict[str, Any]) -> None:
    _add_record(file, ITEM, messages)
    item = file.message_type[-1]
    more = len(ITEM.fields) + 1
    item.field.add(name="tags", number=more, label=_FIELD.LABEL_REPEATED, type=_FIELD.TYPE_STRING)
    item.field.add(name="published", number=more + 1, label=_FIELD.LABEL_OPTIONAL, type=_FIELD.TYPE_BOOL)


def _add_fields(file: Any, name: str, fields: Mapping[str, FieldType], messages: dict[str, Any]) -> None:
    message = messages[name] = descriptor_pb2.DescriptorProto(name=name)
    for number, (field, kind) in enumerate(fields.items(), start=1):
        entry = message.field.add(name=field, number=number, label=_FIELD.LABEL_OPTIONAL)
        if isinstance(kind, Record | ListOf):
            record = kind if isinstance(kind, Record) else kind.record
            _add_record(file, record, messages)
            entry.type, entry.type_name = _FIELD.TYPE_MESSAGE, f".{PACKAGE}.{record.name}"
            entry.label = _FIELD.LABEL_OPTIONAL if isinstance(kind, Record) else _FIELD.LABEL_REPEATED
        elif kind is Kind.SCALARS:
            entry.type, entry.type_name = _FIELD.TYPE_MESSAGE, f".{PACKAGE}.{name}.{_add_map(message, field)}"
            entry.label = _FIELD.LABEL_REPEATED
        else:
            entry.type = _SCALAR_TYPES[kind]
            entry.label = _FIELD.LABEL_REPEATED if kind is Kind.CHANNELS else _FIELD.LABEL_OPTIONAL
    file.message_type.append(message)


def _add_map(message: Any, field: str) -> str:
    """Add the entry message by which protobuf spells a map of text to anything."""
    entry = message.nested_type.add(name="".join(part.title() for part in field.split("_")) + "Entry")
    entry.options.map_entry = True
    entry.field.add(name="key", number=1, label=_FIELD.LABEL_OPTIONAL, type=_FIELD.TYPE_STRING)
    entry.field.add(
        name="value",
        number=2,
        label=_FIELD.LABEL_OPTIONAL,
        type=_FIELD.TYPE_MESSAGE,
        type_name=".google.protobuf.Value",
    )
    return str(entry.name)
