"""What people do to items in the vendor's own pages: change, rename, move, delete, publish."""

import copy
from collections.abc import Mapping
from typing import Any

from simulators.json_types import Record
from simulators.threekit.state import ThreekitState


class ItemChanges:
    """Changes of items, of the seed data and generated ones alike; ``updatedAt`` moves with each.

    All raise KeyError for an unknown item, and return a copy of the asset as it is then.
    """

    def __init__(self, state: ThreekitState) -> None:
        self._state = state

    def change(
        self, item_id: str, asset: Mapping[str, Any] | None = None, product: Mapping[str, Any] | None = None
    ) -> Record:
        """Replace fields of its row in the list of assets, and of its ``product`` in the export."""
        row = self._state.asset_to_change(item_id)
        if row["type"] != "item":
            raise KeyError(item_id)
        row.update(copy.deepcopy(dict(asset or {})), updatedAt=self._state.later_than(row["updatedAt"]))
        if product:
            self._state.definitions[item_id].update(copy.deepcopy(dict(product)))
        return copy.deepcopy(row)

    def rename(self, item_id: str, name: str, translations: Mapping[str, str] | None = None) -> Record:
        """Give it another name, and the translations of that, by language: one in each if none are said.

        The translations of the old name go.
        """
        former = self._known(item_id)["name"]
        named = self.change(item_id, {"name": name}, {"name": name})
        if translations is None:
            translations = {locale: f"{name} ({locale})" for locale in self._state.locales()}
        self._state.untranslated.add(former)
        for entries in self._state.translations.values():
            entries.pop(former, None)
        for locale, text in translations.items():
            self._state.translations.setdefault(locale, {})[name] = text
        return named

    def move(self, item_id: str, *, folder: str | None = None, tag: str | None = None) -> Record:
        """Put it into another folder, or have it bear one other tag, given by name or id. KeyError for no such tag."""
        row: Record = {} if folder is None else {"parentFolderId": folder}
        product = dict(row)
        if tag is not None:
            key = next((key for key, one in self._state.tags.items() if tag in (key, one["name"])), None)
            if key is None:
                raise KeyError(tag)
            product["tags"] = [self._state.tags[key]["name"]]
            row = {**row, "tags": product["tags"], "tagids": [key]}
        return self.change(item_id, row, product)

    def delete(self, item_id: str) -> Record:
        """Delete it softly."""
        return self.change(item_id, {"deletedAt": self._state.now()})

    def publish(self, item_id: str) -> Record:
        """Publish it."""
        return self.change(item_id, {"publishedAt": self._state.now()})

    def unpublish(self, item_id: str) -> Record:
        """Make it a draft again."""
        return self.change(item_id, {"publishedAt": None})

    def _known(self, item_id: str) -> Record:
        found = self._state.asset(item_id)
        if found is None:
            raise KeyError(item_id)
        return found
