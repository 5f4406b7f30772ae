"""What an import may contain: the shapes of the documented sample and no other (docs/vendor/threekit.md 2.4 and 2.5).

Attributes of the export carry an ``id`` here, which the sample does not show; metadata rows carry ``blacklist`` and
``values``. That a metadata row may be of another type than ``String``, with a default of that type, is assumed.
"""

from simulators.field_rules import (
    AnyValue,
    ByField,
    ClosedObject,
    Either,
    Flag,
    ListOf,
    MapOf,
    Number,
    OneOf,
    OpenObject,
    OrNull,
    Rule,
    Text,
)

_ASSET_REFERENCE = ClosedObject({"assetId": Text(), "type": Text()}, frozenset({"assetId"}))
_COLOR = ClosedObject({"r": Number(), "g": Number(), "b": Number()}, frozenset({"r", "g", "b"}))
_ANY_LIST = ListOf(AnyValue())


def _metadata_row(kind: str, default: Rule) -> ClosedObject:
    return ClosedObject(
        {
            "name": Text(1),
            "type": OneOf((kind,)),
            "defaultValue": default,
            "blacklist": _ANY_LIST,
            "values": _ANY_LIST,
        },
        frozenset({"name", "type", "defaultValue"}),
    )


_METADATA = ListOf(
    ByField(
        "type",
        {
            "String": _metadata_row("String", Text()),
            "Number": _metadata_row("Number", Number()),
            "Boolean": _metadata_row("Boolean", Flag()),
            "Color": _metadata_row("Color", _COLOR),
            "Asset": _metadata_row("Asset", _ASSET_REFERENCE),
        },
    )
)


def _attribute(required: tuple[str, ...] = (), **fields: Rule) -> ClosedObject:
    head: dict[str, Rule] = {"id": Text(1), "type": Text(1), "name": Text(1)}
    return ClosedObject({**head, **fields}, frozenset({"type", "name", *required}))


_PRICES = ClosedObject({"pricebook": Text(1), "currencies": MapOf(Number())}, frozenset({"pricebook", "currencies"}))
_OPTION = Either(
    (
        Text(1),
        ClosedObject({"assetId": Text(1)}, frozenset({"assetId"})),
        ClosedObject({"tagId": Text(1)}, frozenset({"tagId"})),
    )
)
_ATTRIBUTE = ByField(
    "type",
    {
        "Number": _attribute(min=Number(), max=Number(), step=Number(), lockToStep=Flag(), defaultValue=Number()),
        "Pricing": _attribute(("values",), name=OneOf(("Pricing",)), values=ListOf(_PRICES), defaultValue=OpenObject()),
        "Asset": _attribute(
            ("values",),
            assetType=Text(1),
            blacklist=_ANY_LIST,
            values=ListOf(_OPTION),
            defaultValue=_ASSET_REFERENCE,
        ),
        "String": _attribute(("values",), blacklist=_ANY_LIST, values=ListOf(Text()), defaultValue=Text()),
        "Color": _attribute(defaultValue=_COLOR),
        "Boolean": _attribute(defaultValue=Flag()),
        "Global": _attribute(("defaultValue",), defaultValue=_ASSET_REFERENCE),
    },
)
_CONDITION = ClosedObject(
    {"attributeId": Text(1), "attribute": Text(1), "operator": Text(1), "value": AnyValue()},
    frozenset({"attributeId", "operator"}),
)
_ACTION = ClosedObject(
    {
        "type": Text(1),
        "name": Text(),
        "label": Text(),
        "attribute": Text(1),
        "attributeId": Text(1),
        "values": _ANY_LIST,
        "visible": Flag(),
        "enabled": Flag(),
    },
    frozenset({"type", "attributeId"}),
)
_RULE = ClosedObject(
    {"name": Text(), "disabled": Flag(), "conditions": ListOf(_CONDITION), "actions": ListOf(_ACTION)},
    frozenset({"conditions", "actions"}),
)
_PRODUCT = ClosedObject(
    {
        # Both lengths are documented (4).
        "name": Text(1, 255),
        "type": OneOf(("item",)),
        "description": Text(longest=5000),
        "parentFolderId": OrNull(Text(1)),
        "tags": ListOf(Text(1)),
        "keywords": ListOf(Text(1)),
        "asset": OrNull(
            ClosedObject({"assetId": Text(), "configuration": OpenObject(), "type": Text(1)}, frozenset({"assetId"}))
        ),
        "metadata": _METADATA,
        "attributes": ListOf(_ATTRIBUTE),
        "rules": ListOf(ListOf(_RULE)),
    },
    frozenset({"name", "type"}),
)
_QUERY = ClosedObject({"id": Text(1), "name": Text(1), "metadata": _METADATA})
IMPORT = ListOf(ClosedObject({"query": _QUERY, "product": _PRODUCT}, frozenset({"query", "product"})), 1)
