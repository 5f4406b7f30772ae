"""Composes ``threekit_webhook``."""

import os
from functools import lru_cache

from herald.domain.threekit_envelope import THREEKIT_WEBHOOK
from herald.runtime.bootstrap import ingress
from herald.runtime.bootstrap.world import this_process
from herald.runtime.receiver import Receiver
from herald.runtime.settings import WebhookSettings


@lru_cache(maxsize=1)
def receiver() -> Receiver:
    """Return the process's receiver."""
    settings = WebhookSettings.from_environment(os.environ)
    return ingress.compose(settings, this_process(), "threekit_webhook", lambda _kind: THREEKIT_WEBHOOK)
