"""Composes ``event_relay``."""

import os
from functools import lru_cache

from herald.adapters.dynamodb_audit import DynamoAuditTrail
from herald.adapters.dynamodb_state import DynamoStateStore
from herald.adapters.eventbridge import EventBridgeBus
from herald.runtime.bootstrap.world import World, this_process
from herald.runtime.settings import RelaySettings
from herald.usecases.relay import Relay


def compose(settings: RelaySettings, world: World) -> Relay:
    """Return the relay of a stack."""
    database = world.client("dynamodb")
    return Relay(
        bus=EventBridgeBus(world.client("events"), settings.bus_name),
        audit=DynamoAuditTrail(database, settings.audit_table),
        state=DynamoStateStore(database, settings.state_table, world.clock),
        clock=world.clock,
        checkpoint=world.checkpoint,
    )


@lru_cache(maxsize=1)
def relay() -> Relay:
    """Return the process's relay."""
    return compose(RelaySettings.from_environment(os.environ), this_process())
