"""The generated catalogue: every record is computed from its number when it is asked for."""

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import cached_property

from simulators.json_types import Record
from simulators.threekit.generated.documents import (
    GLOBALS,
    PLAIN,
    SETS,
    asset_templates,
    export_template,
    metadata_row,
    model_template,
    pricing,
)
from simulators.threekit.generated.numbering import Kind, id_of, mixed, parsed
from simulators.threekit.generated.planting import (
    COMMON_DRAFT,
    EMPTY_TAG_NAME,
    PLANTERS,
    Faults,
    Patient,
    Planted,
    common_draft_planted,
    plan,
)
from simulators.threekit.generated.positions import Part, Places
from simulators.threekit.generated.vocabulary import (
    BRANDS,
    CATEGORIES,
    LOCALES,
    OPTIONS,
    REGIONS,
    SHARED,
    WORDS,
    members,
)
from simulators.threekit.seed import ids
from simulators.threekit.seed.catalog import bare_asset
from simulators.threekit.seed.datatables import row
from simulators.threekit.seed.people import CREATED, TAG_NAMES, tags

_FIRST_SECOND = int(datetime.fromisoformat(CREATED).timestamp())
_DAYS = 86400
_SAMPLE_NAMES = ("Sample", "Muster", "Échantillon")
_TYPES = {
    Kind.STAGE: "stage",
    Kind.GLOBAL: "attribute",
    Kind.OPTION: "item",
    Kind.MATERIAL: "material",
    Kind.MODEL: "model",
    Kind.ITEM: "item",
    Kind.SAMPLE: "item",
}
_CUSTOM_ID = re.compile(r"(GN-[A-Z]{3}|OPT|SMP)-(\d{6,})")
_CUSTOM_KINDS = {"OPT": Kind.OPTION, "SMP": Kind.SAMPLE}


