"""What a Threekit simulator remembers, and its switches."""

import base64
import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, TypedDict

from simulators.exchange import RefusedError, refused
from simulators.json_types import Record, timestamp
from simulators.threekit.generated import Generated
from simulators.threekit.generated.trade import configurations as generated_configurations
from simulators.threekit.generated.trade import orders as generated_orders
from simulators.threekit.seed import catalog, configurations, datatables, ids, jobs, orders, people, translations

MetadataPut = Literal["replace", "merge"]


@dataclass
class ThreekitSwitches:
    """How the simulator behaves where the vendor's behaviour is unknown or wanted bad; all may change while it runs.

    - ``metadata_put``: whether PUT of an order's metadata replaces or merges, which nobody documents
      (docs/vendor/threekit.md 6).
    - ``push_order_updates``: push ``orders``/``updated`` upon PUT. Off: no such topic is documented (3.3).
    - ``order_sort_fields``: fields the order list sorts by; others get 422. Only ``createdAt`` is evidenced, and that
      for assets and jobs (4); whether ``updatedAt`` works is unknown (8).
    - ``public_domains``: domains a public token is bound to, wildcards allowed (1.2). A call with the public token
      whose ``Origin`` is missing or elsewhere gets 401. Empty: not bound. That a missing ``Origin`` is refused is the
      strict reading; what the vendor does is unknown.
    """

    metadata_put: MetadataPut = "replace"
    push_order_updates: bool = False
    order_sort_fields: tuple[str, ...] = ("createdAt",)
    public_domains: tuple[str, ...] = ("*.example.com", "localhost")


SWITCH_CHOICES: dict[str, tuple[Any, ...]] = {"metadata_put": ("replace", "merge")}


class ThreekitSwitchValues(TypedDict, total=False):
    """``ThreekitSwitches`` as keyword arguments."""

    metadata_put: MetadataPut
    push_order_updates: bool
    order_sort_fields: tuple[str, ...]
    public_domains: tuple[str, ...]


def _by_id(records: list[Record]) -> dict[str, Record]:
    return {record["id"]: record for record in records}


@dataclass
class ThreekitState:
    """The records by kind, keyed by id, oldest first. ``clock`` gives timestamps, ``new_id`` the ids of new records.

    With a ``generated`` catalogue ``assets``, ``definitions`` and ``translations`` hold only what was changed or added
    since; ``asset`` and ``definition`` find either, and ``asset_to_change`` brings a generated record here.
    ``untranslated`` are texts whose generated translations are gone, ``version`` counts the changes.
    """

    clock: Callable[[], datetime]
    new_id: Callable[[], str] = lambda: str(uuid.uuid4())
    generated: Generated | None = None
    orders: dict[str, Record] = field(default_factory=dict)
    configurations: dict[str, Record] = field(default_factory=dict)
    assets: dict[str, Record] = field(default_factory=dict)
    definitions: dict[str, Record] = field(default_factory=dict)
    jobs: dict[str, Record] = field(default_factory=dict)
    customers: dict[str, Record] = field(default_factory=dict)
    pricebooks: dict[str, Record] = field(default_factory=dict)
    tags: dict[str, Record] = field(default_factory=dict)
    datatables: dict[str, Record] = field(default_factory=dict)
    datatable_rows: dict[str, list[Record]] = field(default_factory=dict)
    webhooks: dict[str, Record] = field(default_factory=dict)
    translations: dict[str, dict[str, str]] = field(default_factory=dict)
    untranslated: set[str] = field(default_factory=set)
    org: Record = field(default_factory=dict)
    version: int = 0

    def load_seed(self) -> None:
        """Forget everything and start from the seed data, without webhook subscriptions.

        A generated catalogue stays, as it was generated: its assets, tags, configurations and orders take the place of
        those of the seed data.
        """
        self.jobs = _by_id(jobs.jobs())
        self.customers = _by_id(people.customers())
        self.pricebooks = _by_id(people.pricebooks())
        self.datatables = _by_id(datatables.datatables())
        self.webhooks = {}
        self.org = people.org()
        self.untranslated = set()
        self.version += 1
        if self.generated is None:
            self.orders = _by_id(orders.orders())
            self.configurations = _by_id(configurations.configurations())
            self.assets = _by_id(catalog.assets())
            self.definitions = catalog.definitions()
            self.tags = _by_id(people.tags())
            self.datatable_rows = datatables.rows()
            self.translations = translations.translations()
        else:
            saved = generated_configurations(self.generated)
            self.configurations = _by_id(saved)
            self.orders = _by_id(generated_orders(self.generated, saved, self.clock()))
            self.assets, self.definitions, self.translations, self.datatable_rows = {}, {}, {}, {}
            self.tags = _by_id(self.generated.tags())

    def asset(self, key: str) -> Record | None:
        """Return an asset by its id, a deleted one too; ``None`` if there is none."""
        return self.assets.get(key) or (self.generated.asset(key) if self.generated else None)

    def definition(self, key: str) -> Record | None:
        """Return the ``product`` part of an item's record in the export; ``None`` if there is none."""
        return self.definitions.get(key) or (self.generated.definition(key) if self.generated else None)

    def asset_to_change(self, key: str) -> Record:
        """Return an asset by its id, to be changed in place, and so its definition. Raises KeyError if unknown."""
        self.version += 1
        if key not in self.assets and self.generated is not None:
            asset, definition = self.generated.asset(key), self.generated.definition(key)
            if asset is None or asset["id"] != key:
                raise KeyError(key)
            self.assets[key] = asset
            if definition is not None:
                self.definitions[key] = definition
        return self.assets[key]

    def add_asset(self, asset: Record) -> None:
        """Add an asset."""
        self.version += 1
        self.assets[asset["id"]] = asset

    def locales(self) -> list[str]:
        """Return the languages of the org but for its default one."""
        languages = self.org["languages"]
        return [one["value"] for one in languages["values"] if one["value"] != languages["defaultValue"]]

    def now(self) -> str:
        """Return the present moment as the vendor writes it."""
        return timestamp(self.clock())

    def later_than(self, earlier: str) -> str:
        """Return the present moment, at least one millisecond after ``earlier``, so that a change is always visible.

        Whether the vendor guarantees that is unknown; a test of change detection needs it.
        """
        moment = max(self.clock(), datetime.fromisoformat(earlier) + timedelta(milliseconds=1))
        return timestamp(moment)

    @staticmethod
    def short_id(record_id: str) -> str:
        """Derive a short id of eight characters of the documented alphabet (docs/vendor/threekit.md 4)."""
        return base64.urlsafe_b64encode(hashlib.sha256(record_id.encode()).digest())[:8].decode()


def by_id_or_short_id(records: dict[str, Record], key: str, what: str) -> Record:
    """Find a record by id or short id. Raises a 404 refusal (docs/vendor/threekit.md 2.1, 2.2)."""
    if key in records:
        return records[key]
    for record in records.values():
        if record.get("shortId") == key:
            return record
    raise not_found(what)


def not_found(what: str) -> RefusedError:
    """Build the 404 of an unknown record."""
    return refused(404, f"{what} not found")


ORG_ID = ids.ORG
