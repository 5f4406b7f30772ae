"""The Threekit simulator: its routes, its switches, its state."""

import copy
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from typing import Any, Self, Unpack

from simulators.exchange import RefusedError, Reply, Request, json_reply, refused
from simulators.json_types import Record, merged, utc_now
from simulators.loopback_server import LoopbackServer, own_routes
from simulators.routes import RouteTable
from simulators.running import Simulator
from simulators.switches import switches_reply
from simulators.threekit.assets import Assets
from simulators.threekit.catalog import Catalog
from simulators.threekit.catalog_defects import break_catalog
from simulators.threekit.catalogue_routes import CatalogueRoutes
from simulators.threekit.configurations import Configurations
from simulators.threekit.datatables import Datatables
from simulators.threekit.generated import Generated, Planted
from simulators.threekit.item_changes import ItemChanges
from simulators.threekit.jobs import JobResult, Jobs
from simulators.threekit.orders import Orders
from simulators.threekit.org import Org
from simulators.threekit.product_import import ProductImport
from simulators.threekit.seed import ids
from simulators.threekit.state import SWITCH_CHOICES, ThreekitState, ThreekitSwitches, ThreekitSwitchValues
from simulators.threekit.tokens import Tokens, private_only
from simulators.threekit.webhooks import Webhooks
from simulators.webhook_push import PushSwitches, WebhookPusher

_HEALTHCHECKS = ("orders", "configurations", "assets", "catalog", "products", "jobs", "customers", "webhooks")
_Handle = Callable[[Request], Reply]
_COLLECTIONS = (
    "orders",
    "configurations",
    "assets",
    "definitions",
    "jobs",
    "customers",
    "pricebooks",
    "tags",
    "datatables",
)