def moment(seconds: int) -> str:
    """Return a moment as the vendor writes it, given as seconds after the first record."""
    return datetime.fromtimestamp(_FIRST_SECOND + seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def to_text(document: object) -> str:
    """Write a JSON document."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


class Generated:
    """A catalogue of ``items`` items, the same for the same ``seed`` and arguments, with ``faults`` planted in it.

    Beside the items there are options of wood, fabric and metal, their materials, stages, shared attributes and
    visual assets: one for each item, or as many as ``models`` says. ``faults`` is the share of items with a fault, or
    item numbers by kind (``planting.KINDS``). ``configurations`` are 1 in 20 items if not said, at most 5,000, and
    ``orders`` 1 in 100, at most 1,000; each planted stale configuration comes on top.

    A place is where an asset is in the list of all assets, which is in the order of creation; a number counts the
    records of one kind. Only the faults are held in memory. Raises ValueError for arguments that make no catalogue.
    """

    def __init__(
        self,
        seed: int,
        items: int,
        *,
        faults: Faults = 0.0,
        models: bool | int = True,
        configurations: int | None = None,
        orders: int | None = None,
    ) -> None:
        if items < 1 or seed < 0 or models < 0:
            raise ValueError("a generated catalogue has items, a seed that is not negative, and models or none")
        self.seed, self.items = seed, items
        self.models = items if models is True else min(int(models), items)
        self.configurations = min(5000, items // 20) if configurations is None else configurations
        self.orders = min(1000, items // 100) if orders is None else orders
        self.faults = faults
        self._plan = plan(seed, items, faults)
        self._common_draft = common_draft_planted(items, faults)
        kinds = [kind for kind, _ in self._plan.values()]
        samples = (kinds.count("unavailable_option.draft_listed") + 1) // 2
        self._limited_draft = "unavailable_option.draft_tagged" in kinds
        self._counts = {
            Kind.STAGE: len(CATEGORIES),
            Kind.GLOBAL: GLOBALS,
            Kind.OPTION: len(OPTIONS),
            Kind.MATERIAL: len(OPTIONS),
            Kind.MODEL: self.models,
            Kind.ITEM: items,
            Kind.SAMPLE: samples,
        }
        self._kinds = list(self._counts)
        self._starts = [sum(list(self._counts.values())[:place]) for place in range(len(self._counts))]
        self._first = dict(zip(self._kinds, self._starts, strict=True))
        self._asset_templates = asset_templates(seed, bool(self.models))
        self._model_template = model_template()
        self._read_texts()

    @property
    def planted(self) -> list[Planted]:
        """The findings that a scan of the untouched catalogue owes, by the number of the item."""
        return list(self._planted)

    @cached_property
    def _planted(self) -> list[Planted]:
        found: list[tuple[int, Planted]] = []
        for number in self._plan:
            kind, patient, cause = self._ill(number)
            found.append((number, Planted(kind, kind.partition(".")[0], cause, patient.asset["id"])))
        if self._common_draft:
            found += [(number, self._common_finding(number)) for number in self._offering("#metal")]
        return [finding for _, finding in sorted(found, key=lambda entry: entry[0])]

    def summary(self) -> Record:
        """Return what it was made of, as JSON."""
        return {
            "seed": self.seed,
            "items": self.items,
            "assets": sum(self._counts.values()),
            "models": self.models,
            "configurations": self.configurations,
            "orders": self.orders,
            "faulty": len(self._plan),
        }

    # Where records are.

    def places(self, kind: str | None = None, tag_ids: Iterable[str] = ()) -> Places:
        """Return the places of the assets of a type, or of all; with tags only of those that bear one of them."""
        wanted = set(tag_ids)
        if not wanted:
            return Places(
                [Part(self._first[one], self._counts[one]) for one in self._kinds if kind in (None, _TYPES[one])]
            )
        if kind not in (None, "item"):
            return Places([])
        parts = []
        for name in dict.fromkeys(family for family, _ in OPTIONS):
            if self.tag_ids[name] in wanted:
                numbers = members(name)
                parts.append(Part(self._first[Kind.OPTION] + numbers.start, len(numbers)))
        rests = tuple(rest for rest, category in enumerate(CATEGORIES) if category.tag in wanted)
        if rests:
            parts.append(Part(self._first[Kind.ITEM], self.items, len(CATEGORIES), rests))
        return Places(parts)

    def place_of(self, key: str) -> int | None:
        """Return the place of the asset with an id; ``None`` if the list has no such asset."""
        found = parsed(self.seed, key)
        if found is None or found[1] >= self._counts.get(found[0], 0):
            return None
        return self._first[found[0]] + found[1]

    def item_id(self, number: int) -> str:
        """Return the id of an item by its number."""
        return id_of(self.seed, Kind.ITEM, number)

    def healthy(self, number: int) -> bool:
        """Whether no fault is planted in an item."""
        return number not in self._plan

    @cached_property
    def tag_ids(self) -> dict[str, str]:
        """The ids of the tags by name."""
        known = {name: key for key, name in TAG_NAMES.items()}
        return known | {"limited": id_of(self.seed, Kind.TAG, 1), EMPTY_TAG_NAME: id_of(self.seed, Kind.TAG, 2)}

    def tags(self) -> list[Record]:
        """Return the tags: those of the seed data, one of two limited options, and one that nothing bears."""
        (like, *_) = tags()
        more = ("limited", EMPTY_TAG_NAME)
        return tags() + [
            {**like, "id": self.tag_ids[name], "name": name, "legacyName": f"#{name}", "label": name.title()}
            for name in more
        ]

    # What records are.

    def asset(self, key: str) -> Record | None:
        """Return the asset with an id or customId, a deleted one too; ``None`` if there is none."""
        found = parsed(self.seed, key)
        if found is not None and found[0] is Kind.RETIRED:
            return self._retired(found[1])
        named = _CUSTOM_ID.fullmatch(key)
        if named is not None:
            kind, number = _CUSTOM_KINDS.get(named[1], Kind.ITEM), int(named[2])
            asset = self.asset(id_of(self.seed, kind, number))
            return asset if asset and asset["customId"] == key else None
        place = self.place_of(key)
        return None if place is None else self._loaded(self.asset_text(place))

    def definition(self, key: str) -> Record | None:
        """Return the ``product`` part of an item's or option's record in the export; ``None`` for anything else."""
        place = self.place_of(key)
        if place is None or _TYPES[self._at(place)[0]] != "item":
            return None
        product: Record = self._loaded(self.export_text(place))["product"]
        return product

    def asset_text(self, place: int) -> str:
        """Return the asset at a place as JSON."""
        kind, number = self._at(place)
        if kind is Kind.ITEM:
            return to_text(self._ill(number)[1].asset) if number in self._plan else self._asset_text(number)
        if kind is Kind.MODEL:
            values = {
                "id": id_of(self.seed, kind, number),
                "name": f"Model {number:06d}",
                "created": moment(place),
            }
            return self._model_template.filled(values)
        return to_text(self._option_asset(kind, number) if _TYPES[kind] == "item" else self._part_asset(kind, number))

    def export_text(self, place: int) -> str:
        """Return the record in the export of the item or option at a place, as JSON."""
        kind, number = self._at(place)
        if kind is not Kind.ITEM:
            return to_text(self._option_record(kind, number))
        if number in self._plan:
            product = self._ill(number)[1].product
            return to_text({"query": {"id": self.item_id(number)}, "product": product})
        return self._export_text(number)

    def amounts(self, number: int) -> dict[str, float]:
        """Return the prices of an item by currency."""
        return _amounts(_item_cents(mixed(self.seed, number)))

    def option_amounts(self, key: str) -> dict[str, float]:
        """Return the prices of an option by currency."""
        found = parsed(self.seed, key)
        return _amounts(_option_cents(found[1] if found else 0))

    def sku(self, number: int) -> str:
        """Return the SKU of an item; a fault may have taken it out of the metadata."""
        return f"GN-{CATEGORIES[number % len(CATEGORIES)].code}-{number:06d}"

    def row_text(self, number: int) -> str:
        """Return the row of the datatable that is about an item, as JSON."""
        finish = id_of(self.seed, Kind.OPTION, members("wood").start + number % 8)
        key = id_of(self.seed, Kind.ROW, number)
        return to_text(row(key, self.sku(number), self.amounts(number)["EUR"], finish))

    def stale_variants(self) -> Iterator[tuple[int, Record]]:
        """Yield the variants that planted faults want saved, with the item's number."""
        for number, (kind, _) in self._plan.items():
            if kind.startswith("stale_configuration"):
                for variant in self._ill(number)[1].variants:
                    yield number, variant

    # Translations.

    def translations(self, locale: str, without: frozenset[str]) -> Iterator[str]:
        """Yield the entries of the map of a language, each as ``"text":"translation"``, but those of some texts."""
        if locale not in LOCALES:
            return
        language = LOCALES.index(locale) + 1
        hidden = without | self._untranslated.get(locale, set())
        for names in self._shared_names():
            if names[0] not in hidden:
                yield f'"{names[0]}":"{names[language]}"'
        for number in range(self.items):
            words = self._names(number, mixed(self.seed, number))
            if words[0] not in hidden:
                yield f'"{words[0]}":"{words[language]}"'
        for text in self._extra_texts:
            if text not in hidden:
                yield f'"{text}":"{text} ({locale})"'

    def _shared_names(self) -> Iterator[tuple[str, ...]]:
        yield from SHARED
        yield from (names for _, names in OPTIONS)
        for number in range(self._counts[Kind.SAMPLE]):
            yield tuple(f"{word} {number:06d}" for word in _SAMPLE_NAMES)

    def _read_texts(self) -> None:
        self._untranslated: dict[str, set[str]] = {}
        extra: dict[str, None] = {}
        for number, (kind, _) in self._plan.items():
            if kind.startswith("missing_translation"):
                patient = self._ill(number)[1]
                extra.update(dict.fromkeys(patient.texts))
                for locale, text in patient.untranslated:
                    self._untranslated.setdefault(locale, set()).add(text)
        self._extra_texts = tuple(extra)

    # Items.

    def _at(self, place: int) -> tuple[Kind, int]:
        found = bisect_right(self._starts, place) - 1
        return self._kinds[found], place - self._starts[found]

    def _names(self, number: int, bits: int) -> tuple[str, str, str]:
        nouns = CATEGORIES[number % len(CATEGORIES)].nouns
        noun, word = nouns[bits % len(nouns)], WORDS[(bits >> 8) % len(WORDS)]
        return f"{word} {noun[0]} {number:06d}", f"{noun[1]} {word} {number:06d}", f"{noun[2]} {word} {number:06d}"

    def _values(self, number: int, bits: int) -> dict[str, object]:
        category = CATEGORIES[number % len(CATEGORIES)]
        noun, word = category.nouns[bits % len(category.nouns)][0], WORDS[(bits >> 8) % len(WORDS)]
        return {
            "id": id_of(self.seed, Kind.ITEM, number),
            "name": f"{word} {noun} {number:06d}",
            "about": f"{noun} of the {word} collection",
            "sku": f"GN-{category.code}-{number:06d}",
            "brand": BRANDS[(bits >> 20) % len(BRANDS)],
            "region": REGIONS[(bits >> 22) % len(REGIONS)],
            "picture": f"https://images.example.com/generated/{number:06d}.png",
            "model": id_of(self.seed, Kind.MODEL, number % self.models) if self.models else "",
        }

    def _asset_text(self, number: int) -> str:
        bits, created = mixed(self.seed, number), self._first[Kind.ITEM] + number
        values = self._values(number, bits)
        values["created"] = moment(created)
        values["updated"] = moment(created + (bits >> 40) % (180 * _DAYS))
        return self._asset_templates[number % len(CATEGORIES)].filled(values)

    def _export_text(self, number: int) -> str:
        bits = mixed(self.seed, number)
        variant = PLAIN if number in self._plan else bits >> 16 & 3
        values = self._values(number, bits)
        values["digits"] = f"{number:011x}"
        values.update(_amounts(_item_cents(bits)))
        shape = (number % len(CATEGORIES), variant, (bits >> 18) % SETS)
        return export_template(self.seed, shape, bool(self.models)).filled(values)

    @staticmethod
    def _loaded(text: str) -> Record:
        record: Record = json.loads(text)
        return record

    def _ill(self, number: int) -> tuple[str, Patient, str]:
        kind, ordinal = self._plan[number]
        product = self._loaded(self._export_text(number))["product"]
        patient = Patient(self.seed, number, ordinal, self._loaded(self._asset_text(number)), product)
        return kind, patient, PLANTERS[kind](patient)

    def _offering(self, tag: str) -> Iterator[int]:
        for number in range(self.items):
            product = self.definition(self.item_id(number)) or {}
            if any(tag in one["values"] for one in product["attributes"] if one["type"] == "Asset"):
                yield number

    def _common_finding(self, number: int) -> Planted:
        option = id_of(self.seed, Kind.OPTION, members("metal")[-1])
        return Planted(COMMON_DRAFT, "unavailable_option", f"asset/{option}", self.item_id(number))

    # Options, and what is behind items and options.

    def _is_draft(self, kind: Kind, number: int) -> bool:
        return (
            kind is Kind.SAMPLE
            or (self._common_draft and number == members("metal")[-1])
            or (self._limited_draft and number == members("limited")[-1])
        )

    def _option_facts(self, kind: Kind, number: int) -> tuple[str, list[str], Record]:
        sample = kind is Kind.SAMPLE
        sku = f"SMP-{number:06d}" if sample else f"OPT-{number:06d}"
        name = f"{_SAMPLE_NAMES[0]} {number:06d}" if sample else OPTIONS[number][1][0]
        picture = f"https://images.example.com/generated/{sku.lower()}.png"
        metadata = {"SKU": sku, "brand": BRANDS[0], "region": REGIONS[number % len(REGIONS)], "_thumbnail": picture}
        return name, [] if sample else [OPTIONS[number][0]], metadata

    def _option_asset(self, kind: Kind, number: int) -> Record:
        name, tag_names, metadata = self._option_facts(kind, number)
        created = moment(self._first[kind] + number)
        visual = None if kind is Kind.SAMPLE else id_of(self.seed, Kind.MATERIAL, number)
        return {
            **bare_asset(id_of(self.seed, kind, number), name, "item"),
            "description": f"Option {name}",
            "metadata": metadata,
            "tags": tag_names,
            "tagids": [self.tag_ids[one] for one in tag_names],
            "proxyId": visual,
            "proxyType": None if visual is None else "material",
            "parentFolderId": "catalog",
            "publishedAt": None if self._is_draft(kind, number) else created,
            "customId": metadata["SKU"],
            "createdAt": created,
            "updatedAt": created,
        }

    def _option_record(self, kind: Kind, number: int) -> Record:
        name, tag_names, metadata = self._option_facts(kind, number)
        attribute = Kind.SAMPLE_ATTRIBUTE if kind is Kind.SAMPLE else Kind.OPTION_ATTRIBUTE
        visual = {"assetId": id_of(self.seed, Kind.MATERIAL, number), "configuration": {}, "type": "material"}
        prices: Record = {**_amounts(_option_cents(number))}
        product = {
            "name": name,
            "type": "item",
            "description": f"Option {name}",
            "parentFolderId": "catalog",
            "tags": tag_names,
            "keywords": [],
            "asset": None if kind is Kind.SAMPLE else visual,
            "metadata": [metadata_row(key, text) for key, text in metadata.items()],
            "attributes": [{"id": id_of(self.seed, attribute, number), **pricing(prices)}],
            "rules": [],
        }
        return {"query": {"id": id_of(self.seed, kind, number)}, "product": product}

    def _part_asset(self, kind: Kind, number: int) -> Record:
        names: dict[Kind, Callable[[int], str]] = {
            Kind.STAGE: lambda place: f"Stage {TAG_NAMES[CATEGORIES[place].tag]}",
            Kind.GLOBAL: lambda place: f"Care {place}",
            Kind.MATERIAL: lambda place: f"{OPTIONS[place][1][0]} material",
        }
        created = moment(self._first[kind] + number)
        bare = bare_asset(id_of(self.seed, kind, number), names[kind](number), _TYPES[kind])
        return {**bare, "createdAt": created, "updatedAt": created}

    def _retired(self, number: int) -> Record | None:
        kind, _ = self._plan.get(number, ("", 0))
        if not kind.endswith("_deleted"):
            return None
        key = id_of(self.seed, Kind.RETIRED, number)
        bare = bare_asset(key, f"Retired {number:06d}", "item" if kind.endswith("option_deleted") else "model")
        return {**bare, "createdBy": ids.USER_CONTENT_TEAM, "deletedAt": moment(number)}


def _item_cents(bits: int) -> int:
    return 19900 + (bits >> 24) % 280000


def _option_cents(number: int) -> int:
    return number * 7 % 12 * 2500


def _amounts(cents: int) -> dict[str, float]:
    return {
        "EUR": cents / 100,
        "GBP": cents * 86 // 100 / 100,
        "USD": cents * 109 // 100 / 100,
        "JPY": cents * 163 // 10000,
    }
