"""What a run leaves to the next: how each item is now, who was seen, what stands in each partition."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from herald.catalog_ports import ScanBook
from herald.domain.catalog.run import Run
from herald.domain.catalog.state import state_of
from herald.usecases.scan.results import results, summed
from herald.usecases.scan.workshop import Turn, Workshop, findings_key

KEPT_BETWEEN = 20
"""Segments that may have to be remembered again after a crash."""


@dataclass
class Remembering:
    """One try to remember what a run found."""

    shop: Workshop
    run: Run
    turn: Turn
    enough_time: Callable[[], bool]

    def of(self, settled: Mapping[str, Any]) -> bool:
        """Remember, segment by segment, and at least one; return whether time sufficed."""
        book: ScanBook = self.shop.books.complete(self.run.id)
        number = 0
        for partition in self.run.partitions:
            found: dict[str, Any] = {"items": 0, "board": {}, "findings": list(settled["carried"].get(partition, ()))}
            for result in results(self.shop, self.run, partition, self.turn):
                number += 1
                book.seen(self.run.id, partition, result["members"])
                _join(found, result)
                if number > self.run.kept and result["states"] and not self._kept(number, result["states"]):
                    return False
            book.scanned(self.run.id, partition)
            self.shop.put_json(findings_key(partition), found)
        self.shop.states.forget(settled["gone"])
        book.forget(settled["gone"])
        self.shop.books.carried_on(self.run.id)
        self.shop.checkpoint("scan.carried_on", self.run.id)
        return True

    def _kept(self, number: int, states: list[Any]) -> bool:
        """Keep a segment's states, and note how far it is; what is written twice is the same."""
        self.shop.states.keep([state_of(identity, document) for identity, document in states])
        self.shop.checkpoint("scan.kept", self.run.id)
        enough = self.enough_time()
        if number % KEPT_BETWEEN == 0 or not enough:
            self.run = self.shop.change_run(self.run.id, lambda standing: replace(standing, kept=number))
        return enough


def _join(found: dict[str, Any], result: Mapping[str, Any]) -> None:
    """Add a segment's result to what a partition keeps for the scans of the others."""
    found["items"] += result["items"]
    found["findings"] += result["findings"]
    for cell, sums in result["board"].items():
        found["board"][cell] = summed(found["board"].get(cell), sums)
