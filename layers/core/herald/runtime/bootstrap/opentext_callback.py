"""Composes ``opentext_callback``."""

import os
from functools import lru_cache

from herald.domain.opentext_envelope import OPENTEXT_CALLBACK
from herald.runtime.bootstrap import ingress
from herald.runtime.bootstrap.world import this_process
from herald.runtime.receiver import Receiver
from herald.runtime.settings import CallbackSettings


@lru_cache(maxsize=1)
def receiver() -> Receiver:
    """Return the process's receiver."""
    settings = CallbackSettings.from_environment(os.environ)
    return ingress.compose(settings, this_process(), "opentext_callback", OPENTEXT_CALLBACK)
