"""Notes on catalogue items: languages that are there, and regions that said yes or no.

Vendor facts: an item's metadata is changed by importing its whole record, as Threekit's own tool does
(docs/vendor/threekit.md 6); a row of metadata has name, type and default value (2.4).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from herald.domain.errors import CallFailed, Fate, PoisonError, Reason
from herald.domain.told import Told
from herald.ports import Checkpoint, Clock, Inbox, StateStore, Threekit
from herald.usecases import shelves


@dataclass(frozen=True, slots=True)
class ItemNote:
    """Rows of an item's metadata by name, each as the text that is to stand there."""

    subject: str
    since: datetime
    rows: Mapping[str, str]

    @property
    def document(self) -> Mapping[str, Any]:
        """What is noted, for the audit."""
        return {name: json.loads(text) for name, text in self.rows.items()}


@dataclass(frozen=True)
class ItemNoting:
    """Implements ``writeback.Noting`` for items."""

    state: StateStore
    inbox: Inbox
    threekit: Threekit
    clock: Clock
    checkpoint: Checkpoint

    def note(self, told: Told) -> ItemNote:
        """Return what is to be noted now. Raises ``PoisonError`` if nothing is known of the item."""
        launch = shelves.item_launches(self.state).get(told.object_id)
        if launch is None:
            raise PoisonError(Reason.NOT_FOUND, f"nothing is known of item {told.object_id}")
        event = self.inbox.load(told.event_id)
        rows = {name: json.dumps(row, sort_keys=True) for name, row in launch.rows().items()}
        return ItemNote(f"item/{told.object_id}", event.received_at if event else self.clock(), rows)

    def write(self, told: Told, note: Any) -> bool:
        """Read, merge, import, read back; return whether the item bears the note then. Raises ``CallFailed``."""
        item = self.threekit.item(told.object_id)
        if borne(item, note.rows):
            return True
        record = self.threekit.item_record(item)
        try:
            self.threekit.import_item(with_rows(record, note.rows))
        except CallFailed as failure:
            # Reading back tells what an unanswered import did.
            if failure.fate is not Fate.UNKNOWN:
                raise
        self.checkpoint("writeback.put", note.subject)
        return borne(self.threekit.item(told.object_id), note.rows)


def borne(item: Mapping[str, Any], rows: Mapping[str, str]) -> bool:
    """Say whether an item's metadata (a plain map, as assets have it) bears the rows."""
    metadata = item.get("metadata")
    return isinstance(metadata, Mapping) and all(metadata.get(name) == text for name, text in rows.items())


def with_rows(record: Mapping[str, Any], rows: Mapping[str, str]) -> dict[str, Any]:
    """Return an item's whole record with rows of metadata set; all else as it was exported."""
    product = record["product"]
    others = [row for row in product.get("metadata", ()) if row.get("name") not in rows]
    ours = [{"name": name, "type": "String", "defaultValue": text} for name, text in rows.items()]
    return {**record, "product": {**product, "metadata": [*others, *ours]}}
