"""From a notification to what is submitted: the facts of its decision in a template of its configuration."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from herald.domain.courtesy import DIGEST_RULE
from herald.domain.delivery import Channel, Delivery, message_id
from herald.domain.message import TELLINGS, Content, Outgoing
from herald.ports import Renderer
from herald.usecases.basis import Basis
from herald.usecases.digest_entries import DigestEntries


@dataclass(frozen=True)
class MessageMaker:
    """Makes messages. ``prefix`` stands before OpenText's message ids."""

    renderer: Renderer
    digests: DigestEntries
    links: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    """Fills a telling's links in. They are made here, so that none is stored. Raises ``CallFailed``."""
    prefix: str

    def __call__(self, delivery: Delivery, basis: Basis) -> Outgoing:
        """Return the message of a delivery. Raises ``RenderError``, ``CallFailed`` and ``StorageError``."""
        notification, channel = basis.notification, delivery.channel
        renders: Mapping[Channel, Callable[..., Content]] = {
            Channel.EMAIL: self.renderer.email,
            Channel.SMS: self.renderer.sms,
            Channel.WHATSAPP: self.renderer.whatsapp,
            Channel.FAX: self.renderer.fax,
        }
        content = renders[channel](basis.configuration, notification.template, basis.locale, self._values(basis))
        return Outgoing(
            channel=channel, address=notification.recipient.address(channel) or "", reference=delivery.reference,
            message_id=message_id(self.prefix, delivery.reference), customer_reference=notification.event_id,
            content=content,
        )  # fmt: skip

    def _values(self, basis: Basis) -> dict[str, Any]:
        if basis.notification.rule_id == DIGEST_RULE:
            return {**basis.values(), "digest": self.digests(basis)}
        telling = basis.decision.facts.get(TELLINGS, {}).get(basis.notification.about)
        return {**basis.values(), **(self.links(telling) if telling is not None else {})}
