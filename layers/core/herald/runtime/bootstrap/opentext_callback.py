"""Composes ``opentext_callback``."""

import os
from functools import lru_cache

from herald.domain.envelope import Envelope
from herald.runtime.bootstrap import ingress
from herald.runtime.bootstrap.world import World, this_process
from herald.runtime.receiver import Receiver
from herald.runtime.settings import CallbackSettings

KINDS = ("status", "workflow", "sms-replies", "whatsapp-replies")
"""What a source of this door may send, as ``kind`` of its entry in the secret."""


def envelope_of(kind: str) -> Envelope:
    """Return how bodies of a kind become events; only that kind's code is loaded."""
    if kind == "workflow":
        from herald.domain.workflow_envelope import OPENTEXT_WORKFLOW  # noqa: PLC0415

        return OPENTEXT_WORKFLOW
    if kind in ("sms-replies", "whatsapp-replies"):
        from herald.domain.reply_envelope import SMS_REPLIES, WHATSAPP_REPLIES  # noqa: PLC0415

        return SMS_REPLIES if kind == "sms-replies" else WHATSAPP_REPLIES
    from herald.domain.opentext_envelope import OPENTEXT_CALLBACK  # noqa: PLC0415

    return OPENTEXT_CALLBACK


def compose(settings: CallbackSettings, world: World) -> Receiver:
    """Return the receiver of OpenText's door."""
    return ingress.compose(settings, world, "opentext_callback", envelope_of, KINDS)


@lru_cache(maxsize=1)
def receiver() -> Receiver:
    """Return the process's receiver."""
    return compose(CallbackSettings.from_environment(os.environ), this_process())
