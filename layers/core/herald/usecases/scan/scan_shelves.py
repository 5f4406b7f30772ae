"""Where the memory of scans lies in the state table, and how long it is kept."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from herald.domain.catalog.issue import Issue, issue_document, issue_of
from herald.domain.catalog.run import Held, Run, Watch, run_document, run_of, watch_document, watch_of
from herald.ports import StateStore
from herald.usecases.shelf import Shelf
from herald.usecases.shelves import A_YEAR, FOR_GOOD


def scan_watch(store: StateStore) -> Shelf[Watch]:
    """Which scan is the present one, under ``CATALOG``."""
    return Shelf(store, "scan-watch", watch_of, watch_document, FOR_GOOD)


def scan_runs(store: StateStore) -> Shelf[Run]:
    """Scans, by their ids."""
    return Shelf(store, "scan-run", run_of, run_document, timedelta(days=60))


def scan_turns(store: StateStore) -> Shelf[Held]:
    """Who has a step of a scan, by the scan's id and the step."""
    return Shelf(store, "scan-turn", lambda document: Held(**document), asdict, timedelta(days=7))


def issues(store: StateStore) -> Shelf[Issue]:
    """Faults of the catalogue, by their ids."""
    return Shelf(store, "issue", issue_of, issue_document, A_YEAR)


def stewards(store: StateStore) -> Shelf[Mapping[str, Any]]:
    """When a steward got the last digest, and of which scan, by the steward's name: ``{"at", "run"}``."""
    return Shelf(store, "steward", dict, dict, A_YEAR)
