"""What a digest says of each message it stands for."""

from dataclasses import dataclass
from typing import Any

from herald.domain.message import TELLINGS, template_values
from herald.domain.notification import Notification
from herald.ports import ConfigurationVersions, Decisions, Ledger, Renderer, RenderError, StateStore
from herald.usecases import courtesy_shelves as shelves

MOST_ENTRIES = 40
"""More than anybody reads in one message; how many more there are is told."""


@dataclass(frozen=True)
class DigestEntries:
    """Tells the members of a digest by the subject their own e-mail would have had."""

    state: StateStore
    ledger: Ledger
    decisions: Decisions
    configurations: ConfigurationVersions
    renderer: Renderer

    def __call__(self, digest: Notification, locale: str) -> dict[str, Any]:
        """Return ``{"id", "count", "entries", "more"}``, the gravest first.

        An entry is ``{"title", "rule", "description", "severity", "subject", "event", "at"}``.
        """
        window = shelves.windows(self.state).get(digest.about)
        loaded = (self.ledger.load(member) for member in ((window.told if window else None) or ()))
        told = [record for record in loaded if record is not None]
        told.sort(key=lambda record: record.notification.severity.rank, reverse=True)
        entries = [self._entry(record.notification, locale) for record in told[:MOST_ENTRIES]]
        return {"id": digest.about, "count": len(told), "entries": entries, "more": len(told) - len(entries)}

    def _entry(self, notification: Notification, locale: str) -> dict[str, Any]:
        decision = self.decisions.load(notification.event_id)
        configuration = self.configurations.version(notification.config_version)
        rule = next((rule for rule in configuration.rules if rule.id == notification.rule_id), None)
        description = rule.description if rule else notification.rule_id
        title = ""
        if decision is not None and notification.about not in decision.facts.get(TELLINGS, {}):
            values = template_values(
                decision.facts, notification.recipient, notification.rule_id, description, notification.severity
            )
            try:
                title = self.renderer.subject(configuration, notification.template, locale, values)
            except RenderError:
                # A message that can go out by SMS only has no subject; its rule says what it is about.
                title = ""
        return {
            "title": title or description, "rule": notification.rule_id, "description": description,
            "severity": str(notification.severity), "subject": notification.subject, "event": notification.event_id,
            "at": notification.created_at,
        }  # fmt: skip
