"""The simulator's own routes about the catalogue: generate one, see what is planted, change items as people do."""

from collections.abc import Callable
from typing import Any, Protocol

from simulators.exchange import Reply, Request, json_reply, refused
from simulators.json_types import Record
from simulators.routes import RouteTable
from simulators.threekit.generated import Generated
from simulators.threekit.item_changes import ItemChanges

_MAKING = {"seed", "items", "faults", "models", "configurations", "orders"}


class _Catalogues(Protocol):
    """What serves the catalogue."""

    @property
    def generated(self) -> Generated | None:
        """The catalogue that is served; ``None`` for the seed data."""
        ...

    def serve(self, catalogue: Generated | None) -> None:
        """Serve another one."""
        ...


class CatalogueRoutes:
    """``/_simulator/catalog``; none needs a vendor credential.

    - ``POST /_simulator/catalog`` ``{"seed", "items", "faults", "models", "configurations", "orders"}``: generate, all
      but ``items`` optional (``Generated``). ``GET`` says what is served, ``DELETE`` goes back to the seed data.
    - ``GET /_simulator/catalog/planted``: the findings that a scan owes.
    - ``PATCH /_simulator/catalog/items/{id}`` ``{"asset": {...}, "product": {...}}``; ``POST .../rename`` ``{"name",
      "translations"}``, ``POST .../move`` ``{"folder", "tag"}``, ``POST .../delete``, ``.../publish``,
      ``.../unpublish``: as ``ItemChanges``, answered with the asset.
    """

    def __init__(self, catalogues: _Catalogues, changes: ItemChanges) -> None:
        self._catalogues = catalogues
        self._changes = changes

    def add_to(self, table: RouteTable) -> None:
        """Add the routes."""
        table.add("POST /_simulator/catalog", self._generate)
        table.add("GET /_simulator/catalog", lambda _: self._summary())
        table.add("DELETE /_simulator/catalog", self._drop)
        table.add("GET /_simulator/catalog/planted", self._planted)
        changes = self._changes
        item = "/_simulator/catalog/items/{id}"
        table.add(f"PATCH {item}", _changing(changes.change, "asset", "product"))
        table.add(f"POST {item}/rename", _changing(changes.rename, "name", "translations"))
        table.add(f"POST {item}/move", _changing(changes.move, "folder", "tag"))
        table.add(f"POST {item}/delete", _changing(changes.delete))
        table.add(f"POST {item}/publish", _changing(changes.publish))
        table.add(f"POST {item}/unpublish", _changing(changes.unpublish))

    def _generate(self, request: Request) -> Reply:
        body = request.json_object(422)
        if not set(body) <= _MAKING or "items" not in body:
            raise refused(422, f"a catalogue has items and of these fields: {', '.join(sorted(_MAKING))}")
        try:
            catalogue = Generated(**{"seed": 1, **body})
        except (ValueError, TypeError, AttributeError) as error:
            raise refused(422, str(error)) from error
        self._catalogues.serve(catalogue)
        return self._summary()

    def _drop(self, _: Request) -> Reply:
        self._catalogues.serve(None)
        return self._summary()

    def _summary(self) -> Reply:
        catalogue = self._catalogues.generated
        return json_reply({"generated": None if catalogue is None else catalogue.summary()})

    def _planted(self, _: Request) -> Reply:
        catalogue = self._catalogues.generated
        return json_reply({"planted": [one.document() for one in catalogue.planted] if catalogue else []})


def _changing(change: Callable[..., Record], *fields: str) -> Callable[[Request], Reply]:
    def answer(request: Request) -> Reply:
        body: dict[str, Any] = request.json_object(422) if request.body else {}
        if not set(body) <= set(fields):
            raise refused(422, f"known fields: {', '.join(fields) or 'none'}")
        try:
            return json_reply(change(request.path_values["id"], **body))
        except KeyError as error:
            raise refused(404, f"{error.args[0]} not found") from error
        except (TypeError, ValueError, AttributeError) as error:
            raise refused(422, str(error)) from error

    return answer
