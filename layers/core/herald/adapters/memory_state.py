"""The documents several functions change together, in memory: the same promises within one process."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from herald.adapters.exact_json import dumps, loads
from herald.ports import Clock, StaleStateError, Stored


@dataclass(frozen=True, slots=True)
class _Kept:
    text: str
    version: int
    expires_at: int

    def stored(self) -> Stored:
        return Stored(loads(self.text), self.version)


class MemoryStateStore:
    """Implements ``ports.StateStore``. It keeps a document's text, so that nobody shares a part of what is stored."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._documents: dict[tuple[str, str], _Kept] = {}

    def load(self, kind: str, identity: str) -> Stored | None:
        """Return a document that has not expired, or ``None``."""
        with self._lock:
            kept = self._standing(kind, identity)
        return kept.stored() if kept is not None else None

    def save(self, kind: str, identity: str, document: Mapping[str, Any], *, version: int, keep: timedelta) -> None:
        """Write it. Raises ``StaleStateError`` if another version stands."""
        text = dumps(document)
        with self._lock:
            standing = self._standing(kind, identity)
            if version != (standing.version if standing is not None else 0):
                raise StaleStateError(f"a document of kind {kind} is no longer at version {version}")
            expires_at = int((self._clock() + keep).timestamp())
            self._documents[kind, identity] = _Kept(text, version + 1, expires_at)

    def every(self, kind: str) -> Mapping[str, Stored]:
        """Return all documents of a kind that have not expired, by id."""
        with self._lock:
            identities = sorted(identity for of, identity in self._documents if of == kind)
            found = {identity: self._standing(kind, identity) for identity in identities}
        return {identity: kept.stored() for identity, kept in found.items() if kept is not None}

    def _standing(self, kind: str, identity: str) -> _Kept | None:
        kept = self._documents.get((kind, identity))
        return kept if kept is not None and kept.expires_at > int(self._clock().timestamp()) else None
