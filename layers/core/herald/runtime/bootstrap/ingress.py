"""What the two receiving functions share."""

from collections.abc import Callable
from datetime import timedelta

from herald.adapters.dynamodb_audit import DynamoAuditTrail
from herald.adapters.dynamodb_inbox import DynamoInbox
from herald.adapters.secrets_manager import SecretsManagerSecrets
from herald.domain.envelope import Envelope
from herald.runtime.bootstrap.world import World
from herald.runtime.observability import logger
from herald.runtime.receiver import Limits, Receiver
from herald.runtime.settings import IngressSettings
from herald.runtime.source_credentials import ONE_KIND, CachedSources


def compose(
    settings: IngressSettings, world: World, actor: str, envelope: Callable[[str], Envelope],
    kinds: tuple[str, ...] = ONE_KIND,
) -> Receiver:  # fmt: skip
    """Return the receiver of one door, whose sources send one of these kinds."""
    database = world.client("dynamodb")
    secrets = SecretsManagerSecrets(world.client("secretsmanager"), settings.secret_id, world.clock)
    return Receiver(
        actor=actor,
        envelope=envelope,
        sources=CachedSources(secrets.get, kinds),
        inbox=DynamoInbox(database, settings.inbox_table, world.clock, timedelta(days=settings.event_retention_days)),
        audit=DynamoAuditTrail(database, settings.audit_table),
        clock=world.clock,
        checkpoint=world.checkpoint,
        log=logger(),
        count=world.count,
        limits=Limits(settings.max_body_bytes, settings.max_json_depth),
    )
