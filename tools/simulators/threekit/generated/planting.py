"""Faults planted in generated items: each changes one item and says which findings a scan owes.

A planted fault causes the findings it says and no other. The causes are those of Herald's checks.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import zip_longest

from herald.domain.canonical import short_id
from simulators.json_types import Record
from simulators.threekit.generated.documents import EXTRA, LISTED, SPAN, TAGGED, TEXTS, action, rule
from simulators.threekit.generated.numbering import Kind, id_of, mixed
from simulators.threekit.generated.vocabulary import LOCALES, OPTIONS, members

# A share of the items, or item numbers by kind of fault.
Faults = float | Mapping[str, Sequence[int]]
# One option draft that a common tag bears is a fault of many items: planted with a share only in small catalogues.
COMMON_DRAFT = "unavailable_option.common_tag"
COMMON_DRAFT_UP_TO = 2000
EMPTY_TAG_NAME = "discontinued"


@dataclass(frozen=True)
class Planted:
    """A finding that a scan owes: its check, cause and item, and the kind of fault that was planted."""

    fault: str
    check: str
    cause: str
    item: str

    def document(self) -> Record:
        """It as JSON."""
        return asdict(self)


@dataclass
class Patient:
    """A healthy item that is about to get a fault: its number, and the how-manieth with this kind of fault it is.

    Beside its records a fault may leave texts without a translation (by language), bring texts that need one, or have
    the item's configuration saved with a variant.
    """

    seed: int
    number: int
    ordinal: int
    asset: Record
    product: Record
    untranslated: list[tuple[str, str]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    variants: list[Record] = field(default_factory=list)

    @property
    def cause(self) -> str:
        """The item itself as a cause."""
        return f"item/{self.asset['id']}"

    @property
    def locale(self) -> str:
        """The language of a fault in the translations; two items in a row have the same."""
        return LOCALES[self.ordinal // 2 % len(LOCALES)]

    @property
    def missing(self) -> str:
        """The id of an asset that does not exist."""
        return id_of(self.seed, Kind.MISSING, self.number)

    @property
    def retired(self) -> str:
        """The id of an asset that is deleted."""
        return id_of(self.seed, Kind.RETIRED, self.number)

    @property
    def family(self) -> str:
        """The tag whose bearers are the options of the ``tagged`` attribute."""
        name: str = self.attribute(TAGGED)["values"][0]
        return name[1:]

    @property
    def stranger(self) -> str:
        """The id of an option that no attribute of the item offers."""
        used = {self.family, OPTIONS[_number_of(self.attribute(LISTED)["values"][0]["assetId"])][0]}
        family = next(one for one in ("fabric", "wood", "metal") if one not in used)
        return id_of(self.seed, Kind.OPTION, members(family).start)

    def attribute(self, place: int) -> Record:
        """The attribute at a place (``documents``)."""
        found: Record = next(one for one in self.product["attributes"] if one["id"].endswith(f"{place:x}"))
        return found

    @property
    def prices(self) -> list[Record]:
        """The entries of its ``Pricing`` attribute."""
        found: list[Record] = next(one for one in self.product["attributes"] if one["type"] == "Pricing")["values"]
        return found

    def add_rule(self, added: Record) -> None:
        """Add a rule in a group of its own."""
        self.product["rules"].append([added])

    def show(self, visual: str) -> None:
        """Have another asset as its visual."""
        self.product["asset"] = {"assetId": visual, "configuration": {}, "type": "model"}
        self.asset.update(proxyId=visual, proxyType="model")


def _number_of(key: str) -> int:
    return int(key[24:], 16)


def _no_pricing(item: Patient) -> str:
    item.product["attributes"] = [one for one in item.product["attributes"] if one["type"] != "Pricing"]
    return item.cause


def _no_pricebook(item: Patient) -> str:
    del item.prices[item.ordinal % 2]
    return item.cause


def _no_currency(item: Patient) -> str:
    currencies = item.prices[item.ordinal % 2]["currencies"]
    del currencies[next(iter(currencies))]
    return item.cause


def _unknown_pricebook(item: Patient) -> str:
    book = id_of(item.seed, Kind.PRICEBOOK, item.ordinal // 3)
    item.prices.append({"pricebook": book, "currencies": {"EUR": 1.0}})
    return f"pricebook/{book}"


def _no_values(item: Patient) -> str:
    item.attribute(TEXTS).update(values=[], defaultValue="")
    return item.cause


def _text_default(item: Patient) -> str:
    item.attribute(TEXTS)["defaultValue"] = "As before"
    return item.cause


def _empty_default(item: Patient) -> str:
    item.attribute(LISTED)["defaultValue"] = {"assetId": ""}
    return item.cause


def _strange_default(item: Patient) -> str:
    item.attribute(TAGGED)["defaultValue"] = {"assetId": item.stranger}
    return item.cause


def _turned_span(item: Patient) -> str:
    span = item.attribute(SPAN)
    span.update(min=span["max"], max=span["min"])
    return item.cause


def _span_default(item: Patient) -> str:
    span = item.attribute(SPAN)
    span["defaultValue"] = span["max"] + span["step"]
    return item.cause


def _unknown_global(item: Patient) -> str:
    head = {"id": id_of(item.seed, Kind.ATTRIBUTE, f"{item.number:011x}{EXTRA:x}"), "name": "Care", "type": "Global"}
    item.product["attributes"].append({**head, "defaultValue": {"assetId": item.missing}})
    return f"asset/{item.missing}"


def _empty_tag(item: Patient) -> str:
    attribute = item.attribute(TAGGED)
    # No default either: every other would be one that the values do not have.
    attribute["values"] = [f"#{EMPTY_TAG_NAME}"]
    del attribute["defaultValue"]
    return f"tag/{id_of(item.seed, Kind.TAG, 2)}"


def _draft_listed(item: Patient) -> str:
    sample = id_of(item.seed, Kind.SAMPLE, item.ordinal // 2)
    item.attribute(LISTED)["values"].append({"assetId": sample})
    return f"asset/{sample}"


def _draft_tagged(item: Patient) -> str:
    item.attribute(TAGGED)["values"].append("#limited")
    return f"asset/{id_of(item.seed, Kind.OPTION, members('limited')[-1])}"


def _default_blacklisted(item: Patient) -> str:
    attribute = item.attribute(LISTED if item.ordinal % 2 else TAGGED)
    attribute["blacklist"] = [attribute["defaultValue"]["assetId"]]
    return item.cause


def _always_disabled(item: Patient) -> str:
    attribute = item.attribute(LISTED if item.ordinal % 2 else TEXTS)
    value = attribute["values"][-1]
    value = value["assetId"] if isinstance(value, dict) else value
    off = action("set-attribute-value-enabled", attribute, values=[value], enabled=False)
    item.add_rule(rule("Out of stock", None, None, [off]))
    return item.cause


def _visual_missing(item: Patient) -> str:
    item.show(item.missing)
    return f"asset/{item.missing}"


def _visual_deleted(item: Patient) -> str:
    item.show(item.retired)
    return f"asset/{item.retired}"


def _option_missing(item: Patient) -> str:
    item.attribute(LISTED)["values"].append({"assetId": item.missing})
    return f"asset/{item.missing}"


def _option_deleted(item: Patient) -> str:
    item.attribute(LISTED)["values"].append({"assetId": item.retired})
    return f"asset/{item.retired}"


def _default_missing(item: Patient) -> str:
    item.attribute(LISTED)["defaultValue"] = {"assetId": item.missing}
    return f"asset/{item.missing}"


def _hide_span(item: Patient) -> Record:
    return action("set-attribute-visible", item.attribute(SPAN), visible=False)


def _condition_missing(item: Patient) -> str:
    item.add_rule(rule("As it was", item.attribute(TAGGED), {"assetId": item.missing}, [_hide_span(item)]))
    return f"asset/{item.missing}"


def _action_missing(item: Patient) -> str:
    tagged, texts = item.attribute(TAGGED), item.attribute(TEXTS)
    off = action("set-attribute-value-enabled", tagged, values=[item.missing], enabled=False)
    item.add_rule(rule("As it was", texts, texts["values"][0], [off]))
    return f"asset/{item.missing}"


def _stage_missing(item: Patient) -> str:
    item.asset["defaultStageId"] = item.missing
    return f"asset/{item.missing}"


def _unknown_tag(item: Patient) -> str:
    name = f"lost-{item.number:06d}"
    item.attribute(TAGGED)["values"].append(f"#{name}")
    return f"tag/{name}"


def _unknown_attribute(item: Patient) -> str:
    texts = item.attribute(TEXTS)
    gone: Record = {"id": id_of(item.seed, Kind.ATTRIBUTE, f"{item.number:011x}f"), "name": "Piping"}
    hide = action("set-attribute-visible", gone, visible=False)
    item.add_rule(rule("As it was", texts, texts["values"][0], [hide]))
    return item.cause


def _unknown_text(item: Patient) -> str:
    item.add_rule(rule("As it was", item.attribute(TEXTS), "As before", [_hide_span(item)]))
    return item.cause


def _nothing_to_see(item: Patient) -> str:
    item.product["asset"] = None
    item.product["metadata"] = [row for row in item.product["metadata"] if row["name"] != "_thumbnail"]
    item.asset.update(proxyId=None, proxyType=None)
    del item.asset["metadata"]["_thumbnail"]
    return item.cause


def _no_sku(item: Patient) -> str:
    item.product["metadata"] = [row for row in item.product["metadata"] if row["name"] != "SKU"]
    del item.asset["metadata"]["SKU"]
    return item.cause


def _name_untranslated(item: Patient) -> str:
    item.untranslated.append((item.locale, item.product["name"]))
    return f"{item.cause}/{item.locale}"


def _text_untranslated(item: Patient) -> str:
    text = f"Special finish {item.ordinal // 2:06d}"
    item.attribute(TEXTS)["values"].append(text)
    item.texts.append(text)
    item.untranslated.append((item.locale, text))
    return f"text/{item.locale}/{short_id('txt', text)}"


def _saved_attribute(item: Patient) -> str:
    texts = item.attribute(TEXTS)
    item.variants.append({texts["name"]: texts["values"][0], "Piping": "Contrast"})
    return item.cause


def _saved_value(item: Patient) -> str:
    item.variants.append({item.attribute(TAGGED)["name"]: {"assetId": item.stranger}})
    return item.cause


def _warned(item: Patient) -> str:
    item.asset["warnings"] = True
    return item.cause


Planter = Callable[[Patient], str]
_BY_CHECK: dict[str, dict[str, Planter]] = {
    "missing_price": {"no_pricing": _no_pricing, "no_pricebook": _no_pricebook, "no_currency": _no_currency},
    "stale_price": {"unknown_pricebook": _unknown_pricebook},
    "incomplete_attribute": {
        "no_values": _no_values,
        "text_default": _text_default,
        "empty_default": _empty_default,
        "strange_default": _strange_default,
        "turned_span": _turned_span,
        "span_default": _span_default,
        "unknown_global": _unknown_global,
        "empty_tag": _empty_tag,
    },
    "unavailable_option": {
        "draft_listed": _draft_listed,
        "draft_tagged": _draft_tagged,
        "default_blacklisted": _default_blacklisted,
        "always_disabled": _always_disabled,
    },
    "broken_reference": {
        "visual_missing": _visual_missing,
        "visual_deleted": _visual_deleted,
        "option_missing": _option_missing,
        "option_deleted": _option_deleted,
        "default_missing": _default_missing,
        "condition_missing": _condition_missing,
        "action_missing": _action_missing,
        "stage_missing": _stage_missing,
        "unknown_tag": _unknown_tag,
    },
    "broken_rule": {"unknown_attribute": _unknown_attribute, "unknown_text": _unknown_text},
    "no_picture": {"nothing": _nothing_to_see},
    "missing_metadata": {"no_sku": _no_sku},
    "missing_translation": {"name": _name_untranslated, "text": _text_untranslated},
    "stale_configuration": {"attribute": _saved_attribute, "value": _saved_value},
    "platform_warning": {"warnings": _warned},
}


def _in_turns() -> dict[str, Planter]:
    """Order the kinds so that the first of them are one of each check: few faults then show many checks."""
    named = [[(f"{check}.{name}", plant) for name, plant in kinds.items()] for check, kinds in _BY_CHECK.items()]
    return dict(entry for turn in zip_longest(*named) for entry in turn if entry is not None)


PLANTERS = _in_turns()
KINDS = (*PLANTERS, COMMON_DRAFT)


def plan(seed: int, items: int, faults: Faults) -> dict[int, tuple[str, int]]:
    """Say which items get which kind of fault: kind and ordinal by item number.

    Raises ValueError for a share outside 0 to 1, an unknown kind, a number that no item has, or two faults in one item.
    """
    if isinstance(faults, Mapping):
        chosen = [(number, kind) for kind, numbers in faults.items() if kind != COMMON_DRAFT for number in numbers]
        if set(faults) - set(KINDS) or any(not 0 <= number < items for number, _ in chosen):
            raise ValueError(f"faults are item numbers below {items} by kind, one of {', '.join(KINDS)}")
        if len({number for number, _ in chosen}) < len(chosen):
            raise ValueError("an item has one fault at most")
    else:
        if not 0 <= faults <= 1:
            raise ValueError("faults are a share of the items, from 0 to 1")
        count = min(items, max(round(items * faults), 1 if faults else 0))
        stride = items // count if count else 1
        names = list(PLANTERS)
        chosen = [(turn * stride + mixed(~seed, turn) % stride, names[turn % len(names)]) for turn in range(count)]
    met: dict[str, int] = {}
    found: dict[int, tuple[str, int]] = {}
    for number, kind in chosen:
        found[number] = (kind, met.get(kind, 0))
        met[kind] = met.get(kind, 0) + 1
    return found


def common_draft_planted(items: int, faults: Faults) -> bool:
    """Whether the option that a common tag bears is a draft."""
    if isinstance(faults, Mapping):
        return COMMON_DRAFT in faults
    return faults > 0 and items <= COMMON_DRAFT_UP_TO
