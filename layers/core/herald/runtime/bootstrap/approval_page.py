"""Composes ``approval_page``."""

import os
import secrets as chance
from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from typing import Any

from herald.adapters.approval_pages.pages import ApprovalPages
from herald.adapters.approval_pages.security_headers import SECURITY_HEADERS
from herald.adapters.credentials import credential
from herald.adapters.dynamodb_inbox import DynamoInbox
from herald.adapters.dynamodb_state import DynamoStateStore
from herald.adapters.secrets_manager import SecretsManagerSecrets
from herald.runtime.approval_requests import ApprovalRequests
from herald.runtime.bootstrap import threekit
from herald.runtime.bootstrap.configurations import versions
from herald.runtime.bootstrap.world import World, this_process
from herald.runtime.settings import PageSettings
from herald.usecases.approvals.attachments import PageAttachments
from herald.usecases.approvals.desk import Desk
from herald.usecases.approvals.page import ApprovalPage
from herald.usecases.approvals.page_values import PageValues
from herald.usecases.approvals.visitors import Visitors
from herald.usecases.approvals.waiting_list import WaitingList


def compose(settings: PageSettings, world: World) -> ApprovalRequests:
    """Return the pages of a stack."""
    database = world.client("dynamodb")
    state = DynamoStateStore(database, settings.state_table, world.clock)
    inbox = DynamoInbox(database, settings.inbox_table, world.clock, timedelta(days=settings.event_retention_days))
    configurations = versions(settings, world)
    platform = threekit.client(settings.threekit_base_url, settings.secret_id, world)
    keys = SecretsManagerSecrets(world.client("secretsmanager"), settings.approval_secret_id, world.clock)

    def key() -> str:
        return credential(keys, "key")

    desk = Desk(state, configurations, platform, inbox, world.clock, f"/threekit/{settings.threekit_source}")
    values = PageValues(desk, key, world.clock, timedelta(days=settings.approval_link_days))
    return ApprovalRequests(
        page=ApprovalPage(
            desk=desk, inbox=inbox, waiting=WaitingList(state), values=values, key=key,
            salt=lambda: chance.token_hex(6), clock=world.clock, checkpoint=world.checkpoint,
        ),
        pages=ApprovalPages(),
        attachments=PageAttachments(state, platform),
        visitors=Visitors(state, world.clock, world.count),
        headers=SECURITY_HEADERS,
        max_body_bytes=settings.max_body_bytes,
    )  # fmt: skip


@lru_cache(maxsize=1)
def _requests() -> ApprovalRequests:
    return compose(PageSettings.from_environment(os.environ), this_process())


def answer(event: Mapping[str, Any]) -> dict[str, Any]:
    """Answer one request."""
    return _requests()(event)
