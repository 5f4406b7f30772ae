"""How generated records look: the same shapes as the seed data, with gaps where records differ."""

from functools import lru_cache

from simulators.json_types import Record
from simulators.threekit.generated.numbering import Kind, id_of
from simulators.threekit.generated.template import Template, number_gap, text_gap
from simulators.threekit.generated.vocabulary import CATEGORIES, Category, members
from simulators.threekit.seed import ids
from simulators.threekit.seed.catalog import bare_asset
from simulators.threekit.seed.people import TAG_NAMES

# The places of an item's attributes, which are the last digit of their ids.
TAGGED, LISTED, TEXTS, SPAN, GLOBAL, PRICING, EXTRA = range(7)
# Which attributes an item has, by the last two bits of its number's hash; RULED also has rules.
RULED, PLAIN = 0, 1
VARIANTS = (
    (TAGGED, LISTED, TEXTS, SPAN, PRICING),
    (TAGGED, LISTED, TEXTS, SPAN, PRICING),
    (TAGGED, TEXTS, GLOBAL, PRICING),
    (LISTED, SPAN, PRICING),
)
SETS = 4
GLOBALS = 4

Shape = tuple[int, int, int]


def listed_options(family: str, which: int) -> range:
    """Return the numbers of the options that a ``listed`` attribute of the ``which``-th kind names."""
    first = members(family).start + which * 6
    return range(first, first + 4)


def asset_templates(seed: int, models: bool) -> tuple[Template, ...]:
    """Return the templates of the items' rows in the list of assets, by category."""
    stages = (id_of(seed, Kind.STAGE, place) for place in range(len(CATEGORIES)))
    return tuple(Template(_asset(category, stage, models)) for category, stage in zip(CATEGORIES, stages, strict=True))


def model_template() -> Template:
    """Return the template of the visual assets."""
    document = bare_asset(text_gap("id"), text_gap("name"), "model")
    return Template({**document, "createdAt": text_gap("created"), "updatedAt": text_gap("created")})


def _asset(category: Category, stage: str, models: bool) -> Record:
    return {
        **bare_asset(text_gap("id"), text_gap("name"), "item"),
        "description": text_gap("about"),
        "metadata": {name: text_gap(gap) for name, gap in _METADATA.items()},
        "tags": [TAG_NAMES[category.tag]],
        "tagids": [category.tag],
        "proxyId": text_gap("model") if models else None,
        "proxyType": "model" if models else None,
        "parentFolderId": "catalog",
        "defaultStageId": stage,
        "publishedAt": text_gap("updated"),
        "customId": text_gap("sku"),
        "createdAt": text_gap("created"),
        "updatedAt": text_gap("updated"),
    }


_METADATA = {"SKU": "sku", "brand": "brand", "region": "region", "_thumbnail": "picture"}


@lru_cache(maxsize=256)
def export_template(seed: int, shape: Shape, models: bool) -> Template:
    """Return the template of an item's record in the export, by category, variant and set of options."""
    return Template({"query": {"id": text_gap("id")}, "product": _product(seed, shape, models)})


def _product(seed: int, shape: Shape, models: bool) -> Record:
    category, variant, which = CATEGORIES[shape[0]], shape[1], shape[2]
    return {
        "name": text_gap("name"),
        "type": "item",
        "description": text_gap("about"),
        "parentFolderId": "catalog",
        "tags": [TAG_NAMES[category.tag]],
        "keywords": [],
        "asset": {"assetId": text_gap("model"), "configuration": {}, "type": "model"} if models else None,
        "metadata": [metadata_row(name, text_gap(gap)) for name, gap in _METADATA.items()],
        "attributes": [_attribute(seed, category, place, which) for place in VARIANTS[variant]],
        "rules": _rules(seed, category, which) if variant == RULED else [],
    }


def metadata_row(name: str, text: str) -> Record:
    """Return a row of metadata as the export has it."""
    return {"name": name, "type": "String", "defaultValue": text, "blacklist": [], "values": []}


def _attribute(seed: int, category: Category, place: int, which: int) -> Record:
    head: Record = {"id": id_of(seed, Kind.ATTRIBUTE, text_gap("digits") + f"{place:x}")}
    if place == PRICING:
        return {**head, **pricing({name: number_gap(name) for name in ("EUR", "GBP", "USD", "JPY")})}
    if place == TAGGED:
        name, family = category.tagged
        default = members(family).start + which
        return {**head, **asset_attribute(name, [f"#{family}"], id_of(seed, Kind.OPTION, default))}
    if place == LISTED:
        name, family = category.listed
        options = [id_of(seed, Kind.OPTION, number) for number in listed_options(family, which)]
        return {**head, **asset_attribute(name, [{"assetId": option} for option in options], options[0])}
    if place == TEXTS:
        name, values = category.texts
        return {
            **head,
            "name": name,
            "type": "String",
            "blacklist": [],
            "values": list(values),
            "defaultValue": values[0],
        }
    if place == GLOBAL:
        shared = id_of(seed, Kind.GLOBAL, which % GLOBALS)
        return {**head, "name": "Care", "type": "Global", "defaultValue": {"assetId": shared}}
    name, low, high, step = category.span
    span: Record = {"min": low, "max": high, "step": step, "lockToStep": True, "defaultValue": low}
    return {**head, "name": name, "type": "Number", **span}


def asset_attribute(name: str, values: list[object], default: str) -> Record:
    """Return an ``Asset`` attribute without its id."""
    rest: Record = {"assetType": "item", "blacklist": [], "values": values, "defaultValue": {"assetId": default}}
    return {"name": name, "type": "Asset", **rest}


def pricing(amounts: Record) -> Record:
    """Return a ``Pricing`` attribute over both pricebooks, without its id."""
    books = {ids.PRICEBOOK_EUROPE: ("EUR", "GBP"), ids.PRICEBOOK_INTERNATIONAL: ("USD", "JPY")}
    values = [
        {"pricebook": book, "currencies": {currency: amounts[currency] for currency in currencies}}
        for book, currencies in books.items()
    ]
    return {"name": "Pricing", "type": "Pricing", "values": values, "defaultValue": {}}


def _rules(seed: int, category: Category, which: int) -> list[list[Record]]:
    attributes = {place: _attribute(seed, category, place, which) for place in (TAGGED, LISTED, TEXTS, SPAN)}
    last = attributes[LISTED]["values"][-1]
    return [
        [
            rule("Only in the first choice", attributes[TAGGED], attributes[TAGGED]["defaultValue"], [
                action("set-attribute-value-enabled", attributes[TEXTS], values=[category.texts[1][2]], enabled=False)
            ]),
            rule("One measure", attributes[LISTED], last, [
                action("set-attribute-visible", attributes[SPAN], visible=False)
            ]),
        ]
    ]  # fmt: skip


def rule(name: str, attribute: Record | None, value: object, actions: list[Record]) -> Record:
    """Return a rule whose condition is that an attribute has a value; without an attribute it has no condition."""
    conditions = [
        {"attributeId": one["id"], "attribute": one["name"], "operator": "==", "value": value}
        for one in ([attribute] if attribute else [])
    ]
    return {"name": name, "conditions": conditions, "actions": actions}


def action(kind: str, attribute: Record, **rest: object) -> Record:
    """Return an action of a rule upon an attribute."""
    return {"type": kind, "attributeId": attribute["id"], "attribute": attribute["name"], **rest}
