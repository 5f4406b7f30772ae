"""A plain scan of a catalogue over the API, by the table of checks: what the planted faults are held against."""

import json
from collections.abc import Iterator
from typing import Any

import httpx

from herald.domain.canonical import short_id
from simulators.json_types import Record
from simulators.threekit.seed import ids

Found = tuple[str, str, str]


def pages(api: httpx.Client, path: str, plural: str, **query: str) -> list[Record]:
    found: list[Record] = []
    while True:
        asked = {**query, "perPage": "100", "page": str(len(found) // 100 + 1)}
        answer = api.get(path, params=asked).raise_for_status().json()
        found += answer[plural]
        if len(answer[plural]) < 100:
            assert answer["count"] == len(found)
            return found


class Scan:
    """One reading of the whole catalogue."""

    def __init__(self, api: httpx.Client) -> None:
        org = api.get(f"/api/orgs/{ids.ORG}").json()
        languages = [one["value"] for one in org["languages"]["values"]]
        self.locales = [one for one in languages if one != org["languages"]["defaultValue"]]
        self.books = {
            one["id"]: one["currencies"] for one in api.get(f"/api/orgs/{ids.ORG}/pricebooks").json()["pricebooks"]
        }
        self.tags = {one["name"]: one["id"] for one in pages(api, "/api/tags", "tags")}
        self.assets = {one["id"]: one for one in pages(api, "/api/assets", "assets")}
        self.items = {row["query"]["id"]: row["product"] for row in api.get("/api/products/export/json").json()}
        self.texts = {
            locale: api.get("/api/assets/translations", params={"locale": locale}).json() for locale in self.locales
        }
        self.saved = pages(api, "/api/configurations", "configurations")
        self.bearers: dict[str, list[str]] = {}
        for asset in self.assets.values():
            for tag in asset["tagids"]:
                self.bearers.setdefault(tag, []).append(asset["id"])

    def findings(self) -> set[Found]:
        assert set(self.items) == {one["id"] for one in self.assets.values() if one["type"] == "item"}
        return {(check, cause, item) for item in self.items for check, cause in self._of(item)}

    def _of(self, item: str) -> Iterator[tuple[str, str]]:
        product, asset = self.items[item], self.assets[item]
        own = f"item/{item}"
        yield from self._prices(own, product)
        yield from self._texts(own, product)
        yield from self._rules(own, product)
        for attribute in product["attributes"]:
            yield from self._attribute(own, attribute)
            if asset["publishedAt"]:
                yield from self._offers(own, attribute)
        metadata = {row["name"]: row["defaultValue"] for row in product["metadata"]}
        assert metadata == asset["metadata"]
        visuals = {(product["asset"] or {}).get("assetId"), asset["proxyId"], asset["defaultStageId"]} - {None}
        yield from (("broken_reference", f"asset/{key}") for key in visuals if key not in self.assets)
        if not product["asset"] and not asset["proxyId"] and not metadata.get("_thumbnail"):
            yield "no_picture", own
        if not metadata.get("SKU"):
            yield "missing_metadata", own
        if asset["warnings"]:
            yield "platform_warning", own
        yield from self._configurations(own, product)

    def _prices(self, own: str, product: Record) -> Iterator[tuple[str, str]]:
        pricing = [one for one in product["attributes"] if one["type"] == "Pricing"]
        entries = {entry["pricebook"]: entry["currencies"] for one in pricing for entry in one["values"]}
        for book, currencies in self.books.items():
            if any(not isinstance(entries.get(book, {}).get(one), int | float) for one in currencies):
                yield "missing_price", own
        for book in entries:
            if book not in self.books:
                yield "stale_price", f"pricebook/{book}"

    def _texts(self, own: str, product: Record) -> Iterator[tuple[str, str]]:
        shared = {one["name"] for one in product["attributes"]}
        for attribute in product["attributes"]:
            if attribute["type"] == "String":
                shared |= set(attribute["values"])
        for locale, known in self.texts.items():
            if not known.get(product["name"]):
                yield "missing_translation", f"{own}/{locale}"
            for text in shared:
                if not known.get(text):
                    yield "missing_translation", f"text/{locale}/{short_id('txt', text)}"

    def _options(self, attribute: Record) -> list[str]:
        found: list[str] = []
        for value in attribute["values"]:
            if isinstance(value, str):
                found += self.bearers.get(self.tags.get(value[1:], ""), [])
            else:
                found.append(value["assetId"])
        return found

    def _attribute(self, own: str, attribute: Record) -> Iterator[tuple[str, str]]:
        default: Any = attribute.get("defaultValue")
        if attribute["type"] == "String" and default not in attribute["values"]:
            yield "incomplete_attribute", own
        if attribute["type"] == "Number" and not attribute["min"] <= default <= attribute["max"]:
            yield "incomplete_attribute", own
        if attribute["type"] == "Global" and default["assetId"] not in self.assets:
            yield "incomplete_attribute", f"asset/{default['assetId']}"
        if attribute["type"] == "Asset":
            yield from self._asset_attribute(own, attribute)

    def _asset_attribute(self, own: str, attribute: Record) -> Iterator[tuple[str, str]]:
        options = self._options(attribute)
        for value in attribute["values"]:
            if isinstance(value, str) and value[1:] not in self.tags:
                yield "broken_reference", f"tag/{value[1:]}"
        for option in options:
            if option not in self.assets:
                yield "broken_reference", f"asset/{option}"
        if not options:
            yield "incomplete_attribute", f"tag/{self.tags[attribute['values'][0][1:]]}"
            return
        default = attribute["defaultValue"]["assetId"]
        if default and default not in self.assets:
            yield "broken_reference", f"asset/{default}"
        elif default not in options:
            yield "incomplete_attribute", own

    def _offers(self, own: str, attribute: Record) -> Iterator[tuple[str, str]]:
        if attribute["type"] != "Asset":
            return
        blacklist = set(attribute["blacklist"])
        for option in set(self._options(attribute)) - blacklist:
            if option in self.assets and self.assets[option]["publishedAt"] is None:
                yield "unavailable_option", f"asset/{option}"
        if attribute.get("defaultValue", {}).get("assetId") in blacklist:
            yield "unavailable_option", own

    def _rules(self, own: str, product: Record) -> Iterator[tuple[str, str]]:
        attributes = {one["id"]: one for one in product["attributes"]}
        for rule in (one for group in product["rules"] for one in group):
            for action in rule["actions"]:
                if not rule["conditions"] and action["type"] == "set-attribute-value-enabled" and not action["enabled"]:
                    yield "unavailable_option", own
            named = [(one, [one["value"]]) for one in rule["conditions"]]
            for part, values in named + [(one, one.get("values", [])) for one in rule["actions"]]:
                if part["attributeId"] not in attributes:
                    yield "broken_rule", own
                else:
                    yield from self._rule_values(own, attributes[part["attributeId"]], values)

    def _rule_values(self, own: str, attribute: Record, values: list[Any]) -> Iterator[tuple[str, str]]:
        for value in values:
            if attribute["type"] == "String" and value not in attribute["values"]:
                yield "broken_rule", own
            if attribute["type"] == "Asset":
                key = value["assetId"] if isinstance(value, dict) else value
                if key not in self.assets:
                    yield "broken_reference", f"asset/{key}"

    def _configurations(self, own: str, product: Record) -> Iterator[tuple[str, str]]:
        attributes = {one["name"]: one for one in product["attributes"]}
        for variant in (one["variant"] for one in self.saved if f"item/{one['productId']}" == own):
            for name, value in variant.items():
                chosen = value.get("assetId") if isinstance(value, dict) else None
                if name not in attributes or (chosen and chosen not in self._options(attributes[name])):
                    yield "stale_configuration", own


def scan(api: httpx.Client) -> set[Found]:
    return Scan(api).findings()


def tag_filter(*tag_ids: str) -> str:
    return json.dumps(list(tag_ids))
