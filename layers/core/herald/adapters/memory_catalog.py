"""Files and items' states in memory: the same promises within one process."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from herald.adapters.exact_json import dumps, loads
from herald.domain.catalog.state import ItemState, state_document, state_of


class MemoryFiles:
    """Implements ``catalog_ports.Files``."""

    def __init__(self) -> None:
        self.content: dict[str, bytes] = {}

    def put(self, key: str, content: bytes, media_type: str = "application/octet-stream") -> None:  # noqa: ARG002 - as S3
        """Write a file."""
        self.content[key] = content

    def get(self, key: str) -> bytes | None:
        """Return a file, or ``None``."""
        return self.content.get(key)

    def names(self, prefix: str) -> list[str]:
        """Return all keys that begin with a prefix, in order."""
        return sorted(key for key in self.content if key.startswith(prefix))

    def upload(self, key: str, path: Path) -> None:
        """Write a file from the disk."""
        self.content[key] = path.read_bytes()

    def download(self, key: str, path: Path) -> bool:
        """Write a file to the disk; say whether there was one."""
        content = self.content.get(key)
        if content is not None:
            path.write_bytes(content)
        return content is not None


class MemoryItemStates:
    """Implements ``catalog_ports.ItemStates``; counts what is written."""

    def __init__(self) -> None:
        self._documents: dict[str, str] = {}
        self.written = 0

    def load(self, ids: Sequence[str]) -> Mapping[str, ItemState]:
        """Return the states that there are, by id."""
        return {one: state_of(one, loads(self._documents[one])) for one in ids if one in self._documents}

    def keep(self, states: Sequence[ItemState]) -> None:
        """Write states."""
        self._documents |= {state.id: dumps(state_document(state)) for state in states}
        self.written += len(states)

    def exchange(self, before: ItemState, after: ItemState) -> bool:
        """Write one state if the other one stands; say whether it did."""
        if self._documents.get(before.id) != dumps(state_document(before)):
            return False
        self.keep([after])
        return True

    def forget(self, ids: Sequence[str]) -> None:
        """Remove states."""
        for one in ids:
            self._documents.pop(one, None)


class MemoryScanQueue:
    """Implements ``ports.ScanQueue``."""

    def __init__(self) -> None:
        self.steps: list[Mapping[str, Any]] = []

    def put(self, steps: Sequence[Mapping[str, Any]]) -> None:
        """Enqueue steps."""
        self.steps += steps
