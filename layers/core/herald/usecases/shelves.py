"""Where each kind of Herald's own memory lies in the state table, and how long it is kept."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from herald.domain.canonical import short_id
from herald.domain.incident import Incident, incident_document, incident_of
from herald.domain.item_launch import ItemLaunch, launch_document, launch_of
from herald.domain.milestones import OrderProgress, progress_document, progress_of
from herald.domain.sweep import Sweep, sweep_document, sweep_of
from herald.ports import StateStore
from herald.usecases.shelf import Shelf

A_YEAR = timedelta(days=400)
CATALOG = "catalog"
"""The id of what there is one of for the whole catalogue."""
FOR_GOOD = timedelta(days=3650)
"""Somebody who said stop once is not written to again because time went by."""


def order_progress(store: StateStore) -> Shelf[OrderProgress]:
    """Milestones, by the order's id."""
    return Shelf(store, "order-progress", progress_of, progress_document, A_YEAR)


def incidents(store: StateStore) -> Shelf[Incident]:
    """The present or last incident, by system."""
    return Shelf(store, "incident", incident_of, incident_document, A_YEAR)


def item_launches(store: StateStore) -> Shelf[ItemLaunch]:
    """Localization and launch, by the item's id."""
    return Shelf(store, "item-launch", launch_of, launch_document, A_YEAR)


def opt_outs(store: StateStore) -> Shelf[Mapping[str, Any]]:
    """Who said stop or start last, by ``address_key``: ``{"out", "at", "event"}``."""
    return Shelf(store, "opt-out", dict, dict, FOR_GOOD)


def last_written_to(store: StateStore) -> Shelf[Mapping[str, Any]]:
    """Which notification an address got last, by ``address_key``: ``{"notification", "at"}``."""
    return Shelf(store, "addressee", dict, dict, timedelta(days=30))


def told_so_far(store: StateStore) -> Shelf[int]:
    """The last place of a row of notifications that a recipient was told, by ``row_key``."""
    return Shelf(store, "told", lambda document: int(document["place"]), lambda place: {"place": place}, A_YEAR)


def sources(store: StateStore) -> Shelf[datetime]:
    """When a source was last heard, by its URI reference."""
    return Shelf(store, "source", lambda document: document["at"], lambda at: {"at": at}, A_YEAR)


def watched_sources(store: StateStore) -> Shelf[datetime]:
    """Since when a source is watched that was never heard, by its URI reference."""
    return Shelf(store, "watched-source", lambda document: document["at"], lambda at: {"at": at}, A_YEAR)


def sweeps(store: StateStore) -> Shelf[Sweep]:
    """Where sweeps stand, by what they sweep."""
    return Shelf(store, "sweep", sweep_of, sweep_document, A_YEAR)


def finished_jobs(store: StateStore) -> Shelf[Mapping[str, Any]]:
    """Jobs that succeeded since the last release wave, under ``CATALOG``: ``{"jobs": [[id, type, title]]}``."""
    return Shelf(store, "finished-jobs", dict, dict, A_YEAR)


def address_key(channel: str, address: str) -> str:
    """Return the key of an address, from which nobody reads the address."""
    return short_id("adr", channel, address)


def row_key(row: str, recipient: str) -> str:
    """Return the key of what a recipient was told of a row."""
    return short_id("row", row, recipient)
