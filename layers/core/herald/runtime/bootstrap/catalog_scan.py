"""Composes ``catalog_scan``."""

import os
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from herald.adapters.cel_when_asked import CelWhenAsked
from herald.adapters.code_print import code_print
from herald.adapters.credentials import credential
from herald.adapters.dynamodb_catalog import DynamoItemStates
from herald.adapters.dynamodb_inbox import DynamoInbox
from herald.adapters.dynamodb_state import DynamoStateStore
from herald.adapters.http_client import HttpClient, Timeouts
from herald.adapters.s3_files import S3Files
from herald.adapters.scan_books import SqliteScanBooks
from herald.adapters.secrets_manager import SecretsManagerSecrets
from herald.adapters.sqs import SqsReceivedQueue, SqsScanQueue
from herald.adapters.threekit_catalog import ThreekitCatalog
from herald.domain.catalog.checks import built_in
from herald.domain.errors import PoisonError, Reason
from herald.domain.report_link import signed
from herald.runtime.bootstrap.configurations import store
from herald.runtime.bootstrap.consumer import received_queue
from herald.runtime.bootstrap.world import World, this_process
from herald.runtime.observability import logger
from herald.runtime.settings import ScanSettings
from herald.usecases.outcome import Outcome
from herald.usecases.scan import scan_shelves
from herald.usecases.scan.begin import Begin
from herald.usecases.scan.close import Close
from herald.usecases.scan.examine import Examine
from herald.usecases.scan.export import Export
from herald.usecases.scan.read import Read
from herald.usecases.scan.resume import Resume
from herald.usecases.scan.workshop import Workshop

Step = Callable[[Mapping[str, Any], int, Callable[[], bool]], Outcome]
TIMEOUTS = Timeouts(read=30.0, body=120.0, stream_wait=60.0, stream=540.0)
"""The export of a whole catalogue takes minutes, and longer to begin than any other answer."""
LONGEST_ANSWER = 64 * 1024 * 1024


def compose(settings: ScanSettings, world: World) -> Mapping[str, Step]:
    """Return the steps of a scan by name."""
    shop = workshop(settings, world)
    resume = Resume(shop)
    return {
        "begin": Begin(shop, resume), "read": Read(shop), "export": Export(shop, resume),
        "examine": Examine(shop, resume), "close": Close(shop),
    }  # fmt: skip


def workshop(settings: ScanSettings, world: World) -> Workshop:
    """Return what the steps work with."""
    database = world.client("dynamodb")
    files = S3Files(world.client("s3"), settings.catalog_bucket)
    state = DynamoStateStore(database, settings.state_table, world.clock)
    retention = timedelta(days=settings.event_retention_days)
    secrets = SecretsManagerSecrets(world.client("secretsmanager"), settings.secret_id, world.clock)
    keys = SecretsManagerSecrets(world.client("secretsmanager"), settings.report_secret_id, world.clock)
    http = HttpClient(
        [settings.threekit_base_url], world.clock, timeouts=TIMEOUTS, max_answer_bytes=LONGEST_ANSWER
    )  # fmt: skip
    runs = scan_shelves.scan_runs(state)

    def began_at(run: str) -> datetime:
        found = runs.get(run)
        return found.began_at if found is not None else world.clock()

    def link(name: str, until: datetime) -> str:
        return f"{settings.report_base_url.rstrip('/')}/reports/{signed(name, until, credential(keys, 'key'))}"

    return Workshop(
        catalogue=ThreekitCatalog(http, settings.threekit_base_url, secrets),
        files=files,
        states=DynamoItemStates(database, settings.catalog_table),
        books=SqliteScanBooks(files, began_at),
        queue=SqsScanQueue(world.client("sqs"), settings.queue_url),
        inbox=DynamoInbox(database, settings.inbox_table, world.clock, retention),
        state=state,
        configurations=store(settings, world),
        rules=CelWhenAsked(),
        checks=built_in(),
        code_print=code_print(),
        report_links=link,
        clock=world.clock,
        chance=world.chance,
        checkpoint=world.checkpoint,
        count=world.count,
        complain=lambda message, fields: logger().error(message, extra=dict(fields)),
        order_days=settings.order_days,
        link_days=settings.report_link_days,
    )


@lru_cache(maxsize=1)
def _settings() -> ScanSettings:
    return ScanSettings.from_environment(os.environ)


@lru_cache(maxsize=1)
def _steps() -> Mapping[str, Step]:
    return compose(_settings(), this_process())


def step(name: str) -> Step:
    """Return the process's step of that name. Raises ``PoisonError`` if there is none."""
    steps = _steps()
    if name not in steps:
        raise PoisonError(Reason.MALFORMED_MESSAGE, f"there is no step of that name; there are {', '.join(steps)}")
    return steps[name]


@lru_cache(maxsize=1)
def queue() -> SqsReceivedQueue:
    """Return the queue the function's batches come from."""
    return received_queue(_settings(), this_process())
