"""From a notification to what is submitted: its decision's facts, its configuration's template, its recipient."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from herald.domain.configuration import Configuration
from herald.domain.courtesy import DIGEST_RULE, NextChannel
from herald.domain.decision import Decision
from herald.domain.delivery import Channel, Delivery, message_id
from herald.domain.errors import PoisonError, Reason
from herald.domain.message import TELLINGS, Content, Outgoing, template_values
from herald.domain.notification import Notification
from herald.domain.recipient_zone import zone_of
from herald.ports import ConfigurationVersions, Decisions, NotificationRecord, Renderer
from herald.usecases.digest_entries import DigestEntries


@dataclass(frozen=True, slots=True)
class Basis:
    """What a notification was decided on."""

    configuration: Configuration
    decision: Decision

    def next_channel(self, notification: Notification) -> NextChannel | None:
        """Return when the next channel takes over for a message, if it does."""
        return self.configuration.courtesy.next_channel_for(notification.rule_id)


@dataclass(frozen=True)
class MessageMaker:
    """Makes messages. ``prefix`` stands before OpenText's message ids."""

    decisions: Decisions
    configurations: ConfigurationVersions
    renderer: Renderer
    digests: DigestEntries
    links: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    """Fills a telling's links in. They are made here, so that none is stored. Raises ``CallFailed``."""
    prefix: str

    def basis(self, notification: Notification) -> Basis:
        """Return what a notification was decided on. Raises ``PoisonError`` if its event has no decision."""
        decision = self.decisions.load(notification.event_id)
        if decision is None:
            raise PoisonError(Reason.NOT_FOUND, f"event {notification.event_id} has no decision")
        return Basis(self.configurations.version(notification.config_version), decision)

    def __call__(self, record: NotificationRecord, delivery: Delivery, basis: Basis) -> Outgoing:
        """Return the message of a delivery. Raises ``RenderError`` and ``CallFailed``."""
        notification, channel = record.notification, delivery.channel
        configuration = basis.configuration
        locale = notification.recipient.locale or configuration.default_locale
        renders: Mapping[Channel, Callable[..., Content]] = {
            Channel.EMAIL: self.renderer.email,
            Channel.SMS: self.renderer.sms,
            Channel.WHATSAPP: self.renderer.whatsapp,
        }
        values = self._values(notification, basis, locale)
        return Outgoing(
            channel=channel, address=notification.recipient.address(channel) or "", reference=delivery.reference,
            message_id=message_id(self.prefix, delivery.reference), customer_reference=notification.event_id,
            content=renders[channel](configuration, notification.template, locale, values),
        )  # fmt: skip

    def _values(self, notification: Notification, basis: Basis, locale: str) -> dict[str, Any]:
        values = values_of(notification, basis)
        if notification.rule_id == DIGEST_RULE:
            return values | {"digest": self.digests(notification, locale)}
        telling = basis.decision.facts.get(TELLINGS, {}).get(notification.about)
        return values if telling is None else {**values, **self.links(telling)}


def values_of(notification: Notification, basis: Basis) -> dict[str, Any]:
    """Return what a template sees of a notification, but for what is told in words of its own."""
    configuration = basis.configuration
    rule = next((rule for rule in configuration.rules if rule.id == notification.rule_id), None)
    zone = zone_of(notification.recipient, configuration) if configuration.local_times else None
    return template_values(
        basis.decision.facts, notification.recipient, notification.rule_id, rule.description if rule else "",
        notification.severity, zone,
    )  # fmt: skip
