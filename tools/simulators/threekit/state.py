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
from simulators.threekit.seed import catalog, configurations, ids, jobs, orders, people, translations

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
    """The records by kind, keyed by id, oldest first. ``clock`` gives timestamps, ``new_id`` the ids of new records."""

    clock: Callable[[], datetime]
    new_id: Callable[[], str] = lambda: str(uuid.uuid4())
    orders: dict[str, Record] = field(default_factory=dict)
    configurations: dict[str, Record] = field(default_factory=dict)
    assets: dict[str, Record] = field(default_factory=dict)
    definitions: dict[str, Record] = field(default_factory=dict)
    jobs: dict[str, Record] = field(default_factory=dict)
    customers: dict[str, Record] = field(default_factory=dict)
    pricebooks: dict[str, Record] = field(default_factory=dict)
    tags: dict[str, Record] = field(default_factory=dict)
    webhooks: dict[str, Record] = field(default_factory=dict)
    translations: dict[str, dict[str, str]] = field(default_factory=dict)
    org: Record = field(default_factory=dict)

    def load_seed(self) -> None:
        """Forget everything and start from the seed data, without webhook subscriptions."""
        self.orders = _by_id(orders.orders())
        self.configurations = _by_id(configurations.configurations())
        self.assets = _by_id(catalog.assets())
        self.definitions = catalog.definitions()
        self.jobs = _by_id(jobs.jobs())
        self.customers = _by_id(people.customers())
        self.pricebooks = _by_id(people.pricebooks())
        self.tags = _by_id(people.tags())
        self.webhooks = {}
        self.translations = translations.translations()
        self.org = people.org()

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
