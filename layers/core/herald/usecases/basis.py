"""What a notification was decided on: its event's facts, and the configuration of that moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from herald.domain.configuration import Configuration
from herald.domain.courtesy import NextChannel
from herald.domain.decision import Decision
from herald.domain.errors import PoisonError, Reason
from herald.domain.message import template_values
from herald.domain.notification import Notification, Recipient, Severity
from herald.domain.recipient_zone import zone_of
from herald.ports import ConfigurationVersions, Decisions


@dataclass(frozen=True, slots=True)
class Basis:
    """The configuration and the decision of one notification."""

    notification: Notification
    configuration: Configuration
    decision: Decision

    @property
    def locale(self) -> str:
        """The language to write to the recipient in."""
        return self.notification.recipient.locale or self.configuration.default_locale

    def description(self, locale: str) -> str:
        """Return what its rule is for, in the words of ``config/``; empty where it has no rule of its own."""
        return self.configuration.described(self.notification.rule_id, locale)

    @property
    def next_channel(self) -> NextChannel | None:
        """When the next channel takes over, if it does."""
        return self.configuration.courtesy.next_channel_for(self.notification.rule_id)

    def values(self) -> dict[str, Any]:
        """Return what a template sees, but for what is told in words of its own."""
        told = self.notification
        return values_of(self.configuration, self.decision.facts, told.recipient, told.rule_id, told.severity)


def values_of(
    configuration: Configuration, facts: Mapping[str, Any], recipient: Recipient, rule_id: str, severity: Severity
) -> dict[str, Any]:
    """Return what a template sees of an event that somebody is told: in their language, and times in their zone."""
    description = configuration.described(rule_id, recipient.locale or configuration.default_locale)
    zone = zone_of(recipient, configuration) if configuration.local_times else None
    return template_values(facts, recipient, rule_id, description, severity, zone)


@dataclass(frozen=True)
class FindBasis:
    """Finds what notifications were decided on."""

    decisions: Decisions
    configurations: ConfigurationVersions

    def __call__(self, notification: Notification) -> Basis:
        """Return it. Raises ``PoisonError`` if the event has no decision, and ``StorageError``."""
        decision = self.decisions.load(notification.event_id)
        if decision is None:
            raise PoisonError(Reason.NOT_FOUND, f"event {notification.event_id} has no decision")
        return Basis(notification, self.configurations.version(notification.config_version), decision)