class ThreekitSimulator(Simulator):
    """A Threekit org on loopback, as strict as docs/vendor/threekit.md; a context manager.

    ``port`` 0 takes a free port. ``webhook_url`` subscribes that address to the topics ``orders`` and ``jobs`` from the
    start and again after a reset. ``tokens`` are the two tokens it knows. ``push`` says how pushes misbehave. ``clock``
    gives the timestamps. ``catalogue`` is a generated one to serve in place of the seed data's. The other keywords are
    the fields of ``ThreekitSwitches``.

    While a generated catalogue is served, ``assets`` and ``definitions`` hold only what was changed or added since:
    change items through the methods, which work for both. ``reset`` takes a generated catalogue back to how it was
    generated; ``serve(None)`` goes back to the seed data.

    Attributes: ``url``; ``orders``, ``configurations``, ``assets``, ``definitions``, ``jobs``, ``customers``,
    ``webhooks`` (records by id); ``requests``, ``pushes`` (lists); ``faults``, ``switches``, ``push``.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        host: str = "127.0.0.1",
        webhook_url: str | None = None,
        tokens: Tokens | None = None,
        push: PushSwitches | None = None,
        clock: Callable[[], datetime] = utc_now,
        catalogue: Generated | None = None,
        **switches: Unpack[ThreekitSwitchValues],
    ) -> None:
        self.switches = ThreekitSwitches(**switches)
        self.push = push or PushSwitches()
        self.tokens = tokens or Tokens(ids.PRIVATE_TOKEN, ids.PUBLIC_TOKEN)
        self.state = ThreekitState(clock, lambda: str(uuid.uuid4()), catalogue)
        self._changes = ItemChanges(self.state)
        self._webhook_url = webhook_url
        self._pusher = WebhookPusher(self.push)
        self._webhooks = Webhooks(self.state, self._pusher)
        self._jobs = Jobs(self.state, self._webhooks)
        self._orders = Orders(self.state, self.switches, self._webhooks)
        self._server = LoopbackServer(host, port, RouteTable(), RouteTable())
        self._load()
        self._add_vendor_routes()
        self._add_own_routes()

    def start(self) -> Self:
        """Start serving and pushing."""
        self._pusher.start()
        self._server.start()
        return self

    def stop(self) -> None:
        """Stop serving and pushing; pushes that still wait are lost, as they are when the vendor fails."""
        self._server.stop()
        self._pusher.stop()

    @property
    def orders(self) -> dict[str, Record]:
        """The orders by id."""
        return self.state.orders

    @property
    def configurations(self) -> dict[str, Record]:
        """The saved configurations by id."""
        return self.state.configurations

    @property
    def assets(self) -> dict[str, Record]:
        """The assets by id."""
        return self.state.assets

    @property
    def definitions(self) -> dict[str, Record]:
        """The ``product`` parts of the export by item id."""
        return self.state.definitions

    @property
    def jobs(self) -> dict[str, Record]:
        """The jobs by id."""
        return self.state.jobs

    @property
    def customers(self) -> dict[str, Record]:
        """The customers by id."""
        return self.state.customers

    @property
    def webhooks(self) -> dict[str, Record]:
        """The subscriptions by id, deleted ones included."""
        return self.state.webhooks

    def wait_pushed(self, timeout_seconds: float = 5.0) -> bool:
        """Wait until every push was sent or given up; false when the time is over."""
        return self._pusher.wait_idle(timeout_seconds)

    def subscribe(self, topic: str, address: str, only: Record | None = None) -> Record:
        """Add a webhook subscription without the API; ``only`` is its filter."""
        with self._server.lock:
            return self._webhooks.subscribe(topic, address, only)

    def add_order(self, **fields: Any) -> Record:
        """Add an order as a storefront does with ``POST /api/orders``, which pushes it; returns a copy.

        ``fields`` are those of the route. Raises ValueError for an unknown or wrong one and for another ``orgId``.
        """
        with self._server.lock:
            try:
                return copy.deepcopy(self._orders.add(fields))
            except RefusedError as refusal:
                raise ValueError(str(refusal)) from refusal

    def change_order(self, order_id: str, **fields: Any) -> Record:
        """Change an order as another integration does with ``PUT /api/orders/{id}``; returns a copy.

        ``fields`` are name, status, metadata and derivative; metadata replaces or merges as ``metadata_put`` says, and
        the change is pushed only with ``push_order_updates``. Raises KeyError if there is no such order, ValueError for
        an unknown or wrong field.
        """
        with self._server.lock:
            return copy.deepcopy(self._orders.apply(self.orders[order_id], fields))

    def add_job(self, kind: str = "import", title: str = "Import") -> Record:
        """Add a pending job and return it."""
        with self._server.lock:
            return self._jobs.add(kind, title)

    def complete_job(self, job_id: str, result: JobResult = "success") -> Record:
        """Complete a job, which pushes it. Raises KeyError if there is no such job."""
        with self._server.lock:
            return self._jobs.complete(job_id, result)

    def break_catalog(self, defect: str) -> str:
        """Bring a named defect (``catalog_defects.DEFECTS``) into the catalogue; returns the item's id."""
        with self._server.lock:
            return break_catalog(self.state, defect)

    @property
    def generated(self) -> Generated | None:
        """The generated catalogue that is served; ``None`` for the seed data."""
        return self.state.generated

    @property
    def planted(self) -> list[Planted]:
        """The findings that a scan of the generated catalogue owes, as it was generated; none for the seed data."""
        return self.state.generated.planted if self.state.generated else []

    def serve(self, catalogue: Generated | None) -> None:
        """Serve a generated catalogue with its configurations and orders, or the seed data again.

        What was changed or added before is gone, but for webhook subscriptions.
        """
        with self._server.lock:
            hooks = self.state.webhooks
            self.state.generated = catalogue
            self.state.load_seed()
            self.state.webhooks = hooks

    def change_item(
        self, item_id: str, asset: Mapping[str, Any] | None = None, product: Mapping[str, Any] | None = None
    ) -> Record:
        """Replace fields of an item's row in the list of assets and of its ``product`` in the export.

        Like all methods that change an item it moves ``updatedAt``, returns a copy of the asset, and raises KeyError
        for an unknown item.
        """
        with self._server.lock:
            return self._changes.change(item_id, asset, product)

    def rename_item(self, item_id: str, name: str, translations: Mapping[str, str] | None = None) -> Record:
        """Rename an item; ``translations`` of the new name by language, one in each if none are said.

        The translations of the old name go.
        """
        with self._server.lock:
            return self._changes.rename(item_id, name, translations)

    def move_item(self, item_id: str, *, folder: str | None = None, tag: str | None = None) -> Record:
        """Put an item into another folder, or have it bear one other tag, given by name or id."""
        with self._server.lock:
            return self._changes.move(item_id, folder=folder, tag=tag)

    def delete_item(self, item_id: str) -> Record:
        """Delete an item softly: it leaves lists and export, and is answered with its ``deletedAt``."""
        with self._server.lock:
            return self._changes.delete(item_id)

    def publish_item(self, item_id: str) -> Record:
        """Publish an item."""
        with self._server.lock:
            return self._changes.publish(item_id)

    def unpublish_item(self, item_id: str) -> Record:
        """Make an item a draft again."""
        with self._server.lock:
            return self._changes.unpublish(item_id)

    def reset(self) -> None:
        """Back to the seed data, or to the catalogue as it was generated: no faults, interludes, recorded
        requests and pushes. Switches stay as they are.
        """
        with self._server.lock:
            self._load()
            self.faults.clear()
            self._server.interludes.clear()
            self.requests.clear()
            self._pusher.forget()

    def _load(self) -> None:
        self.state.load_seed()
        if self._webhook_url is not None:
            for topic in ("orders", "jobs"):
                self._webhooks.subscribe(topic, self._webhook_url)

    def _any(self, handle: _Handle) -> _Handle:
        """Let both token classes in."""

        def checked(request: Request) -> Reply:
            self.tokens.class_of(request, self.switches)
            return handle(request)

        return checked

    def _private(self, handle: _Handle) -> _Handle:
        """Let private tokens in: 403 for public ones."""

        def checked(request: Request) -> Reply:
            private_only(self.tokens.class_of(request, self.switches), f"{request.method} {request.path}")
            return handle(request)

        return checked

    def _add_vendor_routes(self) -> None:
        add = self._server.vendor.add
        for service in _HEALTHCHECKS:
            add(f"GET /api/{service}/healthcheck", lambda _: json_reply({"status": "ok"}))
        self._add_order_routes(add)
        assets, catalog, org = Assets(self.state), Catalog(self.state), Org(self.state)
        add("GET /api/assets/translations", self._any(assets.translations))
        add("GET /api/assets/thumbnail/{id}", self._any(assets.thumbnail))
        add("GET /api/assets/{id}/thumbnail", self._any(assets.thumbnail))
        add("GET /api/assets", self._any(assets.list_page))
        add("GET /api/assets/{id}", self._any(assets.get))
        add("GET /api/v2/assets/{id}", self._any(assets.get_v2))
        add("DELETE /api/assets/{id}", self._private(assets.delete))
        add("POST /api/assets/{id}/restore", self._private(assets.restore))
        add("GET /api/catalog/products", self._any(catalog.products))
        add("GET /api/catalog/products/{id}", self._any(catalog.product))
        add(
            "GET /api/products/export/json",
            lambda request: catalog.export(request, self.tokens.class_of(request, self.switches)),
        )
        products = ProductImport(self.state)
        add(
            "POST /api/products/import",
            lambda request: products.take(request, self.tokens.class_of(request, self.switches)),
        )
        add("GET /api/tags", self._any(catalog.tags))
        tables = Datatables(self.state)
        add("GET /api/datatables", self._any(tables.list_page))
        add("GET /api/datatables/{id}", self._any(tables.get))
        add("GET /api/datatables/{id}/rows", self._any(tables.rows))
        add("GET /api/orgs/{id}", self._any(org.get))
        add("GET /api/orgs/{id}/pricebooks", self._any(org.pricebooks))
        add("GET /api/orgs/{id}/pricebooks/{pricebook}", self._any(org.pricebook))
        add("GET /api/customers", self._any(org.customers))
        add("GET /api/customers/{id}", self._any(org.customer))
        add("POST /api/customers", self._private(org.create_customer))

    def _add_order_routes(self, add: Callable[[str, _Handle], None]) -> None:
        orders = self._orders
        add("POST /api/orders", self._any(orders.create))
        add("GET /api/orders", self._any(orders.list_page))
        add("GET /api/orders/{id}", self._any(orders.get))
        add(
            "PUT /api/orders/{id}", lambda request: orders.change(request, self.tokens.class_of(request, self.switches))
        )
        saved = Configurations(self.state)
        add("POST /api/configurations", self._any(saved.save))
        add("GET /api/configurations", self._any(saved.list_page))
        add("GET /api/configurations/{id}", self._any(saved.get))
        add("GET /api/configurations/{id}/thumbnail", self._any(saved.thumbnail))
        # Jobs and webhooks are not among the rights of a public token (1.2).
        add("GET /api/jobs", self._private(self._jobs.list_page))
        add("GET /api/jobs/{id}", self._private(self._jobs.get))
        hooks = self._webhooks
        add("GET /api/webhooks", self._private(hooks.list_page))
        add("POST /api/webhooks", self._private(hooks.create))
        add("GET /api/webhooks/{id}", self._private(hooks.get))
        add("PUT /api/webhooks/{id}", self._private(hooks.change))
        add("DELETE /api/webhooks/{id}", self._private(hooks.delete))
        add("POST /api/webhooks/{id}/restore", self._private(hooks.restore))

    def _add_own_routes(self) -> None:
        own_routes(self._server, state=self.snapshot, reset=self.reset)
        add = self._server.own.add
        add("POST /_simulator/switches", self._change_switches)
        add("POST /_simulator/jobs", self._own_add_job)
        add("POST /_simulator/jobs/{id}/complete", self._own_complete_job)
        add("POST /_simulator/catalog_defects/{defect}", self._own_break_catalog)
        add("PATCH /_simulator/records/{collection}/{id}", self._own_patch)
        CatalogueRoutes(self, self._changes).add_to(self._server.own)

    def snapshot(self) -> Record:
        """Return the whole state as one JSON document, as ``GET /_simulator/state`` answers it."""
        records: dict[str, Any] = {name: list(getattr(self.state, name).values()) for name in _COLLECTIONS}
        # Definitions carry no id of their own, so they stay keyed.
        records["definitions"] = self.state.definitions
        records["webhooks"] = list(self.state.webhooks.values())
        shown = {
            **records,
            "org": self.state.org,
            "translations": self.state.translations,
            "datatableRows": self.state.datatable_rows,
            "generated": self.state.generated.summary() if self.state.generated else None,
            "pushes": [push.summary() for push in self.pushes],
            "requests": len(self.requests),
            "switches": {**asdict(self.switches), "push": asdict(self.push)},
        }
        return copy.deepcopy(shown)

    def _change_switches(self, request: Request) -> Reply:
        return switches_reply(request, self.switches, SWITCH_CHOICES, self.push)

    def _own_add_job(self, request: Request) -> Reply:
        body = request.json_object(422)
        return json_reply(self.add_job(body.get("type", "import"), body.get("title", "Import")))

    def _own_complete_job(self, request: Request) -> Reply:
        result = request.json_object(422).get("result", "success")
        if result not in ("success", "failed"):
            raise refused(422, "result is success or failed")
        try:
            return json_reply(self.complete_job(request.path_values["id"], result))
        except KeyError as error:
            raise refused(404, "job not found") from error

    def _own_break_catalog(self, request: Request) -> Reply:
        try:
            return json_reply({"id": self.break_catalog(request.path_values["defect"])})
        except (KeyError, StopIteration) as error:
            raise refused(404, "no such defect, or it is already there") from error

    def _own_patch(self, request: Request) -> Reply:
        """Change any record: objects merge, the rest, null too, replaces; ``updatedAt`` moves where there is one."""
        collection, key = request.path_values["collection"], request.path_values["id"]
        records: dict[str, Record] = getattr(self.state, collection) if collection in _COLLECTIONS else {}
        if collection in ("assets", "definitions"):
            with suppress(KeyError):
                self.state.asset_to_change(key)
        if key not in records:
            raise refused(404, "record not found")
        record = records[key]
        fresh = merged(record, request.json_object(422))
        if "updatedAt" in record:
            fresh["updatedAt"] = self.state.later_than(record["updatedAt"])
        records[key] = fresh
        return json_reply(fresh)
