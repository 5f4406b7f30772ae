"""The steps of a run that are still to be made, asked for again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from herald.domain.catalog.run import Run, Stage
from herald.usecases.scan.workshop import Workshop, results_key, total_key


@dataclass(frozen=True)
class Resume:
    """Enqueues what a run waits for. Steps that are waiting or made already change nothing when they come again."""

    workshop: Workshop

    def __call__(self, run: Run) -> None:
        """Ask for what is missing. Raises ``StorageError``."""
        self.workshop.queue.put(self._missing(run))

    def _missing(self, run: Run) -> list[Mapping[str, Any]]:
        if run.stage is Stage.READING:
            return [{"step": "read", "run": run.id}]
        if run.stage is Stage.CLOSING:
            return [{"step": "close", "run": run.id}]
        missing: list[Mapping[str, Any]] = []
        for partition in run.partitions:
            total = self.workshop.get_json(total_key(run.id, partition))
            if total is None:
                missing.append({"step": "export", "run": run.id, "partition": partition})
                continue
            made = self.made(run, partition)
            missing += [examination(run.id, partition, segment) for segment in total if segment not in made]
        return missing or [{"step": "close", "run": run.id}]

    def made(self, run: Run, partition: str) -> set[str]:
        """Return the segments of a partition that were examined."""
        prefix = results_key(run.id, partition)
        return {key.removeprefix(prefix) for key in self.workshop.files.names(prefix)}

    def close_if_all_is_examined(self, run: Run) -> None:
        """Ask for the closing when every partition was read to its end and every segment was examined.

        Whoever writes the last file of a run finds all of them, so somebody asks; two that ask do no harm.
        """
        for partition in run.partitions:
            total = self.workshop.get_json(total_key(run.id, partition))
            if total is None or not set(total) <= self.made(run, partition):
                return
        self.workshop.queue.put([{"step": "close", "run": run.id}])


def examination(run: str, partition: str, segment: str) -> dict[str, Any]:
    """Return the step that examines a segment."""
    return {"step": "examine", "run": run, "partition": partition, "segment": segment}
