"""Where digests, throttles, repeats and silences lie in the state table."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from herald.domain.canonical import short_id
from herald.domain.digest import Group, Window, group_document, group_of, window_document, window_of
from herald.domain.silence import Silence, silence_document, silence_of
from herald.ports import StateStore
from herald.usecases.shelf import Shelf

ALL = "all"
"""The id of what there is one of."""


def windows(store: StateStore) -> Shelf[Window]:
    """Each digest, by ``digest_id``: longer than the ledger knows its message, so that no later one gets its name."""
    return Shelf(store, "digest", window_of, window_document, timedelta(days=120))


def groups(store: StateStore) -> Shelf[Group]:
    """Which digest of a group is the present one, by ``group_key``. Kept longer than any of its digests."""
    return Shelf(store, "digest-group", group_of, group_document, timedelta(days=400))


def told(store: StateStore) -> Shelf[Mapping[str, Any]]:
    """What a person was told last of a thing, by ``group_key``: ``{"notification", "at"}``."""
    return Shelf(store, "told-of", dict, dict, timedelta(days=30))


def counted(store: StateStore) -> Shelf[Mapping[str, Any]]:
    """What a throttle has counted for a person, by ``group_key``: ``{"passed": [[notification, at]]}``."""
    return Shelf(store, "throttle", dict, dict, timedelta(days=30))


def silences(store: StateStore) -> Shelf[tuple[Silence, ...]]:
    """All silences, under ``ALL``: they are few, and every message asks for them."""
    return Shelf(
        store,
        "silences",
        lambda document: tuple(silence_of(one) for one in document["silences"]),
        lambda silences: {"silences": [silence_document(one) for one in silences]},
        timedelta(days=3650),
    )


def group_key(name: str, recipient: str, value: object) -> str:
    """Return the key of what is counted or gathered for a person, from which nobody reads an address."""
    return short_id("grp", name, recipient, str(value))
