"""The bus on EventBridge: references in, and those it refused out."""

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from herald.adapters.aws_errors import storage_errors
from herald.adapters.exact_json import dumps
from herald.domain.event import EventReference

if TYPE_CHECKING:
    from mypy_boto3_events.client import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

SOURCE = "herald"
"""What rules match, and the only source that the functions' roles may publish as."""
ENTRIES = 10
REQUEST_BYTES = 256 * 1024
TRIES = 3

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class EventBridgeBus:
    """Implements ``ports.Bus``."""

    client: "EventBridgeClient"
    bus_name: str

    def publish(self, references: Sequence[EventReference]) -> Sequence[EventReference]:
        """Publish all, refused ones again twice; return those refused to the end, in the order given.

        Raises ``StorageError`` if a request fails as a whole; what was published before that is published again with
        the next try, which consumers absorb.
        """
        pending = list(references)
        for _ in range(TRIES):
            pending = [refused for chunk in self._chunks(pending) for refused in self._refused(chunk)]
            if not pending:
                break
        return pending

    def _chunks(self, references: Sequence[EventReference]) -> Iterator[list[EventReference]]:
        chunk: list[EventReference] = []
        size = 0
        for reference in references:
            more = entry_bytes(self._entry(reference))
            if chunk and (len(chunk) == ENTRIES or size + more > REQUEST_BYTES):
                yield chunk
                chunk, size = [], 0
            chunk.append(reference)
            size += more
        if chunk:
            yield chunk

    def _refused(self, chunk: Sequence[EventReference]) -> Sequence[EventReference]:
        entries = [self._entry(reference) for reference in chunk]
        if entry_bytes(entries[0]) > REQUEST_BYTES:
            return chunk  # a chunk of its own, which the service would refuse as a whole
        with storage_errors(f"publishing to {self.bus_name}"):
            answer = self.client.put_events(Entries=entries)
        if answer["FailedEntryCount"] == 0:
            return []
        results = answer["Entries"]
        _log.warning("bus.refused", extra={"codes": dict(Counter(result.get("ErrorCode", "") for result in results))})
        return [reference for reference, result in zip(chunk, results, strict=True) if "EventId" not in result]

    def _entry(self, reference: EventReference) -> "PutEventsRequestEntryTypeDef":
        return {
            "EventBusName": self.bus_name,
            "Source": SOURCE,
            # Rules match on it; the detail has the type in full should it ever be longer than the service takes.
            "DetailType": reference.type[:128],
            "Detail": detail_of(reference),
        }


def detail_of(reference: EventReference) -> str:
    """Return the JSON object that travels: every field of the reference under its name."""
    return dumps(
        {
            "event_id": reference.event_id,
            "type": reference.type,
            "source": reference.source,
            "subject": reference.subject,
            "origin": reference.origin,
            "trust": reference.trust,
            "received_at": reference.received_at.isoformat(),
        }
    )


def entry_bytes(entry: "PutEventsRequestEntryTypeDef") -> int:
    """Return the size of an entry as EventBridge counts it: source, detail type and detail in UTF-8."""
    counted = (entry.get("Source", ""), entry.get("DetailType", ""), entry.get("Detail", ""))
    return sum(len(text.encode("utf-8", "surrogatepass")) for text in counted)
