"""Scans of generated catalogues in the deployed stack: time per item, memory, and what an unchanged one writes.

Two sizes, each in a stack of its own. What counts is how the numbers of the large one stand to those of the small one.
"""

import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import httpx

from herald.domain.catalog.run import Run, Stage
from herald.usecases.scan import scan_shelves
from herald_cli.ports_of_stack import state_store
from localrun.running_house import RunningHouse, running_house

SIZES = (1_000, 100_000)
FAULTS = 0.01
FUNCTION = "catalog-scan"
PATIENCE_SECONDS = 3_600.0


@dataclass(frozen=True, slots=True)
class ScanTime:
    """One scan. ``peak_mib`` is the most that a process of the function had at any time so far."""

    what: str
    items: int
    assets: int
    seconds: float
    reading: float
    examining: float
    closing: float
    looked_at: int
    states_written: int
    documents_written: int
    open_issues: int
    planted: int
    peak_mib: float

    @property
    def milliseconds_per_item(self) -> float:
        """Wall-clock time of the whole scan per item."""
        return 1000 * self.seconds / self.items


def measure(sizes: tuple[int, ...] = SIZES) -> Iterator[ScanTime]:
    """Scan each size twice in a fresh stack, the second time unchanged."""
    for items in sizes:
        parameters = {"ScanTimeoutSeconds": "600", "ScanVisibilitySeconds": "3600"}
        with running_house(lambda _step: None, parameters=parameters) as house:
            wanted = {"seed": 1, "items": items, "faults": FAULTS}
            httpx.post(f"{house.threekit.url}/_simulator/catalog", json=wanted, timeout=60).raise_for_status()
            causes = {(one.check, one.cause) for one in house.threekit.planted}
            for what in ("first", "unchanged"):
                before = _versions(house)
                run = _scanned(house, f"bench-{items}-{what}")
                yield _time(run, what, _versions(house) - before, len(causes))


def _scanned(house: RunningHouse, ask: str) -> Run:
    house.stack.client("sqs").send_message(
        QueueUrl=house.connection.output("ScanQueueUrl"), MessageBody=f'{{"step":"begin","ask":"{ask}","by":"bench"}}'
    )
    runs = scan_shelves.scan_runs(state_store(house.connection))
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        found = next((run for run in runs.all().values() if run.ask == ask and run.stage is Stage.FINISHED), None)
        if found is not None:
            return found
        time.sleep(1)
    raise TimeoutError(f"the scan {ask} did not finish")


def _time(run: Run, what: str, documents: int, planted: int) -> ScanTime:
    began, finished = run.began_at, run.finished_at or run.began_at
    marks = run.marks
    examining, closing = marks.get(str(Stage.EXAMINING), began), marks.get(str(Stage.CLOSING), finished)
    return ScanTime(
        what=what, items=run.counts["items"], assets=run.counts["assets"], seconds=(finished - began).total_seconds(),
        reading=(examining - began).total_seconds(), examining=(closing - examining).total_seconds(),
        closing=(finished - closing).total_seconds(), looked_at=run.counts["looked_at"],
        states_written=run.counts["written"], documents_written=documents, open_issues=run.counts["open"],
        planted=planted, peak_mib=_peak(),
    )  # fmt: skip


def _versions(house: RunningHouse) -> int:
    """Return how often documents of the state table were written: each write counts its version up."""
    pages = house.stack.client("dynamodb").get_paginator("scan").paginate(
        TableName=house.connection.output("StateTableName"), ProjectionExpression="#v",
        ExpressionAttributeNames={"#v": "version"},
    )  # fmt: skip
    return sum(int(item["version"]["N"]) for page in pages for item in page["Items"])


def _peak() -> float:
    """Return the most memory that a process of the function ever had, in MiB, as the kernel counted it."""
    listed = subprocess.run(["pgrep", "-f", f"{FUNCTION}-"], capture_output=True, text=True, check=False)  # noqa: S607
    peaks = []
    for pid in listed.stdout.split():
        status = Path(f"/proc/{pid}/status")
        lines = status.read_text(encoding="ascii", errors="replace").splitlines() if status.exists() else []
        peaks += [int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")]
    return max(peaks, default=0.0)


def as_document(one: ScanTime) -> Mapping[str, Any]:
    """Return a scan for JSON."""
    return {**asdict(one), "milliseconds_per_item": one.milliseconds_per_item}
