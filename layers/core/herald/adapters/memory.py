"""Every port in memory, within one process and safe among its threads: for the command line, tests and benchmarks."""

from herald.adapters.memory_messaging import (
    MemoryBus,
    MemoryDispatchQueue,
    MemoryReceivedQueue,
    MemorySecrets,
    MemoryWritebackQueue,
    Parked,
    WritebackMessage,
)
from herald.adapters.memory_state import MemoryStateStore
from herald.adapters.memory_storage import (
    MemoryAuditTrail,
    MemoryConfigurationStore,
    MemoryDecisions,
    MemoryInbox,
    MemoryLedger,
)
from herald.adapters.memory_vendors import MemoryOpenText, MemoryThreekit

__all__ = [
    "MemoryAuditTrail",
    "MemoryBus",
    "MemoryConfigurationStore",
    "MemoryDecisions",
    "MemoryDispatchQueue",
    "MemoryInbox",
    "MemoryLedger",
    "MemoryOpenText",
    "MemoryReceivedQueue",
    "MemorySecrets",
    "MemoryStateStore",
    "MemoryThreekit",
    "MemoryWritebackQueue",
    "Parked",
    "WritebackMessage",
]
